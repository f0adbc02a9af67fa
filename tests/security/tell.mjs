// Runs the checks of a program of this folder one after the other and prints TAP. A check gets the
// house and returns what it has counted, as text; what it asserts is its name.
import { SKIPPED, openHouse } from "./house.mjs";

const FAULTS_SHOWN = 12;

// Many things are asked in one check: all that is wrong is told, not the first alone.
export class Faults {
  #all = [];

  expect(isSo, text) {
    if (!isSo) this.#all.push(text);
  }

  none() {
    if (this.#all.length === 0) return;
    const kept = [...new Set(this.#all)];
    throw new Error(`${kept.length} faults\n${kept.slice(0, FAULTS_SHOWN).join("\n")}`);
  }
}

export async function run(checks, { program = process.argv[2], seconds, options = {}, skip = null } = {}) {
  if (!program || skip) {
    console.log(program ? `1..0 # SKIP ${skip}` : `usage: node ${process.argv[1]} PROGRAM`);
    return program ? SKIPPED : 2;
  }
  const house = await openHouse(program, options);
  const bail = (reason) => {
    console.log(`Bail out! ${reason}`);
    house.stop().finally(() => process.exit(1));
  };
  const late = setTimeout(bail, seconds * 1000, `no end within ${seconds} seconds`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, bail);
  let number = 0, failed = 0;
  try {
    for (const [name, check] of Object.entries(checks)) {
      try {
        const counted = await check(house);
        console.log(`ok ${++number} - ${name}${counted ? ` # ${counted}` : ""}`);
      } catch (error) {
        failed++;
        console.log(`not ok ${++number} - ${name}\n  # ${String(error.stack ?? error).replace(/\n/g, "\n  # ")}`);
      }
    }
  } finally {
    clearTimeout(late);
    await house.stop();
  }
  console.log(`1..${number}`);
  return failed === 0 ? 0 : 1;
}
