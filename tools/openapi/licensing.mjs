// The licence service: what each of its paths takes and answers.
import { CREDENTIALS, FAULTS, HEADERS, inside, JSON_API, PARAMETERS, RESPONSES, SCHEMAS, SIGNED } from "./components.mjs";
import { anyObject, flag, id, list, nullable, object, query, ref, same, says, shared, text, time, variables, whole } from "./schema.mjs";

const NAMED = {
  licence: { schema: text, description: "Id or key, percent-encoded." },
  machine: { schema: text, description: "Id or fingerprint, percent-encoded." },
  user: { schema: text, description: "Id or e-mail address." },
  product: { schema: text, description: "Id or code." },
  entitlement: { schema: text, description: "Id or code." },
  release: { schema: text, description: "Id, version or tag." },
  artifact: { schema: text, description: "Id; within a release also the file's name." },
  account: { schema: text, description: "Id or slug." },
  token: { schema: text }, filename: { schema: text },
};
const CREDENTIAL = [{ token: [] }, { licence: [] }, { basic: [] }, { queryToken: [] }, { queryAuth: [] }];
const PAGED = ["limit", "pageNumber", "pageSize", "pageCursor", "order"].map(shared);
const RELEASE_BY = [query("product", text, "Whose release, where versions and tags are given.")];

const one = (schema, more = {}) => object({ data: schema }, more);
const many = (name) => object({ data: list(ref(name)), links: ref("Links") });
const joined = (name) => object({ data: list(ref(name)) });
const answer = (status, description, schema, headers = {}) => ({
  [status]: { description, headers: { ...SIGNED, ...headers }, ...(schema ? inside(schema) : {}) },
});
const LOCATION = { Location: { schema: text } };
const got = (schema) => answer(200, "The resource.", schema);
const made = (name) => answer(201, "Made.", one(ref(name)), LOCATION);
const gone = answer(204, "Done.");
const body = (schema, required = true) => ({ requestBody: { required, ...inside(schema) } });
const links = object({ data: list(object({ type: text, id }), { minItems: 1, maxItems: 100 }) });
const linkOrNone = object({ data: nullable(object({ type: text, id: text })) });
const link = object({ data: object({ type: text, id: text }) });
const filters = (table) => Object.entries(table).map(([name, schema]) => query(name, schema));
const words = (line, schema = text) => Object.fromEntries(line.split(" ").map((name) => [name, schema]));

const LISTS = {
  Licence: filters({
    ...words("product policy owner machine group", id), ...words("user status"),
    ...words("suspended expiring expired unassigned assigned activated", flag),
    ...words("expires[within] expires[before] expires[after] expires[on] expired[within] expired[before] expired[after] expired[on]"),
    ...words("activity[inside] activity[outside] activity[before] activity[after]"),
    ...words("activations[eq] activations[gt] activations[gte] activations[lt] activations[lte]", whole),
  }),
  Machine: filters({ ...words("product policy license owner user group", id), ...words("fingerprint ip hostname status key") }),
  Component: filters(words("product machine license owner user", id)),
  Process: filters({ ...words("product machine license owner user", id), status: text }),
  Policy: filters(words("product", id)),
  User: filters({ ...words("product license group", id), status: text, "roles[]": list(text), ...words("assigned active", flag) }),
  Token: filters({ ...words("bearer[type] bearer[role]"), "bearer[id]": id }),
  Release: filters({ ...words("product package", id), ...words("channel status engine"), ...words("yanked constraints", flag), "entitlements[]": list(text) }),
  Artifact: filters({ ...words("release product", id), ...words("channel status filetype platform arch") }),
  WebhookEvent: filters({ "events[]": list(text) }),
};

const METADATA = query("metadata", { type: "object", additionalProperties: true }, "metadata[name]=value, up to four, which all have to be there.");
METADATA.style = "deepObject";

function listOf(name, told) {
  const open = ["Licence", "Machine", "User"].includes(name) ? [METADATA] : [];
  return { summary: told ?? "A list, newest first.", parameters: [...PAGED, ...(LISTS[name] ?? []), ...open], responses: got(many(name)) };
}
const listUnder = (name) => ({ summary: "Those that belong to it.", parameters: PAGED, responses: got(many(name)) });
const view = (schema) => ({ summary: "One of them.", responses: got(one(schema)) });
const related = (name) => ({ summary: "What it belongs to.", responses: got(one(nullable(ref(name)))) });
const act = (name, told, meta) => ({
  summary: told, ...body(meta ? object({}, { meta: object({}, meta) }) : ref("Nothing"), false), responses: got(one(ref(name))),
});
const replace = (name, told, sent = linkOrNone) => ({ summary: told, ...body(sent), responses: got(one(ref(name))) });
const attach = (name) => ({ summary: "Attach: all of them or none.", ...body(links), responses: answer(200, "Attached.", joined(name)) });
const detach = { summary: "Detach: all of them or none.", ...body(links), responses: gone };
const remove = { summary: "Remove, with what belongs to it.", responses: gone };

