#include "licensing/licence_signal.h"

#include "base/clock.h"

/* Events are numbered by time: the first bound is what the index on names serves. */
static const char SQL_MANY_MACHINES[] =
    "SELECT l.id, COUNT(DISTINCT JSON_VALUE(e.data, '$.fingerprint')) AS machines FROM event e "
    "JOIN licence l ON l.tenant_id = e.tenant_id AND l.id = e.subject_id "
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "
    "WHERE e.tenant_id = ? AND e.name = 'licence.activated' AND e.id >= ? AND e.at >= ? "
    "AND l.deleted_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM licence_signal s WHERE s.tenant_id = l.tenant_id "
    "AND s.licence_id = l.id AND s.name = 'many_machines' AND s.told_at >= ?) "
    "AND COALESCE(l.max_machines, p.max_machines) IS NOT NULL "
    "GROUP BY l.id HAVING machines > ? + ? * MAX(COALESCE(l.max_machines, p.max_machines)) "
    "ORDER BY l.id LIMIT ?";
static const char SQL_MANY_RELEASES[] =
    "SELECT l.id, COUNT(*) AS releases FROM event e "
    "JOIN licence l ON l.tenant_id = e.tenant_id AND l.id = e.subject_id "
    "WHERE e.tenant_id = ? AND e.name = 'licence.released' AND e.id >= ? AND e.at >= ? "
    "AND e.actor_kind IN ('customer', 'staff') AND l.deleted_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM licence_signal s WHERE s.tenant_id = l.tenant_id "
    "AND s.licence_id = l.id AND s.name = 'many_releases' AND s.told_at >= ?) "
    "GROUP BY l.id HAVING releases >= ? ORDER BY l.id LIMIT ?";
/* The claim that two nodes collide on: who changes the row tells. */
static const char SQL_SIGNAL_ADD[] =
    "INSERT IGNORE INTO licence_signal (tenant_id, licence_id, name, told_at) "
    "VALUES (?, ?, ?, '2000-01-01')";
static const char SQL_SIGNAL_CLAIM[] =
    "UPDATE licence_signal SET told_at = ? "
    "WHERE tenant_id = ? AND licence_id = ? AND name = ? AND told_at < ?";

static int64_t since(const struct ctx *cx)
{
    return cx->now - LICENCE_SIGNAL_DAYS * CLOCK_DAY;
}

static bool tell_in_transaction(struct ctx *cx, const char *name, struct id licence_id,
                                int64_t count, unsigned *told)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:I, s:i}", "action", name, "count",
                                               (json_int_t)count, "days", LICENCE_SIGNAL_DAYS));
    int64_t claimed;

    if (!db_exec(cx, NULL, SQL_SIGNAL_ADD, DB_ID(cx->tenant_id), DB_ID(licence_id),
                 DB_TEXT(name)) ||
        !db_exec(cx, &claimed, SQL_SIGNAL_CLAIM, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(licence_id), DB_TEXT(name), DB_TIME(since(cx))))
        return false;
    *told += claimed > 0;
    return claimed == 0 || event_emit(cx, EVENT_LICENCE_ODD_USE, licence_id, data);
}

static bool tell(struct ctx *cx, const char *name, struct db_rows *rows, unsigned *told)
{
    while (db_next(rows)) {
        if (!db_begin(cx))
            return false;
        if (!tell_in_transaction(cx, name, db_id(&rows->row, 0), db_i64(&rows->row, 1), told)) {
            db_rollback(cx);
            return false;
        }
        if (!db_commit(cx))
            return false;
    }
    return true;
}

bool licence_signal_tell(struct ctx *cx, unsigned limit, unsigned *told)
{
    struct id from = id_make(since(cx) - CLOCK_SECOND);
    struct db_rows rows;

    *told = 0;
    return db_query(cx, &rows, SQL_MANY_MACHINES, DB_ID(cx->tenant_id), DB_ID(from),
                    DB_TIME(since(cx)), DB_TIME(since(cx)), DB_INT(LICENCE_SIGNAL_MACHINES),
                    DB_INT(LICENCE_SIGNAL_TIMES), DB_INT(limit)) &&
           tell(cx, "many_machines", &rows, told) &&
           db_query(cx, &rows, SQL_MANY_RELEASES, DB_ID(cx->tenant_id), DB_ID(from),
                    DB_TIME(since(cx)), DB_TIME(since(cx)), DB_INT(LICENCE_SIGNAL_RELEASES),
                    DB_INT(limit)) &&
           tell(cx, "many_releases", &rows, told);
}
