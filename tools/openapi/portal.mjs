// The portal's API for programs, /api/v1.
import { DESK_PATHS, DESK_SCHEMAS } from "./desk.mjs";
import { TICKET_PATHS, TICKET_SCHEMAS } from "./ticket.mjs";
import { anyObject, count, day, flag, header, id, list, nullable, object, query, ref, same, says, text, time, upTo, variables, whole, words } from "./schema.mjs";

const money = ref("Money");
const named = object({ id, name: text });
const level = { ...whole, minimum: 1, maximum: 5 };

const FIELDS = says("The tenant's own fields by their codes: text, number, true or false, a day, an option's code, or a list of those.", anyObject);

const RIGHTS = says("What the person may do for the organisation.", list(words("ticket_own", "ticket_all", "order", "licence", "billing", "admin")));

const organisation = {
  name: text, code: text, category: text, status: text, importance: whole, owner_id: id, phone: text, email: text,
  address: text, city: text, country: text, note: text,
};
const draft = Object.fromEntries(Object.entries(organisation).map(([name, schema]) => [name, nullable(schema)]));

const SCHEMAS = {
  ...TICKET_SCHEMAS,
  ...DESK_SCHEMAS,
  Money: object({ minor: says("In the currency's smallest unit.", whole), currency: { ...text, pattern: "^[A-Z]{3}$" } }),
  Me: object({
    kind: words("staff", "customer", "other"), person_id: nullable(id), organisation_id: nullable(id), tenant: text,
    rights: says("Staff: MODULE.ACTION, and MODULE.team or MODULE.all for how far they reach. Customers: as in a membership.", list(text)),
    reads_only: says("Of a customer's rights, those that only see.", list(text)),
  }),
  Ticket: object({
    id, number: text, subject: text, topic: text, status: text, category: words("open", "waiting", "solved", "closed"), city: text, store: text,
    product_version: text, organisation: nullable(named), person: nullable(named), assignee: nullable(named), product: nullable(named),
    licence_id: nullable(id), machine_id: nullable(id), site_id: nullable(id), created_at: time, updated_at: time,
    first_answer_at: nullable(time), resolved_at: nullable(time), closed_at: nullable(time), due_at: nullable(time), solve_due_at: nullable(time),
    fields: FIELDS,
  }, { level: says("For staff, as the next three.", whole), needs_review: flag, fields_missing: flag, team_id: nullable(id) }),
  TicketDraft: object({ subject: text, text, topic: text }, {
    organisation_id: nullable(id), site_id: nullable(id), person_id: nullable(id), product_id: nullable(id),
    product_version: nullable(text), licence_id: nullable(id), machine_id: nullable(id), impact: nullable({ ...whole, minimum: 1, maximum: 4 }),
    level: nullable(level), city: nullable(text), store: nullable(text), reporter_name: nullable(text), reporter_phone: nullable(text),
    reporter_email: nullable(text), reporter_store: nullable(text), reporter_address: nullable(text), fields: nullable(FIELDS),
  }),
  TicketChange: object({}, {
    status: nullable(text), topic: nullable(text), level: nullable(level), team_id: nullable(id), assignee_id: nullable(id), fields: nullable(FIELDS),
    was: says("What the one member that is set was when it was looked at: 409 TICKET_CHANGED if it is another by now.", {}),
  }),
  Message: object({
    id, kind: text, is_public: flag, author: text, author_id: nullable(id), author_name: text, source: text, text,
    change: nullable({ type: "object" }), created_at: time, files: list(ref("File")),
  }),
  File: object({ id, name: text, bytes: count, href: text }),
  Answer: object({ text }, { is_note: nullable(flag), status: nullable(text), seen_id: says("The latest message that the writer saw: 409 TICKET_ANSWERED if there is a later answer.", nullable(id)) }),
  Organisation: object({
    id, code: text, name: text, status: text, phone: text, email: text, address: text, city: text, country: text, created_at: time,
    fields: FIELDS,
  }, { category: says("For staff, as the next three.", text), importance: whole, owner_id: nullable(id), note: text }),
  OrganisationDraft: object({}, { ...draft, fields: nullable(FIELDS) }),
  Person: object({
    id, full_name: text, given_name: text, email: text, phone: text, language: text, time_zone: text, is_disabled: flag, is_verified: flag, created_at: time,
    fields: FIELDS,
  }),
  PersonDraft: object({ email: text }, { full_name: nullable(text), given_name: nullable(text), phone: nullable(text), language: nullable(text), time_zone: nullable(text), fields: nullable(FIELDS) }),
  PersonChange: object({}, {
    full_name: nullable(text), given_name: nullable(text), phone: nullable(text), language: nullable(text), time_zone: nullable(text), is_disabled: nullable(flag),
    fields: nullable(FIELDS),
  }),
  Membership: object({
    person_id: id, organisation_id: id, full_name: text, email: text, phone: text, position: text, site_id: nullable(id), site_name: nullable(text), rights: RIGHTS, reads_only: says("Of these, what the person only sees.", RIGHTS),
  }),
  MembershipDraft: object({ rights: RIGHTS }, {
    person_id: nullable(id), email: nullable(text), full_name: nullable(text), phone: nullable(text), reads_only: nullable(RIGHTS), position: nullable(text), site_id: nullable(id),
  }),
  MembershipChange: object({}, { rights: nullable(RIGHTS), reads_only: nullable(RIGHTS), position: nullable(text), site_id: nullable(id) }),
  Site: object({ id, organisation_id: id, name: text, city: text, address: text, phone: text }),
  SiteDraft: object({}, { name: nullable(text), city: nullable(text), address: nullable(text), phone: nullable(text) }),
  Order: order(),
  OrderWithLines: order({ lines: list(ref("OrderLine")) }),
  OrderChange: object({ fields: FIELDS }),
  OrderLine: object({ description: text, quantity: whole, unit: money, net: money, product_id: nullable(id), licence_id: nullable(id) }),
  Error: object({ id: text, status: { ...text, pattern: "^[45]\\d\\d$" }, code: text, detail: text }, {
    source: says("What is wrong: a member of the body, a parameter of the query, or a header.", object({}, { pointer: text, parameter: text, header: text })),
  }),
  Errors: object({ errors: list(ref("Error"), { minItems: 1 }) }),
};

