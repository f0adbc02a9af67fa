// make scan: sqlmap and wapiti against a fresh demo on loopback, signed in as a customer and as an agent.
// Fails on what they find and the table "Scanner findings" of docs/security.md does not list, and when
// one of them did not look. Usage: node scan.mjs PROGRAM DOCS. Prints what was asked and found.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Crawl } from "./crawl.mjs";
import { FORBIDDEN, entries } from "./fill.mjs";
import { PEOPLE, openHouse } from "./house.mjs";

// For each visitor; both tools run side by side, one visitor after the other.
const WAPITI_CRAWL_SECONDS = 60;
const WAPITI_MODULE_SECONDS = 8;
const WAPITI_SECONDS = 210;
const SQLMAP_SECONDS = 200;
const SQLMAP_AGAIN_SECONDS = 40;
const GIVE_UP_SECONDS = 590;
const SQLMAP_LEAST = 200;   // requests that each has to have sent
const WAPITI_LEAST = 500;
const STARTS_MAX = 30;
const MODULES = "blindsql,cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,sql,xss,htaccess,shellshock,backup";
const LEFT_OUT = /^\/(logout|account\/(sessions|security)|organisation\/(second|switch)|demo\/mail)/;

// Runs until its end, or its time is over: {code, text, isLate}.
function run(name, args, seconds) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {});
    child.stdin.end("r\nr\n"); // wapiti asks what to do when it is interrupted: report
    let text = "", isLate = false;
    const late = setTimeout(() => { isLate = true; child.kill("SIGINT"); setTimeout(() => child.kill("SIGKILL"), 10_000).unref(); }, seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { text += part; });
    child.on("error", (error) => reject(new Error(`${name}: ${error.message}; make scan installs it`)));
    child.on("close", (code) => { clearTimeout(late); resolve({ code, text, isLate }); });
  });
}

const cookieOf = (visitor) => visitor.cookie().split("; ").filter((c) => /^gh_(session|device)/.test(c)).join("; ");

