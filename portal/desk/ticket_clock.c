#include "portal/desk/ticket_clock.h"

#include "db/db.h"
#include "portal/desk/calendar.h"
#include "portal/desk/sla.h"

static const char SQL_TICKET_CLOCK_SET[] =
    "UPDATE ticket SET solve_spent = ?, solve_since = ?, solve_due_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_CLOCK_STATUS_AT[] =
    "UPDATE ticket SET status_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_CLOCK_PROMISE[] =
    "INSERT INTO ticket_promise (tenant_id, id, ticket_id, target, level, assignee_id, asked_at, "
    "due_at, done_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

struct ticket_clock ticket_clock_move(const struct business_hours *hours, struct ticket_clock is,
                                      bool runs, int64_t target, int64_t now)
{
    struct ticket_clock to = {.spent = is.spent};

    if (is.since != 0)
        to.spent += business_between(hours, is.since, now);
    if (!runs)
        return to;
    to.since = now;
    if (target == 0)
        return to;
    if (to.spent < target)
        to.due = business_add(hours, now, target - to.spent);
    else
        to.due = is.due != 0 && is.due < now ? is.due : now;
    return to;
}

static bool save(struct ctx *cx, struct id id, const struct ticket_clock *c)
{
    return db_exec(cx, NULL, SQL_TICKET_CLOCK_SET, DB_INT(c->spent), DB_TIME(c->since),
                   DB_TIME(c->due), DB_ID(cx->tenant_id), DB_ID(id));
}

static bool note_status(struct ctx *cx, struct id id)
{
    return db_exec(cx, NULL, SQL_TICKET_CLOCK_STATUS_AT, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(id));
}

/* The time so far by the old level's calendar, what is to come by the new one's. */
static bool move(struct ctx *cx, const struct ticket *t, int64_t level, bool runs)
{
    struct ticket_clock is = {t->solve_spent, t->solve_since, t->solve_due_at};
    const struct business_hours *before, *after;
    struct sla old, new;

    if (!sla_get(cx, t->level, &old) || !sla_get(cx, level, &new) ||
        !calendar_hours(cx, old.calendar_id, &before) ||
        !calendar_hours(cx, new.calendar_id, &after))
        return false;
    if (level != t->level) {
        const int64_t due = is.due;

        is = ticket_clock_move(before, is, false, 0, cx->now);
        is.due = new.solve_minutes == old.solve_minutes ? due : 0;
    }
    is = ticket_clock_move(after, is, runs, new.solve_minutes *CLOCK_MINUTE, cx->now);
    return save(cx, t->id, &is);
}

bool ticket_clock_start(struct ctx *cx, struct id id, int64_t level)
{
    const struct business_hours *hours;
    struct ticket_clock c = {0};
    struct sla s;

    if (!sla_get(cx, level, &s) || !calendar_hours(cx, s.calendar_id, &hours))
        return false;
    c = ticket_clock_move(hours, c, true, s.solve_minutes * CLOCK_MINUTE, cx->now);
    return save(cx, id, &c) && note_status(cx, id);
}

bool ticket_clock_category(struct ctx *cx, const struct ticket *t, enum ticket_category to)
{
    if (to == t->category)
        return true;
    return move(cx, t, t->level, to == TICKET_OPEN) && note_status(cx, t->id) &&
           (to != TICKET_SOLVED || ticket_clock_solved(cx, t));
}

bool ticket_clock_level(struct ctx *cx, const struct ticket *t, int64_t level)
{
    return t->solve_since == 0 || move(cx, t, level, true);
}

static bool keep(struct ctx *cx, const struct ticket *t, const char *target, int64_t asked_at,
                 int64_t due_at)
{
    return db_exec(cx, NULL, SQL_TICKET_CLOCK_PROMISE, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(t->id), DB_TEXT(target), DB_INT(t->level), DB_ID_OR_NULL(t->assignee_id),
                   DB_TIME(asked_at), DB_TIME(due_at), DB_TIME(cx->now));
}

bool ticket_clock_answered(struct ctx *cx, const struct ticket *t)
{
    return t->asked_at == 0 || keep(cx, t, "answer", t->asked_at, t->due_at);
}

/* A clock that stands is told by when it would have run out, had it gone on now. */
bool ticket_clock_solved(struct ctx *cx, const struct ticket *t)
{
    struct ticket_clock is = {t->solve_spent, t->solve_since, t->solve_due_at};
    const struct business_hours *hours;
    struct sla s;

    if (!sla_get(cx, t->level, &s) || !calendar_hours(cx, s.calendar_id, &hours))
        return false;
    is = ticket_clock_move(hours, is, true, s.solve_minutes * CLOCK_MINUTE, cx->now);
    return keep(cx, t, "solve", t->created_at, is.due);
}
