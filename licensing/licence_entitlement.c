#include "licensing/licence_entitlement.h"

#include "licensing/access.h"
#include "licensing/entitlement.h"
#include "licensing/licence_link.h"

static const struct err_kind ERR_NO_ENTITLEMENT = {ERR_CLASS_INVALID, "ENTITLEMENT_NOT_FOUND",
                                                   "The entitlement does not exist."};
static const struct err_kind ERR_NOT_ITS_OWN = {
    ERR_CLASS_INVALID, "", "The licence does not have this entitlement of its own."};

static const char SQL_ENTITLEMENT_AND_LINKS[] =
    "SELECT pe.id, le.id FROM entitlement e "
    "JOIN licence l ON l.tenant_id = e.tenant_id AND l.id = ? "
    "LEFT JOIN policy_entitlement pe ON pe.tenant_id = e.tenant_id AND pe.entitlement_id = e.id AND "
    "pe.policy_id = l.policy_id "
    "LEFT JOIN licence_entitlement le ON le.tenant_id = e.tenant_id AND le.entitlement_id = e.id AND "
    "le.licence_id = l.id WHERE e.tenant_id = ? AND e.id = ?";
static const char SQL_LICENCE_ENTITLEMENT_ADD[] =
    "INSERT INTO licence_entitlement (tenant_id, licence_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_LICENCE_ENTITLEMENT_REMOVE[] =
    "DELETE FROM licence_entitlement WHERE tenant_id = ? AND licence_id = ? AND entitlement_id = ?";

struct links { /* how an entitlement is with a licence */
    bool is_there, is_inherited, is_attached;
};

static bool find(struct ctx *cx, struct id id, struct id entitlement_id, struct links *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ENTITLEMENT_AND_LINKS, DB_ID(id), DB_ID(cx->tenant_id),
                  DB_ID(entitlement_id)))
        return false;
    *out = (struct links){.is_there = db_next(&rows)};
    if (out->is_there) {
        out->is_inherited = !db_is_null(&rows.row, 0);
        out->is_attached = !db_is_null(&rows.row, 1);
    }
    return true;
}

/* False only when the database could not tell; faults are in cx->err. */
static bool check(struct ctx *cx, struct id id, const struct id *ids, size_t i)
{
    const struct err_kind *kind = NULL;
    struct links links;

    if (!find(cx, id, ids[i], &links))
        return false;
    if (!links.is_there)
        kind = &ERR_NO_ENTITLEMENT;
    else if (links.is_attached || licence_link_is_repeated(ids, i))
        kind = &ERR_ENTITLEMENT_TAKEN;
    else if (links.is_inherited)
        kind = &ERR_ENTITLEMENT_CONFLICT;
    if (kind != NULL)
        err_also(&cx->err, cx->mem, kind, licence_link_at(cx, i), "entitlement %s",
                 id_text(cx->mem, ids[i]));
    return true;
}

bool licence_entitlement_attach(struct ctx *cx, struct id id, const struct id *ids, size_t count,
                                struct licence_link **out)
{
    struct licence_link *links = arena_array(cx->mem, struct licence_link, count);
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    for (size_t i = 0; i < count; i++)
        if (!check(cx, id, ids, i))
            goto rollback;
    if (cx->err.kind != NULL)
        goto rollback;
    for (size_t i = 0; i < count; i++) {
        links[i] = (struct licence_link){ctx_new_id(cx), id, ids[i], cx->now};
        if (!db_exec(cx, NULL, SQL_LICENCE_ENTITLEMENT_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_ID(ids[i]), DB_ID(links[i].id), DB_TIME(cx->now)))
            goto rollback;
    }
    *out = links;
    return licence_finish(
        cx, id, EVENT_LICENCE_ENTITLEMENTS_ATTACHED,
        licence_link_told(cx, "entitlements attached", "entitlements", ids, count), NULL);

rollback:
    db_rollback(cx);
    return false;
}

static bool check_removal(struct ctx *cx, struct id id, struct id entitlement_id, size_t i)
{
    struct links links;

    if (!find(cx, id, entitlement_id, &links))
        return false;
    if (links.is_attached)
        return true;
    return err_set_at(&cx->err, links.is_inherited ? &ERR_DENIED : &ERR_NOT_ITS_OWN,
                      licence_link_at(cx, i), "entitlement %s", id_text(cx->mem, entitlement_id));
}

bool licence_entitlement_detach(struct ctx *cx, struct id id, const struct id *ids, size_t count)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    for (size_t i = 0; i < count; i++)
        if (!check_removal(cx, id, ids[i], i) ||
            !db_exec(cx, NULL, SQL_LICENCE_ENTITLEMENT_REMOVE, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_ID(ids[i])))
            goto rollback;
    return licence_finish(
        cx, id, EVENT_LICENCE_ENTITLEMENTS_DETACHED,
        licence_link_told(cx, "entitlements detached", "entitlements", ids, count), NULL);

rollback:
    db_rollback(cx);
    return false;
}
