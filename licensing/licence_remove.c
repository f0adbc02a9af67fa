#include "licensing/licence_remove.h"

static const char SQL_LICENCES_GOING[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND policy_id = ? AND deleted_at IS NULL";
/* The licences first: whoever takes a seat writes that row, and meets this change there. */
static const char SQL_LICENCES_REMOVE[] =
    "UPDATE licence SET deleted_at = ?, version = version + 1 "
    "WHERE tenant_id = ? AND policy_id = ? AND deleted_at IS NULL";
static const char SQL_LICENCES_COMPONENTS[] =
    "DELETE c FROM component c JOIN licence l ON l.tenant_id = c.tenant_id AND l.id = c.licence_id "
    "WHERE l.tenant_id = ? AND l.policy_id = ?";
static const char SQL_LICENCES_PROCESSES[] =
    "DELETE r FROM process r JOIN licence l ON l.tenant_id = r.tenant_id AND l.id = r.licence_id "
    "WHERE l.tenant_id = ? AND l.policy_id = ?";
static const char SQL_LICENCES_MACHINES[] =
    "DELETE m FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id "
    "WHERE l.tenant_id = ? AND l.policy_id = ?";
static const char SQL_LICENCES_TOKENS[] =
    "UPDATE api_token t JOIN licence l ON l.tenant_id = t.tenant_id AND l.id = t.licence_id "
    "SET t.revoked_at = ? WHERE l.tenant_id = ? AND l.policy_id = ? AND t.revoked_at IS NULL";

/* Each is told of by itself, as if it had been deleted by itself. */
static bool tell(struct ctx *cx, struct id policy_id)
{
    const json_t *data = json_own(cx->mem, json_pack("{s:s,s:s,s:s}", "action", "deleted", "reason",
                                                     "", "policy", id_text(cx->mem, policy_id)));
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_LICENCES_GOING, DB_ID(cx->tenant_id), DB_ID(policy_id)))
        return false;
    while (db_next(&rows))
        if (!event_emit(cx, EVENT_LICENCE_DELETED, db_id(&rows.row, 0), data))
            return false;
    return true;
}

bool licence_remove_of_policy(struct ctx *cx, struct id policy_id)
{
    static const char *const ROWS[] = {SQL_LICENCES_COMPONENTS, SQL_LICENCES_PROCESSES,
                                       SQL_LICENCES_MACHINES};

    if (!tell(cx, policy_id) || !db_exec(cx, NULL, SQL_LICENCES_REMOVE, DB_TIME(cx->now),
                                         DB_ID(cx->tenant_id), DB_ID(policy_id)))
        return false;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (!db_exec(cx, NULL, ROWS[i], DB_ID(cx->tenant_id), DB_ID(policy_id)))
            return false;
    return db_exec(cx, NULL, SQL_LICENCES_TOKENS, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(policy_id));
}
