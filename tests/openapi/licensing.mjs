// Asks the licence service for everything that its description speaks of.
import { createHash, randomUUID } from "node:crypto";

const TOO_LARGE = 300_000;

const draft = (type, attributes, to) => ({
  data: {
    type, attributes,
    ...(to ? { relationships: Object.fromEntries(Object.entries(to).map(([name, [kind, id]]) => [name, { data: { type: kind, id } }])) } : {}),
  },
});
const links = (type, ...ids) => ({ data: ids.map((id) => ({ type, id })) });

async function catalogue(ask) {
  const made = {};
  const make = async (path, body) => (await ask(`POST ${path}`, { body, status: 201 })).body.data.id;
  made.product = await make("/v1/products", draft("products", { name: "Gauge", code: "gauge", metadata: { a_b: 1 } }));
  made.spare = await make("/v1/products", draft("products", { name: "Spare", code: null, platforms: ["linux"], url: "https://example.com" }));
  const policy = { name: "Gauge floating", floating: true, maxMachines: 3, authenticationStrategy: "MIXED", duration: 31556952, requireCheckIn: true, checkInInterval: "week", checkInIntervalCount: 1 };
  made.policy = await make("/v1/policies", draft("policies", policy, { product: ["products", made.product] }));
  made.other = await make("/v1/policies", draft("policies", { name: "Gauge other" }, { product: ["products", made.product] }));
  made.entitlement = await make("/v1/entitlements", draft("entitlements", { name: "Export", code: "EXPORT" }));
  made.second = await make("/v1/entitlements", draft("entitlements", { name: "Print", code: "PRINT" }));
  made.group = await make("/v1/groups", draft("groups", { name: "North", maxMachines: 50 }));
  made.user = await make("/v1/users", draft("users", { email: "gauge@example.com", firstName: "Ada", password: "kestrel-42-tower" }, { group: ["groups", made.group] }));
  made.mate = await make("/v1/users", draft("users", { email: "mate@example.com" }));
  return made;
}

async function changes(ask, made) {
  for (const [path, variable, type, attributes] of [
    ["/v1/products", "product", "products", { name: "Gauge 2" }], ["/v1/policies", "policy", "policies", { maxMachines: 5 }],
    ["/v1/entitlements", "entitlement", "entitlements", { name: "Export all" }], ["/v1/groups", "group", "groups", { maxUsers: null }],
    ["/v1/users", "user", "users", { lastName: "Lane" }],
  ]) {
    for (const method of ["PATCH", "PUT"]) {
      await ask(`${method} ${path}/{${variable}}`, { at: { [variable]: made[variable] }, body: draft(type, attributes), status: 200 });
    }
    await ask(`GET ${path}`, { query: "?limit=2", status: 200 });
    await ask(`GET ${path}`, { query: "?page[number]=1&page[size]=1", status: 200 });
    await ask(`GET ${path}`, { query: "?page[cursor]=&page[size]=1", status: 200 });
    await ask(`GET ${path}/{${variable}}`, { at: { [variable]: made[variable] }, status: 200 });
    await ask(`GET ${path}/{${variable}}`, { at: { [variable]: randomUUID() }, status: 404 });
    await ask(`POST ${path}`, { body: draft(type, { nonsense: 1 }), status: 400 });
  }
  await ask("POST /v1/policies/{policy}/entitlements", { at: made, body: links("entitlements", made.entitlement), status: 200 });
  await ask("GET /v1/policies/{policy}/entitlements", { at: made, status: 200 });
  await ask("GET /v1/policies/{policy}/product", { at: made, status: 200 });
}

