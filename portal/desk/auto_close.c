#include "portal/desk/auto_close.h"

#include "base/log.h"
#include "db/db.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_status.h"

/* A ticket that was told of is closed so many days after that, even where the setting is younger
 * than its solution: nobody is closed out without the mail. */
#define SOLVED_OF                                                                \
    "SELECT t.id, COALESCE(f.close_days, ?) FROM ticket t "                      \
    "LEFT JOIN desk_flow_topic f ON f.tenant_id = t.tenant_id "                  \
    "AND f.topic = t.topic WHERE t.tenant_id = ? AND t.category = 'solved' AND " \
    "t.deleted_at IS NULL AND t.needs_review = FALSE AND COALESCE(f.close_days, ?) > 0 "
static const char SQL_AUTO_CLOSE_TELL[] = SOLVED_OF
    "AND t.status_at + INTERVAL (COALESCE(f.close_days, ?) - ?) DAY <= ? "
    "AND (t.close_told_at IS NULL OR t.close_told_at < t.status_at) "
    "ORDER BY t.status_at, t.id LIMIT ?";
static const char SQL_AUTO_CLOSE_DUE[] = SOLVED_OF
    "AND t.status_at + INTERVAL COALESCE(f.close_days, ?) DAY <= ? "
    "AND (? = 0 OR (t.close_told_at >= t.status_at "
    "AND t.close_told_at + INTERVAL ? DAY <= ?)) ORDER BY t.status_at, t.id LIMIT ?";
static const char SQL_AUTO_CLOSE_TOLD[] =
    "UPDATE ticket SET close_told_at = ? WHERE tenant_id = ? AND id = ? "
    "AND category = 'solved' AND (close_told_at IS NULL OR close_told_at < status_at)";

struct closing {
    struct desk_flow flow;
    const char *closed; /* the state that it is then */
};

static json_t *days_json(struct ctx *cx, int64_t days)
{
    return json_own(cx->mem, json_pack("{s:{s:I}}", "closing", "days", (json_int_t)days));
}

static bool tell(struct ctx *cx, const struct closing *c, struct id id, int64_t close_days)
{
    struct ticket *t;
    int64_t changed;

    (void)close_days;
    if (!ticket_change_start(cx, id, &t))
        return false;
    if (!db_exec(cx, &changed, SQL_AUTO_CLOSE_TOLD, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)))
        return ticket_change_undo(cx);
    if (changed == 0) /* opened meanwhile, or another node was first */
        return ticket_change_nothing(cx);
    return ticket_change_finish(cx, EVENT_TICKET_CLOSE_DUE, t, days_json(cx, c->flow.remind_days));
}

static bool close_one(struct ctx *cx, const struct closing *c, struct id id, int64_t close_days)
{
    struct ticket *t;
    bool changed;

    if (!ticket_change_start(cx, id, &t))
        return false;
    if (t->category != TICKET_SOLVED)
        return ticket_change_nothing(cx);
    if (!ticket_change_line(cx, id, true, "auto_close", NULL,
                            arena_printf(cx->mem, "%lld", (long long)close_days)) ||
        !ticket_change_status(cx, t, c->closed, &changed))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_STATUS_CHANGED, t, days_json(cx, close_days));
}

/* One ticket's trouble keeps no other waiting. */
static bool each(struct ctx *cx, const struct closing *c, struct db_rows *rows,
                 bool (*work)(struct ctx *cx, const struct closing *c, struct id id, int64_t days),
                 unsigned *done)
{
    while (db_next(rows)) {
        if (work(cx, c, db_id(&rows->row, 0), db_i64(&rows->row, 1))) {
            (*done)++; /* what failed is due again: it waits for the next round */
            continue;
        }
        if (cx->err.kind == &ERR_BUSY)
            return false;
        log_warn(cx->trace, "closing ticket %s: %s", id_text(cx->mem, db_id(&rows->row, 0)),
                 cx->err.oper);
        err_clear(&cx->err);
    }
    return true;
}

static bool tell_all(struct ctx *cx, const struct closing *c, unsigned *done)
{
    const int64_t days = c->flow.close_days;
    struct db_rows rows;

    return c->flow.remind_days == 0 ||
           (db_query(cx, &rows, SQL_AUTO_CLOSE_TELL, DB_INT(days), DB_ID(cx->tenant_id),
                     DB_INT(days), DB_INT(days), DB_INT(c->flow.remind_days), DB_TIME(cx->now),
                     DB_INT(AUTO_CLOSE_BATCH)) &&
            each(cx, c, &rows, tell, done));
}

static bool close_all(struct ctx *cx, const struct closing *c, unsigned *done)
{
    const int64_t days = c->flow.close_days, remind = c->flow.remind_days;
    struct db_rows rows;

    return db_query(cx, &rows, SQL_AUTO_CLOSE_DUE, DB_INT(days), DB_ID(cx->tenant_id), DB_INT(days),
                    DB_INT(days), DB_TIME(cx->now), DB_INT(remind), DB_INT(remind),
                    DB_TIME(cx->now), DB_INT(AUTO_CLOSE_BATCH)) &&
           each(cx, c, &rows, close_one, done);
}

bool auto_close_work(struct ctx *cx, unsigned *done)
{
    const struct ticket_status *closed;
    struct desk_flow_topic *topics;
    struct closing c = {0};
    size_t count;

    *done = 0;
    if (!desk_flow_get(cx, &c.flow) || !desk_flow_topics(cx, &topics, &count))
        return false;
    if (c.flow.close_days == 0 && count == 0)
        return true;
    if (!ticket_status_first(cx, TICKET_CLOSED, &closed))
        return false;
    c.closed = closed->code;
    return tell_all(cx, &c, done) && close_all(cx, &c, done);
}
