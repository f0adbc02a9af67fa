// What agents do with tickets beyond answering them, in a real browser on the built program with a
// fresh demo tenant: in English at a desk, in Chinese at a phone, both at once.
// Usage: node desk.mjs PROGRAM. Prints TAP and a closing line; exit 77 is "skipped".
import * as desk from "./desk_story.mjs";
import { Reader } from "./reader.mjs";
import { play, start } from "./scenes.mjs";

const GIVE_UP_MS = 300_000;

async function atADesk(browser, site) {
  const who = desk.PEOPLE.en;
  const open = () => Reader.open(browser, site, { language: "en", width: 1280 });
  const [agent, colleague, customer, nobody] = await Promise.all([open(), open(), open(), open()]);
  const told = {};

  await play("en, desk", [agent, colleague, customer, nobody], [
    ["mails go at once", () => desk.mailAtOnce(nobody)],
    ["nobody is signed in at the mails", () => nobody.signOut()],
    ["an agent signs in", () => agent.signIn(who.agent)],
    ["a change of a whole result is done and undone", () => desk.bulkIsDoneAndUndone(agent, who)],
    ["two tickets become one", () => desk.merge(agent, who, told)],
    ["the old number leads on, told once", () => desk.oldNumberLeadsOn(customer, who, told)],
    ["the merge is undone", () => desk.unmerge(agent, who, told)],
    ["a message becomes a ticket", () => desk.split(agent, who, told)],
    ["a dispatch is declined, another accepted",
      () => desk.dispatchIsDeclinedThenAccepted(agent, colleague, who, told)],
    ["an approval is asked for", () => desk.approvalIsAsked(agent, who, told)],
    ["its link decides only when sent", () => desk.linkDecidesOnlyWhenSent(nobody, who)],
    ["a time that is none keeps what was typed", () => desk.timeIsEntered(agent, who, told)],
    ["a search becomes a view", () => desk.viewIsSaved(agent, who)],
    ["a caller is filed", () => desk.callerIsFiled(agent, who, told)],
    ["a macro leaves a gap that is not sent", () => desk.macroLeavesAGap(agent, who, told)],
    ["the answer outlives the session, and is sent once",
      () => desk.answerOutlivesTheSession(agent, nobody, who, told)],
    ["Ctrl-K finds what to do", () => desk.commandsAreFound(agent, told)],
  ]);
  return agent.checked + colleague.checked + customer.checked + nobody.checked;
}

async function atAPhone(browser, site) {
  const who = desk.PEOPLE.zh;
  const open = () => Reader.open(browser, site, { language: "zh", width: 390 });
  const [agent, customer] = await Promise.all([open(), open()]);
  const told = {};

  await play("zh, phone", [agent, customer], [
    ["an agent signs in", () => agent.signIn(who.agent)],
    ["a change of a whole result is looked at and left", () => desk.bulkIsCancelled(agent, who)],
    ["two tickets become one", () => desk.merge(agent, who, told)],
    ["the old number leads on, told once", () => desk.oldNumberLeadsOn(customer, who, told)],
    ["the merge is undone", () => desk.unmerge(agent, who, told)],
    ["a time that is none keeps what was typed", () => desk.timeIsEntered(agent, who, told)],
    ["a search becomes a view", () => desk.viewIsSaved(agent, who)],
  ]);
  return agent.checked + customer.checked;
}

await start(GIVE_UP_MS, async (browser, site) => {
  const pages = await Promise.all([atADesk(browser, site), atAPhone(browser, site)]);

  console.log(`# ${pages[0] + pages[1]} pages looked at, in light and dark`);
});
