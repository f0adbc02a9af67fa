// A person at a browser: reads pages in a language at a width, and looks at each page as a
// demanding visitor would: nothing for axe to find in either theme, no sideways scroll, one main
// heading, the right language, nothing refused by the content security policy.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

import { axePath, openReader } from "./browser.mjs";
import { PASSWORD } from "./site.mjs";

const WAIT_MS = 30_000;
const WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const CHINESE = new URL("../../www/lang/zh/", import.meta.url);

// English is the key of every sentence, so a test names pages by the sentences in the templates.
const catalogue = Object.assign({}, ...readdirSync(CHINESE)
  .map((file) => JSON.parse(readFileSync(new URL(file, CHINESE), "utf8"))));
let axe = null; /* read at the first page: where it is missing, the journey says so and is skipped */

function lookOf() {
  const root = document.documentElement;
  return {
    language: root.lang,
    headings: [...document.querySelectorAll("h1")].map((heading) => heading.textContent.trim()),
    sideways: root.scrollWidth - root.clientWidth,
    title: document.title,
  };
}

const told = (violation) => `${violation.id}: ` + violation.nodes.slice(0, 3)
  .map((node) => `${node.target} ${node.failureSummary.replace(/\s+/g, " ")}`).join("; ");

// Through the debugger, which the content security policy does not concern.
async function violations(page, options) {
  axe ??= readFileSync(axePath(), "utf8");
  const debug = await page.context().newCDPSession(page);
  await debug.send("Runtime.evaluate", { expression: `${axe};0` });
  const found = await page.evaluate((given) => window.axe.run(document, given), options);
  await debug.detach();
  return found.violations.map(told);
}

export class Reader {
  static async open(browser, site, who) {
    const context = await openReader(browser, site.portal, who);
    context.setDefaultTimeout(WAIT_MS);
    return new Reader(context, await context.newPage(), who);
  }

  constructor(context, page, who) {
    Object.assign(this, { context, page, who, language: who.language, checked: 0 });
    this.faults = [];
    this.expected = new Set();
    page.on("pageerror", (error) => this.faults.push(`script: ${error.message}`));
    page.on("console", (message) => this.#heard(message));
    page.on("requestfailed", (request) => this.#failed(request));
  }

  // Chromium tells of a refused style or script, and of each answer that is an error.
  #heard(message) {
    if (message.type() !== "error") return;
    const status = message.text().match(/status of (\d+)/)?.[1];
    if (!status || !this.expected.has(Number(status)))
      this.faults.push(`console: ${message.text()} (${message.location().url})`);
  }

  // A page that is left before its last request was answered is no fault of the page.
  #failed(request) {
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") this.faults.push(`request: ${why} ${request.url()}`);
  }

  text(english, ...values) {
    const sentence = this.language === "zh" ? catalogue[english] : english;
    assert.ok(sentence, `"${english}" is not in the Chinese catalogue`);
    return values.reduce((text, value) => text.replace(/\{\w*\}/, value), sentence);
  }

  async sees(english, ...values) {
    await this.page.getByText(this.text(english, ...values)).filter({ visible: true }).first()
      .waitFor();
  }

  // axe is a script: where scripts are off it looks at a twin of the page, whose own are empty.
  async #twin() {
    const { page, who } = this;
    const url = page.url();
    const body = await page.content();
    const context = await openReader(page.context().browser(), url, { ...who, scripts: true });
    await context.route("**/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
    await context.route(url, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
    const twin = await context.newPage();
    await twin.goto(url);
    return twin;
  }

  async #look() {
    const page = this.who.scripts === false ? await this.#twin() : this.page;
    const light = await violations(page, { runOnly: WCAG });
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await violations(page, { runOnly: { type: "rule", values: ["color-contrast"] } });
    await page.emulateMedia({ colorScheme: "light" });
    if (page !== this.page) await page.context().close();
    return [...light, ...dark.map((text) => `dark: ${text}`)];
  }

  async check(name) {
    const look = await this.page.evaluate(lookOf);
    const where = `${name} (${this.page.url()})`;

    assert.equal(look.language, this.language === "zh" ? "zh-CN" : "en", `language of ${where}`);
    assert.equal(look.headings.length, 1, `main headings of ${where}: ${look.headings}`);
    assert.ok(look.headings[0], `${where} has an empty heading`);
    assert.ok(look.title, `${where} has no title`);
    assert.ok(look.sideways <= 0, `${where} scrolls sideways by ${look.sideways} px`);
    assert.deepEqual(await this.#look(), [], `axe on ${where}`);
    assert.deepEqual(this.faults, [], `faults on ${where}`);
    this.checked++;
  }

  // By the menu that is in sight; in a narrow window it, or the rest of it, has to be opened.
  async go(path) {
    const link = this.page.locator(`nav a[href="${path}"]`).filter({ visible: true }).first();
    if (await link.count() === 0) await this.page.locator(".bottom-bar summary, .top-menu summary").filter({ visible: true }).click();
    await link.click();
    await this.page.waitForURL((url) => url.pathname === path);
  }

  async submitLogin(email, password) {
    const form = this.page.locator('form[action="/login"]');
    await form.locator('[name="email"]').fill(email);
    await form.locator('[name="password"]').fill(password);
    await form.getByRole("button", { name: this.text("Sign in"), exact: true }).click();
  }

  async signIn(email) {
    if (!this.page.url().includes("/login")) await this.page.goto("/login");
    await this.submitLogin(email, PASSWORD);
    await this.page.waitForURL((url) => url.pathname !== "/login");
  }

  // By the menu in the top bar; the page stays the same one.
  async chooseLanguage() {
    const menu = this.page.locator(".bar .menu:has(.menu-row[lang])");
    await menu.locator("summary").click();
    await menu.locator(`.menu-row[lang^="${this.language}"]`).click();
    await this.page.locator(`html[lang^="${this.language}"]`).waitFor();
  }

  async signOut() {
    await this.page.locator(".bar .menu", { has: this.page.locator('[action="/logout"]') })
      .locator("summary").click();
    await this.page.locator('form[action="/logout"] button').click();
    await this.page.waitForURL((url) => url.pathname === "/login");
  }

  close() {
    return this.context.close();
  }
}
