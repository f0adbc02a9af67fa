/* Activation: a machine takes a seat (licensing protocol sections 6.1 to 6.3 and 6.8). */
#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/machine_event.h"
#include "licensing/machine_limit.h"

#include <string.h>

static const char AT_FINGERPRINT[] = "/data/attributes/fingerprint";

const struct err_kind ERR_MACHINE_LICENCE_NOT_FOUND = {ERR_CLASS_INVALID, "LICENSE_NOT_FOUND",
                                                       "There is no such licence."};
const struct err_kind ERR_FINGERPRINT_TAKEN = {ERR_CLASS_INVALID, "FINGERPRINT_TAKEN",
                                               "This machine is activated already."};
const struct err_kind ERR_FINGERPRINT_CONFLICT = {ERR_CLASS_INVALID, "FINGERPRINT_CONFLICT",
                                                  "This fingerprint is another machine's id."};
const struct err_kind ERR_FINGERPRINT_NOT_ALLOWED = {ERR_CLASS_INVALID, "FINGERPRINT_NOT_ALLOWED",
                                                     "This word cannot be a fingerprint."};
const struct err_kind ERR_MACHINE_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                 "This id is in use."};
const struct err_kind ERR_COMPONENTS_CONFLICT = {ERR_CLASS_INVALID,
                                                 "COMPONENTS_FINGERPRINT_CONFLICT",
                                                 "Two components have the same fingerprint."};
const struct err_kind ERR_COMPONENTS_TAKEN = {ERR_CLASS_INVALID, "COMPONENTS_FINGERPRINT_TAKEN",
                                              "This component is activated already."};
const struct err_kind ERR_COMPONENTS_TOO_MANY = {
    ERR_CLASS_INVALID, "", "A machine is activated with at most 20 components at once."};
const struct err_kind ERR_ACTIVATIONS_FULL = {
    ERR_CLASS_INVALID, "ACTIVATIONS_LIMIT_EXCEEDED",
    "This token has activated all the machines it may activate."};

static const char SQL_OWN_FINGERPRINT[] =
    "SELECT id, created_at FROM machine "
    "WHERE tenant_id = ? AND licence_id = ? AND fingerprint_hash = ?";
static const char SQL_ANY_FINGERPRINT[] =
    "SELECT 1 FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id "
    "WHERE m.tenant_id = ? AND m.fingerprint_hash = ? AND (? OR l.product_id = ?) "
    "AND (? OR l.policy_id = ?) LIMIT 1";
static const char SQL_ANY_COMPONENT[] =
    "SELECT 1 FROM component c JOIN licence l ON l.tenant_id = c.tenant_id "
    "AND l.id = c.licence_id WHERE c.tenant_id = ? AND c.fingerprint_hash = ? "
    "AND (? OR l.product_id = ?) AND (? OR l.policy_id = ?) AND (? OR l.id = ?) LIMIT 1";
static const char SQL_MACHINE_ID_USED[] = "SELECT 1 FROM machine WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_ADD[] =
    "INSERT INTO machine (tenant_id, id, licence_id, owner_id, group_id, site_id, fingerprint, "
    "fingerprint_hash, name, ip, hostname, platform, version, cores, memory, disk, "
    "last_heartbeat_at, first_seen_at, last_seen_at, metadata, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_COMPONENT_ADD[] =
    "INSERT INTO component (tenant_id, id, licence_id, machine_id, fingerprint, fingerprint_hash, "
    "name, metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_TOKEN_ACTIVATE[] =
    "UPDATE api_token SET activations = activations + 1 WHERE tenant_id = ? AND id = ? "
    "AND (max_activations IS NULL OR activations < max_activations)";
static const char SQL_LICENCE_START[] =
    "UPDATE licence SET expires_at = ? WHERE tenant_id = ? AND id = ? AND expires_at IS NULL";

struct activation { /* a machine on its way into the table */
    const struct machine_draft *draft;
    struct id id;
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct seat seat;
    struct id group_id;
    struct machine *machine; /* the result: just made, or by a try whose answer was lost */
};

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *source,
                   const struct activation *a)
{
    return err_set_at(&cx->err, kind, source, "licence %s, machine %s",
                      id_text(cx->mem, a->draft->licence_id), id_text(cx->mem, a->id));
}

static bool lock(struct ctx *cx, struct activation *a)
{
    unsigned parts = SEAT_MACHINE | (a->draft->component_count > 0 ? SEAT_COMPONENT : 0);

    if (seat_lock(cx, a->draft->licence_id, parts, &a->seat))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return refuse(cx, &ERR_MACHINE_LICENCE_NOT_FOUND, "/data/relationships/license", a);
}

/* --- the checks --- */

