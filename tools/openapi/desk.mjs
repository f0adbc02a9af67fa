// The desk's own tools over /api/v1: changes of many tickets, saved views, macros.
import { count, day, flag, id, list, nullable, object, ref, says, text, time, whole, words } from "./schema.mjs";

const level = { ...whole, minimum: 1, maximum: 4 };
const set = {
  status: nullable(text), topic: nullable(text), level: nullable(level), assignee_id: says("null takes him off.", nullable(id)), team_id: nullable(id),
  tag: nullable(text), untag: nullable(text), text: says("A public answer, with {variables} as in macros.", nullable(text)),
  number: says("Of a ticket into which they are merged.", nullable(text)), even_apart: nullable(flag),
};
const said = { ...set, macro_id: says("Its text is the answer.", nullable(id)) };
const bulk = {
  id, state: words("chosen", "ready", "running", "done", "cancelled", "stopped"), starter_id: id, starter_name: text, origin: text, set: object({}, set),
  total: count, is_cut: says("There were more than one change can take.", flag), waiting: count, changed: count, same: count, refused: count,
  left: says("To be set back, but changed by somebody since.", count), undo_of: nullable(id), undone_by: nullable(id),
  created_at: time, started_at: nullable(time), ended_at: nullable(time),
};
const view = {
  id, name: text, q: text, sort: words("due", "updated", "created"), scope: words("own", "team", "all"), columns: list(text), owner_id: nullable(id),
  owner_name: text, team_id: nullable(id), team_name: text, is_pinned: flag, may_change: flag,
};
const viewDraft = { sort: nullable(view.sort), scope: nullable(view.scope), columns: nullable(list(text)), is_pinned: nullable(flag) };

const macroDraft = {
  text: nullable(text), language: nullable(text), is_note: nullable(flag), status: nullable(text), level: nullable(level), takes_it: nullable(flag),
  tag: nullable(text), scope: nullable(view.scope),
};

export const DESK_SCHEMAS = {
  Bulk: object(bulk),
  BulkOne: object(bulk, {
    preview: says("While it is ready: what would become of them now.", object({
      changes: count, same: count, refused: count, reasons: list(object({ reason: text, count })),
    })),
    failed: says("Once it is started: the first that were not changed though they should have been.", list(object({ ticket_id: id, number: text, subject: text, state: words("refused", "left"), reason: text }))),
  }),
  BulkDraft: object({}, {
    tickets: says("One of tickets, view and q says which.", nullable(list(id, { maxItems: 1000 }))),
    view: says("The id of a view, or the name of a queue.", nullable(text)), q: says("A search line.", nullable(text)), ...said,
  }),
  BulkChange: object({}, said),
  View: object(view),
  ViewOne: object({ ...view, count, is_count_capped: says("There are that many or more.", flag) }),
  ViewDraft: object({ name: text, q: text }, viewDraft),
  ViewChange: object({}, { name: nullable(text), q: nullable(text), ...viewDraft }),
  TicketLine: object({
    id, number: text, subject: text, topic: text, status: text, category: text, level: whole, city: text, store: text,
    organisation_name: text, reporter_name: text, due_at: nullable(time), created_at: time, updated_at: time,
  }),
  Macro: object({
    id, name: text, language: text, text, is_note: flag, status: nullable(text), level: nullable(level), takes_it: flag, tag: nullable(text),
    scope: view.scope, may_change: flag,
  }),
  MacroDraft: object({ name: text }, macroDraft),
  MacroChange: object({}, { name: nullable(text), ...macroDraft }),
  MacroUse: object({}, { text: says("Instead of the macro's own, filled for the ticket.", nullable(text)), seen_id: nullable(id) }),
};

Object.assign(DESK_SCHEMAS, {
  Approval: object({
    id, ticket_id: id, number: text, subject: text, kind: words("ticket", "order", "discount", "activation"), question: text,
    state: words("waiting", "approved", "refused", "expired"), approver_id: id, approver: text, asked_by: says("null: a rule.", nullable(id)), asked_name: text,
    decided_name: text, opinion: text, created_at: time, due_at: nullable(time), decided_at: nullable(time), may_decide: says("The token's person, now.", flag),
  }),
  ApprovalDraft: object({ kind: words("ticket", "order", "discount", "activation"), question: text, approver_id: id }, {
    days: says("Until it runs out; 0: never.", nullable({ ...whole, minimum: 0, maximum: 365 })),
  }),
  Decision: object({ is_approved: flag }, { opinion: says("Needed for a no.", nullable(text)) }),
  TimeEntry: object({
    id, ticket_id: says("null: the ticket is not for this token, or gone.", nullable(id)), number: text, subject: text, person: text, done_on: day, minutes: whole,
    is_billable: flag, cost: nullable(ref("Money")), note: text, is_reversed: flag, is_reversal: flag,
  }),
  TimeEntryDraft: object({}, {
    minutes: says("Without a cost at least 1.", nullable({ ...whole, minimum: 0, maximum: 1440 })), is_billable: nullable(flag), cost: nullable(ref("Money")),
    done_on: nullable(day), note: nullable(text),
  }),
  Hours: object({ bought_minutes: whole, billed_minutes: whole, left_minutes: whole, entries: list(ref("TimeEntry")) }),
});

