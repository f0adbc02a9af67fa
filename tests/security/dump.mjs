// A stolen dump of the database, and a stolen log, hold no secret that opens anything: everything
// secret that the installation was told or has handed out is looked for in them, as it is, as bytes, in
// hexadecimal and in base 64. Usage: node dump.mjs PROGRAM
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PEOPLE } from "./house.mjs";
import { Faults, run } from "./tell.mjs";

const KNOWN_CLEAR = /^licence\.key_text$/; // vendors read licence keys again: docs/security.md says so
const PASSWORD = "a fairly long pass phrase of the test";
const MAILBOX = "mailbox-secret-of-the-test-81736";
const PROVIDER = "provider-secret-of-the-test-55120";
const MAIL_TRIES = 100;
const MAIL_PAUSE_MS = 200;
const PKCS8_SEED = Buffer.from("302e020100300506032b657004220420", "hex");

const state = { secrets: new Map() };
const keep = (name, secret) => {
  assert.ok(secret && secret.length >= 6, `${name} was not made`);
  state.secrets.set(name, secret);
};

function base32(text) {
  const bits = [...text.replace(/[\s=]/g, "").toUpperCase()].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

function code(secret) {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", base32(secret)).update(count).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const console_ = (house, args, input) => {
  const ended = spawnSync(house.program, args, { env: house.env, input, encoding: "utf8" });
  assert.equal(ended.status, 0, `${args[0]}: ${ended.stderr}`);
  return ended.stdout;
};

async function linkMailed(visitor, pattern) {
  for (let i = 0; i < MAIL_TRIES; i++) {
    const found = (await visitor.ask("/demo/mail")).text.match(pattern)?.[1];
    if (found) return found;
    await sleep(MAIL_PAUSE_MS);
  }
  throw new Error(`no mail with ${pattern}`);
}

async function signingIn(house) {
  const customer = house.visitor("customer");
  const csrf = await customer.token();
  const answer = await customer.post("/login", { csrf, email: PEOPLE.customer, password: "gatehouse-demo", keep: "1" });
  assert.equal(answer.status, 303);
  customer.csrf = await customer.token("/account");
  keep("the demo's password", "gatehouse-demo");
  for (const cookie of customer.cookie().split("; ")) {
    const [name, value] = cookie.split("=");
    for (const part of decodeURIComponent(value).split(/[.:]/)) if (/^[0-9a-f]{32,}$/.test(part)) keep(`${name} ${part.length}`, part);
  }
  keep("the form's token", customer.csrf);
  const changed = await customer.post("/account/security", { csrf: customer.csrf, current: "gatehouse-demo", password: PASSWORD, again: PASSWORD });
  assert.equal(changed.status, 303, "the password is changed");
  keep("a new password", PASSWORD);
  state.customer = customer;
}

async function secondStep() {
  const customer = state.customer;
  customer.csrf = await customer.token("/account");
  let page = await customer.post("/account/security/second", { csrf: customer.csrf });
  if (page.status === 303) page = await customer.ask(page.location.split("#")[0]);
  const secret = page.text.match(/class="mono">([A-Z2-7 ]{16,})<\/b>/)?.[1];
  assert.ok(secret, `a second step is offered: ${page.status}`);
  keep("the authenticator's key", secret.replace(/ /g, ""));
  state.secrets.set("the authenticator's key as bytes", base32(secret));
  const on = await customer.post("/account/security/second/confirm", { csrf: customer.csrf, code: code(secret) });
  const codes = [...on.text.matchAll(/<li>([0-9A-Za-z-]{8,})<\/li>/g)].map((m) => m[1]);
  assert.ok(codes.length >= 5, `recovery codes are shown: ${on.status}`);
  codes.forEach((one, i) => { keep(`recovery code ${i}`, one); keep(`recovery code ${i} without signs`, one.replace(/-/g, "")); });
}

async function integrations(house) {
  const administrator = await house.signIn(PEOPLE.administrator);
  const csrf = administrator.csrf;
  console_(house, ["mail-inbox", "--tenant", "demo", "--host", "imap.example.org", "--login", "help", "--password-stdin"], `${MAILBOX}\n`);
  keep("the mailbox's password", MAILBOX);
  const provider = await administrator.post("/desk/settings/sso/new", {
    csrf, name: "Provider", issuer: "https://sso.example.org", client_id: "gatehouse", secret: PROVIDER, is_enabled: "1" });
  assert.equal(provider.status, 303, "a provider is kept");
  keep("the provider's secret", PROVIDER);
  for (const role of ["admin", "read-only"])
    keep(`an API token (${role})`, JSON.parse(console_(house, ["token", "create", "--tenant", "demo", "--role", role, "--json"])).token);
  const tenant = JSON.parse(console_(house, ["tenant", "create", "fresh", "--name", "Fresh", "--json"]));
  keep("the first token of a tenant", tenant.admin_token);
}

async function links(house) {
  const somebody = house.visitor("somebody");
  await somebody.post("/login/forgot", { csrf: await somebody.token("/login/forgot"), email: PEOPLE.agent });
  keep("a reset link", await linkMailed(somebody, /\/welcome\/([0-9a-zA-Z_-]{20,})/));
  await somebody.post("/login/link", { csrf: await somebody.token("/login/link"), email: PEOPLE.stranger });
  keep("a link to sign in", await linkMailed(somebody, /\/login\/link\/([0-9a-zA-Z_-]{20,})/));
}

async function secretsAreMade(house) {
  await signingIn(house);
  await secondStep();
  await integrations(house);
  await links(house);
  return `${state.secrets.size} secrets: ${[...state.secrets.keys()].filter((name) => !/^recovery/.test(name)).join(", ")}`;
}

// Every column of every table; bytes in hexadecimal.
function dump(house) {
  const columns = house.sql(`SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = 'gatehouse' AND t.table_type = 'BASE TABLE';`);
  const statements = columns.map(([table, column, type]) => {
    const value = /binary|blob/.test(type) ? `LOWER(HEX(${column}))` : `REPLACE(REPLACE(CAST(${column} AS CHAR), '\\n', ' '), '\\t', ' ')`;
    return `SELECT '${table}.${column}', ${value} FROM ${table} WHERE ${column} IS NOT NULL;`;
  });
  return house.sql(statements.join("\n"));
}

function forms(secret) {
  const bytes = Buffer.from(secret);
  const all = [bytes.toString("latin1"), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, ""), bytes.toString("base64url")];
  if (typeof secret === "string" && /^([0-9a-f]{2})+$/i.test(secret)) all.push(secret.toLowerCase(), Buffer.from(secret, "hex").toString("base64").replace(/=+$/, ""));
  return all.filter((form) => form.length >= 6);
}

