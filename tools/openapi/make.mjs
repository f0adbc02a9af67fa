// Writes docs/openapi/*.json; with --check says whether they are as they would be written.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { licensing } from "./licensing.mjs";
import { portal } from "./portal.mjs";

const VERSION = "1";
const LINE = 150;
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../docs/openapi");
const isCheck = process.argv[2] === "--check";
let isStale = false;

// As JSON.stringify with an indent, but what fits on a line stays on it.
function printed(value, indent = "") {
  const short = JSON.stringify(value);
  if (short.length + indent.length <= LINE || value === null || typeof value !== "object") return short;
  const inner = `${indent} `;
  const parts = Array.isArray(value)
    ? value.map((item) => printed(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${printed(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

for (const [name, make] of Object.entries({ licensing, portal })) {
  const file = path.join(folder, `${name}.json`);
  const text = `${printed(make(VERSION))}\n`;
  if (!isCheck) fs.writeFileSync(file, text);
  else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    console.error(`docs/openapi/${name}.json is not what tools/openapi says: run node tools/openapi/make.mjs`);
    isStale = true;
  }
}
process.exit(isStale ? 1 : 0);