export const DESK_PATHS = ({ one, page, got, made, gone, body, paged }) => ({
  "/api/v1/bulk": {
    get: { summary: "Changes of many tickets, the latest first: one's own, or all with the right to the settings.", rights: ["desk"], responses: got(page("Bulk")) },
    post: { summary: "Choose tickets and say what is to be done; nothing is done before it is started.", rights: ["desk"], ...body("BulkDraft"), responses: made(one("BulkOne"), { Location: { schema: text } }) },
  },
  "/api/v1/bulk/{id}": {
    get: { summary: "One, with its preview or its progress.", rights: ["desk"], responses: got(one("BulkOne")) },
    patch: { summary: "Say anew what is to be done with the chosen ones, until it is started.", rights: ["desk"], ...body("BulkChange"), responses: got(one("BulkOne")) },
  },
  "/api/v1/bulk/{id}/start": { post: { summary: "Start it; the work is done in the background.", rights: ["desk"], responses: got(one("BulkOne")) } },
  "/api/v1/bulk/{id}/cancel": { post: { summary: "End it; what is done stays done.", rights: ["desk"], responses: got(one("BulkOne")) } },
  "/api/v1/bulk/{id}/undo": { post: { summary: "Start another one, the answer, that sets back what this one set.", rights: ["desk"], responses: made(one("BulkOne")) } },
  "/api/v1/views": {
    get: { summary: "Saved views that the token's person has.", rights: ["desk"], responses: got(page("View")) },
    post: { summary: "Keep one.", rights: ["desk"], ...body("ViewDraft"), responses: made(one("ViewOne"), { Location: { schema: text } }) },
  },
  "/api/v1/views/{id}": {
    get: { summary: "One, with how many tickets are in it.", rights: ["desk"], responses: got(one("ViewOne")) },
    patch: { summary: "Change what is named; the rest stays.", rights: ["desk"], ...body("ViewChange"), responses: got(one("ViewOne")) },
    delete: { summary: "Remove it.", rights: ["desk"], responses: gone },
  },
  "/api/v1/views/{id}/tickets": {
    get: { summary: "The tickets in it, in its order.", rights: ["desk"], parameters: paged, responses: got(page("TicketLine")) },
  },
  "/api/v1/macros": { 
    get: { summary: "Macros that the token's person has.", rights: ["desk"], responses: got(page("Macro")) },
    post: { summary: "Keep one.", rights: ["desk"], ...body("MacroDraft"), responses: made(one("Macro"), { Location: { schema: text } }) },
  },
  "/api/v1/macros/{id}": {
    get: { summary: "One macro.", rights: ["desk"], responses: got(one("Macro")) },
    patch: { summary: "Change what is named; the rest stays, and null takes away what it sets.", rights: ["desk"], ...body("MacroChange"), responses: got(one("Macro")) },
    delete: { summary: "Remove it.", rights: ["desk"], responses: gone },
  },
  "/api/v1/tickets/{id}/approvals": {
    get: { summary: "What was asked about the ticket, the latest first.", rights: ["desk"], responses: got(page("Approval")) },
    post: { summary: "Ask a member of staff.", rights: ["desk"], ...body("ApprovalDraft"), responses: made(one("Approval"), { Location: { schema: text } }) },
  },
  "/api/v1/approvals": { get: { summary: "What waits for the token's person, or for somebody for whom he stands in.", responses: got(page("Approval")) } },
  "/api/v1/approvals/{id}": { get: { summary: "One approval.", responses: got(one("Approval")) } },
  "/api/v1/approvals/{id}/decide": { post: { summary: "Decide it, once.", ...body("Decision"), responses: got(one("Approval")) } },
  "/api/v1/tickets/{id}/time-entries": {
    get: { summary: "Time and cost spent on the ticket, the latest first.", rights: ["desk"], responses: got(page("TimeEntry")) },
    post: { summary: "Add an entry.", rights: ["desk"], ...body("TimeEntryDraft"), responses: made(one("TimeEntry")) },
  },
  "/api/v1/time-entries/{id}/reverse": { post: { summary: "Take an entry back by a second one; the answer is the ticket's entries.", rights: ["desk"], responses: got(page("TimeEntry")) } },
  "/api/v1/organisations/{id}/hours": { get: { summary: "Hours bought, billed and left, with the billable entries: for customers without the colleague and the cost, and where they do not see the ticket without it.", responses: got(one("Hours")) } },
  "/api/v1/tickets/{id}/macros/{macro}": {
    get: { summary: "The macro with its text filled for the ticket; what has no value there is a visible gap.", rights: ["desk"], responses: got(one("Macro")) },
    post: { summary: "Apply it: the text is sent, the rest is set; all of it or nothing. 422 TEXT_GAP while a gap is left.", rights: ["desk"], ...body("MacroUse"), responses: got(one("Ticket")) },
  },
});
