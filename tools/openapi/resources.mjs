// The licence service's resources: what each has, and what of it may be sent.
import {
  count, flag, id, list, nullable, number32, number64, object, ref, same, says, text, time, upTo, whole, words,
} from "./schema.mjs";

const metadata = ref("Metadata");
const times = { created: time, updated: time };
const unique = words("UNIQUE_PER_ACCOUNT", "UNIQUE_PER_PRODUCT", "UNIQUE_PER_POLICY", "UNIQUE_PER_LICENSE", "UNIQUE_PER_MACHINE");
const matching = words("MATCH_ANY", "MATCH_TWO", "MATCH_MOST", "MATCH_ALL");
const beating = words("NOT_STARTED", "ALIVE", "DEAD", "RESURRECTED");
const limits = {
  maxMachines: nullable(number32), maxProcesses: nullable(count), maxUsers: nullable(count),
  maxCores: nullable(number32), maxMemory: nullable(number64), maxDisk: nullable(number64), maxUses: nullable(count),
};
const version = words("1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8");

const policy = {
  name: upTo(255),
  duration: says("Seconds; null: no end.", nullable({ ...whole, minimum: 86400, maximum: 2147483647 })),
  strict: flag, floating: flag, ...limits,
  machineUniquenessStrategy: unique, componentUniquenessStrategy: unique,
  machineMatchingStrategy: matching, componentMatchingStrategy: matching,
  expirationStrategy: words("RESTRICT_ACCESS", "REVOKE_ACCESS", "MAINTAIN_ACCESS", "ALLOW_ACCESS"),
  expirationBasis: words("FROM_CREATION", "FROM_FIRST_VALIDATION", "FROM_FIRST_ACTIVATION", "FROM_FIRST_DOWNLOAD", "FROM_FIRST_USE"),
  renewalBasis: words("FROM_EXPIRY", "FROM_NOW", "FROM_NOW_IF_EXPIRED"),
  transferStrategy: words("KEEP_EXPIRY", "RESET_EXPIRY"),
  authenticationStrategy: words("TOKEN", "LICENSE", "SESSION", "MIXED", "NONE"),
  machineLeasingStrategy: words("PER_LICENSE", "PER_USER"),
  processLeasingStrategy: words("PER_MACHINE", "PER_LICENSE", "PER_USER"),
  overageStrategy: words("NO_OVERAGE", "ALWAYS_ALLOW_OVERAGE", "ALLOW_1_25X_OVERAGE", "ALLOW_1_5X_OVERAGE", "ALLOW_2X_OVERAGE"),
  scheme: nullable(words("ED25519_SIGN")), protected: flag,
  requireProductScope: flag, requirePolicyScope: flag, requireMachineScope: flag, requireFingerprintScope: flag,
  requireComponentsScope: flag, requireUserScope: flag, requireChecksumScope: flag, requireVersionScope: flag,
  requireCheckIn: flag, checkInInterval: nullable(words("day", "week", "month", "year")),
  checkInIntervalCount: nullable({ ...whole, minimum: 1, maximum: 365 }),
  requireHeartbeat: flag, heartbeatDuration: nullable({ ...whole, minimum: 60 }),
  heartbeatCullStrategy: words("DEACTIVATE_DEAD", "KEEP_DEAD"),
  heartbeatResurrectionStrategy: words("NO_REVIVE", "1_MINUTE_REVIVE", "2_MINUTE_REVIVE", "5_MINUTE_REVIVE",
    "10_MINUTE_REVIVE", "15_MINUTE_REVIVE", "ALWAYS_REVIVE"),
  heartbeatBasis: words("FROM_CREATION", "FROM_FIRST_PING"),
};
const licence = {
  name: nullable(upTo(1024)), key: says("6 to 16,384 characters; exact bytes count.", upTo(16384)), expiry: nullable(time),
  suspended: flag, protected: flag, ...limits, metadata,
};
const machine = {
  fingerprint: upTo(4096), name: nullable(upTo(255)), ip: nullable(upTo(255)), hostname: nullable(upTo(255)),
  platform: nullable(upTo(255)), cores: nullable(number32), memory: nullable(number64), disk: nullable(number64), metadata,
};
const user = {
  firstName: nullable(text), lastName: nullable(text), email: { ...text, format: "email" },
  role: words("user", "admin", "developer", "sales-agent", "support-agent", "read-only"), metadata,
};
const release = {
  name: nullable(text), description: nullable(text), channel: words("stable", "rc", "beta", "alpha", "dev"),
  tag: nullable(text), version: says("SemVer 2, without a leading v.", text), metadata, backdated: nullable(time),
};
const artefact = {
  filename: text, filetype: nullable(text), filesize: nullable(count), platform: nullable(text), arch: nullable(text),
  signature: nullable(text), checksum: nullable(text), metadata,
};
const product = {
  name: upTo(255), code: nullable(text), distributionStrategy: words("LICENSED", "OPEN", "CLOSED"),
  url: nullable({ ...text, format: "uri" }), platforms: nullable(list(text)), metadata,
};
const group = { name: text, maxUsers: nullable(number32), maxLicenses: nullable(number32), maxMachines: nullable(number32), metadata };
const entitlement = { name: text, code: upTo(255), metadata };
const tokenKinds = words("admin-token", "developer-token", "sales-token", "support-token", "read-only-token",
  "product-token", "activation-token", "user-token");
