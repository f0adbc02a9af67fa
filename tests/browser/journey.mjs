// One journey in a real browser through everything the first run promises, in both languages at
// desktop and phone width, on the built program with a fresh demo tenant.
// Usage: node journey.mjs PROGRAM. Prints TAP and a closing line; exit 77 is "skipped".
import { LicenceService, licenceLives, refusals } from "./licence.mjs";
import { Reader } from "./reader.mjs";
import { play, start } from "./scenes.mjs";
import * as story from "./story.mjs";
import * as tour from "./tour.mjs";

const WIDTHS = { desktop: 1280, phone: 390 };
const GIVE_UP_MS = 400_000;
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

await start(GIVE_UP_MS, run);
