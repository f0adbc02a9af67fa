// What the licence service's paths share: documents, parameters, errors, credentials.
import { answerOf, changeOf, creationOf, RESOURCES } from "./resources.mjs";
import { anyObject, count, flag, header, id, list, nullable, object, query, ref, same, says, text, time, upTo, whole, words } from "./schema.mjs";

const VERDICTS = [
  "VALID", "NOT_FOUND", "BANNED", "SUSPENDED", "EXPIRED", "OVERDUE", "PRODUCT_SCOPE_MISMATCH", "PRODUCT_SCOPE_REQUIRED",
  "POLICY_SCOPE_MISMATCH", "POLICY_SCOPE_REQUIRED", "USER_SCOPE_MISMATCH", "USER_SCOPE_REQUIRED", "ENTITLEMENTS_SCOPE_EMPTY",
  "ENTITLEMENTS_MISSING", "NO_MACHINE", "NO_MACHINES", "MACHINE_SCOPE_MISMATCH", "MACHINE_SCOPE_REQUIRED",
  "HEARTBEAT_NOT_STARTED", "HEARTBEAT_DEAD", "FINGERPRINT_SCOPE_EMPTY", "FINGERPRINT_SCOPE_MISMATCH",
  "FINGERPRINT_SCOPE_REQUIRED", "COMPONENTS_SCOPE_EMPTY", "COMPONENTS_SCOPE_MISMATCH", "COMPONENTS_SCOPE_REQUIRED",
  "CHECKSUM_SCOPE_MISMATCH", "CHECKSUM_SCOPE_REQUIRED", "VERSION_SCOPE_MISMATCH", "VERSION_SCOPE_REQUIRED",
  "TOO_MANY_USERS", "TOO_MANY_MACHINES", "TOO_MANY_CORES", "TOO_MUCH_MEMORY", "TOO_MUCH_DISK", "TOO_MANY_PROCESSES",
];

// The resources themselves; at their side, in a catalogue's document, what has a role of its own.
function resources() {
  const out = {};
  for (const [name, r] of Object.entries(RESOURCES)) {
    out[name] = answerOf(r);
    if (r.create) out[`${name}Creation`] = creationOf(r);
    if (r.update) out[`${name}Change`] = changeOf(r);
  }
  return out;
}

const account = object({ links: object({ related: text }), data: object({ type: same("accounts"), id }) });
const linked = (type) => object({ links: object({ related: text }), data: object({ type: same(type), id }) });

const scope = object({}, {
  product: text, policy: text, user: nullable(text), machine: text, fingerprint: text,
  fingerprints: list(nullable(text)), components: list(nullable(text)), entitlements: list(nullable(text)),
  checksum: text, version: text,
});

const fileOf = (type, more) => object({
  id, type: same(type),
  attributes: object({
    certificate: says("The file's text.", text), algorithm: words("base64+ed25519", "aes-256-gcm+ed25519"),
    includes: list(text), issued: time, expiry: nullable(time), ttl: nullable(whole),
  }),
  relationships: object({ account, license: linked("licenses"), ...more }),
});

export const SCHEMAS = {
  ...resources(),
  Metadata: says("Any object; two levels below it, 64 keys, 16 KiB. Names come back in camelCase.", anyObject),
  Link: object({ type: text, id }),
  Links: says("Pages by number have all, pages by cursor self and next, plain lists none.", object({}, {
    self: text, prev: nullable(text), next: nullable(text), first: text, last: nullable(text),
    meta: object({ pages: count, count }),
  })),
  Account: object({
    id, type: same("accounts"),
    attributes: object({ name: text, slug: text, apiVersion: text, status: same("ACTIVE"), protected: flag, created: time, updated: time }),
    links: object({ self: text }),
    meta: object({ keys: object({ ed25519: says("Base64 of the public key's 64 hexadecimal digits.", text) }) }),
  }),
  OlderKey: object({ id, ed25519: text, until: nullable(time) }),
  Scope: scope,
  GatehouseNotes: says("Of our own: left out where there is nothing to tell.", object({}, {
    graceEnd: time, supportEnd: time, isTrial: flag, noticeDays: { enum: [60, 30, 7, 1] },
  })),
  Verdict: object(
    { ts: time, valid: flag, detail: says("For people.", text), code: words(...VERDICTS) },
    { nonce: whole, scope: says("As it was sent.", anyObject), gatehouse: ref("GatehouseNotes") },
  ),
  Validation: object({ data: nullable(ref("Licence")), meta: ref("Verdict") }),
  ComponentWithMachine: object({ type: text, attributes: object({ fingerprint: upTo(4096), name: text }, { metadata: ref("Metadata") }) }),
  ConstraintDraft: object({ type: text, relationships: object({ entitlement: object({ data: object({ type: text, id }) }) }) }),
  Constraint: object({
    id, type: same("constraints"),
    relationships: object({ account, release: linked("releases"), entitlement: linked("entitlements") }),
    links: object({ related: text }),
  }),
  LicenceFile: fileOf("license-files", {}),
  MachineFile: fileOf("machine-files", { machine: linked("machines") }),
  CheckOut: object({}, {
    meta: object({}, { encrypt: flag, algorithm: text, ttl: nullable({ ...whole, minimum: 3600 }), include: list(text) }),
  }),
  Nothing: says("No parameters; an empty body is as good.", anyObject),
  Trial: object({ started: nullable(time), ends: nullable(time), isNew: flag, isConverted: flag }),
  TrialStart: object({
    data: object({
      type: text,
      attributes: object({ fingerprint: upTo(4096) }, { name: nullable(upTo(255)), hostname: nullable(upTo(255)), platform: nullable(upTo(255)) }),
      relationships: object({ product: object({ data: object({ type: text, id: text }) }) }),
    }),
  }, { meta: anyObject }),
  FeedbackDraft: object({
    data: object({
      type: text,
      attributes: object({ text }, {
        subject: text, topic: text, version: text, fingerprint: nullable(text), name: text, phone: text, email: text,
        diagnostics: text, requestKey: text,
      }),
    }),
  }, { meta: anyObject }),
  Feedback: object({
    id, type: same("feedback"),
    attributes: object({ number: text, link: says("Shows the ticket to whoever has it.", text), removed: count, created: time }),
  }),
  Error: object({ title: text, detail: text }, {
    code: says("Decide by this; parameter faults and plain refusals have none.", text),
    source: {
      type: "object", minProperties: 1, maxProperties: 1, additionalProperties: false,
      properties: { pointer: text, parameter: text, header: text },
    },
  }),
  Errors: object({ meta: object({ id: says("X-Request-Id.", id) }), errors: list(ref("Error"), { minItems: 1 }) }),
};

