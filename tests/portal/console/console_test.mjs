// The command line as an operator meets it: the real program in a folder of its own.
// GATEHOUSE_PROGRAM names the program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const program = process.env.GATEHOUSE_PROGRAM;
let place;

function run(args, input = '', extra = {}) {
  const done = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, GATEHOUSE_VAR_DIR: path.join(place, 'var'), GATEHOUSE_LOG_LEVEL: 'error', ...extra },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

function json(args, input) {
  const r = run([...args, '--json'], input);
  assert.equal(r.code, 0, r.err);
  return JSON.parse(r.out);
}

before(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-console-'));
});
after(() => fs.rmSync(place, { recursive: true, force: true }));

test('--help shows a command, its family, or all', () => {
  const one = run(['token', 'create', '--help']);
  assert.equal(one.code, 0);
  assert.match(one.out, /^ {2}token create /);
  assert.doesNotMatch(one.out, /token list/);
  assert.match(run(['token', '-h']).out, /token create [^]*token list/);
  assert.match(run(['--help']).out, /^Usage: gatehouse[^]*tenant create/);
});

test('a new vendor gets from nothing to a policy', () => {
  const tenant = json(
    ['tenant', 'create', 'acme', '--name', 'Acme', '--host', 'acme.example', '--admin-email', 'you@acme.example', '--admin-password-stdin'],
    'a long enough word\n',
  );
  assert.match(tenant.ed25519, /^[0-9a-f]{64}$/);
  assert.match(tenant.admin_token, /^admin-[0-9a-f]{64}v3$/);
  assert.equal(json(['product', 'create', '--tenant', 'acme', '--code', 'paint', '--name', 'Paint', '--prefix', 'PNT']).code, 'paint');
  const policy = json(['policy', 'create', '--tenant', 'acme', '--product', 'paint', '--name', 'Team', '--seats', '5', '--days', '365', '--strict']);
  assert.equal(policy.product, 'paint');
  // Nobody makes himself a user, and no user a licence, until the vendor says so.
  assert.equal(json(['tenant', 'show', '--tenant', 'acme']).protected, true);
  assert.equal(policy.protected, true);
  const token = json(['token', 'create', '--tenant', 'acme', '--role', 'product', '--product', 'paint']);
  assert.equal(token.kind, 'product-token');
  const keys = json(['key', 'list', '--tenant', 'acme']);
  assert.equal(keys.length, 1);
  assert.equal(keys[0].ed25519, tenant.ed25519);
  assert.equal(json(['tenant', 'list']).length, 1);
  assert.equal(json(['audit', 'verify', '--tenant', 'acme']).whole, true);
});

test('a trial is offered, begun by a program, and bought', () => {
  json(['policy', 'create', '--tenant', 'acme', '--product', 'paint', '--name', 'Try', '--node-locked']);
  const terms = json(['product', 'trial', '--tenant', 'acme', '--product', 'paint', '--policy', 'Try', '--open']);
  assert.deepEqual([terms.trials, terms.days, terms.open], [true, 30, true]);
  assert.equal(run(['product', 'trial', '--tenant', 'acme', '--product', 'paint', '--policy', 'Nothing']).code, 1);
  assert.equal(run(['product', 'trial', '--tenant', 'acme', '--product', 'paint', '--policy', 'Try', '--days', '366']).code, 2);
  assert.equal(run(['product', 'trial', '--tenant', 'acme', '--product', 'paint']).code, 2);
  assert.equal(run(['licence', 'turn', '--tenant', 'acme', '--licence', 'PNT-NONE', '--policy', 'Team']).code, 1);
  assert.equal(json(['product', 'trial', '--tenant', 'acme', '--product', 'paint', '--off']).trials, false);
});

