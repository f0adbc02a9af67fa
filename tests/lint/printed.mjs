// Checks that a page of the docs is what the program prints: node printed.mjs PAGE PROGRAM [ARGUMENT...]
import { execFileSync } from "node:child_process";
import fs from "node:fs";

// The first line that differs, or null.
function difference(page, printed) {
  const left = page.split("\n");
  const right = printed.split("\n");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (left[i] !== right[i]) return `line ${i + 1}:\n  page:    ${left[i] ?? "(end)"}\n  program: ${right[i] ?? "(end)"}`;
  }
  return null;
}

if (difference("a\nb\n", "a\nc\n") === null || difference("a\n", "a\nb\n") === null || difference("a\n", "a\n") !== null) {
  throw new Error("a planted difference was not seen");
}

const [page, program, ...options] = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GATEHOUSE_")));
const found = difference(fs.readFileSync(page, "utf8"), execFileSync(program, options, { env, encoding: "utf8" }));
if (found !== null) {
  console.error(`${page} is not what ${[program, ...options].join(" ")} prints; ${found}`);
  process.exit(1);
}
