#include "portal/notice/notice_event.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "licensing/licence.h"
#include "portal/account/person.h"
#include "portal/desk/ticket_status.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_approval.h"
#include "portal/notice/notice_tell.h"
#include "portal/sales/organisation.h"

#include <string.h>

static const char SQL_NOTICE_LEAD[] = "SELECT lead_id FROM team WHERE tenant_id = ? AND id = ?";
static const char SQL_NOTICE_LICENCE_PEOPLE[] =
    "SELECT m.person_id FROM membership m "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "WHERE m.tenant_id = ? AND m.organisation_id = ? AND m.can_licence = TRUE "
    "AND p.is_disabled = FALSE AND p.deleted_at IS NULL LIMIT ?";

static const char SQL_NOTICE_PARTED[] =
    "UPDATE notice SET due_at = NULL WHERE tenant_id = ? AND kind = 'ticket.merged' "
    "AND ticket_id IN (?, ?) AND due_at IS NOT NULL AND JSON_VALUE(data, '$.from') = ?";

static const char SQL_NOTICE_RULES_LATELY[] =
    "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND id > ? AND kind = 'rule'";

/* --- what happened --- */

static const char *was(const struct notice_tell *w, const char *side, const char *member)
{
    return json_get_text(json_object_get(w->data, side), member, "");
}

/* "assignee" and "team" are objects with an id, or null. */
static const char *was_id(const struct notice_tell *w, const char *side, const char *member)
{
    return json_get_text(json_object_get(json_object_get(w->data, side), member), "id", "");
}

static bool tell_created(struct ctx *cx, struct notice_tell *w)
{
    const bool is_assigned = !id_is_zero(w->t->assignee_id);
    const json_t *from = json_object_get(w->data, "split_from");

    w->tells_actor = true;
    if (from != NULL)
        w->base.data =
            json_own(cx->mem, json_pack("{s:s}", "from", json_get_text(from, "number", "-")));
    if (!notice_tell_customers(cx, w, from != NULL ? NOTICE_TICKET_SPLIT : NOTICE_TICKET_FILED))
        return false;
    w->tells_actor = false;
    return notice_tell_desk(cx, w, is_assigned ? NOTICE_DESK_ASSIGNED : NOTICE_DESK_FILED);
}

/* The customer side hears every public answer, ours those of customers. */
static bool tell_replied(struct ctx *cx, struct notice_tell *w)
{
    const json_t *message = json_object_get(w->data, "message");
    const bool is_customer = strcmp(json_get_text(message, "author", ""), "customer") == 0;

    if (!json_get_bool(message, "public", false) ||
        !notice_tell_customers(cx, w, NOTICE_TICKET_ANSWER))
        return false;
    return !is_customer || notice_tell_desk(cx, w, NOTICE_DESK_ANSWERED);
}

static bool tell_assigned(struct ctx *cx, struct notice_tell *w)
{
    const bool is_other = strcmp(was_id(w, "before", "assignee"), was_id(w, "after", "assignee"));
    const bool is_other_team = strcmp(was_id(w, "before", "team"), was_id(w, "after", "team")) != 0;

    if (!id_is_zero(w->t->assignee_id))
        return !is_other || notice_tell_person(cx, w, NOTICE_DESK_ASSIGNED, w->t->assignee_id);
    return !is_other_team || notice_tell_team(cx, w, NOTICE_DESK_FILED);
}