function crud(path, name, variable, more = {}) {
  const change = { summary: "Change what is named; the rest stays.", ...body(ref(`${name}Change`)), responses: got(one(ref(name))) };
  return {
    [path]: {
      get: listOf(name),
      post: { summary: "Make one.", ...body(ref(`${name}Creation`)), responses: made(name) },
    },
    [`${path}/{${variable}}`]: { get: view(ref(name)), patch: change, put: change, delete: remove, ...more },
  };
}

const SEE = { get: "The verdict, without what a scope can say; not told to anybody.", post: "The verdict." };
const asked = object({}, { meta: object({}, { nonce: whole, scope: ref("Scope") }) });
const keyed = object({ meta: object({ key: text }, { nonce: whole, scope: ref("Scope"), encrypted: flag, legacyEncrypted: flag }) });
const DOWNLOAD = { 200: { description: "The file itself.", headers: SIGNED, content: { "application/octet-stream": { schema: text } } } };
const CHECK_OUT = [
  query("encrypt", text), query("algorithm", text), query("ttl", text, "Seconds from 3600; empty: for ever."),
  query("include", text, "Separated by commas."),
];
const checkOut = (name) => ({
  get: { summary: "A signed file as a download.", parameters: CHECK_OUT, responses: DOWNLOAD },
  post: { summary: "A signed file.", parameters: CHECK_OUT, ...body(ref("CheckOut"), false), responses: got(one(ref(name))) },
});
const USES = { increment: { ...whole, minimum: 1 } }, FEWER = { decrement: { ...whole, minimum: 1 } };

const licences = {
  ...crud("/v1/licenses", "Licence", "licence"),
  "/v1/licenses/actions/validate-key": {
    post: { summary: "Is the licence with this key good?", anonymous: true, ...body(keyed), responses: got(ref("Validation")) },
  },
  "/v1/licenses/{licence}/actions/validate": {
    get: { summary: SEE.get, responses: got(ref("Validation")) },
    post: { summary: SEE.post, ...body(asked, false), responses: got(ref("Validation")) },
  },
  "/v1/licenses/{licence}/actions/check-out": checkOut("LicenceFile"),
  "/v1/licenses/{licence}/actions/suspend": { post: act("Licence", "Suspend it.") },
  "/v1/licenses/{licence}/actions/reinstate": { post: act("Licence", "End the suspension.") },
  "/v1/licenses/{licence}/actions/renew": { post: act("Licence", "Renew it by its policy's duration.") },
  "/v1/licenses/{licence}/actions/check-in": { post: act("Licence", "Check in.") },
  "/v1/licenses/{licence}/actions/revoke": { delete: { summary: "Revoke it, with its machines.", responses: gone } },
  "/v1/licenses/{licence}/actions/increment-usage": { post: act("Licence", "Count a use.", USES) },
  "/v1/licenses/{licence}/actions/decrement-usage": { post: act("Licence", "Give a use back.", FEWER) },
  "/v1/licenses/{licence}/actions/reset-usage": { post: act("Licence", "Count from nothing again.") },
  "/v1/licenses/{licence}/product": { get: related("Product") },
  "/v1/licenses/{licence}/policy": { get: related("Policy"), put: replace("Licence", "Follow another policy.", link) },
  "/v1/licenses/{licence}/group": { get: related("Group"), put: replace("Licence", "Move to a group, or out of it.") },
  "/v1/licenses/{licence}/owner": { get: related("User"), put: replace("Licence", "Give it to somebody, or nobody.") },
  "/v1/licenses/{licence}/user": { get: related("User"), put: replace("Licence", "As owner, for versions up to 1.5.") },
  "/v1/licenses/{licence}/machines": { get: listUnder("Machine") },
  "/v1/licenses/{licence}/machines/{machine}": { get: view(ref("Machine")) },
  "/v1/licenses/{licence}/users": { get: listUnder("User"), post: attach("LicenceUser"), delete: detach },
  "/v1/licenses/{licence}/users/{user}": { get: view(ref("User")) },
  "/v1/licenses/{licence}/entitlements": { get: listUnder("Entitlement"), post: attach("LicenceEntitlement"), delete: detach },
  "/v1/licenses/{licence}/entitlements/{entitlement}": { get: view(ref("Entitlement")) },
  "/v1/licenses/{licence}/tokens": tokensOf(),
  "/v1/licenses/{licence}/tokens/{token}": { get: view(ref("Token")) },
};

