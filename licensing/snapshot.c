#include "licensing/snapshot.h"

#include "licensing/licence_row.h"
#include "licensing/machine.h"

#include <string.h>

/* What follows the licence's columns. The counts spare most licences three further statements. */
#define SNAPSHOT_COLUMNS \
    LICENCE_COLUMNS ", " POLICY_COLUMNS("p.") ", pr.distribution_strategy, "                  \
    "(SELECT COUNT(*) FROM licence_entitlement le WHERE le.tenant_id = l.tenant_id "          \
    "AND le.licence_id = l.id), (SELECT COUNT(*) FROM policy_entitlement pe "                 \
    "WHERE pe.tenant_id = l.tenant_id AND pe.policy_id = l.policy_id), "                      \
    "(SELECT COUNT(*) FROM component c WHERE c.tenant_id = l.tenant_id "                      \
    "AND c.licence_id = l.id)"

static const char SQL_SNAPSHOT_BY_KEY[] =
    "SELECT " SNAPSHOT_COLUMNS LICENCE_FROM " AND l.key_hash = ?";
static const char SQL_SNAPSHOT_BY_ID[] = "SELECT " SNAPSHOT_COLUMNS LICENCE_FROM " AND l.id = ?";
static const char SQL_SNAPSHOT_USERS[] =
    "SELECT u.person_id, w.email FROM licence_user u "
    "JOIN person w ON w.tenant_id = u.tenant_id AND w.id = u.person_id "
    "WHERE u.tenant_id = ? AND u.licence_id = ? ORDER BY u.id";
static const char SQL_SNAPSHOT_ENTITLEMENTS[] =
    "SELECT e.code FROM entitlement e JOIN "
    "(SELECT entitlement_id FROM policy_entitlement WHERE tenant_id = ? AND policy_id = ? "
    "UNION SELECT entitlement_id FROM licence_entitlement WHERE tenant_id = ? AND licence_id = ?) x "
    "ON x.entitlement_id = e.id WHERE e.tenant_id = ? ORDER BY e.code";
static const char SQL_SNAPSHOT_MACHINES[] =
    "SELECT m.id, m.fingerprint, m.owner_id, w.email, m.cores, m.memory, m.disk, m.max_processes, "
    "(SELECT COUNT(*) FROM process x WHERE x.tenant_id = m.tenant_id AND x.machine_id = m.id), "
    "m.last_heartbeat_at, m.created_at FROM machine m "
    "LEFT JOIN person w ON w.tenant_id = m.tenant_id AND w.id = m.owner_id "
    "WHERE m.tenant_id = ? AND m.licence_id = ? ORDER BY m.created_at, m.id";
static const char SQL_SNAPSHOT_COMPONENTS[] =
    "SELECT machine_id, fingerprint FROM component WHERE tenant_id = ? AND licence_id = ? "
    "ORDER BY machine_id, id";

