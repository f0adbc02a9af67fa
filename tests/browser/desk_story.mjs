// What agents do with tickets beyond answering them, and what their customer sees of it. Each function
// is one thing that somebody does and sees; `told` carries what a later one must know.
import assert from "node:assert/strict";

import { write } from "./story.mjs";

const TRIES = 60;
const PAUSE_MS = 250;

export const PEOPLE = {
  en: {
    customer: "anna@marlowgrocers.example",
    agent: "priya@tilwick.example",
    colleague: "dan@tilwick.example",
    colleagueName: "Dan Osei",
    approver: "ruth@tilwick.example",
    search: 'org:"Marlow Grocers" status:open',
    tag: "sweep",
    source: "Receipt printer stops after the update to 5.2",
    target: "Refund to card refused, code 41",
    part: "The card terminal refuses refunds",
    order: "Please look at the terminal on site",
    reason: "I am at another customer's until Friday",
    question: "May we replace the terminal free of charge? It is out of warranty by a week.",
    opinion: "Yes, once",
    work: "On site, with a new terminal",
    view: "Marlow, open",
    macro: "Ask for the serial",
    caller: "Vera Lind",
    call: "The drawer opens by itself",
  },
  zh: {
    customer: "wang@jnxg.example",
    agent: "chen@tilwick.example",
    search: "客户单位:江南鲜果连锁 状态:处理中",
    tag: "集中处理",
    source: "更新后小票打印机打印两张就停",
    target: "新店收银机提示席位不足",
    work: "远程检查打印机",
    view: "江南鲜果，处理中",
  },
};

const idOf = (url) => new URL(url).pathname.match(/[0-9a-f-]{36}/)[0];
const press = (reader, within, english, ...values) => within
  .getByRole("button", { name: reader.text(english, ...values), exact: true }).click();

// Until the page says so: what happens after the request that asked for it.
async function until(page, isSo, what) {
  for (let i = 0; i < TRIES && !await isSo(); i++) {
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    await page.reload();
  }
  assert.ok(await isSo(), what);
}

// A small form beside the ticket, by the words that open it.
async function unfold(reader, english) {
  const box = reader.page.locator("#facts details.fold", { hasText: reader.text(english) });
  if (!await box.first().evaluate((details) => details.open)) await box.first().locator("summary").click();
  return box.first();
}

async function openTicket(reader, subject) {
  const { page } = reader;
  await page.goto(`/desk/search?q=${encodeURIComponent(subject)}`);
  await page.locator(".list-row-subject", { hasText: subject }).first().click();
  await page.locator(".ticket-head h1", { hasText: subject }).waitFor();
}

// A refused form is an answer of its own, and no fault of the page.
async function refused(reader, act) {
  reader.expected.add(422);
  await act();
  await reader.page.locator("[data-faults]").waitFor();
  reader.expected.clear();
}

// --- a whole result ---

async function searchAll(reader, who) {
  const { page } = reader;
  await page.goto(`/desk/search?q=${encodeURIComponent(who.search)}`);
  return page.locator(".list-row").count();
}

async function chooseAll(reader, who) {
  const count = await searchAll(reader, who);
  await reader.page.locator('button[name="what"][value="all"]').click();
  await reader.page.waitForURL((url) => url.pathname.startsWith("/desk/bulk/"));
  await reader.sees("Change {total} tickets", count);
  return count;
}

async function sayLevel(reader, who, count) {
  const { page } = reader;
  await page.locator("#level").selectOption("1");
  await page.locator("#tag").fill(who.tag);
  await press(reader, page.locator("main"), "Look what would change");
  await reader.sees("What would become of them");
  await reader.sees("Change {changes} tickets now", count);
}

export async function bulkIsCancelled(reader, who) {
  const { page } = reader;
  const count = await chooseAll(reader, who);
  await reader.check("many tickets, chosen");
  await sayLevel(reader, who, count);
  await reader.check("many tickets, looked at");
  await press(reader, page.locator("main"), "Do not change them");
  await searchAll(reader, who);
  assert.equal(await page.locator('.list-row-head > :text-is("L1")').count(), 0, "none is changed");
}

