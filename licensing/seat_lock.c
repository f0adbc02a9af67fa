#include "licensing/seat_lock.h"

/* A transaction writes them before it reads what they protect: on one node that is a row lock,
 * between nodes of a cluster the only thing that collides. */
static const char SQL_ACCOUNT_LOCK[] =
    "INSERT INTO licensing_account (tenant_id, version) "
    "VALUES (?, 1) ON DUPLICATE KEY UPDATE version = version + 1";
static const char SQL_PRODUCT_LOCK[] =
    "UPDATE product SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_POLICY_LOCK[] =
    "UPDATE policy SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_GROUP_LOCK[] =
    "UPDATE licence_group SET version = version + 1 WHERE tenant_id = ? AND id = ?";

static enum policy_uniqueness widest(const struct policy *p, unsigned parts)
{
    enum policy_uniqueness machine =
        (parts & SEAT_MACHINE) != 0 ? p->machine_uniqueness : POLICY_UNIQUE_PER_LICENCE;
    enum policy_uniqueness component =
        (parts & SEAT_COMPONENT) != 0 ? p->component_uniqueness : POLICY_UNIQUE_PER_LICENCE;

    return component > machine ? component : machine;
}

static bool lock_wider(struct ctx *cx, enum policy_uniqueness scope, const struct seat *s)
{
    switch (scope) {
    case POLICY_UNIQUE_PER_ACCOUNT:
        return db_exec(cx, NULL, SQL_ACCOUNT_LOCK, DB_ID(cx->tenant_id));
    case POLICY_UNIQUE_PER_PRODUCT:
        return db_exec(cx, NULL, SQL_PRODUCT_LOCK, DB_ID(cx->tenant_id),
                       DB_ID(s->licence->product_id));
    case POLICY_UNIQUE_PER_POLICY:
        return db_exec(cx, NULL, SQL_POLICY_LOCK, DB_ID(cx->tenant_id),
                       DB_ID(s->licence->policy_id));
    case POLICY_UNIQUE_PER_LICENCE:
    case POLICY_UNIQUE_PER_MACHINE:
        break;
    }
    return true;
}

static bool read_seat(struct ctx *cx, struct id licence_id, struct seat *s)
{
    return licence_get(cx, licence_id, &s->licence) &&
           policy_get(cx, s->licence->policy_id, &s->policy);
}

/* Which rows to lock is read before the locks and again under them: a policy that has changed in
 * between asks for another try. */
bool seat_lock(struct ctx *cx, struct id licence_id, unsigned parts, struct seat *out)
{
    enum policy_uniqueness scope;
    struct id policy_id;

    if (!read_seat(cx, licence_id, out))
        return false;
    scope = widest(out->policy, parts);
    policy_id = out->policy->id;
    if (!lock_wider(cx, scope, out) ||
        !db_exec(cx, NULL, SQL_LICENCE_LOCK, DB_ID(cx->tenant_id), DB_ID(licence_id)) ||
        !read_seat(cx, licence_id, out))
        return false;
    if (widest(out->policy, parts) != scope || !id_equal(out->policy->id, policy_id))
        return err_set(&cx->err, &ERR_BUSY, "policy changed while seats were taken");
    return true;
}

bool seat_lock_group(struct ctx *cx, struct id group_id, bool *is_there)
{
    int64_t found;

    if (!db_exec(cx, &found, SQL_GROUP_LOCK, DB_ID(cx->tenant_id), DB_ID(group_id)))
        return false;
    *is_there = found > 0;
    return true;
}