/* The machine's own licence has this fingerprint: taken, or it is the row of this very run. */
static bool check_own(struct ctx *cx, struct activation *a)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OWN_FINGERPRINT, DB_ID(cx->tenant_id), DB_ID(a->seat.licence->id),
                  DB_BYTES(a->hash, sizeof a->hash)))
        return false;
    if (!db_next(&rows))
        return true;
    if (id_equal(db_id(&rows.row, 0), a->id) && db_time(&rows.row, 1) == cx->now)
        return machine_get(cx, a->id, &a->machine);
    return refuse(cx, &ERR_FINGERPRINT_TAKEN, AT_FINGERPRINT, a);
}

static bool check_words(struct ctx *cx, const struct activation *a)
{
    const char *fingerprint = a->draft->fingerprint;
    struct db_rows rows;
    struct id id;

    if (*fingerprint == '\0' || strlen(fingerprint) > MACHINE_FINGERPRINT_MAX)
        return refuse(cx, &ERR_INVALID, AT_FINGERPRINT, a);
    if (strcmp(fingerprint, "action") == 0 || strcmp(fingerprint, "actions") == 0)
        return refuse(cx, &ERR_FINGERPRINT_NOT_ALLOWED, AT_FINGERPRINT, a);
    if (id_parse(fingerprint, &id)) {
        if (!db_query(cx, &rows, SQL_MACHINE_ID_USED, DB_ID(cx->tenant_id), DB_ID(id)))
            return false;
        if (db_next(&rows))
            return refuse(cx, &ERR_FINGERPRINT_CONFLICT, AT_FINGERPRINT, a);
    }
    if (id_is_zero(a->draft->id))
        return true;
    if (!db_query(cx, &rows, SQL_MACHINE_ID_USED, DB_ID(cx->tenant_id), DB_ID(a->draft->id)))
        return false;
    return !db_next(&rows) || refuse(cx, &ERR_MACHINE_ID_CONFLICT, "/data/id", a);
}

/* The group is the one asked for, else the licence's, else the owner's. */
static bool check_owner(struct ctx *cx, struct activation *a)
{
    struct id own;

    if (!machine_limit_owner(cx, &a->seat, a->draft->owner_id, &own))
        return false;
    a->group_id = !id_is_zero(a->draft->group_id)          ? a->draft->group_id
                  : !id_is_zero(a->seat.licence->group_id) ? a->seat.licence->group_id
                                                           : own;
    return machine_limit_group(cx, a->group_id);
}

static bool check_limits(struct ctx *cx, const struct activation *a)
{
    const struct machine_draft *d = a->draft;

    return machine_limit_check(cx, &a->seat,
                               &(struct machine_need){.machine_id = a->id,
                                                      .owner_id = d->owner_id,
                                                      .takes_seat = true,
                                                      .cores = d->cores,
                                                      .memory = d->memory,
                                                      .disk = d->disk});
}

static bool check_wider(struct ctx *cx, const struct activation *a)
{
    enum policy_uniqueness scope = a->seat.policy->machine_uniqueness;
    struct db_rows rows;

    if (scope <= POLICY_UNIQUE_PER_LICENCE)
        return true;
    if (!db_query(cx, &rows, SQL_ANY_FINGERPRINT, DB_ID(cx->tenant_id),
                  DB_BYTES(a->hash, sizeof a->hash), DB_BOOL(scope != POLICY_UNIQUE_PER_PRODUCT),
                  DB_ID(a->seat.licence->product_id), DB_BOOL(scope != POLICY_UNIQUE_PER_POLICY),
                  DB_ID(a->seat.licence->policy_id)))
        return false;
    return !db_next(&rows) || refuse(cx, &ERR_FINGERPRINT_TAKEN, AT_FINGERPRINT, a);
}

static const char *component_pointer(struct ctx *cx, size_t index)
{
    return arena_printf(cx->mem, "/data/relationships/components/data/%zu/attributes/fingerprint",
                        index);
}

static bool check_component(struct ctx *cx, const struct activation *a, size_t index)
{
    const char *fingerprint = a->draft->components[index].fingerprint;
    enum policy_uniqueness scope = a->seat.policy->component_uniqueness;
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    for (size_t i = 0; i < index; i++)
        if (strcmp(a->draft->components[i].fingerprint, fingerprint) == 0)
            return refuse(cx, &ERR_COMPONENTS_CONFLICT, component_pointer(cx, index), a);
    if (scope == POLICY_UNIQUE_PER_MACHINE)
        return true;
    crypto_sha256(fingerprint, strlen(fingerprint), hash);
    if (!db_query(cx, &rows, SQL_ANY_COMPONENT, DB_ID(cx->tenant_id), DB_BYTES(hash, sizeof hash),
                  DB_BOOL(scope != POLICY_UNIQUE_PER_PRODUCT), DB_ID(a->seat.licence->product_id),
                  DB_BOOL(scope != POLICY_UNIQUE_PER_POLICY), DB_ID(a->seat.licence->policy_id),
                  DB_BOOL(scope != POLICY_UNIQUE_PER_LICENCE), DB_ID(a->seat.licence->id)))
        return false;
    return !db_next(&rows) || refuse(cx, &ERR_COMPONENTS_TAKEN, component_pointer(cx, index), a);
}

