#include "licensing/licence_join.h"

static const char *const SQL_JOIN_LIST[] = {
    [LICENCE_JOIN_POLICY_ENTITLEMENT] =
        "SELECT j.id, j.policy_id, j.entitlement_id, j.created_at FROM policy_entitlement j "
        "JOIN policy p ON p.tenant_id = j.tenant_id AND p.id = j.policy_id "
        "WHERE j.tenant_id = ? AND (j.policy_id, j.entitlement_id) > (?, ?) "
        "AND p.deleted_at IS NULL ORDER BY j.policy_id, j.entitlement_id LIMIT ?",
    [LICENCE_JOIN_ENTITLEMENT] =
        "SELECT j.id, j.licence_id, j.entitlement_id, j.created_at FROM licence_entitlement j "
        "JOIN licence l ON l.tenant_id = j.tenant_id AND l.id = j.licence_id "
        "WHERE j.tenant_id = ? AND (j.licence_id, j.entitlement_id) > (?, ?) "
        "AND l.deleted_at IS NULL ORDER BY j.licence_id, j.entitlement_id LIMIT ?",
    [LICENCE_JOIN_USER] =
        "SELECT j.id, j.licence_id, j.person_id, j.created_at FROM licence_user j "
        "JOIN licence l ON l.tenant_id = j.tenant_id AND l.id = j.licence_id "
        "WHERE j.tenant_id = ? AND (j.licence_id, j.person_id) > (?, ?) "
        "AND l.deleted_at IS NULL ORDER BY j.licence_id, j.person_id LIMIT ?",
};
static const char *const SQL_JOIN_FIND[] = {
    [LICENCE_JOIN_POLICY_ENTITLEMENT] =
        "SELECT 1 FROM policy_entitlement WHERE tenant_id = ? AND policy_id = ? "
        "AND entitlement_id = ?",
    [LICENCE_JOIN_ENTITLEMENT] =
        "SELECT 1 FROM licence_entitlement WHERE tenant_id = ? AND licence_id = ? "
        "AND entitlement_id = ?",
    [LICENCE_JOIN_USER] =
        "SELECT 1 FROM licence_user WHERE tenant_id = ? AND licence_id = ? AND person_id = ?",
};

static bool check_system(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_SYSTEM || err_set(&cx->err, &ERR_DENIED, "links");
}

bool licence_join_list(struct ctx *cx, enum licence_join_kind kind,
                       const struct licence_join *after, unsigned limit, struct licence_join **out,
                       size_t *count)
{
    struct db_rows rows;
    struct licence_join *list;

    if (!check_system(cx) || !db_query(cx, &rows, SQL_JOIN_LIST[kind], DB_ID(cx->tenant_id),
                                       DB_ID(after->of_id), DB_ID(after->what_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct licence_join, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        list[i] = (struct licence_join){db_id(&rows.row, 0), db_id(&rows.row, 1),
                                        db_id(&rows.row, 2), db_time(&rows.row, 3)};
    *out = list;
    *count = rows.count;
    return true;
}

bool licence_join_find(struct ctx *cx, enum licence_join_kind kind, struct id of_id,
                       struct id what_id, bool *out)
{
    struct db_rows rows;

    if (!check_system(cx) || !db_query(cx, &rows, SQL_JOIN_FIND[kind], DB_ID(cx->tenant_id),
                                       DB_ID(of_id), DB_ID(what_id)))
        return false;
    *out = rows.count > 0;
    return true;
}