async function bulkEnds(reader) {
  const { page } = reader;
  await page.locator("#progress").waitFor({ state: "detached" });
  await reader.sees("The outcome");
}

export async function bulkIsDoneAndUndone(reader, who) {
  const { page } = reader;
  const count = await chooseAll(reader, who);
  await sayLevel(reader, who, count);
  await press(reader, page.locator("main"), "Change {changes} tickets now", count);
  await bulkEnds(reader);
  await reader.check("many tickets, changed");
  await page.goto(`/desk/search?q=${encodeURIComponent(`${who.search} tag:${who.tag} level:1`)}`);
  assert.equal(await page.locator(".list-row").count(), count, "each has the level and the tag");
  await page.goBack();
  await press(reader, page.locator("main"), "Undo this change");
  await bulkEnds(reader);
  await reader.sees("The change that this one undoes");
  await page.goto(`/desk/search?q=${encodeURIComponent(`tag:${who.tag}`)}`);
  assert.equal(await page.locator(".list-row").count(), 0, "none keeps the tag");
}

// --- two become one, one becomes two ---

export async function merge(reader, who, told) {
  const { page } = reader;
  await openTicket(reader, who.target);
  told.target = idOf(page.url());
  told.targetNumber = (await page.locator(".ticket-head").innerText()).match(/T-\d+/)[0];
  await openTicket(reader, who.source);
  told.source = idOf(page.url());
  const fold = await unfold(reader, "Merge, split");
  await fold.locator('form[action$="/merge"] [name="number"]').fill("T-1");
  await refused(reader, () => press(reader, fold, "Merge"));
  const again = await unfold(reader, "Merge, split");
  await again.locator('form[action$="/merge"] [name="number"]').fill(told.targetNumber);
  await press(reader, again, "Merge");
  await reader.sees("This one ends");
  await reader.check("before a merge");
  await press(reader, page.locator("main"), "Merge the tickets");
  await page.waitForURL((url) => url.pathname.endsWith(told.target));
  await reader.sees("The tickets are merged. This is the one that stays.");
  await reader.check("after a merge");
}

export async function oldNumberLeadsOn(reader, who, told) {
  const { page } = reader;
  await reader.signIn(who.customer);
  await page.goto(`/tickets/${told.source}`);
  assert.equal(idOf(page.url()), told.target, "the old address leads to the ticket that stays");
  await page.locator(".bubble").first().waitFor();
  await reader.check("a merged ticket, its customer");
  await page.goto("/notices");
  const row = page.locator("tbody tr", { hasText: told.targetNumber });
  await until(page, async () => await row.count() > 0, "the customer is told");
  assert.equal(await row.count(), 1, "once");
  await reader.check("notices");
}

export async function unmerge(reader, who, told) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.target}`);
  await press(reader, page.locator('form[action$="/unmerge"]'), "Undo");
  await page.locator(".ticket-head h1", { hasText: who.source }).waitFor();
  assert.equal(idOf(page.url()), told.source, "the first is there again");
}

export async function split(reader, who, told) {
  const { page } = reader;
  // Which ticket of the demo it is goes by the hour: some have one message, which is not split.
  await page.goto(`/desk/tickets/${told.target}`);
  await write(reader, "note", who.order);
  await (await unfold(reader, "Merge, split")).locator('a[href$="/split"]').click();
  await page.locator("#subject").fill(who.part);
  await refused(reader, () => press(reader, page.locator("main"), "Make the new ticket"));
  assert.equal(await page.inputValue("#subject"), who.part, "the subject is kept");
  await reader.check("a split without a message");
  await page.locator('[name="messages"]').first().check();
  await press(reader, page.locator("main"), "Make the new ticket");
  await page.locator(".ticket-head h1", { hasText: who.part }).waitFor();
  told.part = idOf(page.url());
  assert.notEqual(told.part, told.target);
}

// --- given out, refused, taken ---

async function dispatch(reader, who, told) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.part}`);
  const fold = await unfold(reader, "Dispatch this ticket");
  await fold.locator("#to").selectOption({ label: who.colleagueName });
  await fold.locator("#dispatch-note").fill(who.order);
  await press(reader, fold, "Dispatch");
  await reader.sees("Waits for the answer");
}

