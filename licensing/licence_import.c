#include "licensing/licence_import.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "licensing/access.h"
#include "licensing/licence_edit.h"
#include "licensing/licence_key.h"
#include "licensing/product.h"

#include <string.h>

static const char SQL_IMPORT_ADD[] =
    "INSERT INTO licence (tenant_id, id, serial, product_id, policy_id, organisation_id, owner_id, "
    "group_id, name, key_text, key_hash, starts_at, expires_at, support_until, grace_days, "
    "is_trial, is_suspended, is_protected, uses, last_version, last_validated_at, "
    "last_check_in_at, last_check_out_at, note, metadata, created_at, updated_at, max_machines, "
    "max_processes, max_users, max_cores, max_memory, max_disk, max_uses) VALUES (?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_IMPORT_FIND[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND (id = ? OR key_hash = ?) LIMIT 1";
static const char SQL_IMPORT_MACHINE[] =
    "UPDATE machine SET created_at = COALESCE(?, created_at), first_seen_at = COALESCE(?, "
    "first_seen_at), last_heartbeat_at = COALESCE(?, last_heartbeat_at), "
    "last_check_out_at = COALESCE(?, last_check_out_at) WHERE tenant_id = ? AND id = ?";

/* The policy's limits in the order of enum licence_limit. */
static int64_t limit_of(const struct policy *p, int limit)
{
    const int64_t limits[] = {p->max_machines, p->max_processes, p->max_users, p->max_cores,
                              p->max_memory,   p->max_disk,      p->max_uses};

    return limits[limit];
}

static struct licence_own own_of(const struct policy *p, const struct licence_own *told)
{
    struct licence_own own = {0};

    for (int i = 0; i < LICENCE_LIMIT_COUNT; i++)
        if ((told->told & (1U << i)) != 0 && told->limits[i] != POLICY_NO_LIMIT &&
            told->limits[i] != limit_of(p, i)) {
            own.told |= 1U << i;
            own.limits[i] = told->limits[i];
        }
    return own;
}

static struct db_arg limit_arg(const struct licence_own *own, enum licence_limit limit)
{
    return (own->told & (1U << limit)) != 0 ? DB_INT(own->limits[limit]) : DB_NULL;
}

static bool check(struct ctx *cx, const struct licence_record *r, const struct policy *p,
                  const struct licence_own *own)
{
    static const char AT[] = "/data/attributes/key";

    licence_edit_check(cx, p, r->name, own);
    if (r->key == NULL || utf8_count(r->key) < LICENCE_KEY_MIN)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_TOO_SHORT, AT, "key");
    else if (strlen(r->key) > LICENCE_KEY_MAX)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_TOO_LONG, AT, "key");
    else if (strcmp(r->key, "action") == 0 || strcmp(r->key, "actions") == 0)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_NOT_ALLOWED, AT, "reserved");
    return cx->err.kind == NULL;
}

static bool name_conflict(struct ctx *cx)
{
    const char *key = cx->err.kind == &ERR_CONFLICT ? db_duplicate_key(cx) : "";

    if (strcmp(key, "licence_key") == 0) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_LICENCE_KEY_TAKEN, "/data/attributes/key", "key");
    } else if (strcmp(key, "PRIMARY") == 0) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_LICENCE_ID_CONFLICT, "/data/id", "licence");
    }
    return false;
}

static bool insert(struct ctx *cx, const struct licence_record *r, const struct policy *p,
                   const struct product *product, struct id id)
{
    struct licence_own own = own_of(p, &r->limits);
    const char *serial =
        r->serial != NULL ? r->serial : licence_key_serial(cx->mem, product->serial_prefix);
    int64_t created_at = r->created_at != 0 ? r->created_at : cx->now;
    uint8_t hash[CRYPTO_HASH_SIZE];

    if (!check(cx, r, p, &own))
        return false;
    crypto_sha256(r->key, strlen(r->key), hash);
    return db_exec(cx, NULL, SQL_IMPORT_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(serial),
                   DB_ID(product->id), DB_ID(p->id), DB_ID_OR_NULL(r->organisation_id),
                   DB_ID_OR_NULL(r->owner_id), DB_ID_OR_NULL(r->group_id), DB_TEXT(r->name),
                   DB_TEXT(r->key), DB_BYTES(hash, sizeof hash),
                   DB_TIME(r->starts_at != 0 ? r->starts_at : created_at), DB_TIME(r->expires_at),
                   DB_TIME(r->support_until), DB_INT(r->grace_days), DB_BOOL(r->is_trial),
                   DB_BOOL(r->is_suspended),
                   r->has_protected && r->is_protected != p->is_protected ? DB_BOOL(r->is_protected)
                                                                          : DB_NULL,
                   DB_INT(r->uses), DB_TEXT(r->last_version), DB_TIME(r->last_validated_at),
                   DB_TIME(r->last_check_in_at), DB_TIME(r->last_check_out_at),
                   DB_TEXT(r->note != NULL ? r->note : ""),
                   DB_TEXT(r->metadata != NULL ? r->metadata : "{}"), DB_TIME(created_at),
                   DB_TIME(r->updated_at != 0 ? r->updated_at : created_at),
                   limit_arg(&own, LICENCE_MACHINES), limit_arg(&own, LICENCE_PROCESSES),
                   limit_arg(&own, LICENCE_USERS), limit_arg(&own, LICENCE_CORES),
                   limit_arg(&own, LICENCE_MEMORY), limit_arg(&own, LICENCE_DISK),
                   limit_arg(&own, LICENCE_USES)) ||
           name_conflict(cx);
}

bool licence_import(struct ctx *cx, const struct licence_record *r, struct licence **out)
{
    struct id id = id_is_zero(r->id) ? ctx_new_id(cx) : r->id;
    struct product *product;
    struct policy *p;
    struct licence *l;

    if (!access_manage(cx, ACTION_CREATE) || !db_begin(cx))
        return false;
    if (!policy_get(cx, r->policy_id, &p)) {
        if (cx->err.kind == &ERR_NOT_FOUND) {
            err_clear(&cx->err);
            err_set_at(&cx->err, &ERR_LICENCE_POLICY_NOT_FOUND, "/data/relationships/policy",
                       "policy");
        }
        goto rollback;
    }
    if (!product_get(cx, p->product_id, &product) || !insert(cx, r, p, product, id) ||
        !licence_get(cx, id, &l) ||
        !event_emit(
            cx, EVENT_LICENCE_ISSUED, id,
            json_own(cx->mem, json_pack("{s:s,s:b}", "serial", l->serial, "imported", 1))) ||
        !licence_changed(cx, "licence", id))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = l;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

bool licence_import_find(struct ctx *cx, struct id id, const char *key, struct id *out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    crypto_sha256(key, strlen(key), hash);
    if (!db_query(cx, &rows, SQL_IMPORT_FIND, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_BYTES(hash, sizeof hash)))
        return false;
    *out = db_next(&rows) ? db_id(&rows.row, 0) : (struct id){0};
    return true;
}

bool licence_import_machine(struct ctx *cx, struct id machine_id, int64_t created_at,
                            int64_t last_heartbeat_at, int64_t last_check_out_at)
{
    return access_manage(cx, ACTION_CREATE) &&
           db_exec(cx, NULL, SQL_IMPORT_MACHINE, DB_TIME(created_at), DB_TIME(created_at),
                   DB_TIME(last_heartbeat_at), DB_TIME(last_check_out_at), DB_ID(cx->tenant_id),
                   DB_ID(machine_id));
}
