#include "licensing/licence_notice.h"

#include "base/clock.h"

/* The end of a check-in's interval, as licence_next_check_in counts it. */
#define NEXT_CHECK_IN                                                                  \
    "(CASE p.check_in_interval "                                                       \
    "WHEN 'day' THEN l.last_check_in_at + INTERVAL p.check_in_interval_count DAY "     \
    "WHEN 'week' THEN l.last_check_in_at + INTERVAL p.check_in_interval_count WEEK "   \
    "WHEN 'month' THEN l.last_check_in_at + INTERVAL p.check_in_interval_count MONTH " \
    "WHEN 'year' THEN l.last_check_in_at + INTERVAL p.check_in_interval_count YEAR END)"
#define CHECK_IN_FROM                                                                    \
    "SELECT l.id, " NEXT_CHECK_IN                                                        \
    " FROM licence l JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id " \
    "WHERE l.tenant_id = ? AND l.deleted_at IS NULL AND p.require_check_in AND " NEXT_CHECK_IN

static const char SQL_LICENCE_EXPIRING[] =
    "SELECT id, expires_at FROM licence WHERE tenant_id = ? AND deleted_at IS NULL AND "
    "expires_at > ? AND expires_at <= ? AND (expiring_told_at IS NULL OR expiring_told_at <= ?) "
    "ORDER BY expires_at LIMIT ?";
static const char SQL_LICENCE_EXPIRED[] =
    "SELECT id, expires_at FROM licence WHERE tenant_id = ? AND deleted_at IS NULL AND "
    "expires_at > ? AND expires_at <= ? AND (expired_told_at IS NULL OR expired_told_at <= ?) "
    "ORDER BY expires_at LIMIT ?";
static const char SQL_LICENCE_CHECK_IN_DUE[] =
    CHECK_IN_FROM " > ? AND " NEXT_CHECK_IN
                  " <= ? AND "
                  "(l.check_in_told_at IS NULL OR l.check_in_told_at <= ?) ORDER BY l.id LIMIT ?";
static const char SQL_LICENCE_OVERDUE[] =
    CHECK_IN_FROM " > ? AND " NEXT_CHECK_IN
                  " <= ? AND "
                  "(l.overdue_told_at IS NULL OR l.overdue_told_at <= ?) ORDER BY l.id LIMIT ?";

static const char SQL_LICENCE_TOLD_EXPIRING[] =
    "UPDATE licence SET expiring_told_at = ? WHERE tenant_id = ? AND id = ? AND "
    "deleted_at IS NULL AND (expiring_told_at IS NULL OR expiring_told_at <= ?)";
static const char SQL_LICENCE_TOLD_EXPIRED[] =
    "UPDATE licence SET expired_told_at = ? WHERE tenant_id = ? AND id = ? AND "
    "deleted_at IS NULL AND (expired_told_at IS NULL OR expired_told_at <= ?)";
static const char SQL_LICENCE_TOLD_CHECK_IN[] =
    "UPDATE licence SET check_in_told_at = ? WHERE tenant_id = ? AND id = ? AND "
    "deleted_at IS NULL AND (check_in_told_at IS NULL OR check_in_told_at <= ?)";
static const char SQL_LICENCE_TOLD_OVERDUE[] =
    "UPDATE licence SET overdue_told_at = ? WHERE tenant_id = ? AND id = ? AND "
    "deleted_at IS NULL AND (overdue_told_at IS NULL OR overdue_told_at <= ?)";

static const struct notice {
    const char *find, *claim;
    enum event_kind event;
    bool is_past; /* the date lies behind */
    const char *date;
} NOTICES[] = {
    {SQL_LICENCE_EXPIRING, SQL_LICENCE_TOLD_EXPIRING, EVENT_LICENCE_EXPIRING, false, "expiry"},
    {SQL_LICENCE_EXPIRED, SQL_LICENCE_TOLD_EXPIRED, EVENT_LICENCE_EXPIRED, true, "expiry"},
    {SQL_LICENCE_CHECK_IN_DUE, SQL_LICENCE_TOLD_CHECK_IN, EVENT_LICENCE_CHECK_IN_DUE, false,
     "next_check_in"},
    {SQL_LICENCE_OVERDUE, SQL_LICENCE_TOLD_OVERDUE, EVENT_LICENCE_CHECK_IN_OVERDUE, true,
     "next_check_in"},
};

/* The claim is the write that two nodes collide on: who changes the row tells. */
static bool tell(struct ctx *cx, const struct notice *n, struct id id, int64_t date, unsigned *told)
{
    char text[CLOCK_ISO_SIZE];
    int64_t claimed;

    clock_iso(date, text);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &claimed, n->claim, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id),
                 DB_TIME(cx->now - CLOCK_DAY)))
        goto rollback;
    if (claimed > 0 &&
        !event_emit(cx, n->event, id, json_own(cx->mem, json_pack("{s:s}", n->date, text))))
        goto rollback;
    *told += claimed > 0;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static bool tell_all(struct ctx *cx, const struct notice *n, unsigned limit, unsigned *told)
{
    int64_t span = LICENCE_NOTICE_DAYS * CLOCK_DAY;
    int64_t from = n->is_past ? cx->now - span : cx->now;
    struct db_rows rows;

    if (!db_query(cx, &rows, n->find, DB_ID(cx->tenant_id), DB_TIME(from), DB_TIME(from + span),
                  DB_TIME(cx->now - CLOCK_DAY), DB_INT(limit)))
        return false;
    while (db_next(&rows))
        if (!tell(cx, n, db_id(&rows.row, 0), db_time(&rows.row, 1), told))
            return false;
    return true;
}

bool licence_notice_tell(struct ctx *cx, unsigned limit, unsigned *told)
{
    *told = 0;
    for (size_t i = 0; i < COUNT(NOTICES); i++)
        if (!tell_all(cx, &NOTICES[i], limit, told))
            return false;
    return true;
}
