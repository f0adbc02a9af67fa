#include "portal/desk/presence.h"

#include "base/clock.h"
#include "db/db.h"

static const char SQL_PRESENCE_NOTE[] =
    "INSERT INTO ticket_presence (tenant_id, ticket_id, person_id, seen_at, is_writing) "
    "VALUES (?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at), is_writing = VALUES(is_writing)";
static const char SQL_PRESENCE_LIST[] =
    "SELECT p.full_name, x.is_writing FROM ticket_presence x "
    "JOIN person p ON p.tenant_id = x.tenant_id AND p.id = x.person_id "
    "WHERE x.tenant_id = ? AND x.ticket_id = ? AND x.person_id <> ? AND x.seen_at > ? "
    "ORDER BY x.is_writing DESC, p.full_name, p.id LIMIT ?";
static const char SQL_PRESENCE_PURGE[] =
    "DELETE FROM ticket_presence WHERE tenant_id = ? AND seen_at < ? LIMIT ?";

bool presence_note(struct ctx *cx, const struct ticket *t, bool is_writing,
                   struct presence **others, size_t *count)
{
    struct db_rows rows;
    struct presence *all;
    size_t n = 0;

    if (cx->viewer.kind != VIEWER_STAFF)
        return err_set(&cx->err, &ERR_DENIED, "presence is the staff's");
    if (!db_exec(cx, NULL, SQL_PRESENCE_NOTE, DB_ID(cx->tenant_id), DB_ID(t->id),
                 DB_ID(cx->viewer.person_id), DB_TIME(cx->now), DB_BOOL(is_writing)) ||
        !db_query(cx, &rows, SQL_PRESENCE_LIST, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_ID(cx->viewer.person_id), DB_TIME(cx->now - PRESENCE_SECONDS * CLOCK_SECOND),
                  DB_INT(PRESENCE_LIST_MAX)))
        return false;
    all = arena_array(cx->mem, struct presence, rows.count + 1);
    for (; db_next(&rows); n++)
        all[n] =
            (struct presence){.name = db_text(&rows.row, 0), .is_writing = db_bool(&rows.row, 1)};
    *others = all;
    *count = n;
    return true;
}

bool presence_purge(struct ctx *cx, int64_t limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_PRESENCE_PURGE, DB_ID(cx->tenant_id),
                   DB_TIME(cx->now - CLOCK_HOUR), DB_INT(limit));
}