const semver = object({ major: count, minor: count, patch: count, prerelease: nullable(text), build: nullable(text) });

const without = (table, ...names) => Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name)));

// type: has (attributes of an answer), may (attributes that an answer may have), one and maybe (to-one
// relationships, type by name), many (to-many), counts (their figures), create and update (what may
// be sent), needs (what a creation has to have), to (relationships of a creation; "!" is needed).
export const RESOURCES = {
  Licence: {
    type: "licenses",
    has: {
      ...licence, status: words("ACTIVE", "INACTIVE", "EXPIRING", "EXPIRED", "SUSPENDED", "BANNED"), uses: count,
      scheme: nullable(text), encrypted: same(false), strict: flag, floating: flag, version: nullable(text),
      requireHeartbeat: flag, requireCheckIn: flag, lastValidated: nullable(time), lastCheckIn: nullable(time),
      nextCheckIn: nullable(time), lastCheckOut: nullable(time), ...times,
    },
    one: { product: "products", policy: "policies" }, maybe: { group: "groups", owner: "users" },
    many: ["tokens", "entitlements"], counts: { users: ["count"], machines: ["cores", "memory", "disk", "count"] },
    create: licence, update: without(licence, "key"), needs: [], canChooseId: true,
    to: { "policy!": "policies", owner: "users", user: "users", group: "groups" },
  },
  Machine: {
    type: "machines",
    has: {
      ...machine, requireHeartbeat: flag, heartbeatStatus: beating, heartbeatDuration: { ...whole, minimum: 60 },
      lastHeartbeat: nullable(time), nextHeartbeat: nullable(time), lastCheckOut: nullable(time),
      maxProcesses: nullable(count), ...times,
    },
    one: { product: "products", license: "licenses" }, maybe: { group: "groups", owner: "users" },
    many: ["components", "processes"],
    create: machine, update: without(machine, "fingerprint"), needs: ["fingerprint"], canChooseId: true,
    to: { "license!": "licenses", owner: "users", group: "groups" },
  },
  Component: {
    type: "components", has: { fingerprint: upTo(4096), name: text, metadata, ...times },
    one: { product: "products", license: "licenses", machine: "machines" },
    create: { fingerprint: upTo(4096), name: text, metadata }, update: { name: text, metadata },
    needs: ["fingerprint", "name"], to: { "machine!": "machines" },
  },
  Process: {
    type: "processes",
    has: { pid: upTo(4096), status: beating, interval: whole, lastHeartbeat: nullable(time), nextHeartbeat: nullable(time), metadata, ...times },
    one: { product: "products", license: "licenses", machine: "machines" },
    create: { pid: upTo(4096), metadata }, update: { metadata }, needs: ["pid"], to: { "machine!": "machines" },
  },
  Product: {
    type: "products", has: { ...product, ...times },
    many: ["policies", "licenses", "machines", "users", "tokens", "platforms", "channels", "releases", "artifacts"],
    create: product, update: product, needs: ["name"],
  },
  Policy: {
    type: "policies", has: { ...policy, usePool: same(false), encrypted: same(false), metadata, ...times },
    one: { product: "products" }, many: ["pool", "licenses", "entitlements"],
    create: { ...policy, usePool: flag, encrypted: flag, metadata }, update: { ...without(policy, "scheme"), metadata },
    needs: ["name"], to: { "product!": "products" },
  },
  Entitlement: {
    type: "entitlements", has: { ...entitlement, ...times }, create: entitlement, update: entitlement, needs: ["name", "code"],
  },
  Group: {
    type: "groups", has: { ...group, ...times }, many: ["owners", "users", "licenses", "machines"],
    create: group, update: group, needs: ["name"],
  },
  User: {
    type: "users",
    has: { ...user, fullName: nullable(text), status: words("ACTIVE", "INACTIVE", "BANNED"), ...times },
    maybe: { group: "groups" }, many: ["products", "licenses", "machines", "tokens"],
    create: { ...user, password: nullable({ ...text, minLength: 6, maxLength: 72 }) },
    update: { ...user, password: nullable({ ...text, minLength: 6, maxLength: 72 }) }, needs: ["email"], to: { group: "groups" },
  },
  Token: {
    type: "tokens", has: { kind: tokenKinds, expiry: nullable(time), name: nullable(upTo(255)), ...times },
    may: {
      token: says("The text, shown this once.", text), maxActivations: nullable(count), activations: count,
      maxDeactivations: nullable(count), deactivations: count,
    },
    maybe: { bearer: ["users", "products", "licenses"] },
    create: { name: nullable(upTo(255)), expiry: nullable(time), maxActivations: nullable(count), maxDeactivations: nullable(count) },
    needs: [], to: { bearer: ["users", "products", "licenses"] },
  },
  Release: {
    type: "releases",
    has: { ...release, status: words("DRAFT", "PUBLISHED", "YANKED"), semver, yanked: nullable(time), ...times },
    one: { product: "products" }, maybe: { package: "packages" }, many: ["entitlements", "constraints", "artifacts", "upgrade"],
    create: { ...release, status: words("DRAFT", "PUBLISHED") }, update: release, needs: ["version", "channel"],
    canChooseId: true, to: { "product!": "products" },
  },
  Artifact: {
    type: "artifacts",
    has: { ...artefact, status: words("WAITING", "PROCESSING", "UPLOADED", "FAILED", "YANKED"), ...times },
    one: { release: "releases" }, create: artefact, update: artefact, needs: ["filename"], to: { "release!": "releases" },
  },
  WebhookEndpoint: {
    type: "webhook-endpoints",
    has: {
      url: text, subscriptions: list(text, { minItems: 1 }), signatureAlgorithm: same("ed25519"), apiVersion: version,
      enabled: says("Of our own: whether it is told anything at present.", flag), disabledReason: nullable(text), ...times,
    },
    maybe: { product: "products" },
    create: { url: text, subscriptions: list(text, { minItems: 1 }), signatureAlgorithm: text, apiVersion: version },
    update: { url: text, subscriptions: list(text, { minItems: 1 }), signatureAlgorithm: text, apiVersion: version },
    needs: ["url", "subscriptions"], to: { product: "products" },
  },
  WebhookEvent: {
    type: "webhook-events",
    has: {
      endpoint: text, apiVersion: version, payload: says("JSON as text.", text), event: text,
      status: words("DELIVERING", "DELIVERED", "FAILING", "FAILED"), lastResponseCode: nullable(whole),
      lastResponseBody: nullable(text), ...times,
    },
    meta: object({ idempotencyToken: text }),
  },
  LicenceUser: { type: "license-users", has: times, one: { license: "licenses", user: "users" } },
  LicenceEntitlement: { type: "license-entitlements", has: times, one: { license: "licenses", entitlement: "entitlements" } },
  PolicyEntitlement: { type: "policy-entitlements", has: times, one: { policy: "policies", entitlement: "entitlements" } },
};

