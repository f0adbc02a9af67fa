/* Events: outbox and audit trail in one, written in the transaction of the change they tell. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum event_kind { /* names and wire names: event_kind.c */
                  EVENT_TICKET_CREATED,
                  EVENT_TICKET_UPDATED,
                  EVENT_TICKET_REPLIED,
                  EVENT_TICKET_NOTED,
                  EVENT_TICKET_ASSIGNED,
                  EVENT_TICKET_STATUS_CHANGED,
                  EVENT_TICKET_SLA_WARNING,
                  EVENT_TICKET_SLA_BREACHED,
                  EVENT_TICKET_CLOSE_DUE,
                  EVENT_TICKET_DISPATCHED,
                  EVENT_TICKET_ACCEPTED,
                  EVENT_TICKET_DECLINED,
                  EVENT_TICKET_UNANSWERED,
                  EVENT_TICKET_TIME_ADDED,
                  EVENT_TICKET_APPROVAL_ASKED,
                  EVENT_TICKET_APPROVED,
                  EVENT_TICKET_REFUSED,
                  EVENT_TICKET_APPROVAL_WITHDRAWN,
                  EVENT_HOURS_CHANGED,
                  EVENT_TEAM_CHANGED,
                  EVENT_LEAVE_CHANGED,
                  EVENT_TICKET_VISIT_DUE,
                  EVENT_TICKET_VISIT_DONE,
                  EVENT_TICKET_MERGED,
                  EVENT_TICKET_UNMERGED,
                  EVENT_TICKET_SPLIT,
                  EVENT_TICKET_DELETED,
                  EVENT_TICKET_RESTORED,
                  EVENT_TICKET_PURGED,
                  EVENT_LICENCE_ISSUED,
                  EVENT_LICENCE_UPDATED,
                  EVENT_LICENCE_DELETED,
                  EVENT_LICENCE_REVOKED,
                  EVENT_LICENCE_SUSPENDED,
                  EVENT_LICENCE_REINSTATED,
                  EVENT_LICENCE_RENEWED,
                  EVENT_LICENCE_CHECKED_IN,
                  EVENT_LICENCE_CHECKED_OUT,
                  EVENT_LICENCE_USES_ADDED,
                  EVENT_LICENCE_USES_TAKEN,
                  EVENT_LICENCE_USES_RESET,
                  EVENT_LICENCE_ENDING,
                  EVENT_LICENCE_EXPIRING,
                  EVENT_LICENCE_EXPIRED,
                  EVENT_LICENCE_CHECK_IN_DUE,
                  EVENT_LICENCE_CHECK_IN_OVERDUE,
                  EVENT_LICENCE_ODD_USE,
                  EVENT_LICENCE_VALIDATED,
                  EVENT_LICENCE_NOT_VALIDATED,
                  EVENT_LICENCE_POLICY_CHANGED,
                  EVENT_LICENCE_OWNER_CHANGED,
                  EVENT_LICENCE_GROUP_CHANGED,
                  EVENT_LICENCE_ENTITLEMENTS_ATTACHED,
                  EVENT_LICENCE_ENTITLEMENTS_DETACHED,
                  EVENT_LICENCE_USERS_ATTACHED,
                  EVENT_LICENCE_USERS_DETACHED,
                  EVENT_LICENCE_ACTIVATED,
                  EVENT_LICENCE_RELEASED,
                  EVENT_MACHINE_UPDATED,
                  EVENT_MACHINE_CHECKED_OUT,
                  EVENT_MACHINE_OWNER_CHANGED,
                  EVENT_MACHINE_GROUP_CHANGED,
                  EVENT_MACHINE_PINGED,
                  EVENT_MACHINE_PONGED,
                  EVENT_MACHINE_DEAD,
                  EVENT_MACHINE_RESET,
                  EVENT_MACHINE_RESURRECTED,
                  EVENT_PROCESS_CREATED,
                  EVENT_PROCESS_UPDATED,
                  EVENT_PROCESS_DELETED,
                  EVENT_PROCESS_PINGED,
                  EVENT_PROCESS_PONGED,
                  EVENT_PROCESS_DEAD,
                  EVENT_PROCESS_RESURRECTED,
                  EVENT_COMPONENT_CREATED,
                  EVENT_COMPONENT_UPDATED,
                  EVENT_COMPONENT_DELETED,
                  EVENT_PRODUCT_CREATED,
                  EVENT_PRODUCT_UPDATED,
                  EVENT_PRODUCT_DELETED,
                  EVENT_POLICY_CREATED,
                  EVENT_POLICY_UPDATED,
                  EVENT_POLICY_DELETED,
                  EVENT_POLICY_ENTITLEMENTS_ATTACHED,
                  EVENT_POLICY_ENTITLEMENTS_DETACHED,
                  EVENT_ENTITLEMENT_CREATED,
                  EVENT_ENTITLEMENT_UPDATED,
                  EVENT_ENTITLEMENT_DELETED,
                  EVENT_GROUP_CREATED,
                  EVENT_GROUP_UPDATED,
                  EVENT_GROUP_DELETED,
                  EVENT_RELEASE_CREATED,
                  EVENT_RELEASE_UPDATED,
                  EVENT_RELEASE_DELETED,
                  EVENT_RELEASE_PUBLISHED,
                  EVENT_RELEASE_YANKED,
                  EVENT_RELEASE_DOWNLOADED,
                  EVENT_RELEASE_UPGRADED,
                  EVENT_RELEASE_CONSTRAINTS_ATTACHED,
                  EVENT_RELEASE_CONSTRAINTS_DETACHED,
                  EVENT_ARTEFACT_CREATED,
                  EVENT_ARTEFACT_UPDATED,
                  EVENT_ARTEFACT_DELETED,
                  EVENT_ARTEFACT_UPLOADED,
                  EVENT_ARTEFACT_DOWNLOADED,
                  EVENT_TOKEN_ISSUED,
                  EVENT_TOKEN_REGENERATED,
                  EVENT_TOKEN_REVOKED,
                  EVENT_PERSON_REGISTERED,
                  EVENT_PERSON_UPDATED,
                  EVENT_PERSON_REMOVED,
                  EVENT_PERSON_BANNED,
                  EVENT_PERSON_UNBANNED,
                  EVENT_PERSON_PASSWORD_RESET,
                  EVENT_PERSON_GROUP_CHANGED,
                  EVENT_PERSON_PASSWORD_CHANGED,
                  EVENT_PERSON_LOGIN,
                  EVENT_PERSON_LOGIN_FAILED,
                  EVENT_PERSON_LOGOUT,
                  EVENT_PERSON_LOCKED,
                  EVENT_PERSON_VIEWED_AS,
                  EVENT_PERSON_DEVICE_REUSED,
                  EVENT_PERSON_REVEALED,
                  EVENT_PERSON_MERGED, /* about the one that is kept */
                  EVENT_PERSON_PARTED,
                  EVENT_PERSON_ERASURE_ASKED,
                  EVENT_PERSON_ERASED,
                  EVENT_PROPOSAL_MADE, /* about the person or organisation it would change */
                  EVENT_PROPOSAL_DECIDED,
                  EVENT_SIGNUP_WAITS,
                  EVENT_SIGNUP_DECIDED,
                  EVENT_ROLE_CHANGED,
                  EVENT_ORGANISATION_CREATED,
                  EVENT_ORGANISATION_CHANGED,
                  EVENT_ORGANISATION_MERGED,
                  EVENT_ORGANISATION_PARTED,
                  EVENT_ORDER_PLACED,
                  EVENT_ORDER_UPDATED,
                  EVENT_ARTICLE_PUBLISHED,
                  EVENT_TENANT_CREATED,
                  EVENT_TENANT_UPDATED,
                  EVENT_ANNOUNCEMENT_CHANGED,
                  EVENT_CALENDAR_CHANGED,
                  EVENT_PROMISE_CHANGED,
                  EVENT_FIELD_CHANGED,
                  EVENT_OPTION_LIST_CHANGED,
                  EVENT_TOPIC_CHANGED,
                  EVENT_LEVELS_CHANGED,
                  EVENT_FLOW_CHANGED,
                  EVENT_WEBHOOK_CHANGED,
                  EVENT_SSO_CHANGED,
                  EVENT_SSO_REFUSED,
                  EVENT_SCRIPT_DEPLOYED,
                  EVENT_SCRIPT_SWITCHED_OFF,
                  EVENT_KIND_COUNT
};

