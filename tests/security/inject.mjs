// What people type comes back as text and nothing else: every field of every form, and every parameter
// of every address, gets payloads of corpus.mjs in turn; then all pages are looked at by a reader of HTML,
// and some by Chromium. Usage: node inject.mjs PROGRAM
import assert from "node:assert/strict";
import { missing, openBrowser } from "../browser/browser.mjs";
import { SCRIPTS, STATEMENTS } from "./corpus.mjs";
import { Crawl } from "./crawl.mjs";
import { ENDING, FORBIDDEN, PLAIN_TYPES, entries, fillAll, send } from "./fill.mjs";
import { PEOPLE } from "./house.mjs";
import { elements } from "./markup.mjs";
import { Faults, run } from "./tell.mjs";

const WHOLE = process.env.GATEHOUSE_WHOLE === "1"; // else fewer payloads
const ROUNDS = WHOLE ? 2 : 1; // payloads that each text field gets alone, other fields being filled in well
const WHOLE_ROUNDS = WHOLE ? 3 : 1; // payloads that all fields of a form get at once, also hidden and chosen ones
const BROWSER_PAGES = WHOLE ? 60 : 40;
const FORMS_LEAST = 90;
const NEVER = new Set(["base", "embed", "frame", "frameset", "iframe", "object", "applet", "style", "marquee", "math", "portal"]);
const ADDRESSES = new Set(["href", "src", "action", "formaction", "xlink:href", "data", "poster", "ping", "background", "srcdoc", "hx-get", "hx-post"]);

const state = { forms: new Map(), stored: 0, sent: 0 };
const faults = { script: new Faults(), failure: new Faults() };