const types = (type) => (Array.isArray(type) ? words(...type) : same(type));
const linkTo = (type) => object({ type: types(type), id });
const links = object({ related: text });

function relationships(r) {
  const out = { account: object({ links, data: linkTo("accounts") }) };
  for (const [name, type] of Object.entries(r.one ?? {})) out[name] = object({ links, data: linkTo(type) });
  for (const [name, type] of Object.entries(r.maybe ?? {})) out[name] = object({ links, data: nullable(linkTo(type)) });
  for (const name of r.many ?? []) out[name] = object({ links }, { data: list(ref("Link")) });
  for (const [name, figures] of Object.entries(r.counts ?? {})) {
    const meta = object(Object.fromEntries(figures.map((figure) => [figure, count])));
    out[name] = object({ links, meta }, { data: list(ref("Link")) });
  }
  return object(out);
}

export function answerOf(r) {
  return object({
    id, type: same(r.type), attributes: object(r.has, r.may), relationships: relationships(r), links: object({ self: text }),
    ...(r.meta ? { meta: r.meta } : {}),
  });
}

const someOf = (table, needs) => {
  const needed = Object.fromEntries(needs.map((name) => [name, table[name]]));
  return object(needed, Object.fromEntries(Object.entries(table).filter(([name]) => !needs.includes(name))));
};
// What is sent has a type in the singular or the plural.
const typed = (type) => says(`"${type}", in the singular too.`, text);

function sent(r, attributes, needs, to) {
  const needed = {}, optional = {};
  for (const [name, type] of Object.entries(to ?? {})) {
    const data = object({ type: Array.isArray(type) ? text : typed(type), id: text });
    if (name.endsWith("!")) needed[name.slice(0, -1)] = object({ data });
    else optional[name] = object({ data: nullable(data) });
  }
  if (r.type === "machines" && needs.length > 0) {
    optional.components = object({ data: list(ref("ComponentWithMachine"), { maxItems: 20 }) });
  }
  if (r.type === "releases" && needs.length > 0) optional.constraints = object({ data: list(ref("ConstraintDraft")) });
  const related = Object.keys(needed).length + Object.keys(optional).length > 0 ? object(needed, optional) : null;
  const must = { type: typed(r.type), ...(needs.length > 0 ? { attributes: someOf(attributes, needs) } : {}),
    ...(Object.keys(needed).length > 0 ? { relationships: related } : {}) };
  const may = { ...(r.canChooseId || needs.length === 0 ? { id } : {}), ...(needs.length > 0 ? {} : { attributes: object({}, attributes) }),
    ...(related && !must.relationships ? { relationships: related } : {}) };
  return object({ data: object(must, may) }, { meta: { type: "object" } });
}
export const creationOf = (r) => sent(r, r.create, r.needs, r.to);
export const changeOf = (r) => sent(r, r.update, [], undefined);
