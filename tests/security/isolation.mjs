// Nothing of another tenant, another organisation or a colleague's is told to anybody: every text of
// theirs carries a mark, and every page, list, search, file, export and API answer that others get is
// looked at for it; every id of theirs is asked for at every row of the route table; and the answers
// are the same to the byte whether the others have anything or not. Usage: node isolation.mjs PROGRAM
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./asker.mjs";
import { Crawl } from "./crawl.mjs";
import { entries, fillAll, send } from "./fill.mjs";
import { OTHER_HOST, PEOPLE, routeOf } from "./house.mjs";
import { Planter } from "./plant.mjs";
import { Faults, run } from "./tell.mjs";

// Without GATEHOUSE_WHOLE=1 each path is asked with the ids that belong to it and, in turn, with one in six of the others.
const WHOLE = process.env.GATEHOUSE_WHOLE === "1";
const OTHERS = 6;
const EACH = WHOLE ? 6 : 4;             // pages of each row of the route table
const SETTLE_TRIES = 20;
const SETTLE_MS = 1500;
const IDS_EACH = 1;         // rows of each table
const PLANTED_LEAST = { zqother: 130, zqstrange: 35, zqmate: 15 };
const SEEN_LEAST = 25;      // pages on which those whose it is see the mark
const COLLEAGUE = "grace@marlowgrocers.example";
const WORDS = ["printer", "receipt", "till", "licence", "update", "the", "a", "打印", "收银", "更新", "1", "T-1001", "C-1001", "SO-", "@"];
// Rows that only a link in a mail leads to (their {token} is a secret of 256 bits), and where a
// browser comes back from a provider.
const BY_LETTER = /\{token\}|^\/login\/sso\/back$/;

const STARTS = ["/", "/style", "/t/T-1001", "/desk/bulk", "/desk/setup"];