async function licences(ask, made) {
  const to = { policy: ["policies", made.policy], owner: ["users", made.user], group: ["groups", made.group] };
  const licence = (await ask("POST /v1/licenses", { body: draft("licenses", { name: "First", metadata: { tier: "gold" } }, to), status: 201 })).body.data;
  made.licence = licence.id;
  made.key = licence.attributes.key;
  const at = { licence: made.licence, user: made.mate, entitlement: made.second };
  for (const method of ["PATCH", "PUT"]) await ask(`${method} /v1/licenses/{licence}`, { at, body: draft("licenses", { name: "Till", maxUses: 9 }), status: 200 });
  await ask("POST /v1/licenses/{licence}/users", { at, body: links("users", made.mate), status: 200 });
  await ask("POST /v1/licenses/{licence}/entitlements", { at, body: links("entitlements", made.second), status: 200 });
  for (const part of ["product", "policy", "group", "owner", "user", "machines", "users", "entitlements", "tokens", "users/{user}", "entitlements/{entitlement}"]) {
    await ask(`GET /v1/licenses/{licence}/${part}`, { at, status: 200 });
  }
  await ask("GET /v1/licenses", { query: "?metadata[tier]=gold&status=active&page[number]=1&page[size]=2", status: 200 });
  await ask("GET /v1/licenses", { query: "?limit=0", status: 400 });
  await ask("GET /v1/licenses/{licence}", { at, status: 200 });
  await ask("GET /v1/licenses/{licence}", { at, auth: "", status: 401 });
  await ask("GET /v1/licenses/{licence}", { at: { licence: "no-such" }, status: 404 });
  await ask("POST /v1/licenses", { body: draft("licenses", { key: made.key }, to), status: 422 });
  await ask("POST /v1/licenses", { body: draft("licenses", { name: "x".repeat(TOO_LARGE) }, to), status: 413 });
  const token = (await ask("POST /v1/licenses/{licence}/tokens", { at, body: draft("tokens", { maxActivations: 5 }), status: 200 })).body.data;
  await ask("GET /v1/licenses/{licence}/tokens/{token}", { at: { ...at, token: token.id }, status: 200 });
  await ask("GET /v1/licenses/{licence}/tokens", { at, status: 200 });
  return at;
}

async function validations(ask, made, at) {
  const scope = { fingerprint: "gauge-1", product: made.product };
  await ask("POST /v1/licenses/actions/validate-key", { auth: "", body: { meta: { key: made.key, nonce: 7, scope } }, status: 200 });
  await ask("POST /v1/licenses/actions/validate-key", { auth: "", body: { meta: { key: "none at all" } }, status: 200 });
  await ask("POST /v1/licenses/actions/validate-key", { auth: "", body: { meta: { key: "" } }, status: 400 });
  await ask("POST /v1/licenses/{licence}/actions/validate", { at, body: { meta: { nonce: 1 } }, status: 200 });
  await ask("GET /v1/licenses/{licence}/actions/validate", { at, status: 200 });
  await ask("GET /v1/me", { auth: `License ${made.key}`, status: 200 });
}

async function actions(ask, made, at) {
  const act = (name, body, status = 200) => ask(`POST /v1/licenses/{licence}/actions/${name}`, { at, body, status });
  await act("suspend");
  await act("suspend", {}, 422);
  await act("reinstate");
  await act("renew");
  await act("check-in");
  await act("increment-usage", { meta: { increment: 3 } });
  await act("increment-usage", { meta: { increment: "x" } }, 400);
  await act("decrement-usage", { meta: { decrement: 1 } });
  await act("reset-usage");
  await act("check-out", { meta: { encrypt: true, include: ["entitlements", "product"], ttl: 3600 } });
  await act("check-out", { meta: { ttl: 1 } }, 400);
  await ask("GET /v1/licenses/{licence}/actions/check-out", { at, query: "?ttl=", status: 200 });
}

async function machines(ask, made) {
  const to = { license: ["licenses", made.licence], owner: ["users", made.user] };
  const body = draft("machines", { fingerprint: "gauge-1", name: "One", cores: 4, memory: 8589934592 }, to);
  body.data.relationships.components = { data: [{ type: "components", attributes: { fingerprint: "board-1", name: "Board" } }] };
  made.machine = (await ask("POST /v1/machines", { body, status: 201 })).body.data.id;
  await ask("POST /v1/machines", { body, status: 422 });
  await ask("POST /v1/machines", { body: draft("machines", { name: "none" }, to), status: 400 });
  const at = { licence: made.licence, machine: made.machine };
  for (const method of ["PATCH", "PUT"]) await ask(`${method} /v1/machines/{machine}`, { at, body: draft("machines", { hostname: "till" }), status: 200 });
  for (const name of ["ping", "ping-heartbeat", "reset", "reset-heartbeat", "check-out"]) await ask(`POST /v1/machines/{machine}/actions/${name}`, { at, status: 200 });
  await ask("GET /v1/machines/{machine}/actions/check-out", { at, status: 200 });
  await ask("PUT /v1/machines/{machine}/owner", { at, body: { data: null }, status: 200 });
  await ask("PUT /v1/machines/{machine}/owner", { at, body: { data: { type: "users", id: made.user } }, status: 200 });
  await ask("PUT /v1/machines/{machine}/group", { at, body: { data: { type: "groups", id: made.group } }, status: 200 });
  for (const [path, type, attributes, change] of [
    ["components", "components", { fingerprint: "disk-1", name: "Disk" }, { name: "Disk two" }],
    ["processes", "processes", { pid: "4711" }, { metadata: { shift: "late" } }],
  ]) {
    const id = (await ask(`POST /v1/${path}`, { body: draft(type, attributes, { machine: ["machines", made.machine] }), status: 201 })).body.data.id;
    for (const part of ["", "/product", "/license", "/machine"]) await ask(`GET /v1/${path}/{id}${part}`, { at: { id }, status: 200 });
    for (const method of ["PATCH", "PUT"]) await ask(`${method} /v1/${path}/{id}`, { at: { id }, body: draft(type, change), status: 200 });
    await ask(`GET /v1/${path}`, { query: "?page[cursor]=&page[size]=5", status: 200 });
    await ask(`GET /v1/machines/{machine}/${path}`, { at, status: 200 });
    if (path === "processes") await ask("POST /v1/processes/{id}/actions/ping", { at: { id }, status: 200 });
    await ask(`DELETE /v1/${path}/{id}`, { at: { id }, status: 204 });
  }
  for (const part of ["", "/product", "/license", "/owner", "/group"]) await ask(`GET /v1/machines/{machine}${part}`, { at, status: 200 });
  await ask("GET /v1/machines", { query: "?status=alive&page[number]=1&page[size]=3", status: 200 });
  await ask("GET /v1/licenses/{licence}/machines/{machine}", { at, status: 200 });
  await ask("GET /v1/licenses/{licence}/machines", { at, status: 200 });
}