test('keys are rotated and retired, and the master key is changed', () => {
  const first = json(['key', 'list', '--tenant', 'acme'])[0];
  const second = json(['key', 'rotate', '--tenant', 'acme']);
  assert.notEqual(second.ed25519, first.ed25519);
  assert.deepEqual(json(['key', 'list', '--tenant', 'acme']).map((k) => [k.ed25519, k.state]), [[second.ed25519, 'current'], [first.ed25519, 'older']]);
  assert.equal(run(['key', 'retire', second.id, '--tenant', 'acme']).code, 1);
  assert.equal(json(['key', 'retire', first.id, '--tenant', 'acme']).state, 'retired');
  assert.equal(run(['key', 'rotate']).code, 2);
  assert.equal(run(['key', 'rotate', '--tenant', 'acme', '--master']).code, 2);
  const before = fs.readFileSync(path.join(place, 'var', 'master.key'));
  const changed = json(['key', 'rotate', '--master']);
  assert.ok(changed.resealed >= 2);
  assert.notDeepEqual(fs.readFileSync(path.join(place, 'var', 'master.key')), before);
  assert.deepEqual(fs.readFileSync(changed.old_key_file), before);
  assert.equal(json(['revocations', path.join(place, 'again.ghrl'), '--tenant', 'acme']).revoked, 0);
  json(['key', 'rotate', '--tenant', 'acme']); // leaves one key that opens
});

test('the licensing role does not start with a master key that opens nothing, and says which file and why', () => {
  const other = path.join(place, 'other.key');
  fs.writeFileSync(other, Buffer.alloc(32, 7), { mode: 0o600 });
  const listen = ['--portal-listen', '127.0.0.1:0', '--licensing-listen', '127.0.0.1:0'];
  const r = run(['serve', '--role', 'licensing', ...listen], '', { GATEHOUSE_KEY_FILE: other });
  assert.equal(r.code, 1);
  assert.match(r.err, /signing key [0-9a-f-]{36} of tenant acme does not open with the master key in .*other\.key/);
  fs.writeFileSync(other + '.new', Buffer.alloc(32, 8), { mode: 0o600 });
  const unfinished = run(['serve', ...listen], '', { GATEHOUSE_KEY_FILE: other });
  assert.equal(unfinished.code, 1);
  assert.match(unfinished.err, /key rotate --master/);
});

test('a tenant has limits of its own', () => {
  assert.deepEqual(json(['tenant', 'limit', '--tenant', 'acme', '--portal', '50']), { portal: 50, licensing: 'default' });
  assert.deepEqual(json(['tenant', 'limit', '--tenant', 'acme', '--licensing', '0']), { portal: 50, licensing: 0 });
  assert.deepEqual(json(['tenant', 'limit', '--tenant', 'acme', '--portal', 'default', '--licensing', 'default']), { portal: 'default', licensing: 'default' });
  assert.equal(run(['tenant', 'limit', '--tenant', 'acme', '--portal', 'many']).code, 2);
});

test('the revocation list is written to a file', () => {
  const file = path.join(place, 'acme.ghrl');
  const list = json(['revocations', file, '--tenant', 'acme']);
  assert.equal(list.revoked, 0);
  const bytes = fs.readFileSync(file);
  assert.equal(bytes.length, list.bytes);
  assert.equal(bytes.subarray(0, 4).toString(), 'GHRL');
  assert.equal(run(['revocations', path.join(place, 'no', 'such', 'folder'), '--tenant', 'acme']).code, 1);
  assert.equal(run(['revocations', '--tenant', 'acme']).code, 2);
});

