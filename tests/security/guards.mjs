// What every row of the route table has to keep, asked from the table itself: headers, form tokens,
// origins, credentials, methods, hosts, redirects, paths. Usage: node guards.mjs PROGRAM
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./asker.mjs";
import { Crawl } from "./crawl.mjs";
import { PEOPLE, openHouse } from "./house.mjs";
import { Faults, run } from "./tell.mjs";

const EVIL = "evil.example";
const ROWS_AT_LEAST = 250; // of the portal: a table that was not read proves nothing
const MAIL_TRIES = 100;
const MAIL_PAUSE_MS = 200;
const REFUSED = [401, 403];
const HSTS_LEAST = 15_724_800;
const CACHED = ["/static/{name}", "/theme.css"];

const portalRows = (house, method) => house.routes.filter((row) => row.service === "portal" && (!method || row.method === method));
const fill = (path) => path.replace(/\{(\w+)\}/g, (_, name) => (["id", "machine", "person", "file"].includes(name) ? randomUUID() : "1"));
const need = (row, name) => row.needs.includes(name);

// Somebody for whom a row is: the right side, every right.
const personFor = (people, row) => (need(row, "staff") ? people.administrator : need(row, "public") ? people.visitor : people.customer);

let people = null;

async function everybody(house) {
  people ??= {
    customer: await house.signIn(PEOPLE.customer),
    administrator: await house.signIn(PEOPLE.administrator),
    visitor: house.visitor("nobody"),
  };
  people.visitor.csrf ??= await people.visitor.token();
  return people;
}

function checkHeaders(faults, where, row, answer) {
  const header = (name) => answer.headers[name] ?? "";
  const csp = header("content-security-policy");
  const expect = (isSo, what) => faults.expect(isSo, `${where}: ${answer.status}: ${what}`);
  expect(header("x-content-type-options") === "nosniff", "no nosniff");
  expect(header("server") === "" && header("x-powered-by") === "", "it says what it runs on");
  // The licence service is for programs anywhere, also in browsers: it knows no cookies.
  expect(header("access-control-allow-origin") === (row.service === "licensing" ? "*" : "") &&
    header("access-control-allow-credentials") === "", "other sites may read it");
  expect(!/charset/i.test(header("content-type")) || /charset=utf-8/i.test(header("content-type")), "another charset");
  expect(!answer.type.startsWith("text/") || /charset=utf-8/i.test(header("content-type")), "text without its charset");
  expect(answer.text === "" || answer.type !== "", "a body without a type");
  if (row.service !== "portal") return;
  expect(header("x-frame-options") === "DENY", "older browsers may frame it");
  expect(csp.includes("default-src 'none'") && csp.includes("frame-ancestors 'none'") && !csp.includes("unsafe") &&
    !/[\s:]\*/.test(csp), `content policy ${csp || "none"}`);
  if (/(^|; )sandbox/.test(csp)) { // a file that somebody sent: no page of ours, and kept by whoever took it
    expect(/^attachment/.test(header("content-disposition")), "a file is shown");
    expect(/private/.test(header("cache-control")), "a file is cached on its way");
    return;
  }
  expect(csp.includes("base-uri 'none'") && csp.includes("form-action 'self'"), `content policy ${csp}`);
  expect(/^(same-origin|no-referrer)$/.test(header("referrer-policy")), "no referrer policy");
  expect(header("cross-origin-opener-policy") === "same-origin", "no opener policy");
  if (CACHED.includes(row.path) && answer.status === 200) return;
  expect(/no-store/.test(header("cache-control")), `cache-control ${header("cache-control") || "none"}`);
}