async function people(ask, made) {
  const at = { user: made.user };
  await ask("PUT /v1/users/{user}/group", { at, body: { data: { type: "groups", id: made.group } }, status: 200 });
  for (const part of ["licenses", "machines", "products", "group", "tokens"]) await ask(`GET /v1/users/{user}/${part}`, { at, status: 200 });
  const token = (await ask("POST /v1/users/{user}/tokens", { at, body: draft("tokens", { name: "phone" }), status: 200 })).body.data.attributes.token;
  await ask("POST /v1/users/{user}/actions/ban", { at, status: 200 });
  await ask("GET /v1/me", { auth: `Bearer ${token}`, status: 403 });
  await ask("POST /v1/users/{user}/actions/unban", { at, status: 200 });
  await ask("GET /v1/me", { auth: `Bearer ${token}`, status: 200 });
  await ask("GET /v1/profile", { auth: `Bearer ${token}`, status: 200 });
  await ask("POST /v1/users/{user}/actions/update-password", {
    at, auth: `Bearer ${token}`, body: { meta: { oldPassword: "kestrel-42-tower", newPassword: "kestrel-43-tower" } }, status: 200,
  });
  await ask("POST /v1/users/{user}/actions/reset-password", { at, auth: "", body: { meta: { passwordResetToken: "none", newPassword: "kestrel-44" } }, status: 404 });
  await ask("POST /v1/passwords", { auth: "", body: { meta: { email: "nobody@example.com" } }, status: 204 });
  const basic = Buffer.from("gauge@example.com:kestrel-43-tower").toString("base64");
  const own = (await ask("POST /v1/tokens", { auth: `Basic ${basic}`, body: draft("tokens", { name: "own" }), status: 201 })).body.data;
  await ask("POST /v1/tokens", { auth: `Basic ${Buffer.from("gauge@example.com:wrong").toString("base64")}`, status: 401 });
  await ask("GET /v1/tokens/{token}", { at: { token: own.id }, status: 200 });
  const renewed = (await ask("PUT /v1/tokens", { auth: `Bearer ${own.attributes.token}`, status: 200 })).body.data;
  await ask("PUT /v1/tokens/{token}", { at: { token: renewed.id }, status: 200 });
  await ask("DELETE /v1/tokens/{token}", { at: { token: renewed.id }, status: 204 });
  await ask("GET /v1/tokens", { query: "?limit=5", status: 200 });
  for (const part of ["users", "licenses", "machines"]) await ask(`GET /v1/groups/{group}/${part}`, { at: made, status: 200 });
  for (const part of ["policies", "licenses", "machines", "users", "tokens", "releases", "artifacts"]) await ask(`GET /v1/products/{product}/${part}`, { at: made, status: 200 });
  await ask("POST /v1/products/{product}/tokens", { at: made, body: draft("tokens", { name: "build" }), status: 200 });
  await ask("GET /v1/policies/{policy}/licenses", { at: made, status: 200 });
}