export const PARAMETERS = {
  limit: query("limit", { ...whole, minimum: 1, maximum: 100, default: 10 }),
  pageNumber: query("page[number]", { ...whole, minimum: 1, maximum: 100 }),
  pageSize: query("page[size]", { ...whole, minimum: 1, maximum: 100 }),
  pageCursor: query("page[cursor]", text, "Empty at first, then as links.next says."),
  order: query("order", words("asc", "desc"), "By creation; desc unless said."),
  version: header("Keygen-Version", { ...text, pattern: "^v?1\\.[2-8]$" },
    "The version of the protocol; the account's default unless said. Older versions have other names for a few members."),
  acceptSignature: header("Keygen-Accept-Signature", text, "Only algorithm=\"ed25519\" can be asked for."),
  prefer: header("Prefer", words("no-redirect", "no-download")),
};

const STATUSES = {
  400: "The request cannot be understood: shape, parameter, encoding, version.",
  401: "No credential, or none that is good.",
  403: "The credential may not do this.",
  404: "Not there, or not within the credential's scope.",
  413: "The body is too large.",
  422: "Understood and refused; each error has a code and a pointer.",
  429: "Too many requests; unsigned, with Retry-After.",
  503: "Come again after Retry-After seconds; unsigned.",
};
const HEADERS = {
  "X-Request-Id": { schema: id, description: "Equal to meta.id of an error." },
  "Keygen-Signature": { schema: text, description: "Over request target, host, date and digest; on all answers but 429 and 5xx." },
  Digest: { schema: text, description: "sha-256 of the body, base64." },
};
export const JSON_API = "application/vnd.api+json";
export const inside = (schema) => ({ content: { [JSON_API]: { schema } } });

export const RESPONSES = Object.fromEntries(Object.entries(STATUSES).map(([status, description]) =>
  [`Status${status}`, { description, headers: { "X-Request-Id": HEADERS["X-Request-Id"] }, ...inside(ref("Errors")) }]));
export const FAULTS = Object.fromEntries(Object.keys(STATUSES).map((status) => [status, { $ref: `#/components/responses/Status${status}` }]));
export const SIGNED = Object.fromEntries(Object.keys(HEADERS).map((name) => [name, { $ref: `#/components/headers/${name}` }]));
export { HEADERS };

export const CREDENTIALS = {
  token: { type: "http", scheme: "bearer", description: "Of staff, a product, a licence or a person." },
  licence: { type: "apiKey", in: "header", name: "Authorization", description: "\"License KEY\", where the licence's policy lets keys authenticate." },
  basic: { type: "http", scheme: "basic", description: "token:TOKEN, license:KEY; e-mail and password for POST /v1/tokens alone." },
  queryToken: { type: "apiKey", in: "query", name: "token" },
  queryAuth: { type: "apiKey", in: "query", name: "auth", description: "license:KEY or token:TOKEN." },
  feedbackSignature: {
    type: "apiKey", in: "header", name: "Gatehouse-Signature",
    description: "For POST /v1/feedback: HMAC-SHA-256 by the licence's key over target, host, time and digest (docs/licensing.md).",
  },
};