async function headers(house) {
  const who = await everybody(house);
  const faults = new Faults();
  let asked = 0;
  assert.ok(portalRows(house).length >= ROWS_AT_LEAST);
  for (const row of house.routes) {
    const path = fill(row.path);
    const base = row.service === "portal" ? house.portal : house.licensing;
    for (const visitor of row.service === "portal" ? Object.values(who) : [null]) {
      if (visitor && row.path === "/logout") continue;
      const headers = visitor?.cookie() ? { cookie: visitor.cookie() } : {};
      const answer = await ask(base, path, { method: row.method, headers, body: row.method === "GET" ? undefined : "" });
      checkHeaders(faults, `${row.method} ${row.path} as ${visitor?.name ?? "nobody"}`, row, answer);
      asked++;
    }
  }
  // Real pages too: those of the crawl that answer 200.
  for (const visitor of [who.customer, who.administrator]) {
    const crawl = await new Crawl(house, visitor, { each: 2 }).from("/");
    for (const [path, answer] of crawl.pages) checkHeaders(faults, path, { service: "portal", path }, answer);
    asked += crawl.pages.size;
  }
  faults.none();
  return `${house.routes.length} rows, ${asked} answers`;
}

async function tokens(house) {
  const who = await everybody(house);
  const faults = new Faults();
  const rows = portalRows(house, "POST").filter((row) => need(row, "form"));
  for (const row of rows) {
    const visitor = personFor(who, row);
    const other = visitor === who.customer ? who.administrator : who.customer;
    for (const [what, csrf] of [["no token", ""], ["a made-up token", "0".repeat(64)], ["somebody else's token", other.csrf]]) {
      const answer = await visitor.post(fill(row.path), { csrf, text: "x" });
      faults.expect(answer.status === 403, `${row.path} with ${what}: ${answer.status}`);
    }
    if (["/logout", "/signup"].includes(row.path)) continue; // it would end this; nobody may sign up in the demo
    // With the right token the same form gets further: what refused it was the token.
    const answer = await visitor.post(fill(row.path), { csrf: visitor.csrf, text: "x" });
    faults.expect(answer.status !== 403, `${row.path} with its token: ${answer.status}`);
  }
  for (const row of portalRows(house).filter((r) => !["GET", "HEAD"].includes(r.method)))
    faults.expect(["form", "token", "signed"].some((name) => need(row, name)), `${row.method} ${row.path} needs no proof at all`);
  faults.none();
  return `${rows.length} rows, ${rows.length * 4 - 2} posts`;
}

async function origins(house) {
  const who = await everybody(house);
  const faults = new Faults();
  const foreign = [{ origin: `http://${EVIL}` }, { origin: "null" }, { referer: `http://${EVIL}/` },
    { origin: `${house.portal}.${EVIL}` }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }];
  const rows = portalRows(house, "POST").filter((row) => need(row, "form"));
  for (const row of rows) {
    const visitor = personFor(who, row);
    for (const headers of foreign) {
      const answer = await visitor.post(fill(row.path), { csrf: visitor.csrf, text: "x" }, { headers });
      faults.expect(answer.status === 403, `${row.path} from ${JSON.stringify(headers)}: ${answer.status}`);
    }
  }
  faults.none();
  return `${rows.length * foreign.length} posts`;
}

async function bearers(house) {
  const who = await everybody(house);
  const faults = new Faults();
  const rows = house.routes.filter((row) => need(row, "token") || need(row, "credential"));
  for (const row of rows) {
    const base = row.service === "portal" ? house.portal : house.licensing;
    for (const headers of [{}, { cookie: who.administrator.cookie() }, { authorization: "Bearer 0123456789abcdef0123456789abcdef" },
      { authorization: `Bearer ${who.administrator.cookie().replace(/.*=/, "")}` }]) {
      const answer = await ask(base, fill(row.path), {
        method: row.method, body: row.method === "GET" ? undefined : "{}", type: "application/json",
        headers: { accept: "application/json", ...headers } });
      faults.expect(REFUSED.includes(answer.status) || answer.status === 404 && row.path.includes("{account}"),
        `${row.method} ${row.path} with ${Object.keys(headers)}: ${answer.status}`);
    }
  }
  faults.none();
  return `${rows.length} rows`;
}

async function methods(house) {
  const who = await everybody(house);
  const faults = new Faults();
  const paths = [...new Set(portalRows(house).map((row) => row.path))];
  for (const path of paths) {
    const known = portalRows(house).filter((row) => row.path === path).map((row) => row.method);
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "GET", "POST"].filter((m) => !known.includes(m))) {
      const answer = await who.administrator.ask(fill(path), { method });
      faults.expect([400, 401, 403, 404, 405, 501].includes(answer.status), `${method} ${path}: ${answer.status}`);
    }
  }
  faults.none();
  return `${paths.length} paths`;
}

