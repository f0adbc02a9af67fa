/* What a script may add to pages that work without one: copying, keys, dialogs, drafts' live state.
 * Markup says what it wants by data-* attributes; nothing here knows a page. */
"use strict";
(() => {
  const root = document.documentElement;
  const texts = document.body.dataset;

  root.classList.add("has-js");

  function announce(text) {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  }

  /* data-copy="text": copies it and says so in the button itself. */
  async function copy(button) {
    try { /* an empty text stands for the page's own address */
      await navigator.clipboard.writeText(button.dataset.copy || location.origin + location.pathname);
    } catch {
      return announce(texts.copyFailed);
    }
    const label = button.querySelector("[data-copy-label]");
    if (label && !button.dataset.was) {
      button.dataset.was = label.textContent;
      label.textContent = texts.copied;
      setTimeout(() => {
        label.textContent = button.dataset.was;
        delete button.dataset.was;
      }, 2000);
    }
    announce(texts.copied);
  }

  /* data-reveal="id": shows a password field's text; the button says what the next press does. */
  function reveal(button) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  }

  /* data-close: takes the box that was opened in place away; on a page of its own it is a link. */
  function close(event, button) {
    const box = button.closest("dialog, td > [data-closable]");
    if (!box) return;
    event.preventDefault();
    box.closest("tr")?.previousElementSibling?.querySelector("a")?.focus();
    box.remove();
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const button = target.closest(
      "[data-copy], [data-reveal], [data-dialog], [data-close], [data-keys], [data-print]");
    if (button) {
      if ("keys" in button.dataset) toggleKeys();
      if ("print" in button.dataset) window.print();
      if ("copy" in button.dataset) copy(button);
      if ("reveal" in button.dataset) reveal(button);
      if ("dialog" in button.dataset) document.getElementById(button.dataset.dialog)?.showModal();
      if ("close" in button.dataset) close(event, button);
    }
    for (const menu of document.querySelectorAll("details.menu[open], details.setting[open]"))
      if (!menu.contains(target)) menu.open = false;
  });

  /* A tick or a choice takes no letters. */
  const isTyping = (element) => element instanceof Element && (element.closest(
    "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null);

  /* --- keys: data-key="r" or "g u" names what a key presses; each reader can turn them off --- */

  const KEYS = "gatehouse-keys";
  let hasKeys = true;
  let prefix = "";

  function setKeys(on) {
    hasKeys = on;
    root.classList.toggle("has-keys", on && document.querySelector("[data-key]") !== null);
    document.querySelector("[data-keys]")?.setAttribute("aria-pressed", String(on));
  }

  function storedKeys() {
    try {
      return localStorage.getItem(KEYS) !== "off";
    } catch {
      return true; /* storage is refused: they are on for this page */
    }
  }

  function toggleKeys() {
    setKeys(!hasKeys);
    try {
      localStorage.setItem(KEYS, hasKeys ? "on" : "off");
    } catch {
      announce(""); /* the choice lasts for this page */
    }
  }

  /* In a list the focus moves; beside an open ticket the next one opens. */
  function moveBy(step) {
    const links = [...document.querySelectorAll("[data-rows] .list-row-subject")];
    const at = links.findIndex((link) => link === document.activeElement
      || link.closest("li, tr").hasAttribute("aria-current"));
    const link = links[at === -1 ? 0 : at + step];
    if (!link) return false;
    if (document.querySelector('[data-rows="open"]')) link.click();
    else link.focus();
    return true;
  }

  /* The row that has the focus, or is open beside the list. */
  function tickRow() {
    const row = document.activeElement?.closest("[data-rows] > :is(li, tr)")
      ?? document.querySelector("[data-rows] > li[aria-current]");
    const tick = row?.querySelector("input[name=tick]");
    tick?.click();
    return Boolean(tick);
  }

  function press(target) {
    target.click();
    if (target instanceof HTMLInputElement) target.form?.querySelector("textarea")?.focus();
    else if (target.matches("summary")) target.parentElement.querySelector("button")?.focus();
  }

  /* Its words with a space between its parts, and without the key, which has its own place. */
  function wordsOf(element) {
    return [...element?.childNodes ?? []].filter((node) => !node.matches?.("kbd"))
      .map((node) => node.textContent.trim()).join(" ");
  }

  /* Ctrl-K, or ?: everything that this page's keys and menus do, found by its words. */
  function commands() {
    const seen = new Set();
    const all = [...document.querySelectorAll("[data-key], .settings-row button, .top-nav a, .views a, .tabs a")].map((target) => ({
      target,
      key: target.dataset.key ?? "",
      text: [target.closest(".setting:not(summary)")?.querySelector("summary")?.firstChild?.textContent ?? "",
        target.getAttribute("aria-label") ?? wordsOf(target.closest("label, summary, a, button")),
      ].slice(target.matches(".settings-row button") ? 0 : 1).join(": ").replace(/\s+/g, " ").trim(),
    }));
    return all.filter((one) => one.text && !seen.has(one.text) && seen.add(one.text));
  }

  function openCommands() {
    const dialog = document.createElement("dialog");
    const field = Object.assign(document.createElement("input"), { type: "text" });
    const list = document.createElement("div");
    const all = commands();
    const run = (one) => {
      dialog.close();
      press(one.target);
    };
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/);
      list.replaceChildren(...all
        .filter((one) => words.every((word) => one.text.toLowerCase().includes(word)))
        .map((one) => {
          const row = Object.assign(document.createElement("button"), { type: "button", className: "menu-row" });
          const text = Object.assign(document.createElement("span"), { className: "menu-text", textContent: one.text });
          row.append(text);
          if (one.key) row.append(Object.assign(document.createElement("kbd"), { textContent: one.key }));
          row.addEventListener("click", () => run(one));
          return row;
        }));
    };
    dialog.className = "dialog commands";
    list.className = "commands-list";
    field.setAttribute("aria-label", texts.commands);
    field.placeholder = texts.commands;
    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) list.firstElementChild?.click();
      if (event.key === "ArrowDown") list.firstElementChild?.focus();
      if (event.key === "Enter" || event.key === "ArrowDown") event.preventDefault();
    });
    list.addEventListener("keydown", (event) => {
      const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!to) return;
      event.preventDefault();
      (document.activeElement[to] ?? field).focus();
    });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(field, list);
    document.body.append(dialog);
    show();
    dialog.showModal();
  }

  function pressKey(event) {
    if (!hasKeys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return false;
    const name = prefix ? `${prefix} ${event.key}` : event.key;
    prefix = name === "g" ? "g" : "";
    if (name === "?") {
      openCommands();
      return true;
    }
    if (name === "j" || name === "k") return moveBy(name === "j" ? 1 : -1);
    if (name === "x") return tickRow();
    if (name === "o" && document.activeElement?.matches(".list-row-subject")) {
      document.activeElement.click();
      return true;
    }
    const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === name);
    if (target) press(target);
    return Boolean(target);
  }

  document.addEventListener("keydown", (event) => {
    /* An input method is composing: the key belongs to it. */
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open], details.setting[open]")) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target instanceof Element
        && event.target.closest("form[data-send-key]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && texts.commands) {
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) openCommands();
      return;
    }
    if (pressKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey
        && !isTyping(event.target)) {
      const search = document.querySelector("[data-search]:not([hidden])");
      if (search && search.offsetParent !== null) {
        event.preventDefault();
        search.focus();
        search.select();
      } else if (search) {
        /* No room for the field: its link leads to the page that has one. */
        event.preventDefault();
        location.assign(search.form.action);
      }
    }
  });

  /* A file field's label says which files were chosen. */
  document.addEventListener("change", (event) => {
    const field = event.target;
    const text = field instanceof HTMLInputElement && field.type === "file"
      && field.closest(".add-files")?.querySelector("span");
    if (!text) return;
    text.dataset.was ??= text.textContent;
    text.textContent = [...field.files].map((file) => file.name).join(", ") || text.dataset.was;
  });

  /* A select with data-submit sends its form at once; without the script its button stands there. */
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-submit]"))
      event.target.form?.requestSubmit();
  });

  /* An article's code blocks get a copy button. */
  for (const pre of document.querySelectorAll(".article .prose > pre")) {
    const box = document.createElement("div");
    const button = document.createElement("button");
    box.className = "code-box is-block";
    button.className = "button";
    button.type = "button";
    button.dataset.copy = pre.textContent.trimEnd();
    button.append(Object.assign(document.createElement("span"), { textContent: texts.copyText }));
    button.firstChild.dataset.copyLabel = "";
    pre.replaceWith(box);
    box.append(pre, button);
  }

  /* What scrolls sideways has to be reached by keyboard. */
  for (const box of document.querySelectorAll(".prose pre, .code-box > code"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;

  /* data-contrast="#f7f8f9 #ffffff": a colour says how well it reads on these grounds (WCAG 2). */
  const luminance = (hex) => [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const input of document.querySelectorAll("[data-contrast]"))
    input.addEventListener("input", () => {
      const line = document.getElementById(input.getAttribute("aria-describedby"));
      const least = Math.min(...input.dataset.contrast.split(" ").map((ground) => contrast(input.value, ground)));
      line.textContent = line.dataset.say.replace("{}", (Math.floor(least * 10) / 10).toFixed(1));
      line.classList.toggle("is-bad", least < 4.5);
    });

  /* data-insert="text": puts it into the answer that is being written. In the answer, :: opens the texts and
   * ?? the articles. */
  function insert(button) {
    const field = document.getElementById("text");
    button.closest("details").open = false;
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-insert]");
    if (button) insert(button);
  });
  document.getElementById("text")?.addEventListener("input", (event) => {
    const field = event.target;
    const typed = event.isComposing ? "" : field.value.slice(0, field.selectionStart).slice(-2);
    const menu = document.querySelector({ "::": "[data-macros]", "??": "[data-articles]" }[typed] ?? "none");
    if (!menu) return;
    field.setRangeText("", field.selectionStart - 2, field.selectionStart, "end");
    menu.open = true;
    menu.querySelector("input, button")?.focus();
  });

  /* data-begins: what the topic's text begins with. It takes the place of another topic's beginning,
   * never of anything that was typed, also while the answer was under way. */
  let begun = "";
  const begin = () => {
    const text = document.querySelector("[data-begins]")?.dataset.begins;
    const area = document.getElementById("text");
    if (text === undefined || !area) return;
    if (area.value === "" || area.value === begun) area.value = text;
    begun = text;
  };
  document.addEventListener("htmx:after:swap", begin);
  begin();

  /* data-poll: what a page asks for by itself rests while nobody sees the page, and tells whether
   * an answer is being written. */
  document.addEventListener("htmx:config:request", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-poll]")) return;
    if (document.hidden) event.preventDefault();
    const isWriting = [...document.querySelectorAll("textarea")].some(
      (field) => field.value !== field.defaultValue && field.value.trim() !== "");
    event.detail.ctx.request.body.set("writing", isWriting ? "1" : "");
  });

  setKeys(storedKeys());

  /* A thread begins at its end. */
  for (const thread of document.querySelectorAll("[data-at-end]"))
    thread.scrollTop = thread.scrollHeight;

  /* In a list that scrolls, the row that is open is in sight. */
  for (const row of document.querySelectorAll("[data-in-sight]"))
    row.scrollIntoView({ block: "nearest" });

  /* The first fault of a form takes the focus, so that a reader hears it. */
  document.querySelector("[data-faults]")?.focus();
})();
