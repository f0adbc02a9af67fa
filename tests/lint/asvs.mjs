// Checks docs/asvs.md: every requirement of levels 1 and 2 stands there once, and what a row names is
// there: files, tests that are built and run, checks of tests/security. Prints the sums.
// node asvs.mjs [FOLDER]
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// By section, the numbers that the standard's levels 1 and 2 have (4.0.3; those deleted are left out).
const SECTIONS = {
  1: { 1: "1-7", 2: "1-4", 4: "1 4 5", 5: "1-4", 6: "1-4", 7: "1-2", 8: "1-2", 9: "1-2", 10: "1", 11: "1-2", 12: "2", 14: "1-6" },
  2: { 1: "1-12", 2: "1-3", 3: "1-3", 4: "1-5", 5: "1-7", 6: "1-3", 7: "1-6", 8: "1-7", 9: "1-3", 10: "1-4" },
  3: { 1: "1", 2: "1-4", 3: "1-4", 4: "1-5", 5: "1-3", 7: "1" },
  4: { 1: "1-3 5", 2: "1-2", 3: "1-3" },
  5: { 1: "1-5", 2: "1-8", 3: "1-10", 4: "1-3", 5: "1-4" },
  6: { 1: "1-3", 2: "1-6", 3: "1-2", 4: "1-2" },
  7: { 1: "1-4", 2: "1-2", 3: "1 3 4", 4: "1-3" },
  8: { 1: "1-4", 2: "1-3", 3: "1-8" },
  9: { 1: "1-3", 2: "1-4" },
  10: { 2: "1-2", 3: "1-3" },
  11: { 1: "1-8" },
  12: { 1: "1-3", 2: "1", 3: "1-6", 4: "1-2", 5: "1-2", 6: "1" },
  13: { 1: "1 3-5", 2: "1-3 5-6", 3: "1-2", 4: "1-2" },
  14: { 1: "1-4", 2: "1-6", 3: "2-3", 4: "1-7", 5: "1-4" },
};
const STATES = ["met", "not applicable", "open"];

const spread = (text) => text.split(" ").flatMap((part) => {
  const [from, to = from] = part.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
});
const NUMBERS = Object.entries(SECTIONS).flatMap(([chapter, sections]) =>
  Object.entries(sections).flatMap(([section, rows]) => spread(rows).map((row) => `${chapter}.${section}.${row}`)));

const named = (text, name) => text.includes(`"${name}"`) || new RegExp(`\\bstatic void ${name}\\(void \\*\\*`).test(text);

// "`tests/a_test.c`: name of the case": what is wrong with it, or null.
function faultOf(proof, read) {
  const [, file, name] = proof.match(/^`([^`]+)`(?:: (.+))?$/) ?? [];
  if (!file) return `cannot be read: ${proof}`;
  const text = read(file);
  if (text === null) return `there is no ${file}`;
  if (!/_test\.c$|^tests\/(security|http|browser)\/\w+\.(mjs|sh)$/.test(file)) return name ? `${file} is no test` : null;
  const build = read(`${path.dirname(file)}/CMakeLists.txt`) ?? "";
  const base = path.basename(file).replace(/\.\w+$/, "");
  if (!new RegExp(`\\b(?:${base}|${base.replace(/_test$/, "")})\\b`).test(build)) return `${file} is not run`;
  return name === undefined || named(text, name) ? null : `${file} has no test ${name}`;
}

function check(page, read) {
  const faults = [], seen = new Map(), sums = Object.fromEntries(STATES.map((state) => [state, 0]));
  let proven = 0;
  for (const line of page.split("\n")) {
    const [, number, about, state, how, proofs] = line.match(/^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|\s*([^|]*?)\s*\|\s*([^|]*?)\s*\|$/) ?? [];
    if (!number) {
      if (/^\| *\d/.test(line)) faults.push(`cannot be read: ${line}`);
      continue;
    }
    if (seen.has(number)) faults.push(`${number} is there twice`);
    seen.set(number, state);
    if (!NUMBERS.includes(number)) faults.push(`${number} is no requirement of levels 1 and 2`);
    if (!STATES.includes(state)) faults.push(`${number}: ${state} is no state`);
    else sums[state]++;
    const all = proofs === "" ? [] : proofs.split("; ");
    if (state === "met" && all.length > 0) proven++;
    if (how === "" && (state !== "met" || all.length === 0)) faults.push(`${number} (${about}) does not say how or why`);
    for (const proof of all) {
      const fault = faultOf(proof, read);
      if (fault) faults.push(`${number}: ${fault}`);
    }
    for (const [file] of how.matchAll(/\b(?:docs|portal|db|base|licensing|deploy|www|tests|tools)\/[\w./-]*\w/g))
      if (read(file) === null) faults.push(`${number}: there is no ${file}`);
  }
  for (const number of NUMBERS) if (!seen.has(number)) faults.push(`${number} is missing`);
  return { faults, sums, proven };
}

function plant() {
  const files = { "tests/a/CMakeLists.txt": "gh_test(a_test SOURCES a_test.c", "tests/a/a_test.c": "static void it_is_so(void **state)", "tests/a/b_test.c": "" };
  const read = (file) => files[file] ?? null;
  const faultsOf = (line) => check(line, read).faults.filter((fault) => !fault.endsWith("is missing"));
  const good = "| 1.1.1 | x | met | y | `tests/a/a_test.c`: it_is_so |";
  if (faultsOf(good).length !== 0) throw new Error(`a good row has faults: ${faultsOf(good)}`);
  for (const line of ["| 1.1.1 | x | met | y | `tests/a/a_test.c`: it_is_not |", "| 1.1.1 | x | met | y | `tests/a/c_test.c` |", "| 1.1.1 | x | open |  |  |",
    "| 1.1.1 | x | met | y | `tests/a/b_test.c` |", "| 1.1.9 | x | met | y | |", "| 1.1.1 | x | perhaps | y | |", `${good}\n${good}`,
    "| 1.1.1 | x | met | see docs/nothing.md | |", "| 1.1.1 | x | met |"]) {
    if (faultsOf(line).length !== 1) throw new Error(`a planted fault was not seen, or seen twice: ${line}: ${faultsOf(line)}`);
  }
  if (check("", read).faults.length !== NUMBERS.length) throw new Error("missing rows were not seen");
}

plant();
const top = process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const read = (file) => {
  const at = path.join(top, file);
  return fs.existsSync(at) ? (fs.statSync(at).isFile() ? fs.readFileSync(at, "utf8") : "") : null;
};
const { faults, sums, proven } = check(read("docs/asvs.md") ?? "", read);
for (const fault of faults) console.error(fault);
console.log(`ASVS 4.0.3 level 2: ${NUMBERS.length} rows: ${sums.met} met (${proven} by a test or a file that is named), ${sums["not applicable"]} not applicable, ${sums.open} open`);
process.exit(faults.length > 0 ? 1 : 0);
