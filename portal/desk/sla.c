#include "portal/desk/sla.h"

#include "db/db.h"
#include "db/event.h"
#include "portal/desk/calendar.h"

static const char SQL_SLA_GET[] =
    "SELECT answer_minutes, solve_minutes, calendar_id FROM sla "
    "WHERE tenant_id = ? AND level = ?";
static const char SQL_SLA_SET[] =
    "INSERT INTO sla (tenant_id, level, answer_minutes, solve_minutes, calendar_id) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE answer_minutes = VALUES(answer_minutes), "
    "solve_minutes = VALUES(solve_minutes), calendar_id = VALUES(calendar_id)";

bool sla_get(struct ctx *cx, int64_t level, struct sla *out)
{
    struct db_rows rows;

    *out = (struct sla){.level = level};
    if (!db_query(cx, &rows, SQL_SLA_GET, DB_ID(cx->tenant_id), DB_INT(level)))
        return false;
    if (db_next(&rows)) {
        out->answer_minutes = db_i64(&rows.row, 0);
        out->solve_minutes = db_i64(&rows.row, 1);
        out->calendar_id = db_id(&rows.row, 2);
    }
    return true;
}

static bool check_minutes(struct ctx *cx, const char *name, int64_t minutes)
{
    return (minutes >= 0 && minutes <= SLA_MINUTES_MAX) ||
           err_set_at(&cx->err, &ERR_INVALID, name, "%lld minutes", (long long)minutes);
}

static struct db_arg minutes_arg(int64_t minutes)
{
    return minutes > 0 ? DB_INT(minutes) : DB_NULL;
}

static bool check(struct ctx *cx, const struct sla *s)
{
    struct calendar *calendar;

    if (cx->viewer.kind != VIEWER_SYSTEM && !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "promises");
    if (s->level < 1 || s->level > SLA_LEVELS)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)s->level);
    if (!check_minutes(cx, "answer_minutes", s->answer_minutes) ||
        !check_minutes(cx, "solve_minutes", s->solve_minutes))
        return false;
    if (id_is_zero(s->calendar_id) || calendar_get(cx, s->calendar_id, &calendar))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_INVALID, "calendar", "no such calendar");
}

bool sla_set(struct ctx *cx, const struct sla *s)
{
    if (!check(cx, s) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SLA_SET, DB_ID(cx->tenant_id), DB_INT(s->level),
                 minutes_arg(s->answer_minutes), minutes_arg(s->solve_minutes),
                 DB_ID_OR_NULL(s->calendar_id)) ||
        !event_emit(
            cx, EVENT_PROMISE_CHANGED, cx->tenant_id,
            json_own(cx->mem, json_pack("{s:I,s:I,s:I}", "level", s->level, "answer_minutes",
                                        s->answer_minutes, "solve_minutes", s->solve_minutes)))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool sla_due(struct ctx *cx, int64_t level, int64_t asked_at, int64_t *due_at)
{
    const struct business_hours *hours;
    struct sla s;

    *due_at = 0;
    if (asked_at == 0)
        return true;
    if (!sla_get(cx, level, &s))
        return false;
    if (s.answer_minutes == 0)
        return true;
    if (!calendar_hours(cx, s.calendar_id, &hours))
        return false;
    *due_at = business_add(hours, asked_at, s.answer_minutes * CLOCK_MINUTE);
    return true;
}
