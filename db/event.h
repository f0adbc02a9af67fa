/* Events: outbox and audit trail in one, written in the transaction of the change they tell. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum event_kind {
    EVENT_TICKET_CREATED,
    EVENT_TICKET_UPDATED,
    EVENT_TICKET_REPLIED,
    EVENT_TICKET_NOTED,
    EVENT_TICKET_ASSIGNED,
    EVENT_TICKET_STATUS_CHANGED,
    EVENT_LICENCE_ISSUED,
    EVENT_LICENCE_UPDATED,
    EVENT_LICENCE_SUSPENDED,
    EVENT_LICENCE_REINSTATED,
    EVENT_LICENCE_ACTIVATED,
    EVENT_LICENCE_RELEASED,
    EVENT_ORDER_PLACED,
    EVENT_ORDER_UPDATED,
    EVENT_ARTICLE_PUBLISHED,
    EVENT_PERSON_REGISTERED,
    EVENT_PERSON_LOGIN,
    EVENT_PERSON_LOGIN_FAILED,
    EVENT_PERSON_LOGOUT,
    EVENT_PERSON_UPDATED,
    EVENT_PERSON_PASSWORD_CHANGED,
    EVENT_ORGANISATION_CREATED,
    EVENT_ORGANISATION_CHANGED,
    EVENT_TENANT_CREATED,
    EVENT_TOKEN_ISSUED,
    EVENT_SCRIPT_DEPLOYED,
    EVENT_SCRIPT_SWITCHED_OFF,
    EVENT_KIND_COUNT
};

/* Our name ("ticket.created") and the wire's ("" where the licensing protocol has none). */
const char *event_name(enum event_kind kind);
const char *event_wire_name(enum event_kind kind);
bool event_parse(const char *name, enum event_kind *out) MUST_CHECK;

/* Writes an event about one row inside the open transaction. data: what changed, for readers of the
 * trail and for rules ({"before":..,"after":..} for changes); borrowed; NULL for none. Never
 * secrets. The chain link is made by event_chain_link after commit. */
bool event_emit(struct ctx *cx, enum event_kind kind, struct id subject_id,
                const json_t *data) MUST_CHECK;

/* Links up to limit events of the tenant that are not yet in its hash chain, oldest first. Called
 * by the jobs role each second. *linked is how many. */
bool event_chain_link(struct ctx *cx, unsigned limit, unsigned *linked) MUST_CHECK;
/* Recomputes the chain. *broken_at is zero when it is whole, else the first event at fault. */
bool event_chain_verify(struct ctx *cx, struct id *broken_at, int64_t *checked) MUST_CHECK;
