// The tree as a map from path to text, and just enough of C's lexis to look at it.
import fs from "node:fs";
import path from "node:path";

const SKIPPED = new Set([".git", ".node", "build", "node_modules", "var"]);
const TEXT = /\.(c|h|sql|html|txt|json|md|mjs|js|css|lua|cmake|conf|yml|yaml|sh|ini|cfg)$/;
const NAMED = /^(CMakeLists\.txt|Makefile)$/;
const SCRIPT_FOLDERS = /^(tools|\.ci)\//;

export function readTree(top) {
  const files = new Map();
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(top, folder), { withFileTypes: true })) {
      const where = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (SKIPPED.has(entry.name)) continue;
      if (entry.isDirectory()) walk(where);
      else if (entry.isFile() && (TEXT.test(where) || NAMED.test(entry.name) || SCRIPT_FOLDERS.test(where))) {
        files.set(where, fs.readFileSync(path.join(top, where), "utf8"));
      }
    }
  };
  walk("");
  return files;
}

export const OURS = /^(base|db|licensing|kb|scripts|portal)\//;
export const isC = (file) => /\.[ch]$/.test(file);

export function lineOf(text, at) {
  let line = 1;
  for (let i = 0; i < at; i++) if (text[i] === "\n") line++;
  return line;
}

// Replaces comments, and if asked the insides of literals, by blanks: places stay as they are.
export function withoutComments(text, { literals = false } = {}) {
  const blank = (s) => s.replace(/[^\n]/g, " ");
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g, (m) => {
    if (m[0] === "/") return blank(m);
    return literals ? m[0] + blank(m.slice(1, -1)) + m[0] : m;
  });
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", 0: "\0" };

export function unquote(literal) {
  return literal.slice(1, -1).replace(/\\(.)/gs, (_, c) => ESCAPES[c] ?? c);
}

// The literals of C text, neighbours joined: [{text, at}].
export function literals(text) {
  const code = withoutComments(text);
  const found = [];
  for (const m of code.matchAll(/"(?:\\[\s\S]|[^"\\\n])*"(?:\s*"(?:\\[\s\S]|[^"\\\n])*")*/g)) {
    const parts = m[0].match(/"(?:\\[\s\S]|[^"\\\n])*"/g);
    found.push({ text: parts.map(unquote).join(""), at: m.index });
  }
  return found;
}

// The functions defined in C text, by our layout: the name's line and both braces at the margin.
export function functions(text) {
  const lines = withoutComments(text, { literals: true }).split("\n");
  const found = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] !== "{") continue;
    let first = i;
    while (first > 0 && lines[first - 1].trim() !== "" && !/^[}#]/.test(lines[first - 1]) &&
           !/;\s*$/.test(lines[first - 1])) first--;
    const head = lines.slice(first, i).join(" ");
    const name = head.match(/([A-Za-z_]\w*)\s*\(/);
    let last = i;
    while (last < lines.length && !/^}/.test(lines[last])) last++;
    if (name) found.push({ name: name[1], isStatic: /\bstatic\b/.test(head), first: first + 1, last: last + 1 });
    i = last;
  }
  return found;
}
