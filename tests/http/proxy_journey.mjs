// The licence service behind the shipped proxy configurations, as programs reach it: an answer has
// one Date and its signature verifies (checklist S06). node proxy_journey.mjs PROGRAM DEPLOY_DIR
// 77 (skipped) where neither proxy is installed.
import { execFileSync, spawn } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSite } from "../browser/site.mjs";

const [program, deploy] = process.argv.slice(2);
const TARGET = "/v1/licenses/a%2Fb%3A%20c/actions/validate?x=%41&y=1+2";
const LONG_AGO = "Fri, 02 Jan 2026 03:04:05 GMT";
const WAIT_MS = 15_000;
const STEP_MS = 100;

function found(name) {
  return ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function certificate(work) {
  const files = { key: path.join(work, "key.pem"), cert: path.join(work, "cert.pem") };
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", files.key, "-out", files.cert,
    "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
  fs.mkdirSync(path.join(work, "certs"));
  fs.writeFileSync(path.join(work, "certs/site.pem"), fs.readFileSync(files.cert, "utf8") + fs.readFileSync(files.key, "utf8"));
  return files;
}

const changed = (text, pairs) => pairs.reduce((all, [what, by]) => {
  if (!all.includes(what)) throw new Error(`the configuration has no ${what}`);
  return all.replaceAll(what, by);
}, text);

// Each proxy's configuration with ports and files of this test, and how it is started.
const PROXIES = {
  nginx(work, files, port, site) {
    const conf = changed(fs.readFileSync(path.join(deploy, "nginx.conf"), "utf8"), [
      ["127.0.0.1:8081", new URL(site.licensing).host], ["127.0.0.1:8080", new URL(site.portal).host],
      ["listen 80;", "listen unix:" + path.join(work, "plain") + ";"], ["    listen [::]:80;\n", ""], ["    listen [::]:443 ssl http2;\n", ""],
      ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
      ["/etc/nginx/certs/support.example.com.pem", files.cert], ["/etc/nginx/certs/support.example.com.key", files.key],
    ]);
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${work}/${name};`).join("\n");
    const file = path.join(work, "nginx.conf");
    fs.writeFileSync(file, `pid ${work}/nginx.pid;\nerror_log stderr;\ndaemon off;\nworker_processes 1;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${conf}\n}\n`);
    return ["-c", file, "-e", "stderr"];
  },
  haproxy(work, files, port, site) {
    const conf = changed(fs.readFileSync(path.join(deploy, "haproxy.cfg"), "utf8"), [
      ["127.0.0.1:8081", new URL(site.licensing).host], ["127.0.0.1:8080", new URL(site.portal).host],
      ["    bind :::80 v4v6\n", ""], ["bind :::443 v4v6", `bind 127.0.0.1:${port}`], ["/etc/haproxy/certs/", `${work}/certs/`],
    ]);
    const file = path.join(work, "haproxy.cfg");
    fs.writeFileSync(file, conf);
    return ["-db", "-f", file];
  },
};

function ask(port) {
  return new Promise((resolve, reject) => {
    https.get({ host: "127.0.0.1", port, path: TARGET, rejectUnauthorized: false, headers: { Host: `localhost:${port}` } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ answer, body: Buffer.concat(parts) }));
    }).on("error", reject);
  });
}

async function asked(port) {
  for (let waited = 0; ; waited += STEP_MS) {
    try {
      const got = await ask(port);
      if (got.answer.statusCode < 500 || waited > WAIT_MS) return got; // 503: the proxy looks for its servers yet
    } catch (error) {
      if (waited > WAIT_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

function judge(name, port, { answer, body }, spki) {
  const dates = answer.rawHeaders.filter((header, i) => i % 2 === 0 && header.toLowerCase() === "date").length;
  if (dates !== 1) return `${name}: ${dates} Date headers`;
  const digest = `sha-256=${createHash("sha256").update(body).digest("base64")}`;
  if (answer.headers.digest !== digest) return `${name}: the digest is not the body's (${answer.statusCode} ${body})`;
  const text = `(request-target): get ${TARGET}\nhost: localhost:${port}\ndate: ${answer.headers.date}\ndigest: ${digest}`;
  const signature = Buffer.from(answer.headers["keygen-signature"]?.match(/signature="([^"]*)"/)?.[1] ?? "", "base64");
  const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  return verify(null, Buffer.from(text), key, signature) ? null : `${name}: the signature does not verify`;
}

async function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

// One answer through a proxy in front of these addresses.
async function through(name, site) {
  const work = fs.mkdtempSync(path.join(tmpdir(), "gatehouse-proxy-"));
  const port = await freePort();
  const child = spawn(found(name), PROXIES[name](work, certificate(work), port, site), { stdio: ["ignore", "ignore", "inherit"] });
  try {
    return { port, got: await asked(port) };
  } finally {
    await stopped(child);
    fs.rmSync(work, { recursive: true, force: true });
  }
}

// A service of another time, whose Date a proxy's own can never equal by chance.
function longAgo() {
  return new Promise((resolve) => {
    const server = http.createServer((request, answer) => {
      answer.sendDate = false;
      answer.writeHead(200, { Date: LONG_AGO });
      answer.end();
    }).listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}`;
      resolve({ licensing: url, portal: url, stop: () => server.close() });
    });
  });
}

const installed = Object.keys(PROXIES).filter(found);
if (installed.length === 0) {
  console.log("neither nginx nor haproxy is installed: nothing was checked");
  process.exit(77);
}
const faults = [];
const site = await startSite(program);
const old = await longAgo();
try {
  const spki = JSON.parse(await site.command("key", "list", "--tenant", "demo", "--json"))[0].spki;
  for (const name of installed) {
    const { port, got } = await through(name, site);
    faults.push(judge(name, port, got, spki));
    const { answer } = (await through(name, old)).got;
    if (answer.headers.date !== LONG_AGO) faults.push(`${name}: the Date is ${answer.headers.date}, not the service's`);
    console.log(`${name}: asked`);
  }
} finally {
  old.stop();
  await site.stop();
}
const told = faults.filter((fault) => fault !== null);
for (const fault of told) console.error(fault);
process.exit(told.length > 0 ? 1 : 0);
