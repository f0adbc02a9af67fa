// The pictures of the README, from a fresh demo: the customer's home page and the desk with a
// ticket open. Usage: node shots.mjs PROGRAM FOLDER
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { missing, openBrowser } from "./browser.mjs";
import { Reader } from "./reader.mjs";
import { startSite } from "./site.mjs";
import { PEOPLE } from "./story.mjs";

const WIDTH = 1280;
const HEIGHT = 820;
const WHO = { language: "en", width: WIDTH };

async function take(page, folder, name) {
  const path = join(folder, name);
  await page.screenshot({ path });
  console.log(`${path}: ${Math.ceil(statSync(path).size / 1024)} kB`);
}

async function open(browser, site, email) {
  const reader = await Reader.open(browser, site, WHO);
  await reader.page.setViewportSize({ width: WIDTH, height: HEIGHT });
  await reader.signIn(email);
  return reader;
}

async function home(browser, site, folder) {
  const customer = await open(browser, site, PEOPLE.en.customer);
  await take(customer.page, folder, "home.png");
  await customer.close();
}

async function queue(browser, site, folder) {
  const agent = await open(browser, site, PEOPLE.en.agent);
  await agent.page.locator(".list-row-subject", { hasText: "Receipt printer" }).first().click();
  await agent.page.locator(".ticket-head h1").waitFor();
  await take(agent.page, folder, "queue.png");
  await agent.close();
}

async function main(program, folder) {
  const why = missing();
  if (!program || !folder || why) {
    console.error(why ?? "usage: node shots.mjs PROGRAM FOLDER");
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const [browser, site] = await Promise.all([openBrowser(), startSite(program)]);
  try {
    await home(browser, site, folder);
    await queue(browser, site, folder);
  } finally {
    await browser.close();
    await site.stop();
  }
  return 0;
}

process.exitCode = await main(...process.argv.slice(2));