function tokensOf() {
  return {
    get: listUnder("Token"),
    post: { summary: "Make a token of it.", ...body(ref("TokenCreation"), false), responses: answer(200, "Made; the text is shown this once.", one(ref("Token"))) },
  };
}

const machines = {
  ...crud("/v1/machines", "Machine", "machine"),
  "/v1/machines/{machine}/actions/check-out": checkOut("MachineFile"),
  "/v1/machines/{machine}/actions/ping": { post: act("Machine", "It is alive.") },
  "/v1/machines/{machine}/actions/ping-heartbeat": { post: act("Machine", "The older name of ping.") },
  "/v1/machines/{machine}/actions/reset": { post: act("Machine", "End the watch.") },
  "/v1/machines/{machine}/actions/reset-heartbeat": { post: act("Machine", "The older name of reset.") },
  "/v1/machines/{machine}/product": { get: related("Product") },
  "/v1/machines/{machine}/license": { get: related("Licence") },
  "/v1/machines/{machine}/owner": { get: related("User"), put: replace("Machine", "Give it to somebody, or nobody.") },
  "/v1/machines/{machine}/group": { get: related("Group"), put: replace("Machine", "Move to a group, or out of it.") },
  "/v1/machines/{machine}/components": { get: listUnder("Component") },
  "/v1/machines/{machine}/processes": { get: listUnder("Process") },
  ...crud("/v1/components", "Component", "id"),
  ...crud("/v1/processes", "Process", "id"),
  "/v1/processes/{id}/actions/ping": { post: act("Process", "It is alive.") },
};
for (const part of ["components", "processes"]) {
  machines[`/v1/${part}/{id}/product`] = { get: related("Product") };
  machines[`/v1/${part}/{id}/license`] = { get: related("Licence") };
  machines[`/v1/${part}/{id}/machine`] = { get: related("Machine") };
}

const catalogue = {
  ...crud("/v1/products", "Product", "product"),
  "/v1/products/{product}/policies": { get: listUnder("Policy") },
  "/v1/products/{product}/licenses": { get: listUnder("Licence") },
  "/v1/products/{product}/machines": { get: listUnder("Machine") },
  "/v1/products/{product}/users": { get: listUnder("User") },
  "/v1/products/{product}/tokens": tokensOf(),
  "/v1/products/{product}/releases": { get: { ...listUnder("Release"), anonymous: true } },
  "/v1/products/{product}/artifacts": { get: { ...listUnder("Artifact"), anonymous: true } },
  ...crud("/v1/policies", "Policy", "policy"),
  "/v1/policies/{policy}/product": { get: related("Product") },
  "/v1/policies/{policy}/licenses": { get: listUnder("Licence") },
  "/v1/policies/{policy}/entitlements": { get: listUnder("Entitlement"), post: attach("PolicyEntitlement"), delete: detach },
  ...crud("/v1/entitlements", "Entitlement", "entitlement"),
  ...crud("/v1/groups", "Group", "group"),
  "/v1/groups/{group}/users": { get: listUnder("User") },
  "/v1/groups/{group}/licenses": { get: listUnder("Licence") },
  "/v1/groups/{group}/machines": { get: listUnder("Machine") },
};

