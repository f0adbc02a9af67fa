// Asks the portal's API for everything that its description speaks of.
import { randomUUID } from "node:crypto";
import { deskStory } from "./desk.mjs";

const TOO_LARGE = 300_000;
const AGENT = "priya@tilwick.example";
const MANAGER = "lin@tilwick.example";
const CUSTOMER = "anna@marlowgrocers.example"; // of the demo

async function tickets(ask) {
  const list = (await ask("GET /api/v1/tickets", { query: "?state=all&limit=20", status: 200 })).body;
  await ask("GET /api/v1/tickets", { query: `?after=${encodeURIComponent(list.next)}`, status: 200 });
  await ask("GET /api/v1/tickets", { query: "?state=none", status: 400 });
  await ask("GET /api/v1/tickets", { auth: "", status: 401 });
  await ask("GET /api/v1/tickets", { auth: "Bearer wrong", status: 401 });
  await ask("GET /api/v1/tickets/{id}", { at: { id: randomUUID() }, status: 404 });
  const body = { subject: "The belt stands", text: "Since noon", topic: "fault", organisation_id: list.data.find((ticket) => ticket.organisation !== null).organisation.id, impact: 2 };
  const id = (await ask("POST /api/v1/tickets", { body, headers: { "Idempotency-Key": "belt-1" }, status: 201 })).body.data.id;
  await ask("POST /api/v1/tickets", { body: { text: "No subject" }, status: 422 });
  await ask("POST /api/v1/tickets", { body: { ...body, text: "x".repeat(TOO_LARGE) }, status: 413 });
  await ask("POST /api/v1/tickets", { body: { ...body, subjekt: "x" }, status: 422 });
  await ask("GET /api/v1/tickets/{id}", { at: { id }, status: 200 });
  await ask("PATCH /api/v1/tickets/{id}", { at: { id }, body: { level: 3, assignee_id: null }, status: 200 });
  await ask("POST /api/v1/tickets/{id}/messages", { at: { id }, body: { text: "On our way", is_note: true }, status: 201 });
  for (const ticket of [{ id }, ...list.data]) await ask("GET /api/v1/tickets/{id}/messages", { at: { id: ticket.id }, status: 200 });
}

// A file of a thread: the diagnostics that came with the feedback (licensing.mjs).
async function files(ask) {
  let after = "";
  for (let page = 0; page < 20; page++) {
    const list = (await ask("GET /api/v1/tickets", { query: `?limit=200${after}`, status: 200 })).body;
    for (const ticket of list.data) {
      const thread = (await ask("GET /api/v1/tickets/{id}/messages", { at: { id: ticket.id }, status: 200 })).body;
      const file = thread.data.flatMap((message) => message.files)[0];
      if (file) return ask("GET /api/v1/files/{id}", { at: { id: file.id }, status: 200 });
    }
    if (list.next === null) break;
    after = `&after=${encodeURIComponent(list.next)}`;
  }
  return ask("GET /api/v1/files/{id}", { at: { id: randomUUID() }, status: 200 });
}

async function customers(ask) {
  const list = (await ask("GET /api/v1/organisations", { query: "?limit=2", status: 200 })).body;
  await ask("GET /api/v1/organisations", { query: `?after=${list.next}&q=a`, status: 200 });
  await ask("GET /api/v1/organisations", { query: "?limit=0", status: 400 });
  const id = (await ask("POST /api/v1/organisations", { body: { name: "Lantern Books", city: "York", country: "GB" }, status: 201 })).body.data.id;
  await ask("POST /api/v1/organisations", { body: {}, status: 422 });
  await ask("PATCH /api/v1/organisations/{id}", { at: { id }, body: { note: "By the river" }, status: 200 });
  await ask("GET /api/v1/organisations/{id}", { at: { id }, status: 200 });
  const orders = (await ask("GET /api/v1/orders", { query: "?limit=2", status: 200 })).body.data;
  for (const order of orders) await ask("GET /api/v1/orders/{id}", { at: { id: order.id }, status: 200 });
  await ask("GET /api/v1/orders/{id}", { at: { id: randomUUID() }, status: 404 });
  await ask("PATCH /api/v1/orders/{id}", { at: { id: orders[0].id }, body: { fields: { cost_centre: "410" } }, status: 200 });
  await ask("PATCH /api/v1/orders/{id}", { at: { id: orders[0].id }, body: { fields: { none: "1" } }, status: 422 });
}

