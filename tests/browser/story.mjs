// The whole outcome as a customer and an agent live it. Each function is one thing that somebody
// does and sees; `told` carries what a later one must know (numbers, texts, addresses).
import assert from "node:assert/strict";

const RULE_TRIES = 60;
const RULE_PAUSE_MS = 250;
const QUEUE_PAGES = 20;
const WRONG_PASSWORD = "E-mail and password do not match an account that can sign in. " +
  "After five wrong passwords an account is locked for 15 minutes.";

export const PEOPLE = {
  en: {
    customer: "anna@marlowgrocers.example",
    agent: "priya@tilwick.example",
    query: "receipt printer",
    subject: "Receipt printer stops after the update",
    text: "Since the update the printer on till 3 stops after two receipts. We are in London.",
    city: "London",
    team: "South region",
    rule: "Team and level by city",
    answer: "Thank you. Set the cut to 300 ms under Settings, Printer, then print again.",
    note: "Same fault as last week: ask for the firmware of the printer.",
  },
  zh: {
    customer: "wang@jnxg.example",
    agent: "chen@tilwick.example",
    query: "小票打印机",
    subject: "更新之后小票打印机停止工作",
    text: "更新以后，徐汇店三号收银机打印两张小票就停止。",
    city: "上海",
    team: "East China",
    rule: "按城市分派团队和级别",
    answer: "您好，请在“设置”的“打印机”中把切纸延时改为 300 毫秒，然后重新打印。",
    note: "与上周相同的故障：请确认打印机固件版本。",
  },
};

const ticketNumber = async (page) => (await page.locator(".crumbs").innerText()).match(/T-\d+/)[0];

export async function wrongPassword(reader, who) {
  await reader.page.goto("/login");
  await reader.check("sign-in");
  reader.expected.add(422);
  await reader.submitLogin(who.customer, "not the password");
  await reader.page.locator(".fault").waitFor();
  const faults = reader.page.locator(".fault");
  assert.equal(await faults.count(), 1, "one sentence says what is wrong");
  const said = (await faults.innerText()).trim();
  assert.equal(said, reader.text(WRONG_PASSWORD));
  assert.equal(await reader.page.inputValue('[name="email"]'), who.customer, "the e-mail is kept");
  assert.equal(await reader.page.inputValue('[name="password"]'), "", "the password is not");
  await reader.check("sign-in with a fault");
  reader.expected.clear();
}

export async function home(reader, who) {
  await reader.signIn(who.customer);
  await reader.sees("Needs you");
  const rows = reader.page.locator(".needs-row");
  assert.ok(await rows.count() > 0, "something needs the reader");
  assert.equal(await rows.locator("a.button").count(), await rows.count(), "each row has its act");
  await reader.check("home");
}

export async function findArticle(reader, who) {
  const { page } = reader;
  const search = page.locator('main form[role="search"]').first();
  await search.locator('[name="q"]').fill(who.query);
  await search.locator('[name="q"]').press("Enter");
  await page.waitForURL((url) => url.searchParams.get("q") === who.query);
  await reader.check("search");
  const found = page.locator('.results a[href^="/kb/article/"]').first();
  const title = (await found.innerText()).trim();
  await found.click();
  await page.locator("article h1").waitFor();
  assert.equal((await page.locator("article h1").innerText()).trim(), title);
  const shown = await page.locator("article.article").getAttribute("lang");
  assert.ok(shown.startsWith(reader.language), `an article in the reader's language, not ${shown}`);
  assert.ok((await page.locator(".prose").innerText()).length > 200, "the article has a text");
  await reader.check("article");
}

async function describe(page, who) {
  await page.locator('[name="topic"]').first().check();
  await page.locator("#text").fill(who.text);
  const site = page.locator("#site option", { hasText: who.city });
  await page.locator("#site").selectOption(await site.getAttribute("value"));
  await page.locator("#impact").selectOption("4");
}

async function send(reader, told) {
  const { page } = reader;
  await page.getByRole("button", { name: reader.text("Send ticket") }).click();
  await page.waitForURL((url) => /^\/tickets\/[0-9a-f-]{36}$/.test(url.pathname));
  told.path = new URL(page.url()).pathname;
  told.number = await ticketNumber(page);
}

async function readSuggestion(page) {
  const first = page.locator("#suggest details").first();
  await first.waitFor();
  await first.locator("summary").click();
  const body = first.locator(".prose");
  await body.waitFor({ state: "visible" });
  assert.ok((await body.innerText()).length > 40, "the article unfolds in place");
}

