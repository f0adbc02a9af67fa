// Just enough of HTML to look at our own pages: elements with their attributes, links, forms. It
// reads markup as a browser does where that matters to an attacker: any case, attributes without
// quotes or spaces, comments that never end.

const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
const RAW = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);
const NAMES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

export function decode(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));?/gi, (whole, hex, number, name) => {
    if (name) return NAMES[name.toLowerCase()] ?? whole;
    const code = hex ? parseInt(hex, 16) : Number(number);
    return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : "\ufffd";
  });
}

function attributes(text) {
  const found = new Map();
  for (const m of text.matchAll(/([^\s/=>"'<][^\s/=>]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
    const name = m[1].toLowerCase();
    if (!found.has(name)) found.set(name, decode(m[2] ?? m[3] ?? m[4] ?? ""));
  }
  return found;
}

// [{name, isEnd, attributes, text}]: text is what a raw element (script, textarea) holds.
export function elements(html) {
  const found = [];
  const next = /<!--|<(\/?)([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>?/gi;
  for (let m = next.exec(html); m; m = next.exec(html)) {
    if (m[0] === "<!--") {
      const end = html.indexOf("-->", m.index);
      next.lastIndex = end < 0 ? html.length : end + 3;
      continue;
    }
    const element = { name: m[2].toLowerCase(), isEnd: m[1] === "/", attributes: attributes(m[3]), text: "" };
    if (!element.isEnd && RAW.has(element.name)) {
      const end = html.slice(next.lastIndex).search(new RegExp(`</${element.name}[\\s/>]`, "i"));
      const last = end < 0 ? html.length : next.lastIndex + end;
      element.text = html.slice(next.lastIndex, last);
      next.lastIndex = last;
    }
    found.push(element);
  }
  return found;
}

export const isVoid = (name) => VOID.has(name);

// Every address that a page leads to by a click or by itself.
export function links(page) {
  return page.filter((e) => !e.isEnd).flatMap((e) => ["href", "src", "hx-get", "data-src"].map((a) => e.attributes.get(a)))
    .filter((link) => link !== undefined);
}

function fieldOf(element) {
  const name = element.attributes.get("name");
  if (!name || element.attributes.has("disabled")) return null;
  const type = element.name === "input" ? (element.attributes.get("type") ?? "text").toLowerCase() : element.name;
  if (element.name === "button" && element.attributes.get("type") === "button") return null;
  return {
    name, type,
    value: element.name === "textarea" ? decode(element.text).replace(/^\n/, "") : element.attributes.get("value") ?? (type === "checkbox" ? "on" : ""),
    isOn: !["checkbox", "radio"].includes(type) || element.attributes.has("checked"),
    options: [],
  };
}

// [{method, action, encoding, fields: [{name, type, value, isOn, options}]}]
export function forms(page, at) {
  const found = new Map(page.filter((e) => e.name === "form" && !e.isEnd).map((e) => [e, {
    id: e.attributes.get("id"),
    method: (e.attributes.get("method") ?? "get").toLowerCase(),
    action: e.attributes.get("action") || at,
    encoding: e.attributes.get("enctype") ?? "",
    fields: [],
  }]));
  const named = (id) => (id === undefined ? null : [...found.values()].find((f) => f.id === id));
  let form = null, select = null;
  for (const element of page) {
    if (element.name === "form") {
      form = element.isEnd ? null : found.get(element);
    } else if (element.name === "select" && element.isEnd) {
      select = null;
    } else if (element.isEnd) {
      continue;
    } else if (element.name === "option" && select) {
      const value = element.attributes.get("value") ?? "";
      select.options.push(value);
      if (element.attributes.has("selected") || select.options.length === 1) select.value = value;
    } else if (["input", "select", "textarea", "button"].includes(element.name)) {
      const owner = named(element.attributes.get("form")) ?? form;
      const field = fieldOf(element);
      if (element.name === "select") select = field;
      const isButton = element.name === "button" || ["submit", "image"].includes(field?.type);
      if (owner && field) owner.fields.push(isButton ? { ...field, type: "submit" } : field);
    }
  }
  return [...found.values()];
}