// What the tools ask goes through here: signed in as the visitor whatever they do, never to a page that
// would end that, and counted.
async function openGate(house, visitor) {
  const { hostname, port } = new URL(house.portal);
  const counted = { sqlmap: 0, wapiti: 0, failed: [] };
  const server = createServer((from, to) => {
    counted[/sqlmap/i.test(from.headers["user-agent"] ?? "") ? "sqlmap" : "wapiti"]++;
    if (LEFT_OUT.test(from.url)) { to.writeHead(404).end(); return; }
    const request = httpRequest({ hostname, port, path: from.url, method: from.method, headers: { ...from.headers, cookie: cookieOf(visitor) } }, (answer) => {
      if (answer.statusCode >= 500) counted.failed.push(`${from.method} ${from.url}: ${answer.statusCode}`);
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    request.on("error", () => to.destroy());
    from.on("error", () => request.destroy());
    from.pipe(request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, counted, close: () => { server.close(); server.closeAllConnections(); } };
}

// The requests that sqlmap tests: every form and every address with parameters, as a proxy would log them.
function requests(gate, crawl) {
  const head = `Host: ${new URL(gate.url).host}\r\n`;
  const found = [];
  for (const form of crawl.forms.values()) {
    const row = form.row?.path;
    if (!row || FORBIDDEN.test(row) || /multipart/.test(form.encoding)) continue;
    const body = new URLSearchParams(entries(form, () => undefined, 3)).toString();
    if (form.method === "get") found.push(`GET ${form.action.split("?")[0]}?${body} HTTP/1.1\r\n${head}\r\n`);
    else found.push(`POST ${form.action} HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  for (const path of crawl.pages.keys()) if (path.includes("?")) found.push(`GET ${path} HTTP/1.1\r\n${head}\r\n`);
  return found;
}

const LINE = "======================================================";

const logOf = (gate, all) => all.map((one) => `${LINE}\n12:00:00 PM  ${gate.url}  [127.0.0.1]\n${LINE}\n${one}\n${LINE}\n\n\n`).join("");

async function runSqlmap(gate, folder, name, all, seconds, more = []) {
  const file = join(folder, `requests-${name}.log`), results = join(folder, `sqlmap-${name}.csv`);
  await writeFile(file, logOf(gate, all));
  const ended = await run("sqlmap", ["-l", file, "--batch", "--ignore-stdin", "--level=1", "--risk=1", "--threads=2", "--skip=csrf,request_key",
    "--technique=BEUSQ", "--time-sec=2", "--disable-coloring", "--flush-session", `--output-dir=${join(folder, `out-${name}`)}`,
    `--results-file=${results}`, "--ignore-code=401", "--answers=redirect=N,resend=N", ...more], seconds);
  // Target URL,Place,Parameter,Technique(s),Note(s)
  const findings = (await readFile(results, "utf8").catch(() => "")).split("\n").slice(1).map((row) => row.split(","))
    .filter(([, place, , technique]) => place && technique)
    .map(([url, place, parameter, technique]) => ({ tool: "sqlmap", category: `injection ${technique}`, path: new URL(url).pathname, parameter: `${place} ${parameter}` }));
  return { ...ended, findings };
}

// A page that changes between two looks (somebody else wrote meanwhile) looks like an answer to a
// question: what is found again when that parameter alone is asked, and nobody else asks, counts.
async function sqlmapAgain(gate, folder, name, all, findings) {
  const kept = [];
  for (const [i, finding] of findings.entries()) {
    const one = all.filter((request) => request.split(" ")[1].split("?")[0] === finding.path);
    const again = await runSqlmap(gate, folder, `${name}-${i}`, one, SQLMAP_AGAIN_SECONDS, ["-p", finding.parameter.split(" ")[1]]);
    console.log(`  ${finding.path} ${finding.parameter}: found once, ${again.findings.length > 0 || again.isLate ? "and again" : "not when it was asked alone"}`);
    if (again.findings.length > 0 || again.isLate) kept.push(finding);
  }
  return kept;
}

async function sqlmap(gate, folder, name, crawl) {
  const all = requests(gate, crawl);
  const ended = await runSqlmap(gate, folder, name, all, SQLMAP_SECONDS);
  const parameters = new Set(ended.text.match(/heuristic \(basic\) test shows that (?:GET|POST) parameter '[^']+'|(?:GET|POST) parameter '[^']+' (?:does not|is)/g) ?? []).size;
  return { tool: "sqlmap", looked: gate.counted.sqlmap, least: SQLMAP_LEAST, isLate: ended.isLate, findings: ended.findings, text: ended.text, all,
    told: `${all.length} addresses and forms, ${parameters} parameters` };
}

async function wapiti(gate, folder, name, crawl) {
  const report = join(folder, `wapiti-${name}.json`);
  const starts = [...crawl.pages].filter(([path, answer]) => answer.status === 200 && !LEFT_OUT.test(path)).slice(0, STARTS_MAX).map(([path]) => path);
  const ended = await run("wapiti", ["-u", `${gate.url}/`, "--scope", "domain", ...starts.flatMap((path) => ["-s", gate.url + path]), "-m", MODULES, "--skip", "csrf", "-d", "5",
    "--max-links-per-page", "60", "--max-files-per-dir", "12", "--max-scan-time", String(WAPITI_CRAWL_SECONDS), "--max-attack-time", String(WAPITI_MODULE_SECONDS),
    "--max-parameters", "12", "-S", "normal", "-f", "json", "-o", report, "--store-session", folder, "--store-config", join(folder, "config"),
    "--flush-session", "--no-bugreport", "-v", "1"], WAPITI_SECONDS);
  const told = JSON.parse(await readFile(report, "utf8").catch(() => "{}"));
  const findings = Object.entries({ ...told.vulnerabilities, ...told.anomalies }).flatMap(([category, all]) =>
    all.map((one) => ({ tool: "wapiti", category, path: one.path?.split("?")[0] ?? "", parameter: one.parameter ?? "", info: one.info })));
  return { tool: "wapiti", looked: told.vulnerabilities ? gate.counted.wapiti : 0, least: WAPITI_LEAST, isLate: ended.isLate, findings, text: ended.text,
    told: `${MODULES.split(",").length} modules` };
}

// Rows of the docs: | id | tool | category | path | finding | why |, with * for anything.
function listed(docs) {
  const table = docs.split(/^## /m).find((part) => part.startsWith("Scanner findings")) ?? "";
  const pattern = (text) => new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
  return [...table.matchAll(/^\| *(SF\d+) *\| *(\w+) *\| *([^|]+?) *\| *`([^`]+)` *\| *([^|]+?) *\| *[^|]+\|$/gm)]
    .map(([, id, tool, category, path, finding]) => ({ id, tool, category, path: pattern(path), finding: pattern(finding) }));
}

const isListed = (row, finding) => row.tool === finding.tool && row.category === finding.category && row.path.test(finding.path) &&
  row.finding.test(finding.info ?? finding.parameter);

async function scan(program, docsFile) {
  const known = listed(await readFile(docsFile, "utf8"));
  const house = await openHouse(program);
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-scan-"));
  let failed = 0;
  try {
    for (const email of [PEOPLE.customer, PEOPLE.agent]) {
      const visitor = await house.signIn(email);
      const crawl = await new Crawl(house, visitor, { each: 2 }).from("/");
      const gate = await openGate(house, visitor);
      const parts = await Promise.all([sqlmap(gate, folder, visitor.name, crawl), wapiti(gate, folder, visitor.name, crawl)]);
      parts[0].findings = await sqlmapAgain(gate, folder, visitor.name, parts[0].all, parts[0].findings.slice(0, 3));
      gate.close();
      for (const line of [...new Set(gate.counted.failed)].slice(0, 10)) { console.log(`  failed inside: ${line}`); failed++; }
      for (const part of parts) {
        const told = new Map();
        for (const finding of part.findings) {
          const row = known.find((k) => isListed(k, finding));
          const text = row ? `known ${row.id}` : `NEW ${finding.category} ${finding.path} ${finding.parameter} ${finding.info ?? ""}`;
          told.set(text, (told.get(text) ?? 0) + 1);
        }
        console.log(`${part.tool} as ${visitor.name}: ${part.told}, ${part.looked} requests${part.isLate ? ", not all within its time" : ""}, ${part.findings.length} findings`);
        for (const [text, count] of told) console.log(`  ${count} x ${text}`);
        failed += [...told.keys()].filter((text) => text.startsWith("NEW")).length;
        if (part.looked < part.least) {
          console.log(`  ${part.tool} did not look:\n${part.text.slice(-1500)}`);
          failed++;
        }
      }
    }
    for (const line of house.errors().slice(0, 5)) { console.log(`  the program's log: ${line}`); failed++; }
  } finally {
    await house.stop();
    await rm(folder, { recursive: true, force: true });
  }
  console.log(failed === 0 ? "nothing that docs/security.md does not list" : `${failed} things that docs/security.md does not list`);
  return failed === 0 ? 0 : 1;
}

const late = setTimeout(() => { console.log("scan: no end within its time"); process.exit(1); }, GIVE_UP_SECONDS * 1000);
process.exitCode = await scan(process.argv[2], process.argv[3]);
clearTimeout(late);
