#include "portal/desk/escalation.h"

#include "base/clock.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/desk/ticket.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

/* A promise that ended longer ago than this when the step was made is left in peace. */
enum { LATE_DAYS = 7 };

static const char SQL_ESCALATION_LIST[] =
    "SELECT e.id, e.target, e.offset_minutes, e.team_id, m.name, e.raises_level FROM escalation e "
    "LEFT JOIN team m ON m.tenant_id = e.tenant_id AND m.id = e.team_id "
    "WHERE e.tenant_id = ? ORDER BY e.target, e.offset_minutes";
static const char SQL_ESCALATION_CLEAR[] = "DELETE FROM escalation WHERE tenant_id = ?";
static const char SQL_ESCALATION_ADD[] =
    "INSERT INTO escalation (tenant_id, id, target, offset_minutes, team_id, raises_level) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_ESCALATION_DUE_ANSWER[] =
    "SELECT t.id, t.asked_at FROM ticket t LEFT JOIN ticket_escalation f "
    "ON f.tenant_id = t.tenant_id AND f.ticket_id = t.id AND f.target = 'answer' "
    "AND f.offset_minutes = ? AND f.asked_at = t.asked_at "
    "WHERE t.tenant_id = ? AND t.is_active = TRUE AND t.due_key BETWEEN ? AND ? "
    "AND t.asked_at IS NOT NULL AND f.ticket_id IS NULL ORDER BY t.due_key LIMIT ?";
static const char SQL_ESCALATION_DUE_SOLVE[] =
    "SELECT t.id, t.created_at FROM ticket t LEFT JOIN ticket_escalation f "
    "ON f.tenant_id = t.tenant_id AND f.ticket_id = t.id AND f.target = 'solve' "
    "AND f.offset_minutes = ? AND f.asked_at = t.created_at "
    "WHERE t.tenant_id = ? AND t.is_active = TRUE AND t.solve_due_at BETWEEN ? AND ? "
    "AND f.ticket_id IS NULL ORDER BY t.solve_due_at LIMIT ?";
static const char SQL_ESCALATION_FIRED[] =
    "INSERT INTO ticket_escalation (tenant_id, ticket_id, target, offset_minutes, asked_at, "
    "fired_at) VALUES (?, ?, ?, ?, ?, ?)";

static const struct escalation DEFAULTS[] = {
    {.target = "answer", .offset_minutes = -60},
    {.target = "answer", .offset_minutes = 0},
    {.target = "solve", .offset_minutes = -60},
    {.target = "solve", .offset_minutes = 0},
};

static bool is_answer(const struct escalation *e)
{
    return strcmp(e->target, "answer") == 0;
}

/* --- the steps --- */

bool escalation_list(struct ctx *cx, const struct escalation **out, size_t *count)
{
    struct db_rows rows;
    struct escalation *list;

    if (!db_query(cx, &rows, SQL_ESCALATION_LIST, DB_ID(cx->tenant_id)))
        return false;
    *out = DEFAULTS;
    *count = COUNT(DEFAULTS);
    if (rows.count == 0)
        return true;
    list = arena_array(cx->mem, struct escalation, rows.count);
    for (*count = 0; db_next(&rows); (*count)++)
        list[*count] = (struct escalation){
            .id = db_id(&rows.row, 0),
            .target = db_text(&rows.row, 1),
            .offset_minutes = db_i64(&rows.row, 2),
            .team_id = db_id(&rows.row, 3),
            .team_name = db_text(&rows.row, 4),
            .raises_level = db_bool(&rows.row, 5),
        };
    *out = list;
    return true;
}

static bool check(struct ctx *cx, const struct escalation *steps, size_t count)
{
    if (cx->viewer.kind != VIEWER_SYSTEM && !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "escalations");
    if (count > ESCALATION_STEPS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "steps", "%zu steps", count);
    for (size_t i = 0; i < count; i++) {
        const struct escalation *e = &steps[i];

        if (!is_answer(e) && strcmp(e->target, "solve") != 0)
            return err_set_at(&cx->err, &ERR_INVALID, "target", "%s", e->target);
        if (e->offset_minutes < -ESCALATION_OFFSET_MAX || e->offset_minutes > ESCALATION_OFFSET_MAX)
            return err_set_at(&cx->err, &ERR_INVALID, "offset", "%lld minutes",
                              (long long)e->offset_minutes);
    }
    return true;
}