function order(more = {}) {
  return object({
    id, number: text, reference: text, status: words("draft", "placed", "approved", "production", "delivered", "done", "cancelled"),
    reason: text, organisation_id: nullable(id), contract_id: nullable(id), organisation_name: text, net: money, tax: money, total: money,
    due_on: nullable(day), created_at: time, fields: FIELDS, ...more,
  });
}

const STATUSES = {
  400: "The body cannot be read, or a parameter or header is wrong.", 401: "No token, or none that is good.", 403: "The token's rights do not reach so far.",
  404: "Not there, or not for this token.", 405: "Not with this method; Allow names those of the path.", 409: "Past that step meanwhile.", 413: "The body is too large.", 422: "What was sent is refused; source names the member.",
  429: "Too many; come again after Retry-After seconds.", 503: "Come again after Retry-After seconds.",
};
const json = (schema) => ({ content: { "application/json": { schema } } });
const FAULTS = Object.fromEntries(Object.keys(STATUSES).map((status) => [status, { $ref: `#/components/responses/Status${status}` }]));
const RESPONSES = Object.fromEntries(Object.entries(STATUSES).map(([status, description]) =>
  [`Status${status}`, { description, ...json(ref("Errors")) }]));

const one = (name) => object({ data: ref(name) });
const page = (name) => object({ data: list(ref(name)), next: nullable(text) });
const got = (schema) => ({ 200: { description: "The answer.", ...json(schema) } });
const made = (schema, headers) => ({ 201: { description: "Made.", ...(headers ? { headers } : {}), ...json(schema) } });
const gone = { 204: { description: "Done." } };
const body = (name) => ({ requestBody: { required: true, ...json(ref(name)) } });
const PAGED = [query("after", text, "The cursor that the page before gave as next."), query("limit", { ...whole, minimum: 1, maximum: 200 })];

const KEY = header("Idempotency-Key", upTo(64), "A repeat of the same call with the same key does nothing more and is answered as the first one was.");

