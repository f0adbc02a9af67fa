/* Where people are signed in, and the end of it. */
#include "base/clock.h"
#include "portal/account/session.h"

static const char SQL_SESSION_LIST[] =
    "SELECT id, address, agent, created_at, used_at FROM session WHERE tenant_id = ? "
    "AND person_id = ? AND expires_at > ? AND used_at > ? ORDER BY used_at DESC, id LIMIT ?";

bool session_list(struct ctx *cx, const struct config *config, struct id person_id,
                  struct session_entry **out, size_t *count)
{
    struct db_rows rows;
    struct session_entry *list;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_SESSION_LIST, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_TIME(cx->now), DB_TIME(cx->now - config->session_idle_minutes * CLOCK_MINUTE),
                  DB_INT(SESSION_LIST_MAX)))
        return false;
    list = arena_array(cx->mem, struct session_entry, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct session_entry){.id = db_id(&rows.row, 0),
                                           .address = db_text(&rows.row, 1),
                                           .agent = db_text(&rows.row, 2),
                                           .created_at = db_time(&rows.row, 3),
                                           .used_at = db_time(&rows.row, 4)};
    *out = list;
    *count = n;
    return true;
}

static const char SQL_SESSION_END_ALL[] =
    "DELETE FROM session WHERE tenant_id = ? AND person_id = ? AND id <> ?";
/* The device of the session that stays is remembered still. */
static const char SQL_SESSION_FORGET_DEVICES[] =
    "DELETE FROM remembered WHERE tenant_id = ? AND person_id = ? AND id NOT IN "
    "(SELECT s.remembered_id FROM session s WHERE s.tenant_id = ? AND s.id = ? "
    "AND s.remembered_id IS NOT NULL)";

bool session_end_all(struct ctx *cx, struct id person_id, struct id keep)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg person = DB_ID(person_id);

    return db_exec(cx, NULL, SQL_SESSION_FORGET_DEVICES, tenant, person, tenant, DB_ID(keep)) &&
           db_exec(cx, NULL, SQL_SESSION_END_ALL, tenant, person, DB_ID(keep));
}

/* A device that is signed out must not come back by itself. */
static const char SQL_SESSION_FORGET_DEVICE[] =
    "DELETE FROM remembered WHERE tenant_id = ? AND person_id = ? AND id IN "
    "(SELECT s.remembered_id FROM session s WHERE s.tenant_id = ? AND s.id = ?)";
static const char SQL_SESSION_END_ONE[] =
    "DELETE FROM session WHERE tenant_id = ? AND person_id = ? AND id = ?";

bool session_end_one(struct ctx *cx, struct id person_id, struct id id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg person = DB_ID(person_id);
    int64_t ended;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SESSION_FORGET_DEVICE, tenant, person, tenant, DB_ID(id)) ||
        !db_exec(cx, &ended, SQL_SESSION_END_ONE, tenant, person, DB_ID(id)))
        goto rollback;
    if (ended == 0) {
        err_set(&cx->err, &ERR_NOT_FOUND, "session %s", id_text(cx->mem, id));
        goto rollback;
    }
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static const char SQL_SESSION_PURGE[] =
    "DELETE FROM session WHERE tenant_id = ? AND (expires_at <= ? OR used_at <= ?) LIMIT ?";

bool session_purge(struct ctx *cx, const struct config *config, unsigned limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_SESSION_PURGE, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                   DB_TIME(cx->now - config->session_idle_minutes * CLOCK_MINUTE), DB_INT(limit));
}