/* Our name ("ticket.created") and the one that webhooks bear ("" where none hears of it). The wire
 * tells the resource that its name begins with: data names it by our noun where that is not the
 * event's subject ({"machine": id} in licence.activated, whose subject is the licence). */
const char *event_name(enum event_kind kind);
const char *event_wire_name(enum event_kind kind);
bool event_parse(const char *name, enum event_kind *out) MUST_CHECK;

/* Writes an event about one row inside the open transaction. data: what changed, for readers of the
 * trail and for rules ({"before":..,"after":..} for changes); borrowed; NULL for none. Never
 * secrets. The chain link is made by event_chain_link after commit. */
bool event_emit(struct ctx *cx, enum event_kind kind, struct id subject_id,
                const json_t *data) MUST_CHECK;

/* Whether anybody outside listens: an endpoint of the tenant's webhooks that is subscribed to the
 * kind. For events that come by the thousand and are only worth writing then. */
bool event_is_heard(struct ctx *cx, enum event_kind kind, bool *out) MUST_CHECK;

/* Links up to limit events of the tenant that are not yet in its hash chain, oldest first. Called
 * by the jobs role each second. *linked is how many. */
bool event_chain_link(struct ctx *cx, unsigned limit, unsigned *linked) MUST_CHECK;
/* The tenants, at most limit, that have events to be linked; in cx->mem. */
bool event_chain_waiting(struct ctx *cx, unsigned limit, struct id **out,
                         unsigned *count) MUST_CHECK;