const PATHS = {
  "/api/v1/me": { get: { summary: "Who the token acts as.", responses: got(one("Me")) } },
  "/api/v1/tickets": {
    get: {
      summary: "Tickets that the token sees.",
      parameters: [query("state", words("open", "waiting", "solved", "all")), query("q", text), query("organisation_id", id), query("licence_id", id), ...PAGED],
      responses: got(page("Ticket")),
    },
    post: {
      summary: "File one.",
      ...body("TicketDraft"), responses: made(one("Ticket"), { Location: { schema: text } }),
    },
  },
  "/api/v1/tickets/{id}": {
    get: { summary: "One ticket.", responses: got(one("Ticket")) },
    patch: { summary: "Staff: all of it or nothing.", rights: ["desk"], ...body("TicketChange"), responses: got(one("Ticket")) },
  },
  "/api/v1/tickets/{id}/messages": {
    get: { summary: "The thread; notes for staff alone.", responses: got(page("Message")) },
    post: { summary: "Answer.", ...body("Answer"), responses: made(object({ data: object({ id }) })) },
  },
  ...TICKET_PATHS({ one, page, got, made, gone, body }),
  ...DESK_PATHS({ one, page, got, made, gone, body, paged: PAGED }),
  "/api/v1/files/{id}": {
    get: { summary: "A file of a thread.", responses: { 200: { description: "The file.", content: { "application/octet-stream": { schema: text } } } } },
  },
  "/api/v1/organisations": {
    get: { summary: "Organisations that the token sees.", parameters: [query("q", text), query("status", text), ...PAGED], responses: got(page("Organisation")) },
    post: { summary: "Add one.", rights: ["customers"], ...body("OrganisationDraft"), responses: made(one("Organisation")) },
  },
  "/api/v1/organisations/{id}": {
    get: { summary: "One organisation.", responses: got(one("Organisation")) },
    patch: { summary: "Change what is named; the rest stays.", rights: ["customers"], ...body("OrganisationDraft"), responses: got(one("Organisation")) },
  },
  "/api/v1/organisations/{id}/memberships": {
    get: { summary: "Its people and what they may do for it.", responses: got(page("Membership")) },
    post: { summary: "Bring somebody in: a person by id, or an address; a new one is invited by mail.", ...body("MembershipDraft"), responses: made(one("Membership")) },
  },
  "/api/v1/organisations/{id}/memberships/{person}": {
    patch: { summary: "Change what is named; the rest stays.", ...body("MembershipChange"), responses: got(one("Membership")) },
    delete: { summary: "The person no longer belongs to it.", responses: gone },
  },
  "/api/v1/organisations/{id}/sites": {
    get: { summary: "Its stores and offices.", responses: got(page("Site")) },
    post: { summary: "Add one; name and city are needed.", ...body("SiteDraft"), responses: made(one("Site")) },
  },
  "/api/v1/organisations/{id}/sites/{site}": {
    get: { summary: "One site.", responses: got(one("Site")) },
    patch: { summary: "Change what is named; the rest stays.", ...body("SiteDraft"), responses: got(one("Site")) },
    delete: { summary: "Remove one that nothing names.", responses: gone },
  },
  "/api/v1/people": {
    get: { summary: "Customers' people that the token sees, in the order they were added.", parameters: [query("q", text), query("organisation_id", id), ...PAGED], responses: got(page("Person")) },
    post: { summary: "Add somebody without an organisation, and without an invitation.", rights: ["customers"], ...body("PersonDraft"), responses: made(one("Person")) },
  },
  "/api/v1/people/{id}": {
    get: { summary: "One person.", responses: got(one("Person")) },
    patch: { summary: "Change what is named; the rest stays.", ...body("PersonChange"), responses: got(one("Person")) },
  },
  "/api/v1/orders": {
    get: { summary: "Orders, newest first.", parameters: [query("organisation_id", id), query("open", same("1")), ...PAGED], responses: got(page("Order")) },
  },
  "/api/v1/orders/{id}": {
    get: { summary: "One order with its lines.", responses: got(one("OrderWithLines")) },
    patch: { summary: "Fill in the tenant's own fields.", ...body("OrderChange"), responses: got(one("OrderWithLines")) },
  },
};

const ORGANISATION = query("organisation", id, "For a person with several organisations: which.");

export function portal(program) {
  const paths = {};
  for (const [path, methods] of Object.entries(PATHS)) {
    paths[path] = {};
    for (const [method, { rights, ...told }] of Object.entries(methods)) {
      paths[path][method] = {
        ...told, ...(rights ? { "x-rights": rights } : {}),
        operationId: `${method}${path.replace("/api/v1", "").replace(/[/{}-]+(\w?)/g, (_, c) => c.toUpperCase())}`,
        security: [{ token: [] }], parameters: [...variables(path, { name: { schema: text } }), ORGANISATION, ...(method === "post" ? [KEY] : []), ...(told.parameters ?? [])],
        responses: { ...told.responses, ...FAULTS },
      };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Gatehouse portal API", version: program, description: "Tickets, organisations and orders for programs. docs/api.md tells it in words." },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: SCHEMAS, responses: RESPONSES,
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "gatehouse token create, or the portal's own page." } },
    },
  };
}