// A demo answers on any host: even there nothing that a visitor says about the host is told to
// another one.
async function mailed(visitor, link) {
  for (let i = 0; i < MAIL_TRIES; i++) {
    const { text } = await visitor.ask("/demo/mail");
    if (text.includes(link)) return text;
    await sleep(MAIL_PAUSE_MS);
  }
  throw new Error(`no mail with ${link}`);
}

async function hosts(house) {
  const who = await everybody(house);
  const faults = new Faults();
  for (const row of portalRows(house, "GET")) {
    for (const headers of [{}, { "x-forwarded-host": EVIL, "x-forwarded-proto": "https", forwarded: `host=${EVIL}` }]) {
      const host = Object.keys(headers).length === 0 ? EVIL : undefined;
      const cookie = personFor(who, row).cookie();
      const answer = await ask(house.portal, fill(row.path), { host, headers: { cookie, ...headers } });
      if (host && /\/sso\/new$/.test(row.path)) continue; // tells who asks the address that he came by
      faults.expect(!answer.location.includes(EVIL) && !answer.text.includes(EVIL), `${row.path}: the answer names ${EVIL}`);
    }
  }
  const visitor = house.visitor("somebody", { host: EVIL });
  const answer = await visitor.post("/login/forgot", { csrf: await visitor.token("/login/forgot"), email: PEOPLE.customer });
  faults.expect(answer.status < 400, `asking for a link: ${answer.status}`);
  const mail = await mailed(visitor, "/welcome/");
  faults.expect(!mail.includes(`${EVIL}/`), `a mail leads to ${EVIL}`);
  faults.none();
}

const ELSEWHERE = [`//${EVIL}`, `https://${EVIL}/`, `http:${EVIL}`, `/\\${EVIL}`, `\\\\${EVIL}`, `///${EVIL}`, `/\t/${EVIL}`,
  `/%09/${EVIL}`, `https:/\\${EVIL}`, `javascript:alert(1)`, `data:text/html,x`, `/..//${EVIL}`, `/x\r\nLocation: http://${EVIL}/`,
  `%2f%2f${EVIL}`, `@${EVIL}`, `.${EVIL}`, `\u2215\u2215${EVIL}`];

const isHere = (location) => location === "" || URL.canParse(location, "http://here") &&
  new URL(location, "http://here").host === "here" && new URL(location, "http://here").protocol === "http:";

async function redirects(house) {
  const faults = new Faults();
  let asked = 0;
  const told = (what, answer) => {
    asked++;
    faults.expect(isHere(answer.location) && !answer.headers["hx-redirect"]?.includes(EVIL), `${what}: ${answer.location}`);
    faults.expect(answer.status < 500, `${what}: ${answer.status}`);
  };
  for (const to of ELSEWHERE) {
    const word = encodeURIComponent(to);
    const visitor = house.visitor("somebody");
    const page = await visitor.ask(`/login?next=${word}`);
    const csrf = page.text.match(/name="csrf" value="([^"]+)"/)[1];
    told(`next ${to}`, await visitor.post("/login", { csrf, next: to, email: PEOPLE.customer, password: "gatehouse-demo" }));
    for (const path of [to, `/${to}`, `/login/../${to}`]) {
      if (/[\s\u0080-\uffff]/.test(path) || !path.startsWith("/")) continue;
      told(path, await visitor.ask(`${path}?lang=zh`));
      told(path, await visitor.ask(`${path}?theme=dark`));
    }
    for (const row of portalRows(house, "GET"))
      told(row.path, await visitor.ask(`${fill(row.path)}?next=${word}&back=${word}&to=${word}&url=${word}&lang=en`));
    const who = await everybody(house);
    for (const row of portalRows(house, "POST").filter((r) => !/logout/.test(r.path)).filter((_, i) => (i + ELSEWHERE.indexOf(to)) % 4 === 0)) {
      const person = personFor(who, row);
      told(row.path, await person.post(fill(row.path), { csrf: person.csrf, next: to, back: to, page: to, to, from: to },
        { headers: { referer: `${house.portal}/account` } }));
    }
  }
  faults.none();
  return `${asked} answers`;
}

