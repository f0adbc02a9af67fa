// make scan: sqlmap and wapiti against a fresh demo on loopback, signed in as a customer and as an agent.
// Fails on what they find and the table "Scanner findings" of docs/security.md does not list, and when
// one of them did not look. Usage: node scan.mjs PROGRAM DOCS. Prints what was asked and found.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Crawl } from "./crawl.mjs";
import { FORBIDDEN, entries } from "./fill.mjs";
import { PEOPLE, openHouse } from "./house.mjs";

const WAPITI_SECONDS = 150; // for each visitor; both tools run side by side, one visitor after the other
const SQLMAP_SECONDS = 240;
const GIVE_UP_SECONDS = 590;
const SQLMAP_LEAST = 20;    // addresses that it has to have tested
const MODULES = "blindsql,cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,sql,xss,htaccess,shellshock,backup";
const LEFT_OUT = ["/logout", "/account/sessions*", "/account/security*", "/organisation/second", "/demo/mail"];

// Runs until its end, or its time is over: {code, text, isLate}.
function run(name, args, seconds) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "", isLate = false;
    const late = setTimeout(() => { isLate = true; child.kill("SIGINT"); setTimeout(() => child.kill("SIGKILL"), 10_000).unref(); }, seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { text += part; });
    child.on("error", (error) => reject(new Error(`${name}: ${error.message} (make deps is no help here: tools/deps run scan)`)));
    child.on("close", (code) => { clearTimeout(late); resolve({ code, text, isLate }); });
  });
}

const cookieOf = (visitor) => visitor.cookie().split("; ").filter((c) => /^gh_(session|device)/.test(c)).join("; ");

// The requests that sqlmap tests: every form and every address with parameters, as a proxy would log them.
function requests(house, visitor, crawl) {
  const { host } = new URL(house.portal);
  const head = `Host: ${host}\r\nCookie: ${cookieOf(visitor)}\r\n`;
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

async function sqlmap(house, folder, visitor, crawl) {
  const all = requests(house, visitor, crawl);
  const { host, port } = new URL(house.portal);
  const log = all.map((request) => `${LINE}\n12:00:00 PM  http://${host.split(":")[0]}:${port}  [127.0.0.1]\n${LINE}\n${request}\n${LINE}\n\n\n`).join("");
  const file = join(folder, `requests-${visitor.name}.log`), results = join(folder, `sqlmap-${visitor.name}.csv`);
  await writeFile(file, log);
  const ended = await run("sqlmap", ["-l", file, "--batch", "--level=1", "--risk=1", "--smart", "--threads=2", "--skip=csrf,request_key",
    "--technique=BEUSQ", "--time-sec=2", "--disable-coloring", "--flush-session", `--output-dir=${join(folder, `out-${visitor.name}`)}`,
    `--results-file=${results}`, "--ignore-code=401", "--answers=redirect=N,resend=N"], SQLMAP_SECONDS);
  const tested = (ended.text.match(/testing URL '/g) ?? []).length, parameters = (ended.text.match(/testing if (GET|POST) parameter|heuristic \(basic\) test shows/g) ?? []).length;
  const rows = (await readFile(results, "utf8").catch(() => "")).split("\n").slice(1).filter((row) => row !== "");
  // Target URL,Place,Parameter,Technique(s),Note(s)
  const findings = rows.map((row) => row.split(",")).filter(([, place, , technique]) => place && technique)
    .map(([url, place, parameter, technique]) => ({ tool: "sqlmap", category: `injection ${technique}`, path: new URL(url).pathname, parameter: `${place} ${parameter}` }));
  return { tool: "sqlmap", name: visitor.name, looked: tested, least: Math.min(SQLMAP_LEAST, all.length),
    told: `${tested} of ${all.length} requests, ${parameters} parameters${ended.isLate ? ", the rest not within its time" : ""}`, findings, text: ended.text };
}

async function wapiti(house, folder, visitor) {
  const report = join(folder, `wapiti-${visitor.name}.json`);
  const ended = await run("wapiti", ["-u", `${house.portal}/`, "--scope", "domain", "-H", `Cookie: ${cookieOf(visitor)}`, "-m", MODULES,
    ...LEFT_OUT.flatMap((path) => ["-x", `${house.portal}${path}`]), "--skip", "csrf", "-d", "5", "--max-links-per-page", "60", "--max-files-per-dir", "12",
    "--max-scan-time", String(WAPITI_SECONDS), "--max-attack-time", String(Math.floor(WAPITI_SECONDS / 6)), "--max-parameters", "12", "-S", "normal",
    "-f", "json", "-o", report, "--store-session", folder, "--store-config", join(folder, "config"), "--flush-session", "--no-bugreport", "-v", "1"], WAPITI_SECONDS + 40);
  const told = JSON.parse(await readFile(report, "utf8").catch(() => "{}"));
  const findings = Object.entries({ ...told.vulnerabilities, ...told.anomalies }).flatMap(([category, all]) =>
    all.map((one) => ({ tool: "wapiti", category, path: one.path?.split("?")[0] ?? "", parameter: one.parameter ?? "", info: one.info })));
  const urls = Number(ended.text.match(/(?:collected|found)\s+(\d+)\s+(?:URLs|resources)/i)?.[1] ?? told.infos?.crawled_pages_nbr ?? ended.text.match(/\[\*\] Saving scan state/) ? 1 : 0);
  return { tool: "wapiti", name: visitor.name, looked: told.vulnerabilities ? urls : 0, least: 1,
    told: `${ended.text.match(/\[\+\] (?:GET|POST)/g)?.length ?? "its"} requests found by it, modules ${MODULES.split(",").length}${ended.isLate ? ", the rest not within its time" : ""}`,
    findings, text: ended.text };
}

// Rows of the docs: | id | tool | category | path | why |, a path with * for anything.
function listed(docs) {
  const table = docs.split(/^## /m).find((part) => part.startsWith("Scanner findings")) ?? "";
  return [...table.matchAll(/^\| *(SF\d+) *\| *(\w+) *\| *([^|]+?) *\| *`([^`]+)` *\| *([^|]+?) *\|$/gm)]
    .map(([, id, tool, category, path]) => ({ id, tool, category, path: new RegExp(`^${path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`) }));
}

async function scan(program, docsFile) {
  const known = listed(await readFile(docsFile, "utf8"));
  const house = await openHouse(program);
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-scan-"));
  let failed = 0;
  try {
    for (const email of [PEOPLE.customer, PEOPLE.agent]) {
      const visitor = await house.signIn(email);
      const crawl = await new Crawl(house, visitor, { each: 2 }).from("/");
      for (const part of await Promise.all([sqlmap(house, folder, visitor, crawl), wapiti(house, folder, visitor)])) {
        const told = new Map();
        for (const finding of part.findings) {
          const row = known.find((k) => k.tool === finding.tool && k.category === finding.category && k.path.test(finding.path));
          const text = row ? `known ${row.id}` : `NEW ${finding.category} ${finding.path} ${finding.parameter} ${finding.info ?? ""}`;
          told.set(text, (told.get(text) ?? 0) + 1);
        }
        console.log(`${part.tool} as ${part.name}: ${part.told}, ${part.findings.length} findings`);
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