async function releases(ask, made) {
  const release = async (version) => (await ask("POST /v1/releases", {
    body: draft("releases", { version, channel: "stable", name: version }, { product: ["products", made.product] }), status: 201,
  })).body.data.id;
  made.release = await release("1.0.0");
  const newer = await release("1.1.0");
  const at = { release: made.release };
  const bytes = "the program\n";
  const attributes = { filename: "gauge.exe", platform: "windows", checksum: createHash("sha256").update(bytes).digest("hex") };
  const artefact = await ask("POST /v1/artifacts", { body: draft("artifacts", attributes, { release: ["releases", made.release] }), status: 307 });
  const file = place(artefact.headers.get("location"));
  await ask("PUT /v1/files/{token}/{filename}", { at: file, auth: "", bytes, status: 200 });
  await ask("POST /v1/artifacts", { headers: { Prefer: "no-redirect" }, body: draft("artifacts", { filename: "b" }, { release: ["releases", made.release] }), status: 200 });
  const artifact = artefact.body.data.id;
  for (const method of ["PATCH", "PUT"]) {
    await ask(`${method} /v1/artifacts/{artifact}`, { at: { artifact }, body: draft("artifacts", { arch: "amd64" }), status: 200 });
    await ask(`${method} /v1/releases/{release}`, { at, body: draft("releases", { description: "- Better" }), status: 200 });
  }
  for (const one of [made.release, newer]) await ask("POST /v1/releases/{release}/actions/publish", { at: { release: one }, status: 200 });
  const constraint = { data: [{ type: "constraints", relationships: { entitlement: { data: { type: "entitlements", id: made.entitlement } } } }] };
  const held = (await ask("POST /v1/releases/{release}/constraints", { at, body: constraint, status: 200 })).body.data[0].id;
  for (const part of ["", "/product", "/entitlements", "/constraints", "/artifacts", "/upgrade"]) await ask(`GET /v1/releases/{release}${part}`, { at, status: 200 });
  await ask("GET /v1/releases/{release}/upgrade", { at: { release: newer }, status: 404 });
  await ask("DELETE /v1/releases/{release}/constraints", { at, body: { data: [{ type: "constraints", id: held }] }, status: 204 });
  await ask("GET /v1/releases", { query: "?channel=stable&page[number]=1&page[size]=1", status: 200 });
  await ask("GET /v1/artifacts", { query: "?platform=windows", status: 200 });
  const fetched = await ask("GET /v1/artifacts/{artifact}", { at: { artifact }, status: 303 });
  await ask("GET /v1/artifacts/{artifact}", { at: { artifact }, headers: { Prefer: "no-download" }, status: 200 });
  await ask("GET /v1/releases/{release}/artifacts/{artifact}", { at: { ...at, artifact: "gauge.exe" }, query: "?prefer=no-redirect", status: 200 });
  await ask("GET /v1/files/{token}/{filename}", { at: place(fetched.headers.get("location")), auth: "", status: 200 });
  await ask("DELETE /v1/artifacts/{artifact}", { at: { artifact }, status: 204 });
  await ask("POST /v1/releases/{release}/actions/yank", { at, status: 200 });
  await ask("DELETE /v1/releases/{release}", { at: { release: newer }, status: 204 });
}

const place = (location) => {
  const [, token, filename] = new URL(location, "http://localhost").pathname.match(/\/files\/([^/]+)\/([^/]+)$/);
  return { token: decodeURIComponent(token), filename: decodeURIComponent(filename) };
};

async function hooks(ask, made, later) {
  const attributes = { url: "https://hooks.example.com/gatehouse", subscriptions: ["license.created", "group.created"] };
  const webhook = (await ask("POST /v1/webhook-endpoints", { body: draft("webhook-endpoints", attributes), status: 201 })).body.data.id;
  await ask("POST /v1/webhook-endpoints", { body: draft("webhook-endpoints", { ...attributes, url: "http://127.0.0.1/" }), status: 422 });
  for (const method of ["PATCH", "PUT"]) await ask(`${method} /v1/webhook-endpoints/{webhook}`, { at: { webhook }, body: draft("webhook-endpoints", { subscriptions: ["*"] }), status: 200 });
  await ask("GET /v1/webhook-endpoints", { status: 200 });
  await ask("GET /v1/webhook-endpoints/{webhook}", { at: { webhook }, status: 200 });
  const group = (await ask("POST /v1/groups", { body: draft("groups", { name: "Heard" }), status: 201 })).body.data.id;
  const event = await later(async () => (await ask("GET /v1/webhook-events", { query: "?limit=1", status: 200 })).body.data[0]?.id);
  await ask("GET /v1/webhook-events/{event}", { at: { event }, status: 200 });
  await ask("POST /v1/webhook-events/{event}/actions/retry", { at: { event }, status: 200 });
  await ask("DELETE /v1/webhook-events/{event}", { at: { event }, status: 204 });
  await ask("DELETE /v1/webhook-endpoints/{webhook}", { at: { webhook }, status: 204 });
  await ask("DELETE /v1/groups/{group}", { at: { group }, status: 204 });
}

