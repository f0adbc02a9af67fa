// What is done with whole tickets over /api/v1, and what they stand in connection with.
import { flag, id, list, nullable, object, says, text, time, words } from "./schema.mjs";

const KINDS = words("duplicate", "blocks", "parent", "related");

export const TICKET_SCHEMAS = {
  Merge: object({
    id, number: text, subject: text, by_name: text, merged_at: time,
    undo_until: says("null: it cannot be undone any more.", nullable(time)),
  }),
  MergeDraft: object({ number: says("Of the ticket that stays.", text) }, {
    even_apart: says("true: also into another customer's ticket, who then reads what this one wrote.", nullable(flag)),
  }),
  SplitDraft: object({ subject: text, messages: list(id) }),
  Link: object({
    kind: says("How the ticket stands to the other one: it is a duplicate of it, blocks it, has it as its parent.", KINDS),
    is_reverse: says("true: the other one stands so to it.", flag),
    ticket: object({ id, number: text, subject: text, status: text, category: text }),
  }),
  LinkDraft: object({ kind: KINDS, number: text }),
  TagDraft: object({ tag: text }),
  Participant: object({ person_id: id, full_name: text, can_reply: flag }),
  ParticipantDraft: object({ person_id: id }, { can_reply: nullable(flag) }),
};

export const TICKET_PATHS = ({ one, page, got, made, gone, body }) => ({
  "/api/v1/tickets/{id}/merge": {
    post: { summary: "Merge it into the one of that number; the answer is the ticket that stays.", rights: ["desk"], ...body("MergeDraft"), responses: got(one("Ticket")) },
  },
  "/api/v1/tickets/{id}/merges": {
    get: { summary: "What was merged into it and not undone.", rights: ["desk"], responses: got(page("Merge")) },
  },
  "/api/v1/tickets/{id}/unmerge": {
    post: { summary: "Undo the merge of this one, which was merged; both are what they were.", rights: ["desk"], responses: got(one("Ticket")) },
  },
  "/api/v1/tickets/{id}/split": {
    post: { summary: "Messages of it become a new ticket, which is the answer.", rights: ["desk"], ...body("SplitDraft"), responses: made(one("Ticket"), { Location: { schema: text } }) },
  },
  "/api/v1/tickets/{id}/links": {
    get: { summary: "Other tickets that it stands in connection with, in both directions.", rights: ["desk"], responses: got(page("Link")) },
    post: { summary: "Link it; the answer is all its links.", rights: ["desk"], ...body("LinkDraft"), responses: made(page("Link")) },
  },
  "/api/v1/tickets/{id}/links/{name}/{ticket}": {
    delete: { summary: "Take off the link of that kind to that ticket.", rights: ["desk"], responses: gone },
  },
  "/api/v1/tickets/{id}/tags": {
    get: { summary: "Its tags.", rights: ["desk"], responses: got(object({ data: list(text), next: nullable(text) })) },
    post: { summary: "Add one; the answer is all its tags.", rights: ["desk"], ...body("TagDraft"), responses: made(object({ data: list(text), next: nullable(text) })) },
  },
  "/api/v1/tickets/{id}/tags/{name}": { delete: { summary: "Take one off.", rights: ["desk"], responses: gone } },
  "/api/v1/tickets/{id}/participants": {
    get: { summary: "Who sees it beside the reporter and staff, and whether he may answer.", responses: got(page("Participant")) },
    post: { summary: "Let a colleague of the customer take part, or change whether he may answer; the answer is all of them.", ...body("ParticipantDraft"), responses: made(page("Participant")) },
  },
  "/api/v1/tickets/{id}/participants/{person}": { delete: { summary: "He takes part no longer.", responses: gone } },
});