static bool replace(struct ctx *cx, const struct escalation *steps, size_t count)
{
    if (!db_exec(cx, NULL, SQL_ESCALATION_CLEAR, DB_ID(cx->tenant_id)))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!db_exec(cx, NULL, SQL_ESCALATION_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                     DB_TEXT(steps[i].target), DB_INT(steps[i].offset_minutes),
                     DB_ID_OR_NULL(steps[i].team_id), DB_BOOL(steps[i].raises_level)))
            return false;
    return event_emit(cx, EVENT_PROMISE_CHANGED, cx->tenant_id,
                      json_own(cx->mem, json_pack("{s:I}", "escalation_steps", (json_int_t)count)));
}

/* What the table refuses, at the field that it is about. */
static void name_source(struct err *err)
{
    if (err->kind == &ERR_CONFLICT)
        err->source = "steps";
    else if (err->kind == &ERR_NOT_FOUND)
        err->source = "team";
    else
        return;
    err->kind = &ERR_INVALID;
}

bool escalation_set(struct ctx *cx, const struct escalation *steps, size_t count)
{
    if (!check(cx, steps, count) || !db_begin(cx))
        return false;
    if (!replace(cx, steps, count)) {
        name_source(&cx->err);
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- firing --- */

static bool act(struct ctx *cx, const struct escalation *e, const struct ticket *t)
{
    if (!id_is_zero(e->team_id) && !ticket_set_team(cx, t->id, e->team_id))
        return false;
    return !e->raises_level || t->level == TICKET_LEVEL_MIN ||
           ticket_set_level(cx, t->id, t->level - 1);
}

static bool write_step(struct ctx *cx, const struct escalation *e, struct id ticket_id,
                       int64_t asked_at)
{
    const bool is_before = e->offset_minutes < 0;
    struct ticket *t;
    json_t *extra = json_own(
        cx->mem, json_pack("{s:s, s:I}", "target", e->target, "offset_minutes", e->offset_minutes));

    if (!db_exec(cx, NULL, SQL_ESCALATION_FIRED, DB_ID(cx->tenant_id), DB_ID(ticket_id),
                 DB_TEXT(e->target), DB_INT(e->offset_minutes), DB_TIME(asked_at),
                 DB_TIME(cx->now)) ||
        !ticket_change_start(cx, ticket_id, &t))
        return false;
    if (!ticket_change_line(cx, ticket_id, false, is_before ? "warning" : "breach", NULL,
                            e->target) ||
        !act(cx, e, t) ||
        !ticket_change_emit(cx, is_before ? EVENT_TICKET_SLA_WARNING : EVENT_TICKET_SLA_BREACHED, t,
                            extra))
        return ticket_change_undo(cx);
    return db_commit(cx);
}

static bool fire(struct ctx *cx, const struct escalation *e, struct id ticket_id, int64_t asked_at)
{
    if (!db_begin(cx))
        return false;
    if (!write_step(cx, e, ticket_id, asked_at)) {
        db_rollback(cx);
        if (cx->err.kind == &ERR_BUSY)
            return false;
        if (cx->err.kind != &ERR_CONFLICT) /* else another node was first */
            log_warn(cx->trace, "escalation of ticket %s: %s", id_text(cx->mem, ticket_id),
                     cx->err.oper);
        err_clear(&cx->err);
        return true; /* one ticket's trouble keeps no other waiting */
    }
    return db_commit(cx);
}

static bool work_step(struct ctx *cx, const struct escalation *e, unsigned *fired)
{
    const int64_t until = cx->now - e->offset_minutes * CLOCK_MINUTE;
    const int64_t from = until - LATE_DAYS * CLOCK_DAY;
    struct db_rows rows;

    if (!db_query(cx, &rows, is_answer(e) ? SQL_ESCALATION_DUE_ANSWER : SQL_ESCALATION_DUE_SOLVE,
                  DB_INT(e->offset_minutes), DB_ID(cx->tenant_id), DB_TIME(from), DB_TIME(until),
                  DB_INT(ESCALATION_BATCH)))
        return false;
    for (; db_next(&rows) && *fired < ESCALATION_BATCH; (*fired)++)
        if (!fire(cx, e, db_id(&rows.row, 0), db_time(&rows.row, 1)))
            return false;
    return true;
}

bool escalation_work(struct ctx *cx, unsigned *fired)
{
    const struct escalation *steps;
    size_t count;

    *fired = 0;
    if (!escalation_list(cx, &steps, &count))
        return false;
    for (size_t i = 0; i < count && *fired < ESCALATION_BATCH; i++)
        if (!work_step(cx, &steps[i], fired))
            return false;
    return true;
}