const CLIMBS = ["../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
  "..%5c..%5c..%5cetc%5cpasswd", "%252e%252e%252fetc%252fpasswd", "..%c0%af..%c0%afetc/passwd", "/etc/passwd", "%2fetc%2fpasswd",
  "file:///etc/passwd", "master.key", "..%2fmaster.key", "..%00.css", "app.css%00.html", ".git%2fconfig", "~root", "*", "%ff%fe", "con"];
const TREASURE = /root:.*:0:0:|\[mysqld\]|BEGIN [A-Z ]*PRIVATE KEY|\[core\]/;

async function paths(house) {
  const who = await everybody(house);
  const faults = new Faults();
  let asked = 0;
  const told = async (visitor, path) => {
    const answer = await visitor.ask(path);
    asked++;
    faults.expect(answer.status < 500, `${path}: ${answer.status}`);
    faults.expect(!TREASURE.test(answer.text), `${path} shows a file of the machine`);
    return answer;
  };
  for (const climb of CLIMBS) {
    for (const row of portalRows(house, "GET").filter((r) => r.path.includes("{"))) {
      const path = row.path.replace(/\{\w+\}(?!.*\{)/, climb).replace(/\{\w+\}/g, randomUUID());
      const answer = await told(personFor(who, row), path);
      faults.expect(answer.status !== 200 || !/\/\{(name|id|file)\}/.test(row.path) || answer.type === "text/html",
        `${path}: ${answer.status} ${answer.type}`);
    }
    for (const prefix of ["/", "/static/", "/kb/", "/desk/settings/mail/words/", "/files/"]) await told(who.administrator, prefix + climb);
  }
  faults.none();
  return `${asked} answers`;
}

// After the checks above: each row that refused somebody has its line.
function refusalsAreLogged(house) {
  const faults = new Faults();
  const log = house.log();
  const rows = portalRows(house, "POST").filter((row) => need(row, "form"));
  for (const row of rows) faults.expect(log.includes(`POST ${row.path}: FORM_OLD`) && log.includes(`POST ${row.path}: FOREIGN_ORIGIN`), row.path);
  faults.none();
  return `${rows.length} rows`;
}

// A second program, as it stands behind a proxy with TLS.
async function behindTls(house) {
  const faults = new Faults();
  const fenced = await openHouse(house.program, { env: { GATEHOUSE_HTTP_BEHIND_TLS: "true" } });
  let cookies = 0;
  try {
    for (const row of portalRows(fenced, "GET")) {
      const answer = await ask(fenced.portal, fill(row.path));
      const [, seconds] = (answer.headers["strict-transport-security"] ?? "").match(/^max-age=(\d+)/) ?? [];
      faults.expect(Number(seconds) >= HSTS_LEAST, `${row.path}: ${seconds ?? "no"} seconds of TLS`);
      for (const line of answer.headers["set-cookie"] ?? []) {
        cookies++;
        faults.expect(/; *Secure/i.test(line) && /; *HttpOnly/i.test(line) && /; *SameSite=(Lax|Strict)/i.test(line) && !/; *Domain/i.test(line), line);
        faults.expect(!/^gh_(session|device)/.test(line), `${line} without __Host-`);
      }
    }
  } finally {
    await fenced.stop();
  }
  faults.expect(cookies > 20, `${cookies} cookies`);
  faults.none();
  return `${cookies} cookies`;
}

const CHECKS = {
  "every answer of every row has the headers that fence it": headers,
  "behind TLS every answer asks for it and every cookie is fenced": behindTls,
  "every form row refuses what has no token, a made-up one and somebody else's": tokens,
  "every form row refuses what another site sent": origins,
  "refusals are in the log with their row": refusalsAreLogged,
  "no row of an API takes a cookie, a made-up token or none": bearers,
  "methods that a path does not have are refused": methods,
  "no answer and no mail repeats the host that a visitor names": hosts,
  "no redirect leads away": redirects,
  "no path leads to a file of the machine": paths,
};

process.exitCode = await run(CHECKS, { seconds: 380 });