const secret = (table) => body(object({ meta: object(table) }));
const people = {
  ...crud("/v1/users", "User", "user"),
  "/v1/users/{user}/licenses": { get: listUnder("Licence") },
  "/v1/users/{user}/machines": { get: listUnder("Machine") },
  "/v1/users/{user}/products": { get: listUnder("Product") },
  "/v1/users/{user}/group": { get: related("Group"), put: replace("User", "Move to a group, or out of it.") },
  "/v1/users/{user}/tokens": tokensOf(),
  "/v1/users/{user}/actions/update-password": {
    post: { summary: "Change one's own password.", ...secret({ oldPassword: text, newPassword: text }), responses: got(one(ref("User"))) },
  },
  "/v1/users/{user}/actions/reset-password": {
    post: { summary: "Set a new password by a reset's token.", anonymous: true, ...secret({ passwordResetToken: text, newPassword: text }), responses: got(one(ref("User"))) },
  },
  "/v1/users/{user}/actions/ban": { post: act("User", "Ban: licences and tokens are refused.") },
  "/v1/users/{user}/actions/unban": { post: act("User", "End the ban.") },
  "/v1/passwords": {
    post: {
      summary: "Ask for a reset's token by mail.", anonymous: true,
      ...body(object({ meta: object({ email: text }, { deliver: flag }) })), responses: answer(204, "Done, whether or not somebody has the address."),
    },
  },
  "/v1/tokens": {
    get: listOf("Token"),
    post: { summary: "Make a token, also by e-mail and password.", ...body(ref("TokenCreation"), false), responses: made("Token") },
    put: act("Token", "A new text for the token that asks."),
  },
  "/v1/tokens/{token}": {
    get: { ...view(ref("Token")) }, put: act("Token", "A new text; the old one is refused at once."), delete: { summary: "Revoke it.", responses: gone },
  },
};
people["/v1/users"].post.anonymous = true;

const bearer = nullable({ anyOf: [ref("Licence"), ref("User"), ref("Product")] });
const keys = { olderKeys: list(ref("OlderKey")) };
const general = {
  "/v1/health": { get: { summary: "Is it there?", open: true, responses: { 204: { description: "It is." } } } },
  "/v1/ping": { get: { summary: "Is it there, with its time?", anonymous: true, responses: got(object({ meta: object({ ts: time }) })) } },
  "/v1/me": { get: { summary: "The bearer.", responses: got(one(bearer, { included: list(ref("Token")) })) } },
  "/v1/profile": { get: { summary: "The bearer, and which token it is.", responses: got(one(bearer, { meta: object({}, { tokenId: id }) })) } },
  "/v1/accounts/{account}": {
    get: { summary: "The account, with the key that verifies its answers.", responses: got(one(ref("Account"), { meta: object({ gatehouse: object(keys) }) })) },
  },
  "/v1/revocations": {
    get: {
      summary: "The signed list of revoked and suspended licences (docs/licensing.md has its form).", anonymous: true, ours: true,
      responses: {
        200: { description: "The list.", headers: { ...SIGNED, ETag: { schema: text } }, content: { "application/octet-stream": { schema: text } } },
        304: { description: "Nothing new since If-None-Match." },
      },
    },
  },
  "/v1/trials": {
    post: {
      summary: "Begin a machine's trial of a product, or find it.", anonymous: true, ours: true, ...body(ref("TrialStart")),
      responses: trials(),
    },
  },
  "/v1/feedback": {
    post: {
      summary: "File a ticket for the person in front of the program.", ours: true, security: [{ licence: [] }, { token: [] }, { feedbackSignature: [] }],
      ...body(ref("FeedbackDraft")),
      responses: { ...answer(200, "Filed before, by the same requestKey.", one(ref("Feedback"))), ...answer(201, "Filed.", one(ref("Feedback"))) },
    },
  },
  "/v1/internal/signatures": {
    post: {
      summary: "For this installation's own processes, which prove the master key; everybody else gets 404.", open: true, ours: true,
      ...body(anyObject), responses: { 200: { description: "A signature.", ...inside(anyObject) }, 400: FAULTS[400], 404: FAULTS[404] },
    },
  },
};

function trials() {
  const schema = object({
    data: ref("Licence"), included: list(ref("Machine")), meta: object({ gatehouse: object({ trial: ref("Trial") }) }),
  });
  return { ...answer(200, "It began before.", schema), ...answer(201, "Begun.", schema, LOCATION) };
}

