// Checks tests/http/checklist.txt: every row of the protocol's checklist has a test that exists and
// is run, or says why it is not served. node checklist.mjs [FOLDER]
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// How many rows each part of the checklist has.
const PARTS = { C: 29, A: 28, V: 52, L: 28, M: 28, H: 15, P: 8, F: 12, K: 4, S: 7, O: 11, U: 9, W: 4 };
const ROWS = Object.entries(PARTS).flatMap(([part, count]) =>
  Array.from({ length: count }, (_, i) => `${part}${String(i + 1).padStart(2, "0")}`));

// What is wrong with the list; read gives a file's text or null.
function check(list, read) {
  const faults = [];
  const seen = new Map(ROWS.map((row) => [row, ""]));
  for (const line of list.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, row, file, rest] = line.match(/^([A-Z]\d\d) (\S+) ?(.*)$/) ?? [];
    if (!seen.has(row)) {
      faults.push(`no such row: ${line}`);
    } else if (file === "-") {
      if (rest === "") faults.push(`${row} is not served, and does not say why`);
      seen.set(row, seen.get(row) || "not served");
    } else {
      const fault = missing(row, file, rest, read);
      if (fault) faults.push(`${row}: ${fault}`);
      seen.set(row, "covered");
    }
  }
  for (const [row, state] of seen) if (state === "") faults.push(`${row} has no test`);
  const covered = [...seen.values()].filter((state) => state === "covered").length;
  return { faults, covered, all: ROWS.length };
}

// A test is there when its program is built by its folder and runs it; and its name has the row.
function missing(row, file, test, read) {
  const text = read(file);
  const build = read(`${path.dirname(file)}/CMakeLists.txt`) ?? "";
  if (text === null) return `there is no ${file}`;
  if (!build.includes(path.basename(file).replace(/\.c$/, ""))) return `${file} is not run`;
  if (file.endsWith(".mjs")) return text.includes(row) ? null : `${file} does not speak of the row`;
  if (!text.replace(/\(\s+/g, "(").includes(`cmocka_unit_test(${test})`)) return `${file} has no test ${test}`;
  if (!test.toUpperCase().split("_").includes(row)) return `${test} does not have the row in its name`;
  return null;
}

function plant() {
  const files = { "t/CMakeLists.txt": "gh_test(a_test", "t/a_test.c": "cmocka_unit_test(C01_is_so)" };
  const read = (file) => files[file] ?? null;
  const faultsOf = (line) => check(line, read).faults.filter((f) => !f.endsWith("has no test")).length;
  if (faultsOf("C01 t/a_test.c C01_is_so\nC02 - not ours\n") !== 0) throw new Error("a good list has faults");
  for (const line of ["C01 t/a_test.c C01_is_not", "C01 t/b_test.c C01_is_so", "C02 t/a_test.c C01_is_so", "C02 -", "Z99 - x"]) {
    if (faultsOf(line) !== 1) throw new Error(`a planted fault was not seen: ${line}`);
  }
  if (check("", read).faults.length !== ROWS.length) throw new Error("rows without a test were not seen");
}

plant();
const top = process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const read = (file) => (fs.existsSync(path.join(top, file)) ? fs.readFileSync(path.join(top, file), "utf8") : null);
const { faults, covered, all } = check(read("tests/http/checklist.txt"), read);
for (const fault of faults) console.error(fault);
console.log(`checklist: ${covered} of ${all} rows covered`);
process.exit(faults.length > 0 ? 1 : 0);
