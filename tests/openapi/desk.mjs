// What the desk does with tickets, by the portal's API.
async function file(ask, subject) {
  const body = { subject, text: "Since noon", topic: "fault" };
  return (await ask("POST /api/v1/tickets", { body, status: 201 })).body.data;
}

async function connections(ask) {
  const one = await file(ask, "The scales are off");
  const two = await file(ask, "The scales are off again");
  const at = { id: one.id };
  await ask("POST /api/v1/tickets/{id}/links", { at, body: { kind: "related", number: two.number }, status: 201 });
  await ask("GET /api/v1/tickets/{id}/links", { at, status: 200 });
  await ask("POST /api/v1/tickets/{id}/links", { at, body: { kind: "odd", number: two.number }, status: 422 });
  await ask("DELETE /api/v1/tickets/{id}/links/{name}/{ticket}", { at: { ...at, name: "related", ticket: two.id }, status: 204 });
  await ask("POST /api/v1/tickets/{id}/tags", { at, body: { tag: "scales" }, status: 201 });
  await ask("GET /api/v1/tickets/{id}/tags", { at, status: 200 });
  await ask("DELETE /api/v1/tickets/{id}/tags/{name}", { at: { ...at, name: "scales" }, status: 204 });
  await ask("POST /api/v1/tickets/{id}/merge", { at: { id: two.id }, body: { number: one.number, even_apart: true }, status: 200 });
  await ask("GET /api/v1/tickets/{id}/merges", { at, status: 200 });
  await ask("POST /api/v1/tickets/{id}/unmerge", { at: { id: two.id }, status: 200 });
  const message = (await ask("POST /api/v1/tickets/{id}/messages", { at, body: { text: "And the till" }, status: 201 })).body.data.id;
  await ask("POST /api/v1/tickets/{id}/split", { at, body: { subject: "The till", messages: [message] }, status: 201 });
}

async function people(ask) {
  const list = (await ask("GET /api/v1/tickets", { query: "?limit=200", status: 200 })).body.data;
  for (const ticket of list.filter((t) => t.organisation !== null && t.category === "open")) {
    const members = (await ask("GET /api/v1/organisations/{id}/memberships", { at: { id: ticket.organisation.id }, status: 200 })).body.data;
    if (members.length === 0) continue;
    const at = { id: ticket.id, person: members[0].person_id };
    await ask("POST /api/v1/tickets/{id}/participants", { at, body: { person_id: at.person, can_reply: false }, status: 201 });
    await ask("GET /api/v1/tickets/{id}/participants", { at, status: 200 });
    return ask("DELETE /api/v1/tickets/{id}/participants/{person}", { at, status: 204 });
  }
  throw new Error("the demo has no open ticket of an organisation with people");
}

// What is kept in somebody's name: by a token of a person's.
async function views(ask) {
  const id = (await ask("POST /api/v1/views", { body: { name: "Scales", q: "scales", columns: ["subject"] }, status: 201 })).body.data.id;
  const at = { id };
  await ask("POST /api/v1/views", { body: { name: "Scales" }, status: 422 });
  await ask("GET /api/v1/views", { status: 200 });
  await ask("GET /api/v1/views/{id}", { at, status: 200 });
  await ask("PATCH /api/v1/views/{id}", { at, body: { sort: "updated" }, status: 200 });
  await ask("GET /api/v1/views/{id}/tickets", { at, query: "?limit=2", status: 200 });
  await ask("DELETE /api/v1/views/{id}", { at, status: 204 });
}

