// Checks the tree by one rule: node lint.mjs RULE [FOLDER]
// First the rule is tried on what it must find and on what it must let pass (its `plants` and
// `clean`), so that a rule that sees nothing fails; then on the tree.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readTree } from "./source.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

function selfCheck(rule) {
  const wrong = [];
  for (const [what, files] of Object.entries(rule.plants)) {
    const faults = rule.check(new Map(Object.entries(files)));
    if (faults.length !== 1) {
      wrong.push(`${rule.name}: planted fault "${what}": found ${faults.length} faults, not 1` +
        faults.map((f) => `\n    ${f}`).join(""));
    }
  }
  const faults = rule.check(new Map(Object.entries(rule.clean)));
  for (const fault of faults) wrong.push(`${rule.name}: a fault in what is clean: ${fault}`);
  return wrong;
}

const name = process.argv[2];
if (!/^[a-z_]+$/.test(name ?? "")) {
  console.error("usage: node lint.mjs RULE [FOLDER]");
  process.exit(2);
}
const rule = (await import(`./rules/${name}.mjs`)).default;
const wrong = selfCheck(rule);
const faults = wrong.length > 0 ? wrong : rule.check(readTree(process.argv[3] ?? path.join(here, "../..")));
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} fault(s) by the rule ${name}: ${rule.says}`);
  process.exit(1);
}