async function people(ask) {
  const one = (await ask("GET /api/v1/organisations", { query: "?limit=1", status: 200 })).body.data[0];
  const list = (await ask("GET /api/v1/people", { query: "?limit=2", status: 200 })).body;
  await ask("GET /api/v1/people", { query: `?after=${list.next}&organisation_id=${one.id}`, status: 200 });
  const id = (await ask("POST /api/v1/people", { body: { email: "rosa@lantern.example", full_name: "Rosa Lind" }, status: 201 })).body.data.id;
  await ask("POST /api/v1/people", { body: { email: "rosa@lantern.example" }, status: 409 });
  await ask("GET /api/v1/people/{id}", { at: { id }, status: 200 });
  await ask("GET /api/v1/people/{id}", { at: { id: randomUUID() }, status: 404 });
  await ask("PATCH /api/v1/people/{id}", { at: { id }, body: { phone: "+44 1632 960 200", fields: { shift: "Mornings" } }, status: 200 });
  const at = { id: one.id, person: id };
  await ask("POST /api/v1/organisations/{id}/memberships", { at, body: { person_id: id, rights: ["order"] }, status: 201 });
  await ask("GET /api/v1/organisations/{id}/memberships", { at, status: 200 });
  await ask("PATCH /api/v1/organisations/{id}/memberships/{person}", { at, body: { rights: ["order", "admin"], position: "Buyer" }, status: 200 });
  await ask("PATCH /api/v1/organisations/{id}/memberships/{person}", { at, body: { rights: ["all"] }, status: 422 });
  await ask("DELETE /api/v1/organisations/{id}/memberships/{person}", { at, status: 204 });
  const site = (await ask("POST /api/v1/organisations/{id}/sites", { at, body: { name: "Wharf", city: "York" }, status: 201 })).body.data.id;
  const there = { id: one.id, site };
  await ask("GET /api/v1/organisations/{id}/sites", { at, status: 200 });
  await ask("GET /api/v1/organisations/{id}/sites/{site}", { at: there, status: 200 });
  await ask("PATCH /api/v1/organisations/{id}/sites/{site}", { at: there, body: { phone: "1" }, status: 200 });
  await ask("DELETE /api/v1/organisations/{id}/sites/{site}", { at: there, status: 204 });
}

// A customer's token sees less, in the same shapes.
async function asCustomer(caller, site) {
  const made = await site.command("token", "create", "--tenant", "demo", "--role", "user", "--user", CUSTOMER, "--json");
  const auth = `Bearer ${JSON.parse(made).token}`;
  for (const path of ["me", "tickets", "organisations", "people", "orders"]) await caller.ask(`GET /api/v1/${path}`, { auth, status: 200 });
}

// What is kept in somebody's name is asked by a token of a member of staff.
async function byAgent(caller, site, email) {
  const made = await site.command("token", "create", "--tenant", "demo", "--role", "user", "--user", email, "--json");
  const auth = `Bearer ${JSON.parse(made).token}`;
  return (operation, how) => caller.ask(operation, { auth, ...how });
}

// A parameter that nothing knows is refused with those that are: the description's own.
async function parameters(caller) {
  const id = randomUUID();
  for (const operation of caller.description.operations()) {
    const [method, path] = operation.split(" ");
    const told = caller.description.document.paths[path][method.toLowerCase()];
    const at = Object.fromEntries(told.parameters.filter((p) => p.in === "path").map((p) => [p.name, id]));
    const known = told.parameters.filter((p) => p.in === "query").map((p) => p.name).sort().join(", ");
    const detail = (await caller.ask(operation, { at, query: "?zzz=1", status: 400 })).body.errors[0].detail;
    const said = detail.replace(/^.*These are: |\.$/g, "").split(", ").sort().join(", ");
    if (said !== known) caller.faults.push(`${operation}: takes ${said}, described are ${known}`);
  }
}

export async function portalStory(caller, site) {
  const ask = (operation, how) => caller.ask(operation, how);
  await ask("GET /api/v1/me", { status: 200 });
  await tickets(ask);
  await deskStory(ask, await byAgent(caller, site, AGENT), await byAgent(caller, site, MANAGER));
  await files(ask);
  await customers(ask);
  await people(ask);
  await parameters(caller);
  await asCustomer(caller, site);
  const reader = JSON.parse(await site.command("token", "create", "--tenant", "demo", "--role", "read-only", "--json")).token;
  await ask("POST /api/v1/organisations", { auth: `Bearer ${reader}`, body: { name: "Nobody" }, status: 403 });
}