export async function fileTicket(reader, who, told) {
  const { page } = reader;
  await reader.go("/tickets");
  await page.locator('main a[href="/tickets/new"]').first().click();
  await page.locator("#subject").waitFor();
  await reader.check("new ticket");
  await page.locator("#subject").pressSequentially(who.subject);
  await readSuggestion(page);
  await describe(page, who);
  await reader.check("new ticket with suggestions");
  await send(reader, told);
  await reader.check("filed ticket");
}

// The demo's repairs: a field that another one shows, kept over a change of the topic, and asked for
// by the server whatever the browser would let pass.
export async function fileRepair(reader, who) {
  const { page } = reader;
  const model = page.locator('input[name="fields.model"]');
  await page.goto("/tickets/new");
  await page.locator('[name="topic"][value="fault"]').check();
  await page.locator('[name="fields.device"]').selectOption("printer");
  await model.fill("RP-80");
  await page.locator('[name="topic"][value="repair"]').check();
  await page.locator('[name="fields.bought_on"]').waitFor();
  assert.equal(await model.inputValue(), "RP-80", "a field that both topics have keeps its value");
  assert.notEqual(await page.inputValue("#text"), "", "the topic's text stands in the form");
  await reader.check("new ticket with fields");
  await page.locator('[name="topic"][value="question"]').check();
  await model.waitFor({ state: "hidden" });
  assert.equal(await page.inputValue("#text"), "", "an untouched text goes with its topic");
  await page.locator('[name="topic"][value="repair"]').check();
  await model.waitFor();
  assert.equal(await model.inputValue(), "RP-80", "it comes back");
  await page.locator("#subject").fill(who.subject);
  await model.fill("");
  reader.expected.add(422);
  await page.locator("form[enctype]").evaluate((form) => { form.noValidate = true; });
  await page.getByRole("button", { name: reader.text("Send ticket") }).click();
  await page.locator("#fields\\.model-fault").waitFor();
  await reader.check("a field that is required");
  await model.fill("RP-80");
  await page.getByRole("button", { name: reader.text("Send ticket") }).click();
  await page.waitForURL((url) => /^\/tickets\/[0-9a-f-]{36}$/.test(url.pathname));
  assert.ok((await page.locator(".ticket-side").innerText()).includes("RP-80"));
  await reader.check("filed repair");
}

// Suggestions come as a step of the same form; what was typed is still there.
export async function fileWithoutScripts(reader, who, told) {
  const { page } = reader;
  await reader.signIn(who.customer);
  await page.goto("/tickets/new");
  await page.locator("#subject").fill(who.subject);
  await describe(page, who);
  await page.locator('button[name="step"][value="suggest"]').click();
  await readSuggestion(page);
  assert.equal(await page.inputValue("#subject"), who.subject, "the subject is kept");
  assert.equal(await page.inputValue("#text"), who.text, "the text is kept");
  await reader.check("new ticket without scripts");
  await send(reader, told);
  assert.ok((await page.locator(".thread").innerText()).includes(who.text));
  await reader.check("filed ticket without scripts");
}

export async function seeTicket(reader, who, told) {
  const { page } = reader;
  await reader.go("/tickets");
  const row = page.locator("tr", { hasText: told.number });
  assert.ok((await row.innerText()).includes(who.subject), "the list shows the ticket");
  await reader.check("tickets");
  await row.locator("a.row-link").click();
  await page.waitForURL((url) => url.pathname === told.path);
  assert.equal((await page.locator("h1").innerText()).trim(), who.subject);
  assert.ok((await page.locator(".thread").innerText()).includes(who.text), "the text as typed");
  await reader.check("ticket");
}

export async function orderAndLicence(reader, told) {
  const { page } = reader;
  await reader.go("/orders");
  await reader.check("orders");
  await page.locator("tr", { hasText: reader.text("Done") }).last().locator("a.row-link").click();
  await page.waitForURL((url) => url.pathname.startsWith("/orders/"));
  assert.ok(await page.locator(".timeline li").count() >= 4, "the steps of the order");
  await reader.check("order");
  const licence = page.locator('main .panel a[href^="/licences/"]').first();
  const title = (await licence.innerText()).trim();
  await licence.click();
  await page.waitForURL((url) => url.pathname.startsWith("/licences/"));
  assert.equal((await page.locator("h1").innerText()).trim(), title, "the order's licence");
  told.key = (await page.locator(".code-box code").first().innerText()).trim();
  assert.ok(told.key.length > 10, "the licence shows its key");
  await reader.check("licence");
}

