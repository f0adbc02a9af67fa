#include "portal/desk/sla.h"

#include "base/clock.h"
#include "db/db.h"

static const char SQL_SLA_GET[] =
    "SELECT answer_minutes FROM sla WHERE tenant_id = ? AND level = ?";
static const char SQL_SLA_REMOVE[] = "DELETE FROM sla WHERE tenant_id = ? AND level = ?";
static const char SQL_SLA_SET[] =
    "INSERT INTO sla (tenant_id, level, answer_minutes) "
    "VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE answer_minutes = VALUES(answer_minutes)";

bool sla_minutes(struct ctx *cx, int64_t level, int64_t *minutes)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SLA_GET, DB_ID(cx->tenant_id), DB_INT(level)))
        return false;
    *minutes = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

bool sla_due(struct ctx *cx, int64_t level, int64_t asked_at, int64_t *due_at)
{
    int64_t minutes;

    if (!sla_minutes(cx, level, &minutes))
        return false;
    *due_at = minutes > 0 && asked_at > 0 ? asked_at + minutes * CLOCK_MINUTE : 0;
    return true;
}

bool sla_set(struct ctx *cx, int64_t level, int64_t minutes)
{
    if (level < 1 || level > 4)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)level);
    if (minutes < 0 || minutes > INT32_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "minutes", "%lld minutes", (long long)minutes);
    if (minutes == 0)
        return db_exec(cx, NULL, SQL_SLA_REMOVE, DB_ID(cx->tenant_id), DB_INT(level));
    return db_exec(cx, NULL, SQL_SLA_SET, DB_ID(cx->tenant_id), DB_INT(level), DB_INT(minutes));
}