test('tokens are made for each bearer, listed and revoked', () => {
  const made = json(['token', 'create', '--tenant', 'acme', '--role', 'read-only', '--name', 'report', '--days', '30']);
  assert.match(made.token, /^read-[0-9a-f]{64}v3$/);
  assert.match(made.expires, /Z$/);
  const listed = json(['token', 'list', '--tenant', 'acme']).find((t) => t.id === made.id);
  assert.equal(listed.name, 'report');
  assert.equal(listed.token, undefined);
  assert.equal(json(['token', 'revoke', '--tenant', 'acme', made.id]).revoked, true);
  assert.equal(json(['token', 'list', '--tenant', 'acme']).find((t) => t.id === made.id), undefined);
  assert.equal(run(['token', 'revoke', '--tenant', 'acme', made.id]).code, 1);
  assert.equal(run(['token', 'revoke', '--tenant', 'acme', 'that']).code, 2);
  assert.ok(json(['token', 'list', '--tenant', 'acme', '--product', 'paint']).every((t) => t.kind === 'product-token'));
  assert.equal(run(['token', 'create', '--tenant', 'acme', '--role', 'license']).code, 2);
  assert.equal(run(['token', 'create', '--tenant', 'acme', '--role', 'admin', '--product', 'paint']).code, 2);
  assert.equal(run(['token', 'create', '--tenant', 'acme', '--role', 'user', '--user', 'nobody@acme.example']).code, 1);
});

test('what programs know a tenant by is shown and set', () => {
  const shown = json(['tenant', 'show', '--tenant', 'acme']);
  assert.equal(shown.api_version, '1.8');
  assert.equal(shown.protected, true);
  assert.match(shown.ed25519, /^[0-9a-f]{64}$/);
  const set = json(['tenant', 'set', '--tenant', 'acme', '--api-version', '1.7', '--protected', 'off']);
  assert.equal(set.api_version, '1.7');
  assert.equal(set.protected, false);
  assert.equal(json(['tenant', 'set', '--tenant', 'acme', '--protected', 'on']).api_version, '1.7');
  assert.equal(run(['tenant', 'set', '--tenant', 'acme', '--api-version', '2.0']).code, 1);
  assert.equal(run(['tenant', 'set', '--tenant', 'acme', '--protected', 'perhaps']).code, 2);
});

test('licences go out into a file and come back into another tenant', () => {
  const file = path.join(place, 'acme.jsonl');
  json(['tenant', 'create', 'twin', '--name', 'Twin']);
  const out = json(['export', '--tenant', 'acme', file]);
  assert.ok(out.products >= 1 && out.policies >= 1);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines[0].data.type, 'products');
  const dry = json(['import', '--tenant', 'twin', '--dry-run', file]);
  assert.equal(dry.added.products, out.products);
  assert.equal(dry.dry_run, true);
  assert.equal(json(['import', '--tenant', 'twin', file]).added.policies, out.policies);
  const again = json(['import', '--tenant', 'twin', file]);
  assert.equal(again.added.policies, 0);
  assert.equal(again.present.policies, out.policies);
  const said = run(['import', '--tenant', 'twin', file]);
  assert.match(said.out, /products +0 added, \d+ there already/);
  const piped = run(['export', '--tenant', 'twin', '-']);
  assert.equal(piped.out.trim().split('\n').length, lines.length);
});

test('an import says each fault with its line and place, and writes nothing', () => {
  const bad = '{"data":{"type":"products","id":"11111111-1111-4111-8111-111111111111","attributes":{}}}\nnonsense\n';
  const told = run(['import', '--tenant', 'twin', '-'], bad);
  assert.equal(told.code, 1);
  assert.match(told.err, /^-:1: \/data\/attributes\/name /);
  assert.match(told.err, /^-:2: .*JSON_INVALID/m);
  const r = run(['import', '--tenant', 'twin', '-', '--json'], bad);
  assert.equal(r.code, 1);
  assert.equal(JSON.parse(r.out).faults.length, 2);
  assert.equal(run(['import', '--tenant', 'twin', path.join(place, 'none')]).code, 1);
  assert.equal(run(['import', '--tenant', 'twin']).code, 2);
  assert.equal(run(['export', '--tenant', 'twin', path.join(place, 'no', 'folder')]).code, 1);
});

