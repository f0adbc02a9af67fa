// From nothing to a first ticket by following the screen: an operator's link, a new portal, its
// first steps. Usage: node new_tenant.mjs PROGRAM. Prints TAP; exit 77 is "skipped".
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { missing, openBrowser, openReader } from "./browser.mjs";
import { startSite } from "./site.mjs";

const SKIPPED = 77;
const PASSWORD = "correct horse battery staple";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

const press = async (page, name) => {
  await Promise.all([page.waitForNavigation(), page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name }).first().click()]);
};
const follow = async (page, name) => {
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name, exact: true }).first().click()]);
};

async function makeTenant(page, site) {
  const { link } = JSON.parse(await site.command("tenant", "invite", "--json"));
  const path = new URL(link).pathname;

  await page.goto(path);
  await page.fill("#name", "Northgate Tools");
  await page.fill("#slug", "northgate");
  await page.fill("#host", "northgate.localhost");
  await page.fill("#time_zone", "Europe/London");
  await page.fill("#currency", "GBP");
  await page.fill("#admin_name", "Nora Gate");
  await page.fill("#email", "nora@northgate.example");
  await page.fill("#password", "short");
  await press(page, "Make the portal");
  assert.equal(await page.locator("#password ~ .fault, .field.is-bad #password").count() > 0, true, "a short password is said");
  assert.equal(await page.inputValue("#name"), "Northgate Tools", "what was typed is kept");
  await page.fill("#password", PASSWORD);
  await press(page, "Make the portal");
  await follow(page, "Go to the first steps");
  await press(page, "Sign in");
  assert.equal(new URL(page.url()).pathname, "/desk/setup");
  return path;
}

async function settings(page) {
  await follow(page, "Set the brand");
  await page.fill("#welcome_en", "Tools that last");
  await press(page, "Save");
  assert.equal(new URL(page.url()).pathname, "/desk/setup", "the next step waits");
  await follow(page, "Set the region");
  await page.selectOption("#date_style", "iso");
  await press(page, "Save");
  await press(page, /^Leave out.*Who mails are from/);
  assert.equal(await page.getByText("Done", { exact: true }).count(), 2);
  assert.equal(await page.getByText("Left out", { exact: true }).count(), 1);
}

async function product(page) {
  await follow(page, "Add a product");
  await page.fill('[name="name"]', "Bench Saw");
  await page.fill('[name="prefix"]', "SAW");
  await page.locator("main form button.is-main").click();
  await page.waitForURL(/\/policies\/new/);
  await page.fill('[name="name"]', "One year");
  await page.locator("main form button.is-main").click();
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  await follow(page, "First steps");
}

async function customer(page) {
  await follow(page, "Add a customer");
  await page.fill('[name="name"]', "Harbour Joinery");
  await page.locator("main form button.is-main").click();
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  await page.getByRole("link", { name: "Add a person" }).click();
  await page.fill('[name="full_name"]', "Harry Bour");
  await page.fill('[name="email"]', "harry@harbour.example");
  await page.locator("main form button.is-main").first().click();
  await page.waitForLoadState();
  await page.goto(new URL("/desk/setup", page.url()).href);
}

async function ticket(page) {
  await follow(page, "File a ticket");
  await page.getByLabel("Who reports the problem?").fill("Harry Bour");
  await page.fill('[name="organisation"]', "Harbour Joinery");
  await page.fill('[name="subject"]', "The saw stops after a minute");
  await page.fill('[name="text"]', "It stops, and starts again after ten minutes.");
  await page.selectOption('[name="topic"]', { index: 1 });
  await page.locator("main form button.is-main").first().click();
  await page.waitForURL(/\/desk\/tickets\/[0-9a-f-]{36}/);
  assert.match(await page.locator("main").innerText(), /The saw stops after a minute/);
}

async function walk(browser, site, base) {
  const reader = await openReader(browser, base, { language: "en", width: 1280 });
  const page = await reader.newPage();
  const path = await makeTenant(page, site);

  await settings(page);
  await product(page);
  await customer(page);
  await ticket(page);
  await page.goto(new URL("/desk/setup", page.url()).href);
  await page.getByText("That was all").waitFor();
  await press(page, "Finish");
  assert.equal(await page.getByRole("link", { name: "First steps" }).count(), 0, "nobody is led any more");
  const again = await page.goto(`${base}${path}`);
  assert.equal(again.status(), 404, "the link worked once");
  await reader.close();
}

async function main() {
  const why = missing();
  if (why) {
    console.log(`1..0 # SKIP ${why}`);
    process.exit(SKIPPED);
  }
  const base = `http://127.0.0.1:${await freePort()}`;
  const site = await startSite(process.argv[2], { GATEHOUSE_PORTAL_LISTEN: base.slice("http://".length) });
  const browser = await openBrowser();
  try {
    await walk(browser, site, base);
    console.log("1..1\nok 1 - from an operator's link to a first ticket by following the screen");
  } finally {
    await browser.close();
    await site.stop();
  }
}

await main();