async function answerDispatch(reader, told, english, words) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.part}`);
  const form = page.locator('form[action$="/accept"]');
  await form.locator("textarea").fill(words);
  await press(reader, form, english);
}

export async function dispatchIsDeclinedThenAccepted(agent, colleague, who, told) {
  await dispatch(agent, who, told);
  await colleague.signIn(who.colleague);
  await colleague.page.goto("/desk?view=dispatched");
  await colleague.page.locator(".list-row-subject", { hasText: who.part }).waitFor();
  await answerDispatch(colleague, told, "Decline", "");
  await colleague.page.locator(".toast, .banner.is-bad").first().waitFor();
  await answerDispatch(colleague, told, "Decline", who.reason);
  await colleague.sees("The ticket went back to the queue.");
  await dispatch(agent, who, told);
  await agent.page.locator("#facts", { hasText: who.reason }).waitFor();
  await colleague.page.goto(`/desk/tickets/${told.part}`);
  await colleague.page.locator("#facts", { hasText: who.order }).waitFor();
  await colleague.check("a ticket that was sent to me");
  await answerDispatch(colleague, told, "Accept", "");
  await colleague.sees("The ticket is yours.");
}

// --- somebody else decides ---

export async function approvalIsAsked(reader, who, told) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.part}`);
  const fold = await unfold(reader, "Ask for an approval");
  await fold.locator("#approver").selectOption({ index: await fold.locator("#approver option")
    .allInnerTexts().then((names) => names.findIndex((name) => name.startsWith("Ruth"))) });
  await fold.locator("#question").fill(who.question);
  await press(reader, fold, "Ask");
  await reader.sees("Waits for the decision");
}

async function mailedLink(reader) {
  const { page } = reader;
  await page.goto("/demo/mail");
  const link = page.locator('a[href*="/approval/"]').first();
  await until(page, async () => await link.count() > 0, "the mail is written");
  return link.getAttribute("href");
}

// A scanner of mails asks for the address, and by HEAD too; whoever decides sends the form.
export async function linkDecidesOnlyWhenSent(nobody, who) {
  const { page } = nobody;
  const path = await mailedLink(nobody);
  for (const method of ["GET", "HEAD", "GET"]) await page.request.fetch(path, { method });
  await page.goto(path);
  await page.getByText(who.question).waitFor();
  await nobody.sees("Waits for the decision");
  await nobody.check("a decision by link");
  await page.locator('textarea[name="opinion"]').fill(who.opinion);
  await press(nobody, page.locator("main"), "Approve");
  await page.getByText(who.opinion).waitFor();
  await nobody.sees("Approved");
  assert.equal(await page.locator('[name="answer"]').count(), 0, "it is decided once");
  await nobody.check("a decision that was made");
}

// --- what it took ---

