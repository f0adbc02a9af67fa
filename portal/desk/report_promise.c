#include "portal/desk/report_promise.h"

#include "db/db.h"

#include <string.h>

static const char SQL_PROMISE_ENDED[] =
    "SELECT p.target, p.level, p.asked_at, p.due_at, p.done_at FROM ticket_promise p "
    "JOIN ticket t ON t.tenant_id = p.tenant_id AND t.id = p.ticket_id "
    "WHERE p.tenant_id = ? AND p.done_at >= ? AND p.done_at < ? AND t.deleted_at IS NULL "
    "AND t.merged_into IS NULL";
/* Opened again: an earlier solution of the same ticket had ended its promise. */
static const char SQL_PROMISE_MISSED[] =
    "SELECT t.id, t.number, t.subject, p.target, p.level, a.full_name, p.due_at, p.done_at, "
    "EXISTS (SELECT 1 FROM ticket_promise e WHERE e.tenant_id = p.tenant_id AND "
    "e.ticket_id = p.ticket_id AND e.target = 'solve' AND e.done_at < p.done_at), "
    "p.assignee_id IS NULL FROM ticket_promise p "
    "JOIN ticket t ON t.tenant_id = p.tenant_id AND t.id = p.ticket_id "
    "LEFT JOIN person a ON a.tenant_id = p.tenant_id AND a.id = p.assignee_id "
    "WHERE p.tenant_id = ? AND p.done_at >= ? AND p.done_at < ? AND p.done_at > p.due_at AND "
    "t.deleted_at IS NULL "
    "AND t.merged_into IS NULL";
static const char SQL_PROMISE_LATE[] =
    "SELECT COUNT(*) FROM ticket t WHERE t.tenant_id = ? AND t.is_active = TRUE AND "
    "(t.due_at < ? OR t.solve_due_at < ?)";

static bool start(struct ctx *cx, struct where *w, const char *head,
                  const struct report_period *period)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(period->from),
                                  DB_TIME(period->until)};

    where_start(w, cx, head, args, COUNT(args));
    return report_visible(cx, w);
}

/* One target and level: counts its rows, times is room for all of them. */
static bool add_group(struct ctx *cx, struct db_rows rows, const char *target, int level,
                      struct report_promises *out)
{
    struct report_promise g = {.target = target, .level = level};
    int64_t *times = arena_array(cx->mem, int64_t, rows.count + 1);
    size_t n = 0;

    while (db_next(&rows)) {
        const int64_t asked = db_time(&rows.row, 2), due = db_time(&rows.row, 3),
                      done = db_time(&rows.row, 4);

        if (strcmp(db_text(&rows.row, 0), target) != 0 || db_i64(&rows.row, 1) != level)
            continue;
        times[n++] = done - asked;
        if (due == 0)
            g.unpromised++;
        else if (done <= due)
            g.kept++;
        else
            g.missed++;
    }
    if (n == 0)
        return true;
    g.done_median = report_percentile(times, n, 50);
    g.done_90 = report_percentile(times, n, 90);
    out->rows[out->count++] = g;
    return true;
}

static bool read_missed(struct ctx *cx, const struct report_period *period,
                        struct report_promises *out)
{
    struct where w;
    struct db_rows rows;

    if (!start(cx, &w, SQL_PROMISE_MISSED, period))
        return false;
    where_add(&w, " ORDER BY p.done_at DESC, p.id DESC LIMIT ?", DB_INT(REPORT_MISSED_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    out->missed = arena_array(cx->mem, struct report_missed, rows.count + 1);
    while (db_next(&rows))
        out->missed[out->missed_count++] = (struct report_missed){
            .ticket_id = db_id(&rows.row, 0),
            .number = db_text(&rows.row, 1),
            .subject = db_text(&rows.row, 2),
            .target = db_text(&rows.row, 3),
            .level = (int)db_i64(&rows.row, 4),
            .engineer = db_text(&rows.row, 5),
            .due_at = db_time(&rows.row, 6),
            .done_at = db_time(&rows.row, 7),
            .was_reopened = db_bool(&rows.row, 8),
            .was_unassigned = db_bool(&rows.row, 9),
        };
    return true;
}

static bool count_late(struct ctx *cx, int64_t *out)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(cx->now), DB_TIME(cx->now)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_PROMISE_LATE, args, COUNT(args));
    if (!report_visible(cx, &w) || !db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

bool report_promises(struct ctx *cx, const struct report_period *period,
                     struct report_promises *out)
{
    static const char *const TARGETS[] = {"answer", "solve"};
    struct report_promises r = {0};
    struct where w;
    struct db_rows rows;

    if (!start(cx, &w, SQL_PROMISE_ENDED, period))
        return false;
    where_add(&w, " LIMIT ?", DB_INT(2 * REPORT_ROWS_MAX + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (rows.count > 2 * REPORT_ROWS_MAX)
        return err_set_at(&cx->err, &ERR_REPORT_TOO_LARGE, "from", "too many promises");
    r.rows = arena_array(cx->mem, struct report_promise, COUNT(TARGETS) * TICKET_LEVEL_MAX);
    for (size_t i = 0; i < COUNT(TARGETS); i++)
        for (int level = TICKET_LEVEL_MIN; level <= TICKET_LEVEL_MAX; level++)
            if (!add_group(cx, rows, TARGETS[i], level, &r))
                return false;
    if (!read_missed(cx, period, &r) || !count_late(cx, &r.late_now))
        return false;
    *out = r;
    return true;
}
