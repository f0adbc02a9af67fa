#include "licensing/expiry_notice.h"

#include "base/clock.h"

const int64_t EXPIRY_NOTICE_DAYS[EXPIRY_NOTICE_COUNT] = {60, 30, 7, 1};

static const char SQL_LICENCE_ENDING[] =
    "SELECT l.id, l.expires_at FROM licence l WHERE l.tenant_id = ? AND l.deleted_at IS NULL "
    "AND NOT l.is_suspended AND l.expires_at > ? AND l.expires_at <= ? "
    "AND l.created_at < l.expires_at - INTERVAL ? DAY AND NOT EXISTS (SELECT 1 "
    "FROM expiry_notice n WHERE n.tenant_id = l.tenant_id AND n.licence_id = l.id "
    "AND n.expires_at = l.expires_at AND n.days = ?) ORDER BY l.expires_at LIMIT ?";
static const char SQL_EXPIRY_NOTICE_ADD[] =
    "INSERT IGNORE INTO expiry_notice (tenant_id, licence_id, expires_at, days, told_at) "
    "VALUES (?, ?, ?, ?, ?)";

int64_t expiry_notice_at(int64_t expires_at, int64_t now)
{
    int64_t notice = 0;

    if (expires_at == 0 || expires_at <= now)
        return 0;
    for (size_t i = 0; i < EXPIRY_NOTICE_COUNT; i++)
        if (expires_at - now <= EXPIRY_NOTICE_DAYS[i] * CLOCK_DAY)
            notice = EXPIRY_NOTICE_DAYS[i];
    return notice;
}

/* The row is the claim: of two nodes one inserts it and tells. */
static bool tell(struct ctx *cx, struct id id, int64_t expires_at, int64_t days, unsigned *told)
{
    char text[CLOCK_ISO_SIZE];
    int64_t claimed;

    clock_iso(expires_at, text);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &claimed, SQL_EXPIRY_NOTICE_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_TIME(expires_at), DB_INT(days), DB_TIME(cx->now)))
        goto rollback;
    if (claimed > 0 && !event_emit(cx, EVENT_LICENCE_ENDING, id,
                                   json_own(cx->mem, json_pack("{s:I,s:s}", "days",
                                                               (json_int_t)days, "expiry", text))))
        goto rollback;
    *told += claimed > 0;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool expiry_notice_tell(struct ctx *cx, unsigned limit, unsigned *told)
{
    struct db_rows rows;

    *told = 0;
    for (size_t i = 0; i < EXPIRY_NOTICE_COUNT; i++) {
        int64_t days = EXPIRY_NOTICE_DAYS[i];
        int64_t nearer = i + 1 < EXPIRY_NOTICE_COUNT ? EXPIRY_NOTICE_DAYS[i + 1] : 0;

        if (!db_query(cx, &rows, SQL_LICENCE_ENDING, DB_ID(cx->tenant_id),
                      DB_TIME(cx->now + nearer * CLOCK_DAY), DB_TIME(cx->now + days * CLOCK_DAY),
                      DB_INT(days), DB_INT(days), DB_INT(limit)))
            return false;
        while (db_next(&rows))
            if (!tell(cx, db_id(&rows.row, 0), db_time(&rows.row, 1), days, told))
                return false;
    }
    return true;
}
