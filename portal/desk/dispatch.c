#include "portal/desk/dispatch.h"

#include "base/log.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/desk/calendar.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/leave.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

const struct err_kind ERR_DISPATCH_OPEN = {
    ERR_CLASS_CONFLICT, "DISPATCH_OPEN",
    "This ticket is dispatched already and waits for the answer. Withdraw that first."};
const struct err_kind ERR_DISPATCH_OVER = {
    ERR_CLASS_CONFLICT, "DISPATCH_OVER",
    "This dispatch is over: it was answered, withdrawn, or ran out of time."};
const struct err_kind ERR_DISPATCH_AWAY = {
    ERR_CLASS_INVALID, "DISPATCH_AWAY",
    "This person is away and nobody stands in. Choose somebody else."};

#define DISPATCH_SELECT                                                                      \
    "SELECT d.id, d.ticket_id, d.by_id, d.person_id, d.team_id, COALESCE(b.full_name, ''), " \
    "COALESCE(p.full_name, ''), COALESCE(t.name, ''), COALESCE(a.full_name, ''), d.note, "   \
    "d.answer, d.state, d.created_at, d.due_at, d.answered_at, d.from_team_id, "             \
    "d.from_person_id, s.team_id FROM dispatch d "                                           \
    "LEFT JOIN person b ON b.tenant_id = d.tenant_id AND b.id = d.by_id "                    \
    "LEFT JOIN person p ON p.tenant_id = d.tenant_id AND p.id = d.person_id "                \
    "LEFT JOIN team t ON t.tenant_id = d.tenant_id AND t.id = d.team_id "                    \
    "LEFT JOIN person a ON a.tenant_id = d.tenant_id AND a.id = d.answered_by "              \
    "LEFT JOIN staff_member s ON s.tenant_id = d.tenant_id AND s.person_id = d.person_id "   \
    "WHERE d.tenant_id = ? "
static const char SQL_DISPATCH_GET[] = DISPATCH_SELECT "AND d.id = ?";
static const char SQL_DISPATCH_OF_TICKET[] =
    DISPATCH_SELECT "AND d.ticket_id = ? ORDER BY d.id DESC LIMIT ?";
static const char SQL_DISPATCH_ADD[] =
    "INSERT INTO dispatch (tenant_id, id, ticket_id, by_id, person_id, team_id, from_team_id, "
    "from_person_id, note, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_DISPATCH_END[] =
    "UPDATE dispatch SET state = ?, answer = ?, answered_by = ?, answered_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'open'";
static const char SQL_DISPATCH_MARK[] =
    "UPDATE ticket SET dispatch_to = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_DISPATCH_IS_OPEN[] =
    "SELECT dispatch_to IS NOT NULL FROM ticket WHERE tenant_id = ? AND id = ?";
static const char SQL_DISPATCH_STAFF[] =
    "SELECT p.full_name FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id "
    "AND p.id = s.person_id WHERE s.tenant_id = ? AND s.person_id = ? AND p.deleted_at IS NULL";
static const char SQL_DISPATCH_TEAM[] = "SELECT name FROM team WHERE tenant_id = ? AND id = ?";
static const char SQL_DISPATCH_DUE[] =
    "SELECT id FROM dispatch WHERE tenant_id = ? AND state = 'open' AND due_at <= ? "
    "ORDER BY due_at LIMIT ?";

struct order { /* a dispatch with where it goes back to */
    struct dispatch d;
    struct id from_team_id, from_person_id, persons_team_id;
};

/* --- reading --- */

static void settle_rights(const struct viewer *v, struct dispatch *d)
{
    const bool is_open = strcmp(d->state, "open") == 0;
    const bool is_mine = id_is_zero(d->person_id)
                             ? !id_is_zero(v->team_id) && id_equal(d->team_id, v->team_id)
                             : id_equal(d->person_id, v->person_id);

    d->may_answer = is_open && v->kind == VIEWER_STAFF && is_mine;
    d->may_withdraw = is_open && (viewer_has(v, RIGHT_SETTINGS_UPDATE) ||
                                  (!id_is_zero(d->by_id) && id_equal(d->by_id, v->person_id)));
}