async function many(ask) {
  const one = await file(ask, "Till number four");
  const id = (await ask("POST /api/v1/bulk", { body: { tickets: [one.id], level: 2, tag: "till" }, status: 201 })).body.data.id;
  const at = { id };
  await ask("GET /api/v1/bulk", { status: 200 });
  await ask("GET /api/v1/bulk/{id}", { at, status: 200 });
  await ask("PATCH /api/v1/bulk/{id}", { at, body: { tag: "tills" }, status: 200 });
  await ask("POST /api/v1/bulk/{id}/start", { at, status: 200 });
  for (let tries = 0; tries < 100; tries++) {
    if ((await ask("GET /api/v1/bulk/{id}", { at, status: 200 })).body.data.state === "done") break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await ask("POST /api/v1/bulk/{id}/undo", { at, status: 201 });
  const other = (await ask("POST /api/v1/bulk", { body: { q: "till", tag: "x" }, status: 201 })).body.data.id;
  await ask("POST /api/v1/bulk/{id}/start", { at: { id: other }, status: 200 });
  await ask("POST /api/v1/bulk/{id}/cancel", { at: { id: other }, status: 200 });
  await ask("POST /api/v1/bulk/{id}/cancel", { at: { id: other }, status: 409 });
}

async function macros(ask) {
  const macro = (await ask("POST /api/v1/macros", { body: { name: "Paper", text: "About {subject}", tag: "paper", takes_it: true }, status: 201 })).body.data.id;
  await ask("POST /api/v1/macros", { body: { name: "Nothing" }, status: 422 });
  await ask("GET /api/v1/macros", { status: 200 });
  await ask("PATCH /api/v1/macros/{id}", { at: { id: macro }, body: { level: 3, tag: null }, status: 200 });
  const at = { id: (await file(ask, "The receipt is pale")).id, macro };
  await ask("GET /api/v1/macros/{id}", { at: { id: macro }, status: 200 });
  await ask("GET /api/v1/tickets/{id}/macros/{macro}", { at, status: 200 });
  await ask("POST /api/v1/tickets/{id}/macros/{macro}", { at, body: { text: "We send paper." }, status: 200 });
  await ask("DELETE /api/v1/macros/{id}", { at: { id: macro }, status: 204 });
}

async function decisions(asPerson, asOther, me) {
  const at = { id: (await file(asPerson, "Ten new tills")).id };
  const body = { kind: "discount", question: "Ten per cent off?", approver_id: me, days: 3 };
  await asOther("POST /api/v1/tickets/{id}/approvals", { at, body: { ...body, kind: "odd" }, status: 422 });
  const one = { id: (await asOther("POST /api/v1/tickets/{id}/approvals", { at, body, status: 201 })).body.data.id };
  await asPerson("GET /api/v1/tickets/{id}/approvals", { at, status: 200 });
  await asPerson("GET /api/v1/approvals", { status: 200 });
  await asPerson("GET /api/v1/approvals/{id}", { at: one, status: 200 });
  await asPerson("POST /api/v1/approvals/{id}/decide", { at: one, body: { is_approved: true }, status: 200 });
  await asPerson("POST /api/v1/approvals/{id}/decide", { at: one, body: { is_approved: true }, status: 409 });
}

async function time(ask) {
  const list = (await ask("GET /api/v1/tickets", { query: "?limit=200", status: 200 })).body.data;
  const ticket = list.find((one) => one.organisation !== null && one.category === "open");
  const at = { id: ticket.id };
  const made = (await ask("POST /api/v1/tickets/{id}/time-entries", { at, body: { minutes: 30, is_billable: true, note: "On site" }, status: 201 })).body.data;
  await ask("POST /api/v1/tickets/{id}/time-entries", { at, body: { minutes: 0 }, status: 422 });
  await ask("GET /api/v1/tickets/{id}/time-entries", { at, status: 200 });
  await ask("GET /api/v1/organisations/{id}/hours", { at: { id: ticket.organisation.id }, status: 200 });
  await ask("POST /api/v1/time-entries/{id}/reverse", { at: { id: made.id }, status: 200 });
  await ask("POST /api/v1/time-entries/{id}/reverse", { at: { id: made.id }, status: 409 });
}

export async function deskStory(ask, asPerson, asOther) {
  await connections(ask);
  await people(ask);
  await views(asPerson);
  await many(asPerson);
  await macros(asPerson);
  await decisions(asPerson, asOther, (await asPerson("GET /api/v1/me", { status: 200 })).body.data.person_id);
  await time(asPerson);
}
