#include "licensing/licence_edit.h"

#include "base/utf8.h"
#include "licensing/access.h"

const struct err_kind ERR_LICENCE_NAME_TOO_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                   "A name has at most 1024 characters."};

static const char SQL_LICENCE_EDIT[] =
    "UPDATE licence SET name = IF(?, ?, name), expires_at = IF(?, ?, expires_at), "
    "is_suspended = IF(?, ?, is_suspended), is_protected = IF(?, ?, is_protected), "
    "max_machines = IF(?, ?, max_machines), max_processes = IF(?, ?, max_processes), "
    "max_users = IF(?, ?, max_users), max_cores = IF(?, ?, max_cores), "
    "max_memory = IF(?, ?, max_memory), max_disk = IF(?, ?, max_disk), "
    "max_uses = IF(?, ?, max_uses), metadata = COALESCE(?, metadata), updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";

/* --- limits --- */

static const struct limit_rule {
    int64_t min, max;
    const char *at;
    struct err_kind kind;
} RULES[] = {
    [LICENCE_MACHINES] = {1,
                          INT32_MAX,
                          "/data/attributes/maxMachines",
                          {ERR_CLASS_INVALID, "MAX_MACHINES_INVALID",
                           "A floating licence has at least one seat, a node-locked one exactly "
                           "one."}},
    [LICENCE_PROCESSES] = {0,
                           INT32_MAX,
                           "/data/attributes/maxProcesses",
                           {ERR_CLASS_INVALID, "MAX_PROCESSES_INVALID",
                            "The number of processes is out of range."}},
    [LICENCE_USERS] = {0,
                       INT32_MAX,
                       "/data/attributes/maxUsers",
                       {ERR_CLASS_INVALID, "MAX_USERS_INVALID",
                        "The number of people is out of range."}},
    [LICENCE_CORES] = {1,
                       INT32_MAX,
                       "/data/attributes/maxCores",
                       {ERR_CLASS_INVALID, "MAX_CORES_INVALID",
                        "The number of cores is out of range."}},
    [LICENCE_MEMORY] = {1,
                        INT64_MAX,
                        "/data/attributes/maxMemory",
                        {ERR_CLASS_INVALID, "MAX_MEMORY_INVALID",
                         "The size of the memory is out of range."}},
    [LICENCE_DISK] = {1,
                      INT64_MAX,
                      "/data/attributes/maxDisk",
                      {ERR_CLASS_INVALID, "MAX_DISK_INVALID",
                       "The size of the disk is out of range."}},
    [LICENCE_USES] = {0,
                      INT32_MAX,
                      "/data/attributes/maxUses",
                      {ERR_CLASS_INVALID, "MAX_USES_INVALID",
                       "The number of uses is out of range."}},
};
_Static_assert(COUNT(RULES) == LICENCE_LIMIT_COUNT, "a rule for every limit");

/* Seats have a kind of their own, which the pages know. */
static const struct err_kind *kind_of(enum licence_limit limit)
{
    return limit == LICENCE_MACHINES ? &ERR_LICENCE_LIMIT_INVALID : &RULES[limit].kind;
}

void licence_edit_check(struct ctx *cx, const struct policy *policy, const char *name,
                        const struct licence_own *own)
{
    if (name != NULL && utf8_count(name) > LICENCE_NAME_MAX)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_NAME_TOO_LONG, "/data/attributes/name", "name");
    for (int i = 0; i < LICENCE_LIMIT_COUNT; i++) {
        const struct limit_rule *rule = &RULES[i];
        int64_t value = own->limits[i];
        bool is_locked = i == LICENCE_MACHINES && !policy->is_floating;

        if ((own->told & (1U << i)) == 0 || value == POLICY_NO_LIMIT)
            continue;
        if (value < rule->min || value > (is_locked ? 1 : rule->max))
            err_also(&cx->err, cx->mem, kind_of((enum licence_limit)i), rule->at, "%lld",
                     (long long)value);
    }
}

/* --- the change --- */

static struct db_arg told(const struct licence_own *own, enum licence_limit limit)
{
    return DB_BOOL((own->told & (1U << limit)) != 0);
}

static struct db_arg value(const struct licence_own *own, enum licence_limit limit)
{
    return own->limits[limit] == POLICY_NO_LIMIT ? DB_NULL : DB_INT(own->limits[limit]);
}

static bool write(struct ctx *cx, struct id id, const struct licence_edit *e)
{
    const struct licence_own *own = &e->own;

    return db_exec(cx, NULL, SQL_LICENCE_EDIT, DB_BOOL(e->has_name), DB_TEXT(e->name),
                   DB_BOOL(e->has_expiry), DB_TIME(e->expires_at), DB_BOOL(e->has_suspended),
                   DB_BOOL(e->is_suspended), DB_BOOL(e->has_protected), DB_BOOL(e->is_protected),
                   told(own, LICENCE_MACHINES), value(own, LICENCE_MACHINES),
                   told(own, LICENCE_PROCESSES), value(own, LICENCE_PROCESSES),
                   told(own, LICENCE_USERS), value(own, LICENCE_USERS), told(own, LICENCE_CORES),
                   value(own, LICENCE_CORES), told(own, LICENCE_MEMORY), value(own, LICENCE_MEMORY),
                   told(own, LICENCE_DISK), value(own, LICENCE_DISK), told(own, LICENCE_USES),
                   value(own, LICENCE_USES), DB_TEXT(e->metadata), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(id));
}

bool licence_edit(struct ctx *cx, struct id id, const struct licence_edit *edit,
                  struct licence **out)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "action", "changed"));
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    licence_edit_check(cx, p, edit->name, &edit->own);
    if (cx->err.kind != NULL || !write(cx, id, edit))
        goto rollback;
    return licence_finish(cx, id, EVENT_LICENCE_UPDATED, data, out);

rollback:
    db_rollback(cx);
    return false;
}