static bool tell_status(struct ctx *cx, struct notice_tell *w)
{
    const struct ticket_status *before, *after;
    enum notice_kind kind = NOTICE_TICKET_STATE;

    if (!ticket_status_find(cx, was(w, "before", "status"), &before) ||
        !ticket_status_find(cx, was(w, "after", "status"), &after))
        return false;
    w->base.data = json_own(
        cx->mem,
        json_pack("{s:s,s:I}", "state", was(w, "after", "status"), "days",
                  (json_int_t)json_get_i64(json_object_get(w->data, "closing"), "days", 0)));
    if (after != NULL && after->category == TICKET_SOLVED)
        kind = NOTICE_TICKET_SOLVED;
    else if (after != NULL && after->category == TICKET_CLOSED)
        kind = NOTICE_TICKET_CLOSED;
    /* Two states of ours that have one name for customers are one to them. */
    if ((before == NULL || after == NULL ||
         strcmp(before->customer_label, after->customer_label) != 0) &&
        !notice_tell_customers(cx, w, kind))
        return false;
    return strcmp(w->event->actor_kind, "customer") != 0 ||
           notice_tell_desk(cx, w, NOTICE_DESK_ANSWERED);
}

/* The people of the merged ticket: what they filed is the other one now, if they may see it. */
static bool tell_merged(struct ctx *cx, struct notice_tell *w)
{
    const json_t *target = json_object_get(w->data, "target");
    const bool is_apart = json_get_bool(w->data, "is_apart", false);
    struct id target_id;

    if (!id_parse(json_get_text(target, "id", ""), &target_id))
        return err_set(&cx->err, &ERR_INTERNAL, "event %s: no target",
                       id_text(cx->mem, w->event->id));
    if (!is_apart)
        w->base.ticket_id = target_id;
    w->base.data =
        json_own(cx->mem, json_pack("{s:s,s:b}", "from", w->t->number, "is_apart", is_apart));
    return notice_tell_customers(cx, w, NOTICE_TICKET_MERGED);
}

/* The same people hear that it was undone, in one mail: one about the merge that still waits is not
 * sent any more. */
static bool tell_parted(struct ctx *cx, struct notice_tell *w)
{
    const json_t *target = json_object_get(w->data, "target");
    struct id target_id;

    if (!id_parse(json_get_text(target, "id", ""), &target_id))
        return err_set(&cx->err, &ERR_INTERNAL, "event %s: no target",
                       id_text(cx->mem, w->event->id));
    w->base.data =
        json_own(cx->mem, json_pack("{s:s,s:b}", "from", json_get_text(target, "number", "-"),
                                    "is_apart", json_get_bool(w->data, "is_apart", false)));
    return db_exec(cx, NULL, SQL_NOTICE_PARTED, DB_ID(cx->tenant_id), DB_ID(target_id),
                   DB_ID(w->t->id), DB_TEXT(w->t->number)) &&
           notice_tell_customers(cx, w, NOTICE_TICKET_PARTED);
}

static bool tell_promise(struct ctx *cx, struct notice_tell *w)
{
    w->base.data = json_own(
        cx->mem, json_pack("{s:s,s:b}", "target", json_get_text(w->data, "target", "answer"),
                           "is_over", w->event->kind == EVENT_TICKET_SLA_BREACHED));
    return notice_tell_desk(cx, w, NOTICE_DESK_PROMISE);
}

static bool tell_closing(struct ctx *cx, struct notice_tell *w)
{
    w->base.data = json_object_get(w->data, "closing");
    return notice_tell_customers(cx, w, NOTICE_TICKET_CLOSING);
}

static struct id id_in(const json_t *data, const char *key)
{
    struct id id = {{0}};

    return id_parse(json_get_text(data, key, ""), &id) ? id : (struct id){{0}};
}

/* Whoever is asked, and then whoever asked; a dispatch to a team is one to each of it, and one that
 * nobody answered is told to the lead too. */
