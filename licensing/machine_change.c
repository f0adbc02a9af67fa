#include "licensing/machine_change.h"

#include "licensing/machine_event.h"
#include "licensing/machine_limit.h"

static const char SQL_MACHINE_UPDATE[] =
    "UPDATE machine SET name = ?, ip = ?, hostname = ?, platform = ?, cores = ?, memory = ?, "
    "disk = ?, metadata = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_OWNER[] =
    "UPDATE machine SET owner_id = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_GROUP[] =
    "UPDATE machine SET group_id = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";

/* The machine under the lock of its licence: what limits count cannot change meanwhile. */
static bool lock(struct ctx *cx, struct id id, struct machine **m, struct seat *seat)
{
    return machine_get(cx, id, m) && seat_lock(cx, (*m)->licence_id, 0, seat) &&
           machine_get(cx, id, m);
}

static int64_t counted(int64_t told)
{
    return told == POLICY_NO_LIMIT ? 0 : told;
}

static struct machine_need need_of(const struct machine *m)
{
    return (struct machine_need){.machine_id = m->id,
                                 .owner_id = m->owner_id,
                                 .cores = counted(m->cores),
                                 .memory = counted(m->memory),
                                 .disk = counted(m->disk)};
}

static bool finish(struct ctx *cx, enum event_kind kind, struct id id, struct machine **out)
{
    return machine_get(cx, id, out) && machine_event(cx, kind, *out);
}

/* What is not given stays as it is. */
static void merge(struct machine *m, const struct machine_change *c)
{
    const struct {
        unsigned bit;
        const char **to;
        const char *from;
    } texts[] = {
        {MACHINE_NAME, &m->name, c->name},
        {MACHINE_IP, &m->ip, c->ip},
        {MACHINE_HOSTNAME, &m->hostname, c->hostname},
        {MACHINE_PLATFORM, &m->platform, c->platform},
        {MACHINE_METADATA, &m->metadata, c->metadata},
    };
    const struct {
        unsigned bit;
        int64_t *to;
        int64_t from;
    } sizes[] = {
        {MACHINE_CORES, &m->cores, c->cores},
        {MACHINE_MEMORY, &m->memory, c->memory},
        {MACHINE_DISK, &m->disk, c->disk},
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        if ((c->given & texts[i].bit) != 0)
            *texts[i].to = texts[i].from;
    for (size_t i = 0; i < COUNT(sizes); i++)
        if ((c->given & sizes[i].bit) != 0)
            *sizes[i].to = sizes[i].from == 0 ? POLICY_NO_LIMIT : sizes[i].from;
}

static struct db_arg told(int64_t value)
{
    return value == POLICY_NO_LIMIT ? DB_NULL : DB_INT(value);
}

static bool change_attributes(struct ctx *cx, struct id id, const struct machine_change *change,
                              struct machine **out)
{
    static const unsigned LIMITED = MACHINE_CORES | MACHINE_MEMORY | MACHINE_DISK;
    struct machine_need need;
    struct machine *m;
    struct seat seat;

    if (!lock(cx, id, &m, &seat))
        return false;
    merge(m, change);
    need = need_of(m);
    if ((change->given & LIMITED) != 0 && !machine_limit_check(cx, &seat, &need))
        return false;
    return db_exec(cx, NULL, SQL_MACHINE_UPDATE, DB_TEXT(m->name), DB_TEXT(m->ip),
                   DB_TEXT(m->hostname), DB_TEXT(m->platform), told(m->cores), told(m->memory),
                   told(m->disk), DB_TEXT(m->metadata), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(id)) &&
           finish(cx, EVENT_MACHINE_UPDATED, id, out);
}

static bool change_owner(struct ctx *cx, struct id id, struct id owner_id, struct machine **out)
{
    struct machine_need need;
    struct id group_id;
    struct machine *m;
    struct seat seat;

    if (!lock(cx, id, &m, &seat))
        return false;
    need = need_of(m);
    need.owner_id = owner_id;
    need.takes_seat =
        seat.policy->machine_leasing == POLICY_PER_USER && !id_equal(m->owner_id, owner_id);
    return machine_limit_owner(cx, &seat, owner_id, &group_id) &&
           machine_limit_check(cx, &seat, &need) &&
           db_exec(cx, NULL, SQL_MACHINE_OWNER, DB_ID_OR_NULL(owner_id), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(id)) &&
           finish(cx, EVENT_MACHINE_OWNER_CHANGED, id, out);
}

static bool change_group(struct ctx *cx, struct id id, struct id group_id, struct machine **out)
{
    struct machine *m;
    struct seat seat;

    if (!lock(cx, id, &m, &seat))
        return false;
    return (id_equal(m->group_id, group_id) || machine_limit_group(cx, group_id)) &&
           db_exec(cx, NULL, SQL_MACHINE_GROUP, DB_ID_OR_NULL(group_id), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(id)) &&
           finish(cx, EVENT_MACHINE_GROUP_CHANGED, id, out);
}

static bool end(struct ctx *cx, bool is_done)
{
    if (is_done)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool machine_change(struct ctx *cx, struct id id, const struct machine_change *change,
                    struct machine **out)
{
    return db_begin(cx) && end(cx, change_attributes(cx, id, change, out));
}

bool machine_change_owner(struct ctx *cx, struct id id, struct id owner_id, struct machine **out)
{
    return db_begin(cx) && end(cx, change_owner(cx, id, owner_id, out));
}

bool machine_change_group(struct ctx *cx, struct id id, struct id group_id, struct machine **out)
{
    return db_begin(cx) && end(cx, change_group(cx, id, group_id, out));
}
