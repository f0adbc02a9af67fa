// Makes the static folder: styles, scripts and icons under content-hashed names, and manifest.json
// that leads from the plain name to the hashed one. Usage: node www/build.mjs OUT_DIR
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const www = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
const text = (...path) => readFileSync(join(...path), "utf8");

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!out) fail("usage: node www/build.mjs OUT_DIR");

// The folder of an installed package, found as Node finds it.
function home(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return fail(`The browser package ${name} is not installed: run \`make deps\``
      + " (or `npm ci --ignore-scripts`), then build again.");
  }
}

const PICO = home("@picocss/pico");
const HTMX = home("htmx.org");
const LUCIDE = home("lucide-static");

// Pico lies in a cascade layer: every rule of ours wins over it, whatever its selector weighs.
function pico() {
  const css = text(PICO, "css/pico.min.css").replace(/^@charset "[^"]*";/, "");
  return `@layer pico{${css}}\n`;
}

// One file for the browser, a file per subject for us; the order is the cascade's.
const STYLES = ["tokens", "base", "frame", "page", "parts", "form", "fields", "table", "thread", "kb", "desk", "columns", "month", "report", "settings", "sign_in",
  "style", "print"];
for (const file of readdirSync(join(www, "static/css")))
  if (!STYLES.includes(file.replace(/\.css$/, ""))) fail(`static/css/${file} is not among STYLES in www/build.mjs`);
const appCss = () =>
  STYLES.map((name) => text(www, "static/css", `${name}.css`)).join("\n")
    .replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1");

// The set's icons and our own mark; a tenant's mark is the name of any of them.
function icons() {
  const names = text(www, "static/icons.txt").split("\n").filter(Boolean);
  const symbols = ["arch", ...names].map((name) => {
    const own = join(www, "static", `${name}.svg`);
    const file = existsSync(own) ? own : join(LUCIDE, "icons", `${name}.svg`);
    if (!existsSync(file)) fail(`www/static/icons.txt: there is no icon ${name}`);
    const inner = text(file).replace(/[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

const licences = () =>
  [["Pico CSS", PICO, "LICENSE.md"], ["htmx", HTMX, "LICENSE"], ["Lucide", LUCIDE, "LICENSE"]]
    .map(([name, ...path]) => `${name}\n\n${text(...path).trim()}\n`)
    .join("\n----\n\n");

const files = {
  "pico.css": pico(),
  "app.css": appCss(),
  "app.js": text(www, "static/app.js"),
  "htmx.js": text(HTMX, "dist/htmx.min.js"),
  "icons.svg": icons(),
  "favicon.svg": text(www, "static/favicon.svg"),
  "licences.txt": licences(),
};

mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) rmSync(join(out, old), { recursive: true });
const manifest = {};
for (const [name, body] of Object.entries(files)) {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 8);
  manifest[name] = name.replace(/(\.[a-z]+)$/, `.${hash}$1`);
  writeFileSync(join(out, manifest[name]), body);
}
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