const BY_ID = /\{(?!token|number|slug|name)/;

const state = {};

const owners = (demo, organisation) => ({
  organisation: `name ${organisation}`,
  person: `id IN (SELECT person_id FROM membership WHERE tenant_id = '${demo}') AND id NOT IN (SELECT m.person_id FROM membership m
    JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id WHERE NOT (o.name ${organisation}) AND m.tenant_id = '${demo}')`,
});

async function viewersOf(house) {
  const make = async (name, email) => ({ name, visitor: await house.signIn(email) });
  return [
    { name: "nobody", visitor: house.visitor("nobody"), hidden: ["zqother", "zqstrange", "zqmate", "zqnote"] },
    { ...await make("colleague", COLLEAGUE), hidden: ["zqother", "zqstrange", "zqmate", "zqnote"] },
    { ...await make("customer", PEOPLE.customer), hidden: ["zqother", "zqstrange", "zqnote"] },
    { ...await make("agent", PEOPLE.agent), hidden: ["zqother"] },
    { ...await make("administrator", PEOPLE.administrator), hidden: ["zqother"] },
  ];
}

const fieldsOf = (form) => form.fields.filter((f) => ["text", "search", "select", "textarea"].includes(f.type));

// Pages that no link leads to, with an id that their neighbours have.
function derived(house, crawl) {
  const found = [];
  for (const row of house.routes.filter((r) => r.service === "portal" && r.method === "GET" && (r.path.match(/\{/g) ?? []).length === 1 && r.path.includes("{id}/"))) {
    const [before, after] = row.path.split("{id}");
    const neighbour = crawl.rows.get(`${before}{id}`)?.[0];
    if (neighbour && !crawl.rows.has(row.path)) found.push(neighbour.split("?")[0] + after);
  }
  return found;
}

// The pages that a visitor finds by links, and those that his search fields and filters lead to.
async function everything(house, visitor, each = EACH) {
  const crawl = await new Crawl(house, visitor, { each }).from(...STARTS, ...visitor.places ?? []);
  const answers = new Map(crawl.pages);
  for (const form of [...crawl.forms.values()].filter((f) => f.method === "get" && f.row)) {
    for (const field of fieldsOf(form)) {
      for (const word of field.type === "select" ? field.options.slice(0, 8) : WORDS) {
        const sent = entries(form, (f) => (f === field ? word : f.type === "select" ? f.value : ""));
        answers.set(`${form.action}?${new URLSearchParams(sent)}`, await send(visitor, form, sent));
      }
    }
  }
  // Pages that no link leads to.
  for (const row of house.routes.filter((r) => r.service === "portal" && r.method === "GET" && !/\{|^\/api\//.test(r.path) && !/download|\.json$/.test(r.path)))
    answers.set(row.path, answers.get(row.path) ?? await visitor.ask(row.path));
  for (const path of derived(house, crawl)) answers.set(path, answers.get(path) ?? await visitor.ask(path));
  for (const path of ["/tickets/suggest", "/search", "/kb/search", "/desk/search"])
    for (const q of WORDS) answers.set(`${path}?${q}`, await visitor.ask(`${path}?q=${encodeURIComponent(q)}&subject=${encodeURIComponent(q)}&text=${encodeURIComponent(q)}`));
  return answers;
}

// Fills in every form that somebody finds: how many were taken.
async function live(house, visitor) {
  const crawl = await new Crawl(house, visitor, { each: 3 }).from("/");
  const taken = await fillAll(visitor, crawl.forms.values());
  visitor.places = taken.map(({ to }) => to).filter((to) => to.startsWith("/"));
  return taken.length;
}

// A page without what differs from one look to the next.
const still = (answer) => answer.text.replace(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "-").replace(/#bell"\/><\/svg>.*?<\/a>/s, "-").replace(/\b[0-9a-f]{64}\b/g, "-").replace(/(name="request_key" value=|class="mono">)"?[0-9a-f]{16,32}\b/g, "-").replace(/<time[^>]*>[^<]*<\/time>/g, "-")
  .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(?=" name|"><)/g, "-").replace(/\b\d+ (second|minute)s? ago\b|\b\d\d:\d\d\b/g, "-");

// Looking is on record itself and seen by others, and notices come at their own time.
const RECORD = /^\/desk\/settings\/(audit|logins|online|webhooks\/)|^\/notices|\/presence$|^\/(desk\/)?news|^\/account\/data\.zip/;
// The demo's mails are there for whoever tries it out.
const DEMO_MAIL = /^\/demo\/mail|\/(welcome|verify|unlock|follow|survey|login\/link)\/[0-9a-f]{32}/;

// Until the jobs have told what there is to tell.
async function settle(house) {
  const count = () => house.sql("SELECT (SELECT COUNT(*) FROM notice), (SELECT COUNT(*) FROM mail_out), (SELECT COUNT(*) FROM event);").join();
  let before = "";
  for (let i = 0; i < SETTLE_TRIES; i++) {
    await sleep(SETTLE_MS);
    const now = count();
    if (now === before) return;
    before = now;
  }
}

async function snapshot(house, visitors) {
  await settle(house);
  const seen = new Map();
  for (const { name, visitor } of visitors)
    for (const [path, answer] of await everything(house, visitor, WHOLE ? 3 : 2)) if (!DEMO_MAIL.test(path) && !RECORD.test(path)) seen.set(`${name} ${path}`, `${answer.status} ${answer.location} ${still(answer)}`);
  return seen;
}

function firstDifference(a, b) {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return `${a.slice(Math.max(0, i - 60), i + 60)} | ${b.slice(Math.max(0, i - 60), i + 60)}`.replace(/\s+/g, " ");
}

function same(before, after) {
  const faults = new Faults();
  let compared = 0;
  for (const [where, text] of before) {
    if (!after.has(where)) continue;
    compared++;
    faults.expect(text === after.get(where), `${where}: ${firstDifference(text, after.get(where))}`);
  }
  assert.ok(compared > before.size * 0.9, `${compared} of ${before.size} pages can be compared`);
  faults.none();
  return compared;
}

// From nobody known and to nobody: it waits in the tray.
function mailComesIn(house, tenant) {
  const input = "From: Zoe <zoe@elsewhere.example>\r\nTo: help@tilwick.example\r\nSubject: Fault\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nIt stops.\r\n";
  const { status, stderr } = spawnSync(house.program, ["mail-in", "--tenant", tenant], { env: house.env, input, encoding: "utf8" });
  assert.equal(status, 0, `a mail comes in: ${stderr}`);
}

async function anotherTenantChangesNothing(house) {
  state.viewers = await viewersOf(house);
  for (const { visitor } of state.viewers.filter(({ name }) => ["customer", "administrator"].includes(name))) await live(house, visitor);
  mailComesIn(house, "demo");
  await snapshot(house, state.viewers); // what looking changes by itself (notices read, sessions) has happened
  const before = await snapshot(house, state.viewers);
  await house.command("demo", "--tenant", "other");
  house.sql(`INSERT INTO tenant_host (host, tenant_id) SELECT '${OTHER_HOST}', id FROM tenant WHERE slug = 'other';`);
  state.tenants = Object.fromEntries(house.sql("SELECT slug, id FROM tenant;"));
  state.others = [];
  for (const email of [PEOPLE.administrator, PEOPLE.customer]) {
    state.others.push(await house.signIn(email, { host: OTHER_HOST }));
    await live(house, state.others.at(-1));
  }
  mailComesIn(house, "other");
  return `${same(before, await snapshot(house, state.viewers))} answers compared`;
}

async function anotherOrganisationChangesNothing(house) {
  // To strangers the sign-in page says whether any organisation signs in by its own provider.
  const customers = state.viewers.filter(({ name }) => ["colleague", "customer"].includes(name));
  const before = await snapshot(house, customers);
  assert.ok(await live(house, await house.signIn(PEOPLE.stranger)) > 5, "the other organisation's people do something");
  return `${same(before, await snapshot(house, customers))} answers compared`;
}

async function marksArePlanted(house) {
  const planter = new Planter(house.sql);
  const { demo, other } = state.tenants;
  const grace = `(SELECT id FROM person WHERE tenant_id = '${demo}' AND email = '${COLLEAGUE}')`;
  state.sets = {
    zqother: planter.everything(other),
    zqstrange: planter.owned(demo, owners(demo, "NOT LIKE 'Marlow%'")),
    zqmate: planter.owned(demo, Object.fromEntries([
      ["ticket", `organisation_id IN (SELECT id FROM organisation WHERE tenant_id = '${demo}' AND name LIKE 'Marlow%') AND
        COALESCE(person_id, id) <> ${grace} AND id NOT IN (SELECT ticket_id FROM participant WHERE person_id = ${grace})`],
      ...["sales_order", "contract", "invoice", "licence"].map((table) =>
        [table, `organisation_id IN (SELECT id FROM organisation WHERE tenant_id = '${demo}' AND name LIKE 'Marlow%')`])])),
    zqnote: new Map([["message", `tenant_id = '${demo}' AND is_public = FALSE`]]),
  };
  const told = [];
  for (const [mark, rows] of Object.entries(state.sets)) {
    const planted = planter.plant(rows, mark);
    assert.ok(planted.length >= (PLANTED_LEAST[mark] ?? 1), `${mark} is in ${planted.length} columns`);
    told.push(`${planted.length} columns for ${mark}`);
  }
  // Whoever files a ticket chooses the licence and the machine that it is about, by their names;
  // serials, keys and fingerprints are for those with the right.
  house.sql(["licence.name", "licence.last_version", "machine.name", "machine.hostname", "machine.version"].map((column) => column.split("."))
    .map(([table, column]) => `UPDATE ${table} SET ${column} = REPLACE(${column}, ' zqmate', '') WHERE tenant_id = '${demo}';`).join("\n"));
  state.ids = Object.fromEntries(Object.entries(state.sets).map(([mark, rows]) => [mark, planter.someIds(rows, IDS_EACH)]));
  return told.join(", ");
}

const marked = (answers, mark) => [...answers].filter(([, answer]) => answer.text.includes(mark)).map(([path]) => path);

const around = (text, mark) => text.slice(Math.max(0, text.indexOf(mark) - 120), text.indexOf(mark) + 40).replace(/\s+/g, " ");

// Who may see a mark does: it is on pages, so that a page without it says something.
async function ownersSeeTheirs(house) {
  const own = await everything(house, state.others[0], 2);
  const pages = marked(own, "zqother").length;
  assert.ok(pages >= SEEN_LEAST, `the other tenant's own people see its mark on ${pages} pages`);
  const staff = await everything(house, state.viewers.find(({ name }) => name === "administrator").visitor, 3);
  const told = [`zqother ${pages}`];
  for (const mark of ["zqstrange", "zqmate", "zqnote"]) {
    const seen = marked(staff, mark).length;
    assert.ok(seen > 0, `staff see ${mark} nowhere`);
    told.push(`${mark} ${seen}`);
  }
  return told.join(", ");
}

async function nobodySeesOthers(house) {
  const faults = new Faults();
  const covered = new Set();
  let answers = 0;
  for (const { name, visitor, hidden } of state.viewers) {
    const found = await everything(house, visitor, 8);
    answers += found.size;
    for (const [path, answer] of found) if (answer.status === 200) covered.add(routeOf(house.routes, "GET", path)?.path);
    for (const mark of hidden)
      for (const path of marked(found, mark).filter((p) => !DEMO_MAIL.test(p))) faults.expect(false, `${name} sees ${mark} on ${path}: ${around(found.get(path).text, mark)}`);
  }
  state.covered = covered;
  faults.none();
  return `${state.viewers.length} viewers, ${answers} answers`;
}

// What no viewer was shown anything of: pages without rows of anybody's.
const WITHOUT_ROWS = new Set(["/brand/{name}", "/signup", "/static/{name}", "/theme.css", "/login/code", "/account/confirm", "/resume", "/t/{number}"]);

// A row is proven by a look at it, or, with an id in its path, by the ids of others below.
async function everyPageWasLookedAt(house) {
  const pages = house.routes.filter((row) => row.service === "portal" && row.method === "GET" && !row.path.startsWith("/api/") && !BY_LETTER.test(row.path));
  const unseen = pages.map((row) => row.path).filter((path) => !state.covered.has(path) && !WITHOUT_ROWS.has(path));
  assert.ok(unseen.length < pages.length / 10, `nobody was shown ${unseen.join(" ")}`);
  assert.deepEqual(unseen.filter((path) => !BY_ID.test(path) && path.includes("{")), [], "pages that nobody came to");
  return `${pages.length} rows, ${pages.length - unseen.length} shown to somebody${unseen.length > 0 ? `; by ids alone, or refused: ${unseen.join(" ")}` : ""}`;
}

const fill = (path, id) => path.replace(/\{(\w+)\}/g, (_, name) => (["number", "slug", "name"].includes(name) ? "1" : id));

// Each row with an id in its path, with ids of every table of somebody else's.
function worthAsking(rows) {
  const belongs = (path, table) => path.split("/").some((part) => part.replace(/-/g, "_").replace(/s$/, "") === table || part === `${table}s`);
  return (path, table, at) => WHOLE || belongs(path, table) || (at + rows.findIndex((row) => row.path === path)) % OTHERS === 0;
}

async function othersIdsAreNotThere(house) {
  const faults = new Faults();
  const rows = house.routes.filter((row) => row.service === "portal" && row.method === "GET" && BY_ID.test(row.path) &&
    !row.path.startsWith("/api/"));
  const isWorth = worthAsking(rows);
  let asked = 0;
  for (const { name, visitor, hidden } of state.viewers) {
    for (const mark of hidden.filter((m) => m !== "zqnote")) {
      for (const row of rows.filter((r) => !(r.needs.includes("staff") && ["nobody", "colleague", "customer"].includes(name)))) {
        for (const [at, { table, id }] of state.ids[mark].entries()) {
          if (!isWorth(row.path, table, at)) continue;
          const answer = await visitor.ask(fill(row.path, id));
          asked++;
          faults.expect([403, 404].includes(answer.status) || answer.status === 303 && answer.location.startsWith("/login"),
            `${name}: ${row.path} with an id of ${table}: ${answer.status} ${answer.location}`);
          faults.expect(!answer.text.includes(mark), `${name}: ${row.path} with an id of ${table} shows ${mark}`);
        }
      }
    }
  }
  faults.none();
  return `${rows.length} rows, ${asked} answers`;
}

async function programsSeeTheirOwn(house) {
  const token = async (...args) => JSON.parse(await house.command("token", "create", "--tenant", "demo", "--json", ...args)).token;
  const callers = [
    { name: "a vendor's program", bearer: await token("--role", "admin"), hidden: ["zqother"] },
    { name: "a customer's program", bearer: await token("--role", "user", "--user", PEOPLE.customer), hidden: ["zqother", "zqstrange", "zqnote"] },
    { name: "a colleague's program", bearer: await token("--role", "user", "--user", COLLEAGUE), hidden: ["zqother", "zqstrange", "zqmate", "zqnote"] },
  ];
  const faults = new Faults();
  const rows = house.routes.filter((row) => row.method === "GET" && (row.path.startsWith("/v1/") || row.path.startsWith("/api/")));
  const isWorth = worthAsking(rows);
  let asked = 0, told = 0;
  for (const { name, bearer, hidden } of callers) {
    for (const row of rows) {
      const base = row.service === "portal" ? house.portal : house.licensing;
      const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
      const account = row.path.replace("{account}", state.tenants.demo);
      const paths = /\{/.test(account) ? hidden.filter((m) => m !== "zqnote").flatMap((mark) => state.ids[mark].filter(({ table }, at) => isWorth(row.path, table, at)).map(({ id, table }) => ({ path: fill(account, id), table })))
        : [account, `${account}?limit=100`, `${account}?page[size]=100&page[number]=1`, `${account}?q=printer`].map((path) => ({ path }));
      for (const { path, table } of paths) {
        const answer = await ask(base, path, { headers });
        asked++;
        if (!table && answer.status === 200) told++;
        faults.expect(answer.status < 500, `${name}: ${path}: ${answer.status}`);
        for (const mark of hidden) faults.expect(!answer.text.includes(mark), `${name}: ${row.path} ${table ? `with an id of ${table} ` : ""}shows ${mark}`);
      }
    }
  }
  assert.ok(told > 40, `only ${told} lists were told`);
  faults.none();
  return `${rows.length} rows, ${callers.length} callers, ${asked} answers`;
}

async function anotherTenantsSignInIsNone(house) {
  const faults = new Faults();
  const visitor = state.others[0];
  const rows = house.routes.filter((row) => row.service === "portal" && ["staff", "login", "customer"].some((n) => row.needs.includes(n)));
  for (const row of rows) {
    const answer = await ask(house.portal, fill(row.path, randomUUID()), {
      method: row.method, headers: { cookie: visitor.cookie() }, body: row.method === "GET" ? undefined : `csrf=${visitor.csrf}` });
    faults.expect(answer.status === 403 || answer.status === 303 && answer.location.startsWith("/login"), `${row.method} ${row.path}: ${answer.status}`);
  }
  faults.none();
  return `${rows.length} rows`;
}

const CHECKS = {
  "the answers are the same to the byte whether another tenant has anything or not": anotherTenantChangesNothing,
  "the answers are the same to the byte whatever another organisation does": anotherOrganisationChangesNothing,
  "every text of the others carries a mark": marksArePlanted,
  "whose it is sees it": ownersSeeTheirs,
  "nobody sees a mark of another tenant, organisation, colleague or an internal note": nobodySeesOthers,
  "every page was looked at": everyPageWasLookedAt,
  "an id of others is not there, at any row": othersIdsAreNotThere,
  "programs see their own alone": programsSeeTheirOwn,
  "a sign-in at one tenant is none at another": anotherTenantsSignInIsNone,
};

process.exitCode = await run(CHECKS, { seconds: 560 });
