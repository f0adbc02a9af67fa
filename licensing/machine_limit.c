#include "licensing/machine_limit.h"

const char MACHINE_AT_GROUP[] = "/data/relationships/group";
const char MACHINE_AT_OWNER[] = "/data/relationships/owner";

const struct err_kind ERR_SEATS_FULL = {ERR_CLASS_INVALID, "MACHINE_LIMIT_EXCEEDED",
                                        "All seats of this licence are in use."};
const struct err_kind ERR_MACHINE_CORES_FULL = {
    ERR_CLASS_INVALID, "MACHINE_CORE_LIMIT_EXCEEDED",
    "The machines would have more processor cores than the licence allows."};
const struct err_kind ERR_MACHINE_MEMORY_FULL = {
    ERR_CLASS_INVALID, "MACHINE_MEMORY_LIMIT_EXCEEDED",
    "The machines would have more memory than the licence allows."};
const struct err_kind ERR_MACHINE_DISK_FULL = {
    ERR_CLASS_INVALID, "MACHINE_DISK_LIMIT_EXCEEDED",
    "The machines would have more disk space than the licence allows."};
const struct err_kind ERR_MACHINE_OWNER_INVALID = {ERR_CLASS_INVALID, "OWNER_INVALID",
                                                   "This person is no user of the licence."};
const struct err_kind ERR_MACHINE_OWNER_NOT_FOUND = {ERR_CLASS_INVALID, "OWNER_NOT_FOUND",
                                                     "There is no such person."};
const struct err_kind ERR_MACHINE_GROUP_NOT_FOUND = {ERR_CLASS_INVALID, "GROUP_NOT_FOUND",
                                                     "There is no such group."};
const struct err_kind ERR_MACHINE_GROUP_FULL = {ERR_CLASS_INVALID, "GROUP_MACHINE_LIMIT_EXCEEDED",
                                                "The group has all the machines it may have."};

static const char SQL_SEATS_USED[] =
    "SELECT COUNT(*), CAST(LEAST(COALESCE(SUM(cores), 0), 9223372036854775807) AS SIGNED), "
    "CAST(LEAST(COALESCE(SUM(memory), 0), 9223372036854775807) AS SIGNED), "
    "CAST(LEAST(COALESCE(SUM(disk), 0), 9223372036854775807) AS SIGNED) "
    "FROM machine WHERE tenant_id = ? AND licence_id = ? AND (? OR owner_id <=> ?) AND id <> ?";
static const char SQL_OWNER[] =
    "SELECT g.group_id, u.person_id FROM person p "
    "LEFT JOIN licence_group_person g ON g.tenant_id = p.tenant_id AND g.person_id = p.id "
    "LEFT JOIN licence_user u ON u.tenant_id = p.tenant_id AND u.person_id = p.id "
    "AND u.licence_id = ? WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_GROUP_ROOM[] =
    "SELECT g.max_machines, (SELECT COUNT(*) FROM machine m WHERE m.tenant_id = g.tenant_id "
    "AND m.group_id = g.id) FROM licence_group g WHERE g.tenant_id = ? AND g.id = ?";

bool machine_limit_check(struct ctx *cx, const struct seat *seat, const struct machine_need *need)
{
    const struct licence *l = seat->licence;
    struct db_rows rows;
    bool is_within = true;
    int64_t used;

    if (!db_query(cx, &rows, SQL_SEATS_USED, DB_ID(cx->tenant_id), DB_ID(l->id),
                  DB_BOOL(seat->policy->machine_leasing != POLICY_PER_USER),
                  DB_ID_OR_NULL(need->owner_id), DB_ID(need->machine_id)) ||
        !db_next(&rows))
        return false;
    used = db_i64(&rows.row, 0);
    const struct {
        bool is_asked; /* nothing more of it is taken otherwise */
        int64_t next, max;
        const struct err_kind *kind;
    } limits[] = {
        /* the first machine is never one too many */
        {need->takes_seat && used > 0, used + 1, l->max_machines, &ERR_SEATS_FULL},
        {true, policy_sum(db_i64(&rows.row, 1), need->cores), l->max_cores,
         &ERR_MACHINE_CORES_FULL},
        {true, policy_sum(db_i64(&rows.row, 2), need->memory), l->max_memory,
         &ERR_MACHINE_MEMORY_FULL},
        {true, policy_sum(db_i64(&rows.row, 3), need->disk), l->max_disk, &ERR_MACHINE_DISK_FULL},
    };

    for (size_t i = 0; i < COUNT(limits); i++)
        if (limits[i].is_asked && limits[i].max != POLICY_NO_LIMIT &&
            !policy_allows(seat->policy->overage, limits[i].next, limits[i].max))
            is_within = err_also(&cx->err, cx->mem, limits[i].kind, "/data", "licence %s",
                                 id_text(cx->mem, l->id));
    return is_within;
}

bool machine_limit_owner(struct ctx *cx, const struct seat *seat, struct id owner_id,
                         struct id *group_id)
{
    struct db_rows rows;

    *group_id = (struct id){0};
    if (id_is_zero(owner_id))
        return true;
    if (!db_query(cx, &rows, SQL_OWNER, DB_ID(seat->licence->id), DB_ID(cx->tenant_id),
                  DB_ID(owner_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_MACHINE_OWNER_NOT_FOUND, MACHINE_AT_OWNER, "person %s",
                          id_text(cx->mem, owner_id));
    if (!id_equal(owner_id, seat->licence->owner_id) && db_is_null(&rows.row, 1))
        return err_set_at(&cx->err, &ERR_MACHINE_OWNER_INVALID, MACHINE_AT_OWNER, "person %s",
                          id_text(cx->mem, owner_id));
    *group_id = db_id(&rows.row, 0);
    return true;
}

bool machine_limit_group(struct ctx *cx, struct id group_id)
{
    struct db_rows rows;
    bool is_there;

    if (id_is_zero(group_id))
        return true;
    if (!seat_lock_group(cx, group_id, &is_there) ||
        !db_query(cx, &rows, SQL_GROUP_ROOM, DB_ID(cx->tenant_id), DB_ID(group_id)))
        return false;
    if (!is_there || !db_next(&rows))
        return err_set_at(&cx->err, &ERR_MACHINE_GROUP_NOT_FOUND, MACHINE_AT_GROUP, "group %s",
                          id_text(cx->mem, group_id));
    return db_is_null(&rows.row, 0) || db_i64(&rows.row, 1) < db_i64(&rows.row, 0) ||
           err_set_at(&cx->err, &ERR_MACHINE_GROUP_FULL, MACHINE_AT_GROUP, "group %s",
                      id_text(cx->mem, group_id));
}