// The number in a list of the desk, on whichever of its pages it is.
async function findInQueue(page, number) {
  const row = page.locator(`.list-row:has(.list-row-head > :text-is("${number}"))`);
  for (let i = 0; i < QUEUE_PAGES; i++) {
    await page.locator(".list-row, .empty").first().waitFor();
    if (await row.count() > 0) return row.first();
    await page.locator(".pane-foot a[href*='after=']").first().click();
  }
  throw new Error(`${number} is not in the queue`);
}

async function openQueue(reader, view) {
  const link = reader.page.locator(`a[href="/desk?view=${view}"]`).filter({ visible: true });
  if (await link.count() === 0) await reader.page.locator(".view-picker summary").click();
  await link.first().click();
  await reader.page.waitForURL((url) => url.search.includes(`view=${view}`));
}

// Rules run after the ticket is saved, from the queue of events: the page says it once it is done.
async function ruleDone(page, who) {
  const team = page.locator(".setting", { hasText: who.team });
  for (let i = 0; i < RULE_TRIES && await team.count() === 0; i++) {
    await new Promise((resolve) => { setTimeout(resolve, RULE_PAUSE_MS); });
    await page.reload();
  }
  assert.equal(await team.count(), 1, `the rule gave the ticket to ${who.team}`);
}

export async function agentSeesRule(reader, who, told) {
  const { page } = reader;
  await reader.signIn(who.agent);
  await page.waitForURL((url) => url.pathname === "/desk");
  await openQueue(reader, "open"); // the team gives it to somebody by itself
  await reader.check("queue");
  await (await findInQueue(page, told.number)).locator("a").click();
  await page.locator(".ticket-head h1").waitFor();
  await ruleDone(page, who);
  const level = page.locator('.setting:has(form[action$="/level"]) summary b');
  assert.equal((await level.innerText()).trim(), "2", "the rule raised the level");
  await page.locator(".pane-facts details:has(.rule-runs) > summary").click();
  const trace = page.locator(".rule-runs > li", { hasText: who.rule });
  const said = await trace.innerText();
  assert.ok(said.includes(reader.text("Team: {}", who.team)), `the trace: ${said}`);
  assert.ok(said.includes(reader.text("Level: {}", "2")), `the trace: ${said}`);
  await reader.check("ticket at the desk");
}

export async function write(reader, kind, text) {
  const { page } = reader;
  const form = page.locator(".pane-answer");
  await form.locator(`label:has([value="${kind}"])`).click();
  await form.locator("#text").fill(text);
  await form.getByRole("button", { name: reader.text("Send"), exact: true }).click();
  await page.locator(".bubble", { hasText: text }).waitFor();
}

export async function agentAnswers(reader, who) {
  const { page } = reader;
  await write(reader, "reply", who.answer);
  await write(reader, "note", who.note);
  assert.equal(await page.locator(".bubble.is-note", { hasText: who.note }).count(), 1);
  await reader.check("answered ticket at the desk");
  const state = page.locator('.setting:has(form[action$="/status"])');
  await state.locator("summary").click();
  await state.locator('button[value="solved"]').click();
  await page.locator(".setting summary b", { hasText: reader.text("Solved") }).waitFor();
  await reader.check("solved ticket at the desk");
}

export async function customerSeesAnswer(reader, who, told) {
  const { page } = reader;
  await reader.go("/");
  await page.locator(`.needs-row a[href^="${told.path}"]`).click();
  await page.locator(".bubble", { hasText: who.answer }).waitFor();
  assert.ok(!(await page.content()).includes(who.note), "the note stays with staff");
  await reader.sees("Is it solved?");
  await reader.check("solved ticket");
}

export async function confirmSolved(reader) {
  const { page } = reader;
  await page.getByRole("button", { name: reader.text("Yes, it is solved") }).click();
  await reader.sees("This ticket is closed");
  await reader.check("closed ticket");
}

export async function signOut(reader) {
  await reader.signOut();
  await reader.check("signed out");
  await reader.page.goto("/tickets");
  await reader.page.waitForURL((url) => url.pathname === "/login");
}