// By column, so that the search is one over each column's whole text.
function byColumn(rows) {
  const columns = new Map();
  for (const [column, value] of rows) columns.set(column, [...columns.get(column) ?? [], value]);
  return new Map([...columns].map(([column, values]) => [column, values.join("\n")]));
}

function theDumpHasNone(house) {
  const rows = dump(house);
  const columns = byColumn(rows);
  const faults = new Faults();
  assert.ok(columns.get("person.email").includes(PEOPLE.customer), "the dump has what it has to have");
  assert.ok(columns.get("licence.key_text").includes("DEMO-MARLOW-COUNTER-7Q4M"), "licence keys are in it, as docs/security.md says");
  for (const [name, secret] of state.secrets) {
    for (const form of forms(secret))
      for (const [column, text] of columns) faults.expect(!text.includes(form), `${name} is in ${column}`);
  }
  const others = [...columns].filter(([column, text]) => !KNOWN_CLEAR.test(column) && text.includes("DEMO-MARLOW-COUNTER-7Q4M")).map(([column]) => column);
  faults.expect(others.length === 0, `a licence key is in ${others}`);
  faults.none();
  state.rows = rows;
  return `${columns.size} columns, ${rows.length} values`;
}

// A private key is what its public key can be made from: no 32 bytes of the dump are one.
function noPrivateKeyIsInIt() {
  const known = new Set(state.rows.filter(([column]) => column === "signing_key.public_key").map(([, value]) => value));
  assert.ok(known.size > 0, "there are public keys");
  const candidates = new Set();
  for (const [column, value] of state.rows) {
    if (!/^(signing_key|installation_secret|tenant)\./.test(column) || !/^([0-9a-f]{2}){32,}$/.test(value)) continue;
    for (let at = 0; at + 64 <= value.length; at += 2) candidates.add(value.slice(at, at + 64));
  }
  for (const seed of candidates) {
    const key = createPublicKey(createPrivateKey({ key: Buffer.concat([PKCS8_SEED, Buffer.from(seed, "hex")]), format: "der", type: "pkcs8" }));
    assert.ok(!known.has(key.export({ format: "der", type: "spki" }).subarray(-32).toString("hex")), "a private key lies in the database");
  }
  assert.ok(candidates.size > 20, "there was something to try");
  return `${candidates.size} candidates, ${known.size} keys`;
}

function theLogHasNone(house) {
  const faults = new Faults();
  const log = house.log();
  assert.ok(log.length > 200, "the program wrote a log");
  for (const [name, secret] of state.secrets) for (const form of forms(secret)) faults.expect(!log.includes(form), `${name} is in the log`);
  faults.none();
  return `${log.split("\n").length} lines`;
}

// A search that finds nothing would pass: what is there in clear is found.
function theSearchFindsWhatIsThere() {
  const columns = byColumn(state.rows);
  const found = (secret) => forms(secret).some((form) => [...columns.values()].some((text) => text.includes(form)));
  assert.ok(found("DEMO-MARLOW-COUNTER-7Q4M"));
  assert.ok(found(Buffer.from(state.rows.find(([column]) => column === "signing_key.public_key")[1], "hex")));
  assert.ok(!found("this-was-never-told-to-anybody"));
}

const CHECKS = {
  "secrets of every kind are made": secretsAreMade,
  "a dump of the database has none of them": theDumpHasNone,
  "no private key is in it": noPrivateKeyIsInIt,
  "the search finds what is there in clear": theSearchFindsWhatIsThere,
  "the log has none of them": theLogHasNone,
};

process.exitCode = await run(CHECKS, { seconds: 230 });