static bool check_components(struct ctx *cx, const struct activation *a)
{
    if (a->draft->component_count > MACHINE_COMPONENTS_MAX)
        return refuse(cx, &ERR_COMPONENTS_TOO_MANY, "/data/relationships/components", a);
    for (size_t i = 0; i < a->draft->component_count; i++)
        if (!check_component(cx, a, i))
            return false;
    return true;
}

/* --- the rows --- */

static struct db_arg told(int64_t value)
{
    return value == 0 ? DB_NULL : DB_INT(value);
}

static bool insert_machine(struct ctx *cx, const struct activation *a)
{
    const struct machine_draft *d = a->draft;
    bool is_alive = a->seat.policy->heartbeat_basis == POLICY_HEARTBEAT_FROM_CREATION;

    if (db_exec(cx, NULL, SQL_MACHINE_ADD, DB_ID(cx->tenant_id), DB_ID(a->id),
                DB_ID(a->seat.licence->id), DB_ID_OR_NULL(d->owner_id), DB_ID_OR_NULL(a->group_id),
                DB_ID_OR_NULL(d->site_id), DB_TEXT(d->fingerprint),
                DB_BYTES(a->hash, sizeof a->hash), DB_TEXT(d->name), DB_TEXT(d->ip),
                DB_TEXT(d->hostname), DB_TEXT(d->platform), DB_TEXT(d->version), told(d->cores),
                told(d->memory), told(d->disk), DB_TIME(is_alive ? cx->now : 0), DB_TIME(cx->now),
                DB_TIME(cx->now), DB_TEXT(d->metadata != NULL ? d->metadata : "{}"),
                DB_TIME(cx->now), DB_TIME(cx->now)))
        return true;
    /* The backstop of check_own and check_words. */
    if (cx->err.kind == &ERR_CONFLICT) {
        bool is_id = strcmp(db_duplicate_key(cx), "PRIMARY") == 0;

        err_clear(&cx->err);
        return refuse(cx, is_id ? &ERR_MACHINE_ID_CONFLICT : &ERR_FINGERPRINT_TAKEN,
                      is_id ? "/data/id" : AT_FINGERPRINT, a);
    }
    return false;
}

static bool insert_components(struct ctx *cx, const struct activation *a)
{
    for (size_t i = 0; i < a->draft->component_count; i++) {
        const struct machine_component *c = &a->draft->components[i];
        uint8_t hash[CRYPTO_HASH_SIZE];

        crypto_sha256(c->fingerprint, strlen(c->fingerprint), hash);
        if (!db_exec(cx, NULL, SQL_COMPONENT_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                     DB_ID(a->seat.licence->id), DB_ID(a->id), DB_TEXT(c->fingerprint),
                     DB_BYTES(hash, sizeof hash), DB_TEXT(c->name),
                     DB_TEXT(c->metadata != NULL ? c->metadata : "{}"), DB_TIME(cx->now),
                     DB_TIME(cx->now)))
            return false;
    }
    return true;
}

static bool count_activation(struct ctx *cx, const struct activation *a)
{
    int64_t changed;

    if (id_is_zero(a->draft->token_id))
        return true;
    if (!db_exec(cx, &changed, SQL_TOKEN_ACTIVATE, DB_ID(cx->tenant_id), DB_ID(a->draft->token_id)))
        return false;
    return changed > 0 || refuse(cx, &ERR_ACTIVATIONS_FULL, "/data/attributes/activations", a);
}

/* The clock of a FROM_FIRST_ACTIVATION licence starts with its first machine. */
static bool start_licence(struct ctx *cx, const struct activation *a)
{
    const struct policy *p = a->seat.policy;

    if (p->expiration_basis != POLICY_FROM_FIRST_ACTIVATION || p->duration_seconds == 0 ||
        a->seat.licence->expires_at != 0)
        return true;
    return db_exec(cx, NULL, SQL_LICENCE_START,
                   DB_TIME(clock_add_duration(cx->now, p->duration_seconds)), DB_ID(cx->tenant_id),
                   DB_ID(a->seat.licence->id));
}

bool machine_add(struct ctx *cx, const struct machine_draft *draft, struct machine **out)
{
    struct activation a = {.draft = draft};

    a.id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id;
    crypto_sha256(draft->fingerprint, strlen(draft->fingerprint), a.hash);
    if (!db_begin(cx))
        return false;
    if (!lock(cx, &a) || !check_own(cx, &a))
        goto rollback;
    if (a.machine == NULL &&
        (!check_words(cx, &a) || !check_owner(cx, &a) || !check_limits(cx, &a) ||
         !check_wider(cx, &a) || !check_components(cx, &a) || !count_activation(cx, &a) ||
         !insert_machine(cx, &a) || !insert_components(cx, &a) || !start_licence(cx, &a) ||
         !machine_get(cx, a.id, &a.machine) ||
         !machine_event(cx, EVENT_LICENCE_ACTIVATED, a.machine)))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = a.machine;
    return true;

rollback:
    db_rollback(cx);
    return false;
}