static bool tell_dispatch(struct ctx *cx, struct notice_tell *w)
{
    json_t *d = json_object_get(w->data, "dispatch");
    const struct id team = id_in(d, "team");
    struct db_rows rows;

    w->base.data = d;
    if (w->event->kind == EVENT_TICKET_DISPATCHED)
        return id_is_zero(team)
                   ? notice_tell_person(cx, w, NOTICE_DESK_DISPATCH, id_in(d, "person"))
                   : notice_tell_team(cx, w, NOTICE_DESK_DISPATCH);
    if (!notice_tell_person(cx, w, NOTICE_DESK_SENT, id_in(d, "by")))
        return false;
    if (w->event->kind != EVENT_TICKET_UNANSWERED)
        return true;
    if (!db_query(cx, &rows, SQL_NOTICE_LEAD, DB_ID(cx->tenant_id), DB_ID_OR_NULL(w->t->team_id)))
        return false;
    return !db_next(&rows) || notice_tell_person(cx, w, NOTICE_DESK_SENT, db_id(&rows.row, 0));
}

static bool tell_flow(struct ctx *cx, struct notice_tell *w)
{
    if (w->event->kind == EVENT_TICKET_CLOSE_DUE)
        return tell_closing(cx, w);
    return tell_dispatch(cx, w);
}

static bool tell_ticket(struct ctx *cx, struct notice_tell *w)
{
    switch ((int)w->event->kind) { /* of many kinds only these */
    case EVENT_TICKET_CREATED:
        return tell_created(cx, w);
    case EVENT_TICKET_REPLIED:
        return tell_replied(cx, w);
    case EVENT_TICKET_NOTED:
        return notice_tell_person(cx, w, NOTICE_DESK_NOTE, w->t->assignee_id);
    case EVENT_TICKET_ASSIGNED:
        return tell_assigned(cx, w);
    case EVENT_TICKET_STATUS_CHANGED:
        return tell_status(cx, w);
    case EVENT_TICKET_MERGED:
        return tell_merged(cx, w);
    case EVENT_TICKET_UNMERGED:
        return tell_parted(cx, w);
    case EVENT_TICKET_CLOSE_DUE:
    case EVENT_TICKET_DISPATCHED:
    case EVENT_TICKET_ACCEPTED:
    case EVENT_TICKET_DECLINED:
    case EVENT_TICKET_UNANSWERED:
        return tell_flow(cx, w);
    case EVENT_TICKET_SLA_WARNING:
    case EVENT_TICKET_SLA_BREACHED:
        return tell_promise(cx, w);
    default: /* passes over what is no approval */
        return notice_approval_tell(cx, w->event, w->t, w->data, &w->base);
    }
}

static bool name_actor(struct ctx *cx, struct notice_tell *w)
{
    struct person *person;

    if (id_is_zero(w->event->actor_id) || strcmp(w->event->actor_kind, "program") == 0)
        return true;
    if (!person_get(cx, w->event->actor_id, &person)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return true;
    }
    w->base.actor_name = person->full_name;
    return true;
}

static bool tell_of_ticket(struct ctx *cx, struct notice_tell *w)
{
    const char *message = json_get_text(json_object_get(w->data, "message"), "id", "");
    struct ticket *t;

    if (!ticket_get(cx, w->event->subject_id, &t)) {
        if (cx->err.kind != &ERR_NOT_FOUND) /* else it lies in the bin by now */
            return false;
        err_clear(&cx->err);
        return true;
    }
    w->t = t;
    w->base.ticket_id = t->id;
    if (*message != '\0' && !id_parse(message, &w->base.message_id))
        return err_set(&cx->err, &ERR_INTERNAL, "event %s: no message id",
                       id_text(cx->mem, w->event->id));
    return name_actor(cx, w) && tell_ticket(cx, w);
}

/* Those of the organisation who look after licences, and whoever looks after the organisation. */
static bool tell_of_licence(struct ctx *cx, struct notice_tell *w)
{
    struct organisation *organisation;
    struct licence *licence;
    struct db_rows rows;

    if (!licence_get(cx, w->event->subject_id, &licence)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return true;
    }
    w->base.licence_id = licence->id;
    w->base.data = w->data;
    if (id_is_zero(licence->organisation_id))
        return true;
    if (!db_query(cx, &rows, SQL_NOTICE_LICENCE_PEOPLE, DB_ID(cx->tenant_id),
                  DB_ID(licence->organisation_id), DB_INT(NOTICE_TELL_TEAM_MAX)))
        return false;
    while (db_next(&rows))
        if (!notice_tell_person(cx, w, NOTICE_LICENCE_ENDING, db_id(&rows.row, 0)))
            return false;
    return organisation_get(cx, licence->organisation_id, &organisation) &&
           notice_tell_person(cx, w, NOTICE_DESK_LICENCE, organisation->owner_id);
}