test('staff accounts are made, get a new password and are disabled', () => {
  const person = json(['person', 'create', '--tenant', 'acme', '--email', 'kim@acme.example', '--name', 'Kim', '--role', 'agent', '--password-stdin'], 'another long word\n');
  assert.equal(person.email, 'kim@acme.example');
  assert.equal(run(['person', 'reset-password', '--tenant', 'acme', '--email', 'kim@acme.example', '--password-stdin'], 'short\n').code, 1);
  assert.equal(json(['person', 'reset-password', '--tenant', 'acme', '--email', 'kim@acme.example', '--password-stdin'], 'a third long word\n').changed, true);
  assert.equal(json(['person', 'disable', '--tenant', 'acme', '--email', 'kim@acme.example']).disabled, true);
});

test('what is refused is said in one clear line', () => {
  const taken = run(['tenant', 'create', 'acme', '--name', 'Again']);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /^gatehouse: [A-Z].*\n$/);
  const unknown = run(['product', 'create', '--tenant', 'nobody', '--code', 'x', '--name', 'X', '--prefix', 'X']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /There is no tenant nobody/);
  const told = JSON.parse(run(['key', 'list', '--tenant', 'nobody', '--json']).err);
  assert.equal(told.code, 'TENANT_NOT_FOUND');
  assert.match(told.text, /^There is no tenant nobody/);
  assert.equal(run(['policy', 'create', '--tenant', 'acme', '--product', 'none', '--name', 'X']).code, 1);
  assert.equal(run(['token', 'create', '--tenant', 'acme', '--role', 'king']).code, 2);
  assert.equal(run(['policy', 'create', '--tenant', 'acme', '--product', 'paint', '--name', 'X', '--seats', 'many']).code, 2);
  assert.equal(run(['tenant', 'create', '--colour', 'red']).code, 2);
  assert.equal(run(['dance']).code, 2);
  assert.equal(run([]).code, 2);
});

test('a command in a folder without a database says so and leaves no trace', () => {
  const elsewhere = path.join(place, 'elsewhere');
  const r = run(['key', 'list', '--tenant', 'acme'], '', { GATEHOUSE_VAR_DIR: elsewhere });
  assert.equal(r.code, 1);
  assert.match(r.err, /There is no database in the folder .*elsewhere/);
  assert.equal(fs.existsSync(elsewhere), false);
});

test('bad settings are all named at once', () => {
  const bad = run(['tenant', 'list'], '', { GATEHOUSE_PORTAL_THREADS: 'many', GATEHOUSE_LOG_LEVEL: 'loud' });
  assert.equal(bad.code, 1);
  assert.match(bad.err, /portal\.threads/);
  assert.match(bad.err, /log\.level/);
});

test('the doctor finds nothing wrong, and the master key is for its owner only', () => {
  const findings = json(['doctor']);
  assert.ok(findings.every((f) => f.state === 'good'), JSON.stringify(findings));
  assert.equal(fs.statSync(path.join(place, 'var', 'master.key')).mode & 0o777, 0o600);
});

test('the doctor misses the name of the proxy in front', () => {
  const r = run(['doctor', '--json'], '', { GATEHOUSE_HTTP_BEHIND_TLS: 'true' });
  assert.equal(r.code, 1);
  assert.match(JSON.parse(r.out).find((f) => f.check === 'proxy').say, /trusted_proxies/);
  const named = run(['doctor', '--json'], '', { GATEHOUSE_HTTP_BEHIND_TLS: 'true', GATEHOUSE_HTTP_TRUSTED_PROXIES: '127.0.0.1' });
  assert.equal(named.code, 0, named.err);
});

test('another master key is refused while sealed values exist', () => {
  const key = path.join(place, 'var', 'master.key');
  const kept = fs.readFileSync(key);
  fs.rmSync(key);
  const missing = run(['tenant', 'list']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^gatehouse: /);
  fs.writeFileSync(key, kept, { mode: 0o600 });
  assert.equal(run(['tenant', 'list']).code, 0);
});
