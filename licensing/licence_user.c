#include "licensing/licence_user.h"

#include "licensing/access.h"
#include "licensing/licence_link.h"

const struct err_kind ERR_LICENCE_USER_CONFLICT = {ERR_CLASS_INVALID, "USER_CONFLICT",
                                                   "This person is the licence's owner."};
const struct err_kind ERR_LICENCE_USER_TAKEN = {ERR_CLASS_INVALID, "USER_TAKEN",
                                                "This person is a user of the licence already."};
const struct err_kind ERR_LICENCE_USER_NOT_FOUND = {ERR_CLASS_INVALID, "USER_NOT_FOUND",
                                                    "There is no such person."};
const struct err_kind ERR_LICENCE_USER_NOT_ATTACHED = {ERR_CLASS_INVALID, "",
                                                       "This person is not a user of the licence."};
const struct err_kind ERR_LICENCE_USERS_FULL = {ERR_CLASS_INVALID, "USER_LIMIT_EXCEEDED",
                                                "This licence has all the users it may have."};

static const char SQL_PERSON_AND_LINK[] =
    "SELECT u.id FROM person p LEFT JOIN licence_user u ON u.tenant_id = p.tenant_id AND "
    "u.person_id = p.id AND u.licence_id = ? "
    "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_LICENCE_USER_ADD[] =
    "INSERT INTO licence_user (tenant_id, licence_id, person_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_LICENCE_USER_REMOVE[] =
    "DELETE FROM licence_user WHERE tenant_id = ? AND licence_id = ? AND person_id = ?";
static const char SQL_MACHINES_DISOWN[] =
    "UPDATE machine SET owner_id = NULL, updated_at = ? "
    "WHERE tenant_id = ? AND licence_id = ? AND owner_id = ?";
bool licence_user_room(struct ctx *cx, const struct licence *l, const struct policy *p,
                       int64_t count)
{
    return l->max_users == POLICY_NO_LIMIT || policy_allows(p->overage, count, l->max_users) ||
           err_also(&cx->err, cx->mem, &ERR_LICENCE_USERS_FULL, "/data/relationships/users",
                    "%lld of %lld", (long long)count, (long long)l->max_users);
}

/* False only when the database could not tell; faults are in cx->err. */
static bool check(struct ctx *cx, const struct licence *l, const struct id *ids, size_t i)
{
    const struct err_kind *kind = NULL;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PERSON_AND_LINK, DB_ID(l->id), DB_ID(cx->tenant_id),
                  DB_ID(ids[i])))
        return false;
    if (!db_next(&rows))
        kind = &ERR_LICENCE_USER_NOT_FOUND;
    else if (id_equal(l->owner_id, ids[i]))
        kind = &ERR_LICENCE_USER_CONFLICT;
    else if (!db_is_null(&rows.row, 0) || licence_link_is_repeated(ids, i))
        kind = &ERR_LICENCE_USER_TAKEN;
    if (kind != NULL)
        err_also(&cx->err, cx->mem, kind, licence_link_at(cx, i), "person %s",
                 id_text(cx->mem, ids[i]));
    return true;
}

static bool add_all(struct ctx *cx, struct id id, const struct id *ids, size_t count,
                    struct licence_link *links)
{
    for (size_t i = 0; i < count; i++) {
        links[i] = (struct licence_link){ctx_new_id(cx), id, ids[i], cx->now};
        if (!db_exec(cx, NULL, SQL_LICENCE_USER_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_ID(ids[i]),
                     DB_ID(links[i].id), DB_TIME(cx->now)))
            return false;
    }
    return true;
}

bool licence_user_attach(struct ctx *cx, struct id id, const struct id *ids, size_t count,
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
        if (!check(cx, l, ids, i))
            goto rollback;
    licence_user_room(cx, l, p,
                      l->licensee_count + (int64_t)count + (id_is_zero(l->owner_id) ? 0 : 1));
    if (cx->err.kind != NULL || !add_all(cx, id, ids, count, links))
        goto rollback;
    *out = links;
    return licence_finish(cx, id, EVENT_LICENCE_USERS_ATTACHED,
                          licence_link_told(cx, "users attached", "users", ids, count), NULL);

rollback:
    db_rollback(cx);
    return false;
}

static bool remove_one(struct ctx *cx, struct id id, struct id person_id, size_t index)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_LICENCE_USER_REMOVE, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_ID(person_id)))
        return false;
    if (changed == 0)
        return err_set_at(&cx->err, &ERR_LICENCE_USER_NOT_ATTACHED, licence_link_at(cx, index),
                          "person %s", id_text(cx->mem, person_id));
    return db_exec(cx, NULL, SQL_MACHINES_DISOWN, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id),
                   DB_ID(person_id));
}

bool licence_user_detach(struct ctx *cx, struct id id, const struct id *ids, size_t count)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    for (size_t i = 0; i < count; i++)
        if (id_equal(l->owner_id, ids[i])) {
            err_set_at(&cx->err, &ERR_DENIED, licence_link_at(cx, i), "the owner");
            goto rollback;
        }
    for (size_t i = 0; i < count; i++)
        if (!remove_one(cx, id, ids[i], i))
            goto rollback;
    return licence_finish(cx, id, EVENT_LICENCE_USERS_DETACHED,
                          licence_link_told(cx, "users detached", "users", ids, count), NULL);

rollback:
    db_rollback(cx);
    return false;
}
