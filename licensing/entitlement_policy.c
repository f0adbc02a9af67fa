#include "licensing/entitlement_policy.h"

#include "licensing/access.h"
#include "licensing/licence.h"

const struct err_kind ERR_ENTITLEMENT_NOT_FOUND = {ERR_CLASS_INVALID, "ENTITLEMENT_NOT_FOUND",
                                                   "There is no such entitlement."};
/* Without a code, as the protocol has it. */
const struct err_kind ERR_ENTITLEMENT_NOT_ATTACHED = {ERR_CLASS_INVALID, "",
                                                      "This entitlement is not attached."};

static const char SQL_POLICY_LOCK[] =
    "UPDATE policy SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_JOIN_ADD[] =
    "INSERT INTO policy_entitlement (tenant_id, policy_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_JOIN_REMOVE[] =
    "DELETE FROM policy_entitlement WHERE tenant_id = ? AND policy_id = ? AND entitlement_id = ?";

static bool refuse(struct ctx *cx, const struct err_kind *kind, size_t i, struct id id)
{
    return err_set_at(&cx->err, kind, arena_printf(cx->mem, "/data/%zu", i), "entitlement %s",
                      id_text(cx->mem, id));
}

static bool attach(struct ctx *cx, size_t i, const struct entitlement_join *join)
{
    const struct err_kind *kind;

    if (db_exec(cx, NULL, SQL_JOIN_ADD, DB_ID(cx->tenant_id), DB_ID(join->policy_id),
                DB_ID(join->entitlement_id), DB_ID(join->id), DB_TIME(join->created_at)))
        return true;
    kind = cx->err.kind == &ERR_CONFLICT    ? &ERR_ENTITLEMENT_TAKEN
           : cx->err.kind == &ERR_NOT_FOUND ? &ERR_ENTITLEMENT_NOT_FOUND
                                            : NULL;
    if (kind == NULL)
        return false;
    err_clear(&cx->err);
    return refuse(cx, kind, i, join->entitlement_id);
}

static bool lock(struct ctx *cx, struct id policy_id)
{
    int64_t found;

    return db_exec(cx, &found, SQL_POLICY_LOCK, DB_ID(cx->tenant_id), DB_ID(policy_id)) &&
           (found > 0 || err_set(&cx->err, &ERR_NOT_FOUND, "policy"));
}

static bool finish(struct ctx *cx, struct id policy_id, enum event_kind kind, const struct id *ids,
                   size_t count)
{
    json_t *list = json_array();
    json_t *data = json_own(cx->mem, json_pack("{s:o}", "entitlements", list));

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(id_text(cx->mem, ids[i])));
    return licence_changed(cx, "policy", policy_id) && event_emit(cx, kind, policy_id, data) &&
           db_commit(cx);
}

bool entitlement_policy_attach(struct ctx *cx, struct id policy_id, const struct id *ids,
                               size_t count, struct entitlement_join **out)
{
    struct entitlement_join *joins = arena_array(cx->mem, struct entitlement_join, count);

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!lock(cx, policy_id))
        goto rollback;
    for (size_t i = 0; i < count; i++) {
        joins[i] = (struct entitlement_join){ctx_new_id(cx), policy_id, ids[i], cx->now};
        if (!attach(cx, i, &joins[i]))
            goto rollback;
    }
    if (!finish(cx, policy_id, EVENT_POLICY_ENTITLEMENTS_ATTACHED, ids, count))
        goto rollback;
    *out = joins;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

bool entitlement_policy_detach(struct ctx *cx, struct id policy_id, const struct id *ids,
                               size_t count)
{
    int64_t removed;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!lock(cx, policy_id))
        goto rollback;
    for (size_t i = 0; i < count; i++) {
        if (!db_exec(cx, &removed, SQL_JOIN_REMOVE, DB_ID(cx->tenant_id), DB_ID(policy_id),
                     DB_ID(ids[i])))
            goto rollback;
        if (removed == 0) {
            refuse(cx, &ERR_ENTITLEMENT_NOT_ATTACHED, i, ids[i]);
            goto rollback;
        }
    }
    if (!finish(cx, policy_id, EVENT_POLICY_ENTITLEMENTS_DETACHED, ids, count))
        goto rollback;
    return true;

rollback:
    db_rollback(cx);
    return false;
}