static bool load_users(struct ctx *cx, struct snapshot *s)
{
    struct db_rows rows;
    struct snapshot_person *users;

    if (!db_query(cx, &rows, SQL_SNAPSHOT_USERS, DB_ID(s->tenant_id), DB_ID(s->licence.id)))
        return false;
    users = arena_array(cx->mem, struct snapshot_person, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        users[i] = (struct snapshot_person){db_id(&rows.row, 0), db_text(&rows.row, 1)};
    s->users = users;
    s->user_count = rows.count;
    return true;
}

static bool load_entitlements(struct ctx *cx, struct snapshot *s)
{
    struct db_rows rows;
    const char **codes;

    if (!db_query(cx, &rows, SQL_SNAPSHOT_ENTITLEMENTS, DB_ID(s->tenant_id), DB_ID(s->policy.id),
                  DB_ID(s->tenant_id), DB_ID(s->licence.id), DB_ID(s->tenant_id)))
        return false;
    codes = arena_array(cx->mem, const char *, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        codes[i] = db_text(&rows.row, 0);
    s->entitlements = codes;
    s->entitlement_count = rows.count;
    return true;
}

static bool load_components(struct ctx *cx, const struct snapshot *s,
                            struct snapshot_machine *machines)
{
    struct db_rows rows;
    struct snapshot_component *all;

    if (!db_query(cx, &rows, SQL_SNAPSHOT_COMPONENTS, DB_ID(s->tenant_id), DB_ID(s->licence.id)))
        return false;
    all = arena_array(cx->mem, struct snapshot_component, rows.count);
    for (size_t i = 0; db_next(&rows); i++) {
        struct id machine_id = db_id(&rows.row, 0);

        all[i].fingerprint = db_text(&rows.row, 1);
        for (size_t m = 0; m < s->machine_count; m++)
            if (id_equal(machines[m].id, machine_id)) {
                if (machines[m].component_count++ == 0)
                    machines[m].components = &all[i];
                break;
            }
    }
    return true;
}

static bool load_machines(struct ctx *cx, struct snapshot *s, bool has_components)
{
    struct db_rows rows;
    struct snapshot_machine *list;

    if (!db_query(cx, &rows, SQL_SNAPSHOT_MACHINES, DB_ID(s->tenant_id), DB_ID(s->licence.id)))
        return false;
    list = arena_array(cx->mem, struct snapshot_machine, rows.count);
    for (size_t i = 0; db_next(&rows); i++) {
        struct snapshot_machine *m = &list[i];

        m->id = db_id(&rows.row, 0);
        m->fingerprint = db_text(&rows.row, 1);
        m->owner_id = db_id(&rows.row, 2);
        m->owner_email = db_text(&rows.row, 3);
        m->cores = db_i64(&rows.row, 4);
        m->memory = db_i64(&rows.row, 5);
        m->disk = db_i64(&rows.row, 6);
        m->max_processes =
            db_is_null(&rows.row, 7) ? s->licence.max_processes : db_i64(&rows.row, 7);
        m->process_count = db_i64(&rows.row, 8);
        m->last_heartbeat_at = db_time(&rows.row, 9);
        m->created_at = db_time(&rows.row, 10);
        s->cores = policy_sum(s->cores, m->cores);
        s->memory = policy_sum(s->memory, m->memory);
        s->disk = policy_sum(s->disk, m->disk);
    }
    s->machines = list;
    s->machine_count = rows.count;
    s->licence.machine_count = (int64_t)rows.count;
    return !has_components || rows.count == 0 || load_components(cx, s, list);
}

static bool load(struct ctx *cx, struct db_rows *rows, struct snapshot **out)
{
    const unsigned after = LICENCE_COLUMN_COUNT + POLICY_COLUMN_COUNT;
    struct snapshot *s;

    *out = NULL;
    if (!db_next(rows))
        return true;
    s = arena_new(cx->mem, struct snapshot);
    s->tenant_id = cx->tenant_id;
    licence_row_read(cx, &rows->row, &s->licence);
    policy_from_row(&rows->row, LICENCE_COLUMN_COUNT, &s->policy);
    s->product_distribution = db_text(&rows->row, after);
    if (s->licence.licensee_count > 0 && !load_users(cx, s))
        return false;
    if (db_i64(&rows->row, after + 1) + db_i64(&rows->row, after + 2) > 0 &&
        !load_entitlements(cx, s))
        return false;
    if (s->licence.machine_count > 0 && !load_machines(cx, s, db_i64(&rows->row, after + 3) > 0))
        return false;
    *out = s;
    return true;
}

bool snapshot_load_key(struct ctx *cx, const char *key, struct snapshot **out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    crypto_sha256(key, strlen(key), hash);
    return db_query(cx, &rows, SQL_SNAPSHOT_BY_KEY, DB_ID(cx->tenant_id),
                    DB_BYTES(hash, sizeof hash)) &&
           load(cx, &rows, out);
}

bool snapshot_load_id(struct ctx *cx, struct id id, struct snapshot **out)
{
    struct db_rows rows;

    return db_query(cx, &rows, SQL_SNAPSHOT_BY_ID, DB_ID(cx->tenant_id), DB_ID(id)) &&
           load(cx, &rows, out);
}

int64_t snapshot_last_validated(const struct snapshot *s)
{
    int64_t touched_at = s->touched_at != NULL ? atomic_load(s->touched_at) : 0;

    return touched_at > s->licence.last_validated_at ? touched_at : s->licence.last_validated_at;
}

bool snapshot_depends_on(const struct snapshot *s, const char *subject, struct id subject_id)
{
    if (strcmp(subject, "policy") == 0)
        return id_equal(s->policy.id, subject_id);
    if (strcmp(subject, "product") == 0)
        return id_equal(s->licence.product_id, subject_id);
    if (strcmp(subject, "person") != 0)
        return strcmp(subject, "entitlement") == 0;
    if (id_equal(s->licence.owner_id, subject_id))
        return true;
    for (size_t i = 0; i < s->user_count; i++)
        if (id_equal(s->users[i].id, subject_id))
            return true;
    for (size_t i = 0; i < s->machine_count; i++)
        if (id_equal(s->machines[i].owner_id, subject_id))
            return true;
    return false;
}

/* --- copies --- */

static void copy_licence(struct arena *mem, struct licence *l)
{
    l->serial = arena_dup(mem, l->serial);
    l->key = arena_dup(mem, l->key);
    l->name = arena_dup(mem, l->name);
    l->last_version = arena_dup(mem, l->last_version);
    l->metadata = arena_dup(mem, l->metadata);
    l->owner_email = arena_dup(mem, l->owner_email);
    /* No answer of the licence service has these. */
    l->note = l->product_name = l->policy_name = NULL;
    l->organisation_name = l->owner_name = NULL;
}

static const struct snapshot_machine *copy_machines(struct arena *mem, const struct snapshot *s)
{
    struct snapshot_machine *list = arena_array(mem, struct snapshot_machine, s->machine_count);

    for (size_t i = 0; i < s->machine_count; i++) {
        struct snapshot_machine *m = &list[i];
        struct snapshot_component *components;

        *m = s->machines[i];
        m->fingerprint = arena_dup(mem, m->fingerprint);
        m->owner_email = arena_dup(mem, m->owner_email);
        if (m->component_count == 0)
            continue;
        components = arena_array(mem, struct snapshot_component, m->component_count);
        for (size_t c = 0; c < m->component_count; c++)
            components[c].fingerprint = arena_dup(mem, m->components[c].fingerprint);
        m->components = components;
    }
    return list;
}

struct snapshot *snapshot_copy(struct arena *mem, const struct snapshot *s)
{
    struct snapshot *copy = arena_new(mem, struct snapshot);

    *copy = *s;
    copy->touched_at = arena_new(mem, _Atomic int64_t);
    copy->noted_at = arena_new(mem, _Atomic int64_t);
    copy_licence(mem, &copy->licence);
    copy->policy.name = copy->policy.metadata = NULL;
    copy->policy.scheme = arena_dup(mem, s->policy.scheme);
    copy->product_distribution = arena_dup(mem, s->product_distribution);
    if (s->user_count > 0) {
        struct snapshot_person *users = arena_array(mem, struct snapshot_person, s->user_count);

        for (size_t i = 0; i < s->user_count; i++)
            users[i] = (struct snapshot_person){s->users[i].id, arena_dup(mem, s->users[i].email)};
        copy->users = users;
    }
    if (s->entitlement_count > 0) {
        const char **codes = arena_array(mem, const char *, s->entitlement_count);

        for (size_t i = 0; i < s->entitlement_count; i++)
            codes[i] = arena_dup(mem, s->entitlements[i]);
        copy->entitlements = codes;
    }
    if (s->machine_count > 0)
        copy->machines = copy_machines(mem, s);
    return copy;
}
