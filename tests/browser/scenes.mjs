// What every journey shares: scenes of steps told as TAP, one browser, one site, an end in any case.
import { missing, openBrowser } from "./browser.mjs";
import { startSite } from "./site.mjs";

const SKIPPED = 77;
const count = { passed: 0, failed: 0 };

function report(isGood, name, detail) {
  count[isGood ? "passed" : "failed"]++;
  console.log(`${isGood ? "ok" : "not ok"} ${count.passed + count.failed} - ${name}`);
  if (detail) console.log(detail.replace(/^/gm, "  # "));
}

async function keepPicture(readers, name) {
  for (const [i, reader] of readers.entries()) {
    const path = `fault-${name.replace(/[^a-z0-9]+/gi, "-")}-${i + 1}.png`;
    await reader.page.screenshot({ path, fullPage: true }).catch(() => {});
    console.log(`  # at ${reader.page.url()}, picture in ${path}`);
  }
}

// Steps depend on those before them, so the first that fails ends its scene.
export async function play(scene, readers, steps) {
  for (const [name, step] of steps) {
    try {
      await step();
      report(true, `${scene}: ${name}`);
    } catch (error) {
      report(false, `${scene}: ${name}`, String(error.stack ?? error));
      await keepPicture(readers, `${scene} ${name}`);
      return;
    }
  }
}

async function walk(program, giveUpMs, run) {
  const why = missing();
  if (!program || why) {
    console.log(program ? `1..0 # SKIP ${why}` : "usage: node JOURNEY.mjs PROGRAM");
    return program ? SKIPPED : 2;
  }
  const [browser, site] = await Promise.all([openBrowser(), startSite(program)]);
  const bail = (reason) => {
    console.log(`Bail out! ${reason}`);
    site.stop().finally(() => process.exit(1));
  };
  const late = setTimeout(bail, giveUpMs, "The journey does not end");
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, bail);

  try {
    await run(browser, site);
  } finally {
    clearTimeout(late);
    await browser.close();
    const code = await site.stop();
    report(code === 0, "the program stops when asked", code === 0 ? "" : `exit code ${code}`);
  }
  console.log(`1..${count.passed + count.failed}`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 ? 0 : 1;
}

// run(browser, site) plays the scenes; exit 77 is "skipped".
export async function start(giveUpMs, run) {
  process.exitCode = await walk(process.argv[2], giveUpMs, run);
}
