#include "licensing/licence_move.h"

#include "base/clock.h"
#include "licensing/access.h"
#include "licensing/licence_user.h"

#include <string.h>

const struct err_kind ERR_LICENCE_POLICY_NOT_COMPATIBLE = {
    ERR_CLASS_INVALID, "POLICY_NOT_COMPATIBLE",
    "The policy has another key scheme or a wider uniqueness than the licence's own."};
const struct err_kind ERR_LICENCE_OWNER_INVALID = {
    ERR_CLASS_INVALID, "OWNER_INVALID",
    "This person is a user of the licence. Detach the person first."};

static const char AT_POLICY[] = "/data/relationships/policy";
static const char AT_OWNER[] = "/data/relationships/owner";
static const char AT_GROUP[] = "/data/relationships/group";

static const char SQL_LICENCE_SET_POLICY[] =
    "UPDATE licence SET policy_id = ?, product_id = ?, expires_at = IF(?, ?, expires_at), "
    "max_machines = IF(?, max_machines, NULL), "
    "last_check_in_at = IF(?, COALESCE(last_check_in_at, ?), last_check_in_at), updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_SET_OWNER[] =
    "UPDATE licence SET owner_id = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_SET_GROUP[] =
    "UPDATE licence SET group_id = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_OWNER_AND_LINK[] =
    "SELECT u.id FROM person p LEFT JOIN licence_user u ON u.tenant_id = p.tenant_id AND "
    "u.person_id = p.id AND u.licence_id = ? "
    "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_GROUP_LOCK[] =
    "UPDATE licence_group SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_GROUP_ROOM[] =
    "SELECT g.max_licences, (SELECT COUNT(*) FROM licence l WHERE l.tenant_id = g.tenant_id "
    "AND l.group_id = g.id AND l.deleted_at IS NULL) FROM licence_group g "
    "WHERE g.tenant_id = ? AND g.id = ?";

static json_t *told(struct ctx *cx, const char *action, const char *what, struct id before,
                    struct id after)
{
    return json_own(
        cx->mem, json_pack("{s:s, s:{s:o}, s:{s:o}}", "action", action, "before", what,
                           json_text(id_is_zero(before) ? NULL : id_text(cx->mem, before)), "after",
                           what, json_text(id_is_zero(after) ? NULL : id_text(cx->mem, after))));
}

/* --- policies --- */

static bool same_scheme(const struct policy *a, const struct policy *b)
{
    if (a->scheme == NULL || b->scheme == NULL)
        return a->scheme == b->scheme;
    return strcmp(a->scheme, b->scheme) == 0;
}

static bool is_compatible(const struct policy *from, const struct policy *to)
{
    return same_scheme(from, to) && to->machine_uniqueness <= from->machine_uniqueness &&
           to->component_uniqueness <= from->component_uniqueness;
}

static bool find_policy(struct ctx *cx, struct id policy_id, struct policy **out)
{
    if (policy_get(cx, policy_id, out))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_LICENCE_POLICY_NOT_FOUND, AT_POLICY, "policy %s",
                      id_text(cx->mem, policy_id));
}

/* Seats bought are for floating policies; a node-locked one has its own single seat. */
static bool set_policy(struct ctx *cx, struct id id, const struct policy *p)
{
    int64_t end = p->duration_seconds != 0 ? clock_add_duration(cx->now, p->duration_seconds) : 0;

    return db_exec(cx, NULL, SQL_LICENCE_SET_POLICY, DB_ID(p->id), DB_ID(p->product_id),
                   DB_BOOL(p->transfer == POLICY_RESET_EXPIRY), DB_TIME(end),
                   DB_BOOL(p->is_floating), DB_BOOL(p->require_check_in), DB_TIME(cx->now),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id));
}

bool licence_move_policy(struct ctx *cx, struct id id, struct id policy_id, struct licence **out)
{
    struct licence *l;
    struct policy *from;
    struct policy *to;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &from) || !find_policy(cx, policy_id, &to))
        goto rollback;
    if (!is_compatible(from, to)) {
        err_set_at(&cx->err, &ERR_LICENCE_POLICY_NOT_COMPATIBLE, AT_POLICY, "policy %s",
                   id_text(cx->mem, policy_id));
        goto rollback;
    }
    if (!set_policy(cx, id, to))
        goto rollback;
    return licence_finish(cx, id, EVENT_LICENCE_POLICY_CHANGED,
                          told(cx, "policy changed", "policy", from->id, to->id), out);

rollback:
    db_rollback(cx);
    return false;
}

/* --- owners --- */

static bool check_owner(struct ctx *cx, const struct licence *l, const struct policy *p,
                        struct id person_id)
{
    struct db_rows rows;

    if (id_is_zero(person_id) || id_equal(person_id, l->owner_id))
        return true;
    if (!db_query(cx, &rows, SQL_OWNER_AND_LINK, DB_ID(l->id), DB_ID(cx->tenant_id),
                  DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_LICENCE_OWNER_NOT_FOUND, AT_OWNER, "person %s",
                          id_text(cx->mem, person_id));
    if (!db_is_null(&rows.row, 0))
        return err_set_at(&cx->err, &ERR_LICENCE_OWNER_INVALID, AT_OWNER, "person %s",
                          id_text(cx->mem, person_id));
    return licence_user_room(cx, l, p, l->licensee_count + 1);
}

bool licence_move_owner(struct ctx *cx, struct id id, struct id person_id, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p) || !check_owner(cx, l, p, person_id) ||
        !db_exec(cx, NULL, SQL_LICENCE_SET_OWNER, DB_ID_OR_NULL(person_id), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id))) {
        db_rollback(cx);
        return false;
    }
    return licence_finish(cx, id, EVENT_LICENCE_OWNER_CHANGED,
                          told(cx, "owner changed", "owner", l->owner_id, person_id), out);
}

/* --- groups --- */

bool licence_move_room(struct ctx *cx, struct id group_id)
{
    struct db_rows rows;
    int64_t found;

    if (!db_exec(cx, &found, SQL_GROUP_LOCK, DB_ID(cx->tenant_id), DB_ID(group_id)) ||
        !db_query(cx, &rows, SQL_GROUP_ROOM, DB_ID(cx->tenant_id), DB_ID(group_id)))
        return false;
    if (found == 0 || !db_next(&rows))
        err_also(&cx->err, cx->mem, &ERR_LICENCE_GROUP_NOT_FOUND, AT_GROUP, "group");
    else if (!db_is_null(&rows.row, 0) && db_i64(&rows.row, 1) >= db_i64(&rows.row, 0))
        err_also(&cx->err, cx->mem, &ERR_LICENCE_GROUP_FULL, AT_GROUP, "group");
    return true;
}

/* A group is locked after the licence, as machines lock them (machine_add.c). */
bool licence_move_group(struct ctx *cx, struct id id, struct id group_id, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    if (!id_is_zero(group_id) && !id_equal(group_id, l->group_id) &&
        (!licence_move_room(cx, group_id) || cx->err.kind != NULL))
        goto rollback;
    if (!db_exec(cx, NULL, SQL_LICENCE_SET_GROUP, DB_ID_OR_NULL(group_id), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    return licence_finish(cx, id, EVENT_LICENCE_GROUP_CHANGED,
                          told(cx, "group changed", "group", l->group_id, group_id), out);

rollback:
    db_rollback(cx);
    return false;
}