static void order_from_row(struct ctx *cx, const struct db_row *row, struct order *o)
{
    o->d = (struct dispatch){.id = db_id(row, 0),
                             .ticket_id = db_id(row, 1),
                             .by_id = db_id(row, 2),
                             .person_id = db_id(row, 3),
                             .team_id = db_id(row, 4),
                             .by_name = db_text(row, 5),
                             .person_name = db_text(row, 6),
                             .team_name = db_text(row, 7),
                             .answered_name = db_text(row, 8),
                             .note = db_text(row, 9),
                             .answer = db_text(row, 10),
                             .state = db_text(row, 11),
                             .created_at = db_time(row, 12),
                             .due_at = db_time(row, 13),
                             .answered_at = db_time(row, 14)};
    settle_rights(&cx->viewer, &o->d);
    o->from_team_id = db_id(row, 15);
    o->from_person_id = db_id(row, 16);
    o->persons_team_id = db_id(row, 17);
}

static bool get(struct ctx *cx, struct id id, struct order *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_DISPATCH_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "dispatch %s", id_text(cx->mem, id));
    order_from_row(cx, &rows.row, out);
    return true;
}

bool dispatch_ticket(struct ctx *cx, struct id id, struct id *out)
{
    struct order o;

    if (!get(cx, id, &o))
        return false;
    *out = o.d.ticket_id;
    return true;
}