// What a page must not have, whatever was typed.
function impurities(answer) {
  const found = [];
  if (answer.headers["gh-in"] || (answer.headers["set-cookie"] ?? []).some((c) => c.startsWith("gh="))) found.push("a header of the payload's");
  if (answer.type !== "text/html") {
    if (!/nosniff/.test(answer.headers["x-content-type-options"] ?? "")) found.push(`${answer.type} without nosniff`);
    return found;
  }
  for (const element of elements(answer.text)) {
    if (element.isEnd) continue;
    if (element.name.startsWith("gh") || NEVER.has(element.name)) found.push(`<${element.name}>`);
    if (element.name === "script" && (element.text.trim() !== "" || !/^\/static\//.test(element.attributes.get("src") ?? ""))) found.push("a script");
    if (element.name === "link" && !element.attributes.get("href")?.startsWith("/")) found.push("a link to elsewhere");
    if (element.name === "meta" && /refresh/i.test(element.attributes.get("http-equiv") ?? "")) found.push("a refresh");
    for (const [name, value] of element.attributes) {
      if (/^on|^gh-|^style$/.test(name) || /[^\x21-\x7e]/.test(name)) found.push(`<${element.name} ${name}>`);
      const address = value.replace(/[\u0000-\u0020]/g, "").toLowerCase();
      if (ADDRESSES.has(name) && /^(javascript|vbscript|data):/.test(address) && !(element.name === "img" && /^data:image\/png/.test(address)))
        found.push(`<${element.name} ${name}="${value.slice(0, 40)}">`);
      if (["action", "formaction", "src"].includes(name) && /^(https?:)?\/\//.test(address)) found.push(`<${element.name} ${name}="${value}">`);
    }
  }
  if (/gh4949gh|>49\{/.test(answer.text)) found.push("a template that was run");
  return found;
}

function look(where, answer) {
  for (const found of impurities(answer)) faults.script.expect(false, `${where}: ${found}`);
  faults.failure.expect(answer.status < 500, `${where}: ${answer.status}`);
}

const people = async (house) => [await house.signIn(PEOPLE.administrator), await house.signIn(PEOPLE.agent), await house.signIn(PEOPLE.customer)];

async function crawlAll(house, each) {
  const found = [];
  for (const visitor of state.people) {
    const crawl = await new Crawl(house, visitor, { each }).from("/", "/style");
    found.push({ visitor, crawl });
  }
  return found;
}

const FILE = { type: "text/html", body: "<script>gh(30)</script>" };

async function attack(visitor, form, payload, value, number) {
  const sent = entries(form, value, number);
  const answer = await send(visitor, form, sent, { file: { ...FILE, name: payload } });
  state.sent++;
  if (answer.status === 303) state.stored++;
  look(`${form.method} ${form.row?.path ?? form.action} of ${form.page} with ${JSON.stringify(payload)}`, answer);
}

// A second step that is asked for from now on would keep the sender from all other pages.
const relax = (house) => house.sql("UPDATE role SET needs_second = FALSE; UPDATE organisation SET needs_second = FALSE;");

async function everyFieldGetsPayloads(house) {
  state.people = await people(house);
  // First a row of everything that people can make, so that there is a form to change it.
  for (const { visitor, crawl } of await crawlAll(house, 3)) await fillAll(visitor, crawl.forms.values());
  const payloads = [...SCRIPTS, ...STATEMENTS];
  let turn = 0, fields = 0, forms = 0;
  const next = () => payloads[turn++ % payloads.length];
  for (const isEnding of [false, true]) {
    const seen = new Set();
    for (const { visitor, crawl } of await crawlAll(house, 3)) {
      for (const [key, form] of crawl.forms) {
        const row = form.row?.path ?? "";
        if (seen.has(key)) continue; // somebody before had the same form
        seen.add(key);
        if (FORBIDDEN.test(row) || ENDING.test(row) !== isEnding) continue;
        forms++;
        const texts = form.fields.filter((f) => PLAIN_TYPES.includes(f.type));
        fields += texts.length;
        for (let round = 0; round < ROUNDS; round++) {
          for (const field of texts) {
            const payload = next();
            await attack(visitor, form, payload, (f) => (f === field ? payload : undefined), turn);
          }
        }
        for (let round = 0; round < WHOLE_ROUNDS; round++) {
          const payload = next();
          await attack(visitor, form, payload, () => payload, turn);
        }
        if (turn > 0 && texts.length > 0) { // what was never stored by itself may be beside others
          const payload = next();
          await attack(visitor, form, payload, (f) => (PLAIN_TYPES.includes(f.type) ? payload : undefined), turn);
        }
        if (/\/(security|second)$/.test(row)) relax(house);
      }
    }
  }
  assert.ok(forms >= FORMS_LEAST, `${forms} forms`);
  return `${forms} forms, ${fields} text fields, ${state.sent} forms sent, ${state.stored} taken`;
}

const NAMES = ["q", "page", "after", "before", "sort", "tab", "view", "status", "next", "article", "licence", "organisation", "policy", "product",
  "from", "until", "about", "who", "what", "address", "limit", "id", "theme", "lang", "email", "state", "code", "error"];

async function everyParameterGetsPayloads(house) {
  const payloads = [...SCRIPTS, ...STATEMENTS];
  const rows = house.routes.filter((row) => row.service === "portal" && row.method === "GET" && !row.path.startsWith("/api/") && row.path !== "/static/{name}");
  let turn = 0, asked = 0;
  for (const visitor of [state.people[0], state.people[2], house.visitor("nobody")]) {
    const known = (await new Crawl(house, visitor, { each: 2 }).from("/")).rows;
    for (const row of rows) {
      const path = known.get(row.path)?.at(-1) ?? row.path.replace(/\{\w+\}/g, () => encodeURIComponent(payloads[turn++ % payloads.length].toWellFormed?.() ?? "x"));
      const own = [...new URL(path, "http://here").searchParams.keys()];
      for (let round = 0; round < 3; round++) {
        const query = new URLSearchParams([...new Set([...own, ...NAMES])].map((name) => [name, payloads[turn++ % payloads.length]]));
        if (round < 2) for (const choice of ["theme", "lang"]) query.delete(choice); // these only lead to the page without them
        look(`GET ${row.path} as ${visitor.name} with ${query}`.slice(0, 300), await visitor.ask(`${path.split("?")[0]}?${query}`));
        asked++;
      }
    }
  }
  return `${rows.length} rows, ${asked} answers`;
}

// A condition that is always true finds no more than one that finds nothing.
async function noSearchIsWidened(house) {
  const wider = new Faults();
  const count = (answer) => (answer.text.match(/href="\/[^"]*[0-9a-f]{8}-[0-9a-f]{4}-7/g) ?? []).length;
  const nothing = "zzqqx";
  let fields = 0;
  for (const { visitor, crawl } of await crawlAll(house, 2)) {
    for (const form of [...crawl.forms.values()].filter((f) => f.method === "get" && f.row)) {
      for (const field of form.fields.filter((f) => PLAIN_TYPES.includes(f.type))) {
        fields++;
        const ask = (word) => send(visitor, form, entries(form, (f) => (f === field ? word : f.type === "select" ? f.value : "")));
        const least = count(await ask(nothing));
        for (const word of [`${nothing}' OR '1'='1`, `${nothing}' OR 1=1 -- `, `${nothing}') OR ('1'='1`, `${nothing}" OR "1"="1`, `${nothing}\\' OR 1=1 #`])
          wider.expect(count(await ask(word)) <= least, `${form.action} ${field.name} finds more by ${word}`);
      }
    }
  }
  wider.none();
  return `${fields} fields`;
}

async function pagesHaveOnlyOurMarkup(house) {
  let pages = 0, shown = 0;
  for (const { visitor, crawl } of await crawlAll(house, 12)) {
    for (const [path, answer] of crawl.pages) {
      look(`${path} as ${visitor.name}`, answer);
      pages++;
      if (/gh\(|&lt;gh-|gh\.example/.test(answer.text)) shown++;
    }
  }
  state.crawlShown = shown;
  assert.ok(shown >= 50, `payloads are shown, as text, on ${shown} pages only`);
  faults.script.none();
  return `${pages} pages, ${shown} show payloads as text`;
}

const nothingFailed = (house) => {
  faults.failure.none();
  assert.deepEqual(house.errors().slice(0, 5), [], "the program's log");
  return `${state.sent} forms`;
};

// Formulas begin nothing in a file that a spreadsheet opens.
async function filesForSheetsHaveNoFormulas(house) {
  let cells = 0;
  for (const path of house.routes.filter((row) => row.service === "portal" && row.path.endsWith(".csv")).map((row) => row.path)) {
    const { status, text, location } = await state.people[0].ask(path);
    assert.equal(status, 200, `${path} ${location}`);
    for (const [, quoted, bare] of text.replace(/^\ufeff/, "").matchAll(/"((?:[^"]|"")*)"|([^,"\r\n]+)/g)) {
      cells++;
      assert.doesNotMatch(quoted ?? bare, /^[=+\-@\t\r](?!\d+(\.\d+)?$)/, path);
    }
  }
  return `${cells} cells`;
}

