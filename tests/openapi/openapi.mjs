// Holds docs/openapi/*.json against the program: node openapi.mjs PROGRAM
// Each route is described and nothing else is; and what a running service answers is as described.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startSite } from "../browser/site.mjs";
import { Caller } from "./caller.mjs";
import { Description } from "./description.mjs";
import { licensingStory } from "./licensing.mjs";
import { portalStory } from "./portal.mjs";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../docs/openapi");
const WAIT_MS = 30_000;
const STEP_MS = 250;

// What the description has and the program has not, and the other way round.
export function differences(routes, description, service, begin) {
  const told = new Set(description.operations());
  const real = new Set(routes.filter((r) => r.service === service && r.path.startsWith(begin)).map((r) => `${r.method} ${r.path}`));
  return [
    ...[...real].filter((r) => !told.has(r)).map((r) => `not described: ${r}`),
    ...[...told].filter((r) => !real.has(r)).map((r) => `described, but there is none: ${r}`),
  ];
}

async function later(get) {
  for (let waited = 0; waited < WAIT_MS; waited += STEP_MS) {
    const value = await get();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  throw new Error("what was waited for did not come");
}

// A judge that lets everything pass is none.
function plant(description) {
  const operation = "GET /v1/ping";
  const bad = [{ status: 200, body: { meta: { ts: "yesterday" } } }, { status: 200, body: { meta: {} } }, { status: 418, body: {} }];
  for (const answer of bad) {
    if (description.judge({ operation, type: "application/vnd.api+json", ...answer }).length === 0) throw new Error("a planted fault was not seen");
  }
  if (description.judge({ operation: "GET /v1/nothing", status: 200 }).length === 0) throw new Error("a planted path was not seen");
  if (differences([], description, "licensing", "/v1").length === 0) throw new Error("planted differences were not seen");
  description.seen.clear();
}

const site = await startSite(process.argv[2]);
const faults = [];
try {
  const routes = JSON.parse(await site.command("routes", "--json"));
  const token = JSON.parse(await site.command("token", "create", "--tenant", "demo", "--role", "admin", "--json")).token;
  for (const [service, begin, base, story] of [
    ["licensing", "/v1", site.licensing, licensingStory], ["portal", "/api/v1", site.portal, portalStory],
  ]) {
    const description = new Description(path.join(folder, `${service}.json`));
    const caller = new Caller(description, base, token);
    description.compileAll();
    if (service === "licensing") plant(description);
    faults.push(...differences(routes, description, service, begin));
    await story(caller, site, later).catch((error) => faults.push(`${service}: ${error.stack}`));
    faults.push(...caller.faults);
    faults.push(...description.unseen((status) => status < 400).map((o) => `never asked for with success: ${o}`)
      .filter((fault) => !/reset-password|internal\/signatures/.test(fault)));
    const answers = [...description.seen.values()].flat().length;
    console.log(`${service}: ${description.operations().length} operations described, ${answers} answers judged`);
  }
} finally {
  await site.stop();
}
for (const fault of faults.slice(0, 60)) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
