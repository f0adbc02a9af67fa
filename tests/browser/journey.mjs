// One journey in a real browser through everything the first run promises, in both languages at
// desktop and phone width, on the built program with a fresh demo tenant.
// Usage: node journey.mjs PROGRAM. Prints TAP and a closing line; exit 77 is "skipped".
import { missing, openBrowser } from "./browser.mjs";
import { LicenceService, licenceLives, refusals } from "./licence.mjs";
import { Reader } from "./reader.mjs";
import { startSite } from "./site.mjs";
import * as story from "./story.mjs";
import * as tour from "./tour.mjs";

const SKIPPED = 77;
const WIDTHS = { desktop: 1280, phone: 390 };
const GIVE_UP_MS = 400_000;
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
async function play(scene, readers, steps) {
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

async function journey(browser, site, language, place) {
  const who = story.PEOPLE[language];
  const width = WIDTHS[place];
  const customer = await Reader.open(browser, site, { language, width });
  const agent = await Reader.open(browser, site, { language, width });
  const told = {};

  await play(`${language}, ${place}`, [customer, agent], [
    ["a wrong password is one sentence, the e-mail stays", () => story.wrongPassword(customer, who)],
    ["home says what needs the customer", () => story.home(customer, who)],
    ["an article is found and read", () => story.findArticle(customer, who)],
    ["a ticket is filed beside suggestions", () => story.fileTicket(customer, who, told)],
    ["the ticket is in the list, its thread as typed", () => story.seeTicket(customer, who, told)],
    ["a repair asks for what it needs", () => story.fileRepair(customer, who)],
    ["an order leads to its licence", () => story.orderAndLicence(customer, told)],
    ["the desk shows team, level and trace of the rule", () => story.agentSeesRule(agent, who, told)],
    ["the agent answers, notes and solves", () => story.agentAnswers(agent, who)],
    ["the customer sees the answer, not the note", () => story.customerSeesAnswer(customer, who, told)],
    ["the customer confirms", () => story.confirmSolved(customer)],
    ["both sign out", () => Promise.all([story.signOut(customer), story.signOut(agent)])],
  ]);
  await Promise.all([customer.close(), agent.close()]);
  return { key: told.key, pages: customer.checked + agent.checked };
}

async function withoutScripts(browser, site, language) {
  const reader = await Reader.open(browser, site,
    { language, width: WIDTHS.desktop, scripts: false });
  const told = {};

  await play(`${language}, scripts off`, [reader], [
    ["a ticket is filed, suggestions as a step",
      () => story.fileWithoutScripts(reader, story.PEOPLE[language], told)],
  ]);
  await reader.close();
  return { pages: reader.checked };
}

async function allPages(browser, site, language, place) {
  const who = { language, width: WIDTHS[place] };
  const customer = await Reader.open(browser, site, who);
  const staff = await Reader.open(browser, site, who);

  await play(`${language}, ${place}`, [customer, staff], [
    ["every other page of customers", () => tour.customerPages(customer, story.PEOPLE[language])],
    ["a page that does not exist", () => tour.nothingThere(customer)],
    ["every other page of staff", () => tour.staffPages(staff)],
  ]);
  await Promise.all([customer.close(), staff.close()]);
  return { pages: customer.checked + staff.checked };
}

async function licences(site, key) {
  const service = await LicenceService.open(site);

  await play("licence service", [], [
    ["the order's licence is validated, signed", () => licenceLives(service, key)],
    ["a suspended and an unknown one are refused, signed", () => refusals(service)],
  ]);
}

async function run(browser, site) {
  const desktop = await Promise.all(["en", "zh"]
    .map((language) => journey(browser, site, language, "desktop")));
  const phone = await Promise.all(["en", "zh"]
    .map((language) => journey(browser, site, language, "phone")));
  const plain = await Promise.all(["en", "zh"]
    .map((language) => withoutScripts(browser, site, language)));
  const rest = await Promise.all([allPages(browser, site, "en", "desktop"),
    allPages(browser, site, "zh", "phone")]);
  const pages = [...desktop, ...phone, ...plain, ...rest].reduce((sum, part) => sum + part.pages, 0);

  await licences(site, desktop[0].key);
  console.log(`# ${pages} pages looked at, in light and dark`);
}

async function main(program) {
  const why = missing();
  if (!program || why) {
    console.log(program ? `1..0 # SKIP ${why}` : "usage: node journey.mjs PROGRAM");
    return program ? SKIPPED : 2;
  }
  const [browser, site] = await Promise.all([openBrowser(), startSite(program)]);
  const bail = (reason) => {
    console.log(`Bail out! ${reason}`);
    site.stop().finally(() => process.exit(1));
  };
  const late = setTimeout(bail, GIVE_UP_MS, "The journey does not end");
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

process.exitCode = await main(process.argv[2]);