bool dispatch_of_ticket(struct ctx *cx, struct id ticket_id, struct dispatch **out, size_t *count)
{
    struct db_rows rows;
    struct order o;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "dispatches are for the desk");
    if (!db_query(cx, &rows, SQL_DISPATCH_OF_TICKET, DB_ID(cx->tenant_id), DB_ID(ticket_id),
                  DB_INT(DISPATCH_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct dispatch, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++) {
        order_from_row(cx, &rows.row, &o);
        (*out)[*count] = o.d;
    }
    return true;
}

/* --- sending --- */

static bool check_text(struct ctx *cx, const char *text, const char *source, bool is_needed)
{
    const size_t length = text != NULL ? utf8_count(text) : 0;

    return (length <= DISPATCH_TEXT_MAX && (length > 0 || !is_needed)) ||
           err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", length);
}

/* To whom it goes indeed, and what they are called. */
static bool settle(struct ctx *cx, const struct dispatch_new *what, struct id *person,
                   const char **name)
{
    const bool is_person = !id_is_zero(what->person_id);
    struct db_rows rows;
    struct id asked;

    *person = what->person_id;
    if (is_person == !id_is_zero(what->team_id))
        return err_set_at(&cx->err, &ERR_INVALID, "to", "one person or one team");
    if (is_person && !leave_stand_in(cx, what->person_id, person))
        return false;
    asked = !is_person ? what->team_id : id_is_zero(*person) ? what->person_id : *person;
    if (!db_query(cx, &rows, is_person ? SQL_DISPATCH_STAFF : SQL_DISPATCH_TEAM,
                  DB_ID(cx->tenant_id), DB_ID(asked)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "to", "no such person or team");
    if (is_person && id_is_zero(*person))
        return err_set_at(&cx->err, &ERR_DISPATCH_AWAY, "to", "away");
    *name = db_text(&rows.row, 0);
    return true;
}

static bool due_of(struct ctx *cx, const struct ticket *t, int64_t *out)
{
    const struct business_hours *hours;
    struct desk_flow flow;
    struct sla sla;

    *out = 0;
    if (!desk_flow_get(cx, &flow))
        return false;
    if (flow.dispatch_minutes == 0)
        return true;
    if (!sla_get(cx, t->level, &sla) || !calendar_hours(cx, sla.calendar_id, &hours))
        return false;
    *out = business_add(hours, cx->now, flow.dispatch_minutes * CLOCK_MINUTE);
    return true;
}

static json_t *extra_json(struct ctx *cx, const struct order *o, const char *state)
{
    const struct dispatch *d = &o->d;

    return json_own(cx->mem, json_pack("{s:{s:s,s:s,s:s,s:s,s:s,s:I}}", "dispatch", "id",
                                       id_text(cx->mem, d->id), "by", id_text(cx->mem, d->by_id),
                                       "person", id_text(cx->mem, d->person_id), "team",
                                       id_text(cx->mem, d->team_id), "state", state, "minutes",
                                       (json_int_t)((cx->now - d->created_at) / CLOCK_MINUTE)));
}

static bool write_sent(struct ctx *cx, const struct ticket *t, const struct order *o,
                       const char *name)
{
    const struct dispatch *d = &o->d;
    const struct id to = id_is_zero(d->person_id) ? d->team_id : d->person_id;
    struct db_rows rows;
    struct id note;

    if (!db_query(cx, &rows, SQL_DISPATCH_IS_OPEN, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    if (db_next(&rows) && db_bool(&rows.row, 0))
        return err_set_at(&cx->err, &ERR_DISPATCH_OPEN, "to", "ticket %s", id_text(cx->mem, t->id));
    return db_exec(cx, NULL, SQL_DISPATCH_ADD, DB_ID(cx->tenant_id), DB_ID(d->id), DB_ID(t->id),
                   DB_ID_OR_NULL(d->by_id), DB_ID_OR_NULL(d->person_id), DB_ID_OR_NULL(d->team_id),
                   DB_ID_OR_NULL(t->team_id), DB_ID_OR_NULL(t->assignee_id), DB_TEXT(d->note),
                   DB_TIME(cx->now), DB_TIME(d->due_at)) &&
           db_exec(cx, NULL, SQL_DISPATCH_MARK, DB_ID(to), DB_ID(cx->tenant_id), DB_ID(t->id)) &&
           ticket_change_line(cx, t->id, false, "dispatch", NULL, name) &&
           (id_is_zero(d->team_id) || ticket_set_team(cx, t->id, d->team_id)) &&
           (*d->note == '\0' || ticket_note(cx, t->id, d->note, &note));
}

bool dispatch_send(struct ctx *cx, struct id ticket_id, const struct dispatch_new *what,
                   struct id *out)
{
    struct order o = {.d = {.id = ctx_new_id(cx),
                            .by_id = cx->viewer.person_id,
                            .team_id = what->team_id,
                            .note = what->note != NULL ? what->note : "",
                            .created_at = cx->now}};
    const char *name;
    struct ticket *t;

    if (!ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    if (!check_text(cx, what->note, "note", false) || !settle(cx, what, &o.d.person_id, &name) ||
        !due_of(cx, t, &o.d.due_at) || !write_sent(cx, t, &o, name))
        return ticket_change_undo(cx);
    *out = o.d.id;
    return ticket_change_finish(cx, EVENT_TICKET_DISPATCHED, t, extra_json(cx, &o, "open"));
}

/* --- the end of one --- */

static bool end(struct ctx *cx, const struct order *o, const char *state, const char *answer)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_DISPATCH_END, DB_TEXT(state),
                 DB_TEXT(answer != NULL ? answer : ""), DB_ID_OR_NULL(cx->viewer.person_id),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(o->d.id)))
        return false;
    if (changed == 0)
        return err_set(&cx->err, &ERR_DISPATCH_OVER, "dispatch %s", id_text(cx->mem, o->d.id));
    return db_exec(cx, NULL, SQL_DISPATCH_MARK, DB_NULL, DB_ID(cx->tenant_id),
                   DB_ID(o->d.ticket_id));
}

/* Into the queue it came from; what somebody took meanwhile is left with him. */
static bool put_back(struct ctx *cx, const struct order *o, const struct ticket *t)
{
    const struct id nobody = {{0}};
    struct id team = t->team_id;

    if (!id_equal(t->assignee_id, o->from_person_id))
        return true;
    if (id_equal(t->team_id, o->d.team_id) && !id_is_zero(o->d.team_id))
        team = o->from_team_id;
    else if (id_is_zero(team))
        team = o->persons_team_id;
    /* The team last: whoever reads as one of it still sees the ticket until then. */
    return ticket_assign(cx, t->id, nobody) && ticket_set_team(cx, t->id, team);
}

static bool start(struct ctx *cx, struct id id, struct order *o, struct ticket **t)
{
    if (!get(cx, id, o) || !ticket_change_start_staff(cx, o->d.ticket_id, t))
        return false;
    if (get(cx, id, o)) /* again, now that the ticket's row is ours */
        return true;
    return ticket_change_undo(cx);
}

static bool check_answers(struct ctx *cx, const struct order *o)
{
    if (strcmp(o->d.state, "open") != 0)
        return err_set(&cx->err, &ERR_DISPATCH_OVER, "dispatch %s", id_text(cx->mem, o->d.id));
    return o->d.may_answer || err_set(&cx->err, &ERR_DENIED, "somebody else's dispatch");
}

static bool accept(struct ctx *cx, const struct order *o, const struct ticket *t,
                   const char *answer)
{
    struct id note;

    /* Before the mark goes: until then it may be what lets him see the ticket. */
    return check_answers(cx, o) && check_text(cx, answer, "answer", false) &&
           ticket_change_line(cx, t->id, false, "accepted", NULL, NULL) &&
           ticket_assign(cx, t->id, cx->viewer.person_id) &&
           (answer == NULL || *answer == '\0' || ticket_note(cx, t->id, answer, &note)) &&
           end(cx, o, "accepted", answer);
}

bool dispatch_accept(struct ctx *cx, struct id id, const char *answer)
{
    struct order o;
    struct ticket *t;

    if (!start(cx, id, &o, &t))
        return false;
    if (!accept(cx, &o, t, answer))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_ACCEPTED, t, extra_json(cx, &o, "accepted"));
}

/* As the system: when it is put back, who declined may see it no longer. */
static bool give_back(struct ctx *cx, const struct order *o, struct ticket *t, const char *state,
                      enum event_kind kind)
{
    const struct viewer by = cx->viewer;
    const struct id actor = cx->actor_id;
    bool ok = ticket_change_emit(cx, kind, t, extra_json(cx, o, state));

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    cx->actor_id = (struct id){{0}};
    ok = ok && put_back(cx, o, t);
    cx->viewer = by;
    cx->actor_id = actor;
    if (!ok)
        return ticket_change_undo(cx);
    return db_commit(cx);
}

bool dispatch_decline(struct ctx *cx, struct id id, const char *reason)
{
    struct order o;
    struct ticket *t;

    if (!start(cx, id, &o, &t))
        return false;
    if (!check_answers(cx, &o) || !check_text(cx, reason, "answer", true) ||
        !ticket_change_line(cx, t->id, false, "declined", NULL, reason) ||
        !end(cx, &o, "declined", reason))
        return ticket_change_undo(cx);
    return give_back(cx, &o, t, "declined", EVENT_TICKET_DECLINED);
}

bool dispatch_withdraw(struct ctx *cx, struct id id)
{
    struct order o;
    struct ticket *t;

    if (!start(cx, id, &o, &t))
        return false;
    if (strcmp(o.d.state, "open") != 0) {
        err_set(&cx->err, &ERR_DISPATCH_OVER, "dispatch %s", id_text(cx->mem, id));
        return ticket_change_undo(cx);
    }
    if (!o.d.may_withdraw) {
        err_set(&cx->err, &ERR_DENIED, "somebody else's dispatch");
        return ticket_change_undo(cx);
    }
    if (!ticket_change_line(cx, t->id, false, "withdrawn", NULL, NULL) ||
        !end(cx, &o, "withdrawn", NULL))
        return ticket_change_undo(cx);
    if (!id_is_zero(o.d.team_id))
        return give_back(cx, &o, t, "withdrawn", EVENT_TICKET_UPDATED);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra_json(cx, &o, "withdrawn"));
}