export async function timeIsEntered(reader, who, told) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.target}`);
  const fold = await unfold(reader, "Enter time");
  await fold.locator("#minutes").fill("soon");
  await fold.locator("#time-note").fill(who.work);
  await fold.locator('[name="billable"]').uncheck();
  await refused(reader, () => press(reader, fold, "Keep"));
  const again = await unfold(reader, "Enter time");
  assert.equal(await again.locator("#minutes").inputValue(), "soon");
  assert.equal(await again.locator("#time-note").inputValue(), who.work, "what was typed is kept");
  assert.equal(await again.locator('[name="billable"]').isChecked(), false);
  await reader.check("a time that is none");
  await again.locator("#minutes").fill("1h 30m");
  await press(reader, again, "Keep");
  await reader.sees("The time is kept.");
  await (await unfold(reader, "Entries")).getByText(who.work).waitFor();
}

// --- an agent's own tools ---

export async function viewIsSaved(reader, who) {
  const { page } = reader;
  const count = await searchAll(reader, who);
  await page.getByRole("link", { name: reader.text("Save as a view") }).click();
  assert.equal(await page.inputValue("#q"), who.search, "the line comes along");
  await page.locator("#name").fill(who.view);
  await press(reader, page.locator("main"), "Save the view");
  await page.waitForURL((url) => url.searchParams.has("view"));
  assert.equal(await page.locator(".list-row").count(), count, "the view shows what the search did");
  await page.goto("/desk/views");
  const row = page.locator("tr", { hasText: who.view });
  assert.equal((await row.locator("td[data-label]").nth(1).innerText()).trim(), String(count));
  await reader.check("saved views");
}

// A caller who is nobody's yet: the ticket knows no licence, so no serial.
export async function callerIsFiled(reader, who, told) {
  const { page } = reader;
  await page.goto("/desk");
  await page.keyboard.press("c");
  await page.locator("#subject").waitFor();
  await page.locator('[name="reporter_name"]').fill(who.caller);
  await page.locator("#subject").fill(who.call);
  await page.locator('[name="text"]').fill(who.call);
  await page.locator('[name="topic"]').selectOption({ index: 1 });
  await page.locator("main form button.is-main").first().click();
  await page.waitForURL((url) => /^\/desk\/tickets\/[0-9a-f-]{36}$/.test(url.pathname));
  told.call = idOf(page.url());
}

export async function macroLeavesAGap(reader, who, told) {
  const { page } = reader;
  await page.goto("/desk/macros");
  await page.locator("#name").fill(who.macro);
  await page.locator("#body").fill("Hello {reporter}, is {serial} the serial on the device?");
  await press(reader, page.locator("main"), "Save the macro");
  await page.locator("tr", { hasText: who.macro }).waitFor();
  await reader.check("macros");
  await page.goto(`/desk/tickets/${told.call}`);
  await page.locator("[data-macros] > summary").click();
  await page.locator("[data-macros] button", { hasText: who.macro }).click();
  await page.locator("#text", { hasText: "Hello" }).waitFor();
  const text = await page.inputValue("#text");
  assert.ok(text.startsWith(`Hello ${who.caller}`), text);
  assert.match(text, /⟦.*⟧/u, "what the ticket has not is a gap");
  await refused(reader, () => press(reader, page.locator(".pane-answer"), "Send"));
  assert.equal(await page.inputValue("#text"), text, "the answer is kept");
  await reader.check("an answer with a gap");
  told.answer = text.replace(/⟦.*⟧/u, "TC-4410");
  await page.locator("#text").fill(told.answer);
}

// Signed out from another device while the answer is being written: it is there after signing in
// again, and pressing twice sends it once.
export async function answerOutlivesTheSession(reader, device, who, told) {
  const { page } = reader;
  await device.page.goto("/login");
  await device.signIn(who.agent);
  await device.page.goto("/account/sessions");
  await press(device, device.page.locator("main"), "Sign out all others");
  await device.page.waitForLoadState();
  await press(reader, page.locator(".pane-answer"), "Send");
  await page.waitForURL((url) => url.pathname === "/login");
  await reader.signIn(who.agent);
  await page.waitForURL((url) => url.pathname === "/resume");
  await page.getByText(told.answer).waitFor();
  await reader.check("an answer that waited");
  await page.locator("main form button.is-main").dblclick();
  await page.locator(".bubble", { hasText: told.answer }).first().waitFor();
  await page.goto(`/desk/tickets/${told.call}`);
  assert.equal(await page.locator(".bubble", { hasText: told.answer }).count(), 1, "sent once");
}

export async function commandsAreFound(reader, told) {
  const { page } = reader;
  await page.goto(`/desk/tickets/${told.call}`);
  await page.keyboard.press("Control+k");
  await page.locator("dialog.commands input").waitFor();
  await reader.check("the command box");
  await page.keyboard.type("level 3");
  await page.keyboard.press("Enter");
  await page.locator('.setting:has(form[action$="/level"]) summary b', { hasText: "3" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("r");
  assert.equal(await page.evaluate(() => document.activeElement.id), "text", "r is for replying");
}

// Changes are mailed at once here, so that nobody waits for the window that makes one mail of many.
export async function mailAtOnce(reader) {
  const { page } = reader;
  await reader.signIn("admin@tilwick.example");
  await page.goto("/desk/settings/mail");
  await page.locator("details.fold", { has: page.locator("#window_seconds") }).locator("summary").click();
  await page.locator("#window_seconds").fill("0");
  await press(reader, page.locator("main"), "Save");
  await page.waitForLoadState();
}