async function ofOurOwn(ask, made, site) {
  await site.command("product", "trial", "--tenant", "demo", "--product", "counter", "--policy", "Counter Trial", "--open");
  const counter = (await ask("GET /v1/products/{product}", { at: { product: "counter" }, status: 200 })).body.data.id;
  const trial = (product) => draft("trials", { fingerprint: "gauge-trial", name: "Till" }, { product: ["products", product] });
  await ask("POST /v1/trials", { auth: "", body: trial(counter), status: 201 });
  await ask("POST /v1/trials", { auth: "", body: trial(counter), status: 200 });
  await ask("POST /v1/trials", { auth: "", body: trial(made.product), status: 422 });
  const list = await ask("GET /v1/revocations", { auth: "", status: 200 });
  await ask("GET /v1/revocations", { auth: "", headers: { "If-None-Match": list.headers.get("etag") }, status: 304 });
  const feedback = draft("feedback", { text: "The needle sticks", version: "1.0.0", fingerprint: "gauge-1", diagnostics: "needle=stuck", requestKey: "gauge-1" });
  await ask("POST /v1/feedback", { auth: `License ${made.key}`, body: feedback, status: 201 });
  await ask("POST /v1/feedback", { auth: `License ${made.key}`, body: feedback, status: 200 });
  await ask("POST /v1/feedback", { auth: "", body: feedback, status: 401 });
  await ask("POST /v1/internal/signatures", { auth: "", body: {}, status: 404 });
}

async function farewells(ask, made) {
  const at = { licence: made.licence };
  await ask("DELETE /v1/machines/{machine}", { at: made, status: 204 });
  await ask("DELETE /v1/licenses/{licence}/users", { at, body: links("users", made.mate), status: 204 });
  await ask("DELETE /v1/licenses/{licence}/entitlements", { at, body: links("entitlements", made.second), status: 204 });
  await ask("DELETE /v1/policies/{policy}/entitlements", { at: made, body: links("entitlements", made.entitlement), status: 204 });
  await ask("PUT /v1/licenses/{licence}/policy", { at, body: { data: { type: "policies", id: made.other } }, status: 200 });
  await ask("PUT /v1/licenses/{licence}/group", { at, body: { data: null }, status: 200 });
  await ask("PUT /v1/licenses/{licence}/owner", { at, body: { data: null }, status: 200 });
  await ask("PUT /v1/licenses/{licence}/user", { at, body: { data: { type: "users", id: made.mate } }, status: 200 });
  await ask("DELETE /v1/licenses/{licence}/actions/revoke", { at, status: 204 });
  const again = (await ask("POST /v1/licenses", { body: draft("licenses", {}, { policy: ["policies", made.other] }), status: 201 })).body.data.id;
  await ask("DELETE /v1/licenses/{licence}", { at: { licence: again }, status: 204 });
  await ask("DELETE /v1/policies/{policy}", { at: made, status: 204 });
  await ask("DELETE /v1/entitlements/{entitlement}", { at: made, status: 204 });
  await ask("DELETE /v1/users/{user}", { at: made, status: 204 });
  await ask("DELETE /v1/products/{product}", { at: { product: made.spare }, status: 204 });
}

export async function licensingStory(caller, site, later) {
  const ask = (operation, how) => caller.ask(operation, how);
  await ask("GET /v1/health", { auth: "", status: 204 });
  await ask("GET /v1/ping", { auth: "", status: 200 });
  await ask("GET /v1/accounts/{account}", { at: { account: "demo" }, status: 200 });
  await ask("GET /v1/me", { status: 200 });
  await ask("GET /v1/profile", { status: 200 });
  const made = await catalogue(ask);
  await changes(ask, made);
  const at = await licences(ask, made);
  await machines(ask, made);
  await validations(ask, made, at);
  await actions(ask, made, at);
  await people(ask, made);
  await releases(ask, made);
  await hooks(ask, made, later);
  await ofOurOwn(ask, made, site);
  await farewells(ask, made);
}