/* --- those that ran out --- */

static bool run_out(struct ctx *cx, struct id id)
{
    struct order o;
    struct ticket *t;
    const char *to;

    if (!start(cx, id, &o, &t))
        return false;
    to = id_is_zero(o.d.person_id) ? o.d.team_name : o.d.person_name;
    if (strcmp(o.d.state, "open") != 0)
        return ticket_change_nothing(cx);
    if (!ticket_change_line(cx, t->id, false, "unanswered", NULL, to) ||
        !end(cx, &o, "unanswered", NULL))
        return ticket_change_undo(cx);
    if (t->category == TICKET_OPEN || t->category == TICKET_WAITING)
        return give_back(cx, &o, t, "unanswered", EVENT_TICKET_UNANSWERED);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra_json(cx, &o, "unanswered"));
}

/* Its ticket lies in the bin or is a part of another one: nobody can answer any more. */
static bool end_gone(struct ctx *cx, struct id id)
{
    struct order o;

    err_clear(&cx->err);
    if (!db_begin(cx))
        return false;
    if (!get(cx, id, &o) || !end(cx, &o, "withdrawn", NULL)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool dispatch_work(struct ctx *cx, unsigned *done)
{
    struct db_rows rows;

    *done = 0;
    if (!db_query(cx, &rows, SQL_DISPATCH_DUE, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                  DB_INT(DISPATCH_BATCH)))
        return false;
    while (db_next(&rows)) {
        const struct id id = db_id(&rows.row, 0);

        if (run_out(cx, id) ||
            ((cx->err.kind == &ERR_NOT_FOUND || cx->err.kind == &ERR_TICKET_MERGED) &&
             end_gone(cx, id))) {
            (*done)++;
            continue;
        }
        if (cx->err.kind == &ERR_BUSY)
            return false;
        log_warn(cx->trace, "dispatch %s: %s", id_text(cx->mem, id), cx->err.oper);
        err_clear(&cx->err); /* the others do not wait for it */
    }
    return true;
}