/* Recomputes the chain. *broken_at is zero when it is whole, else the first event at fault. */
bool event_chain_verify(struct ctx *cx, struct id *broken_at, int64_t *checked) MUST_CHECK;

/* --- consumers: who acts on events after commit, each at least once ---
 *
 * event_emit writes, in the same transaction, one row for each consumer that wants the kind (table
 * CONSUMERS in event.c: "rules" wants ticket.*, licence.*, order.*, article.published; "webhooks"
 * all that has a wire name, where the tenant has an endpoint). The jobs
 * role then loops, without a tenant of its own:
 *
 *   event_claim(cx, "rules", 20, 30 * CLOCK_SECOND, &list, &count)
 *   for each: cx->tenant_id = list[i].tenant_id, work; then in ONE transaction
 *       db_begin, effects, event_done(cx, &list[i]), db_commit
 *   and when the work failed: event_failed(cx, &list[i], "why", &gave_up)
 *
 * Only one claimant holds an event at a time; who is slower than its lease loses it, and then
 * event_done fails with ERR_CONFLICT and undoes the effects with it. So effects in the database
 * happen once; what leaves the house (mail, webhook) at least once, to be named by the event's id.
 */
enum { EVENT_ATTEMPTS_MAX = 8 };

struct event {
    struct id tenant_id;
    struct id id;
    enum event_kind kind;
    struct id subject_id;
    struct id actor_id;     /* zero: the system */
    const char *actor_kind; /* "system" "staff" "customer" "nobody" "program" (token or script) */
    const char *trace;      /* of the run that emitted it */
    int64_t at;
    const char *data; /* JSON text; NULL: none, or erased */
};

struct event_delivery { /* one event in one consumer's hands; in cx->mem */
    struct event event;
    const char *consumer;
    int attempts;    /* this one included */
    struct id lease; /* names this claim */
};

/* Claims up to limit events, of any tenant, that are due for the consumer, oldest first, for
 * lease_us. Not inside a transaction. */
bool event_claim(struct ctx *cx, const char *consumer, unsigned limit, int64_t lease_us,
                 struct event_delivery **out, unsigned *count) MUST_CHECK;
/* Marks it done; inside the transaction of its effects. Fails: ERR_CONFLICT the lease was lost. */
bool event_done(struct ctx *cx, const struct event_delivery *delivery) MUST_CHECK;
/* Puts it back until then, without counting the attempt: its time has not come. Fails: ERR_CONFLICT
 * the lease was lost. */
bool event_later(struct ctx *cx, const struct event_delivery *delivery, int64_t due_at) MUST_CHECK;
/* Puts it back with a growing pause (seconds, then minutes), or after EVENT_ATTEMPTS_MAX attempts
 * parks it for good: *gave_up. reason is kept for staff, cut to 200 characters. */
bool event_failed(struct ctx *cx, const struct event_delivery *delivery, const char *reason,
                  bool *gave_up) MUST_CHECK;

/* The tenant's event. Fails: ERR_NOT_FOUND. */
bool event_get(struct ctx *cx, struct id id, struct event *out) MUST_CHECK;
/* Events about one row, oldest first, at most limit: its history. In cx->mem. */
bool event_list(struct ctx *cx, struct id subject_id, unsigned limit, struct event **out,
                unsigned *count) MUST_CHECK;
/* The tenant's trail, newest first: a page of at most limit. */
struct event_filter {
    const char *prefix;  /* "ticket." or a whole name; NULL: all */
    struct id actor_id;  /* zero: anybody */
    struct id before_id; /* the last of the page before; zero: from the newest */
    int64_t from, until; /* instants, until excluded; 0: no bound */
    unsigned limit;
};
bool event_trail(struct ctx *cx, const struct event_filter *filter, struct event **out,
                 unsigned *count) MUST_CHECK;
/* Takes the data out of all events about one row (a person's right); the chain stays whole. */
bool event_erase(struct ctx *cx, struct id subject_id) MUST_CHECK;