async function chromiumRunsNothing(house) {
  const why = missing();
  if (why) return `skipped: ${why}`;
  const browser = await openBrowser();
  const told = new Faults();
  let pages = 0;
  try {
    for (const visitor of state.people) {
      const context = await browser.newContext({ baseURL: house.portal });
      const [name, value] = visitor.cookie().split("; ").find((c) => c.startsWith("gh_session")).split("=");
      await context.addCookies([{ name, value, url: house.portal }]);
      const page = await context.newPage();
      let ran = null;
      await page.exposeFunction("gh", (n) => { ran = `gh(${n}) ran`; });
      page.on("dialog", (dialog) => { ran = `a dialog: ${dialog.message()}`; dialog.dismiss(); });
      page.on("console", (message) => { if (/Content.Security.Policy|Refused to/i.test(message.text())) ran = message.text(); });
      await page.route("**/*", (route) => {
        if (route.request().url().startsWith(house.portal)) return route.continue();
        ran = `asked for ${route.request().url()}`;
        return route.abort();
      });
      const crawl = await new Crawl(house, visitor, { each: 2 }).from("/");
      const paths = [...crawl.pages].filter(([, a]) => a.status === 200 && a.type === "text/html" && /gh[(.-]/.test(a.text)).map(([path]) => path);
      for (const path of paths.slice(0, BROWSER_PAGES / state.people.length)) {
        ran = null;
        await page.goto(path, { waitUntil: "load" });
        const strange = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) => /^gh/i.test(e.localName) ||
          [...e.attributes].some((a) => /^(on|gh-)/i.test(a.name) && !a.name.startsWith("once"))).map((e) => e.outerHTML.slice(0, 100)));
        told.expect(ran === null && strange.length === 0, `${path} as ${visitor.name}: ${ran ?? strange[0]}`);
        pages++;
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  told.none();
  assert.ok(pages > 20, `${pages} pages with payloads`);
  return `${pages} pages`;
}

// Without it a reader that sees nothing would pass every page.
function theReaderSeesWhatIsPlanted() {
  const page = (text) => ({ type: "text/html", headers: {}, text });
  const escape = (text) => text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
  const planted = SCRIPTS.filter((payload) => [`<p>${payload}</p>`, `<input value="${payload}">`, `<input value='${payload}'>`, `<input value=${payload}>`,
    `<textarea>${payload}</textarea>`, `<title>${payload}</title>`, `<a href="${payload}">x</a>`, `<!--${payload}-->`, `<script>${payload}</script>`]
    .some((text) => impurities(page(text)).some((found) => text.startsWith("<script>") ? found !== "a script" : true)));
  const blind = SCRIPTS.filter((payload) => !planted.includes(payload));
  for (const payload of SCRIPTS) assert.deepEqual(impurities(page(`<p title="${escape(payload)}">${escape(payload)}</p>`)), [], payload);
  assert.ok(planted.length >= 30, `planted payloads that are not seen: ${blind.join(" ")}`);
  return `${planted.length} of ${SCRIPTS.length} payloads are markup somewhere`;
}

const CHECKS = {
  "the reader of HTML sees what is planted": theReaderSeesWhatIsPlanted,
  "every field of every form takes payloads as text or refuses them": everyFieldGetsPayloads,
  "every parameter of every page takes payloads as text or refuses them": everyParameterGetsPayloads,
  "no condition in a search field widens what it finds": noSearchIsWidened,
  "pages have only our markup, whatever was typed": pagesHaveOnlyOurMarkup,
  "nothing fails inside, whatever was typed": nothingFailed,
  "files for sheets have no formulas": filesForSheetsHaveNoFormulas,
  "Chromium runs nothing of it": chromiumRunsNothing,
};

process.exitCode = await run(CHECKS, { seconds: 560 });