const upgraded = one(ref("Release"), { meta: object({ current: text, next: text }) });
const fetched = {
  summary: "A file's place; the file itself by Location.", anonymous: true, parameters: [shared("prefer"), query("prefer", text)],
  responses: {
    ...answer(200, "Without a redirect: asked for so, or there is no file.", one(ref("Artifact")), LOCATION),
    ...answer(303, "At Location, for ten minutes.", one(ref("Artifact")), LOCATION),
  },
};
const constraints = object({ data: list(ref("ConstraintDraft"), { minItems: 1, maxItems: 100 }) }, { meta: anyObject });
const releases = {
  ...crud("/v1/releases", "Release", "release"),
  "/v1/releases/{release}/actions/publish": { post: act("Release", "Publish it.") },
  "/v1/releases/{release}/actions/yank": { post: act("Release", "Withdraw it.") },
  "/v1/releases/{release}/upgrade": {
    get: {
      summary: "The newest that is newer.", anonymous: true,
      parameters: [query("constraint", text), query("channel", text), query("package", text), ...RELEASE_BY], responses: got(upgraded),
    },
  },
  "/v1/releases/{release}/product": { get: related("Product") },
  "/v1/releases/{release}/entitlements": { get: { ...listUnder("Entitlement"), anonymous: true } },
  "/v1/releases/{release}/constraints": {
    get: { ...listUnder("Constraint"), anonymous: true },
    post: { summary: "Attach: all of them or none.", ...body(constraints), responses: answer(200, "Attached.", joined("Constraint")) },
    delete: { ...detach, ...body(object({ data: list(anyObject, { minItems: 1, maxItems: 100 }) }, { meta: anyObject })) },
  },
  "/v1/releases/{release}/artifacts": { get: { ...listUnder("Artifact"), anonymous: true } },
  "/v1/releases/{release}/artifacts/{artifact}": { get: fetched },
  ...crud("/v1/artifacts", "Artifact", "artifact", { get: fetched }),
  "/v1/files/{token}/{filename}": {
    get: { summary: "What Location says: the file, in parts where Range asks.", open: true, responses: DOWNLOAD },
    put: {
      summary: "What Location says: the file's bytes.", open: true,
      requestBody: { required: true, content: { "application/octet-stream": { schema: text } } }, responses: got(one(ref("Artifact"))),
    },
  },
};
releases["/v1/artifacts"].post.parameters = [shared("prefer")];
releases["/v1/artifacts"].post.responses = {
  ...answer(200, "With no-redirect: the bytes go to Location.", one(ref("Artifact")), LOCATION),
  ...answer(307, "The bytes go to Location, by PUT.", one(ref("Artifact")), LOCATION),
};
for (const [path, how] of Object.entries({ "/v1/releases": "get", "/v1/releases/{release}": "get", "/v1/artifacts": "get" })) {
  releases[path][how] = { ...releases[path][how], anonymous: true };
}
for (const path of Object.keys(releases).filter((p) => p.startsWith("/v1/releases/{release}"))) {
  for (const operation of Object.values(releases[path])) operation.parameters = [...(operation.parameters ?? []), ...RELEASE_BY];
}

const hooks = {
  ...crud("/v1/webhook-endpoints", "WebhookEndpoint", "webhook"),
  "/v1/webhook-events": { get: listOf("WebhookEvent") },
  "/v1/webhook-events/{event}": { get: view(ref("WebhookEvent")), delete: remove },
  "/v1/webhook-events/{event}/actions/retry": { post: act("WebhookEvent", "Tell it once more.") },
};

const GROUPS = { General: general, Licences: licences, Machines: machines, Catalogue: catalogue, People: people, Releases: releases, Webhooks: hooks };

function operation(tag, path, method, { open, anonymous, ours, ...told }) {
  const security = open ? [] : anonymous ? [{}, ...CREDENTIAL] : CREDENTIAL;
  const parameters = (told.parameters ?? []).filter((p, i, all) => all.findIndex((q) => (q.$ref ?? q.name) === (p.$ref ?? p.name) && q.in === p.in) === i);
  return {
    tags: [tag], security, ...told, ...(ours ? { "x-gatehouse": true } : {}),
    operationId: `${method}${path.replace(/^\/v1/, "").replace(/[/{}-]+(\w?)/g, (_, c) => c.toUpperCase())}`,
    parameters: [...variables(path, NAMED), ...(open ? [] : [shared("version"), shared("acceptSignature")]), ...parameters],
    responses: open ? told.responses : { ...told.responses, ...FAULTS },
  };
}

export function licensing(program) {
  const paths = {};
  for (const [tag, table] of Object.entries(GROUPS)) {
    for (const [path, methods] of Object.entries(table)) {
      paths[path] = {};
      for (const [method, told] of Object.entries(methods)) paths[path][method] = operation(tag, path, method, told);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Gatehouse licence service", version: program,
      description: "Licences, machines, releases: the publicly documented Keygen licensing API, version 1.8, and what is marked x-gatehouse of our own. " +
        "Every path but /v1/health and /v1/accounts/{account} is served below /v1/accounts/{account} as well. docs/licensing.md tells it by example.",
    },
    servers: [{ url: "/" }],
    tags: Object.keys(GROUPS).map((name) => ({ name })),
    paths,
    components: { schemas: SCHEMAS, parameters: PARAMETERS, responses: RESPONSES, headers: HEADERS, securitySchemes: CREDENTIALS },
  };
}