/* --- rules --- */

static const char *const WHO_NAMES[] = {
    [NOTICE_WHO_ENGINEER] = "engineer",
    [NOTICE_WHO_TEAM] = "team",
    [NOTICE_WHO_REPORTER] = "reporter",
    [NOTICE_WHO_CUSTOMERS] = "customers",
};

bool notice_event_who(const char *name, enum notice_who *out)
{
    for (size_t i = 0; i < COUNT(WHO_NAMES); i++) {
        if (strcmp(WHO_NAMES[i], name) == 0) {
            *out = (enum notice_who)i;
            return true;
        }
    }
    return false;
}

bool notice_event_is_customer(enum notice_who who)
{
    return who == NOTICE_WHO_REPORTER || who == NOTICE_WHO_CUSTOMERS;
}

static bool check_hour(struct ctx *cx)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_NOTICE_RULES_LATELY, DB_ID(cx->tenant_id),
                  DB_ID(id_make(cx->now - CLOCK_HOUR))) ||
        !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) < NOTICE_RULE_HOURLY ||
           err_set(&cx->err, &ERR_LIMITED, "rules told more than %d people in an hour",
                   NOTICE_RULE_HOURLY);
}

static bool tell_who(struct ctx *cx, struct notice_tell *w, enum notice_who who)
{
    switch (who) {
    case NOTICE_WHO_ENGINEER:
        return notice_tell_desk(cx, w, NOTICE_RULE);
    case NOTICE_WHO_TEAM:
        return notice_tell_team(cx, w, NOTICE_RULE);
    case NOTICE_WHO_REPORTER:
        return (id_is_zero(w->t->reporter_id)
                    ? notice_tell_customer(cx, w, NOTICE_RULE, w->t->person_id)
                    : notice_tell_reporter(cx, w, NOTICE_RULE));
    case NOTICE_WHO_CUSTOMERS:
        return notice_tell_customers(cx, w, NOTICE_RULE);
    }
    return false;
}

bool notice_event_rule(struct ctx *cx, struct id ticket_id, enum notice_who who, const char *text)
{
    static const struct event NONE = {.actor_kind = "program"};
    struct notice_tell *w = arena_new(cx->mem, struct notice_tell);
    struct ticket *t;

    if (*text == '\0' || utf8_count(text) > NOTICE_RULE_TEXT_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "text", "%zu characters", utf8_count(text));
    if (!check_hour(cx) || !ticket_get(cx, ticket_id, &t))
        return false;
    w->event = &NONE;
    w->tells_actor = true;
    w->t = t;
    w->base.ticket_id = t->id;
    w->base.data = json_own(
        cx->mem, json_pack("{s:s,s:b}", "text", text, "is_staff", !notice_event_is_customer(who)));
    return tell_who(cx, w, who);
}

/* --- the whole --- */

bool notice_event_tell(struct ctx *cx, const struct event *event)
{
    struct notice_tell *w = arena_new(cx->mem, struct notice_tell);

    w->event = event;
    w->base.event_id = event->id;
    if (event->data == NULL) /* erased since */
        return true;
    if (!json_read(cx->mem, &cx->err, event->data, strlen(event->data), &w->data))
        return false;
    w->base.gathered_at = json_get_i64(w->data, "gathered_at", 0);
    if (event->kind == EVENT_LICENCE_ENDING)
        return tell_of_licence(cx, w);
    return strncmp(event_name(event->kind), "ticket.", strlen("ticket.")) != 0 ||
           tell_of_ticket(cx, w);
}
