#include "licensing/machine.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/machine_event.h"
#include "licensing/machine_row.h"

#include <string.h>

const char *const MACHINE_HEARTBEAT_NAMES[] = {
    [MACHINE_NOT_STARTED] = "NOT_STARTED",
    [MACHINE_ALIVE] = "ALIVE",
    [MACHINE_DEAD] = "DEAD",
    [MACHINE_RESURRECTED] = "RESURRECTED",
};
_Static_assert(COUNT(MACHINE_HEARTBEAT_NAMES) == MACHINE_HEARTBEAT_COUNT, "name every status");

const struct err_kind ERR_DEACTIVATIONS_FULL = {
    ERR_CLASS_INVALID, "DEACTIVATIONS_LIMIT_EXCEEDED",
    "This token has released all the machines it may release."};

static const char SQL_MACHINE_GET[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM " AND m.id = ?";
static const char SQL_MACHINE_FIND[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM;
static const char SQL_MACHINE_LIST[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM
                                       " AND m.licence_id = ? ORDER BY m.created_at, m.id LIMIT ?";
static const char SQL_MACHINE_LICENCE[] =
    "SELECT l.id FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id "
    "AND l.id = m.licence_id WHERE m.tenant_id = ? AND m.id = ? AND (? OR l.organisation_id = ?)";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_DELETE_COMPONENTS[] =
    "DELETE FROM component WHERE tenant_id = ? AND machine_id = ?";
static const char SQL_MACHINE_DELETE_PROCESSES[] =
    "DELETE FROM process WHERE tenant_id = ? AND machine_id = ?";
static const char SQL_MACHINE_DELETE[] = "DELETE FROM machine WHERE tenant_id = ? AND id = ?";
static const char SQL_TOKEN_DEACTIVATE[] =
    "UPDATE api_token SET deactivations = deactivations + 1 WHERE tenant_id = ? AND id = ? "
    "AND (max_deactivations IS NULL OR deactivations < max_deactivations)";

enum machine_heartbeat machine_heartbeat_at(bool is_required, int64_t last_heartbeat_at,
                                            int64_t created_at, int64_t seconds, int64_t now)
{
    int64_t us = (seconds == 0 ? POLICY_HEARTBEAT_DEFAULT : seconds) * CLOCK_SECOND;

    if (last_heartbeat_at != 0)
        return last_heartbeat_at + us >= now ? MACHINE_ALIVE : MACHINE_DEAD;
    return is_required && created_at + us < now ? MACHINE_DEAD : MACHINE_NOT_STARTED;
}

static bool first(struct ctx *cx, struct db_rows *rows, struct machine **out)
{
    if (!db_next(rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "machine");
    *out = arena_new(cx->mem, struct machine);
    machine_row_read(cx, &rows->row, *out);
    return true;
}

bool machine_get(struct ctx *cx, struct id id, struct machine **out)
{
    struct access access = access_of(cx);
    struct db_rows rows;

    return db_query(cx, &rows, SQL_MACHINE_GET, DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                    DB_ID_OR_NULL(access.organisation_id), DB_ID(id)) &&
           first(cx, &rows, out);
}

bool machine_find_fingerprint(struct ctx *cx, const struct licence_scope *scope,
                              const char *fingerprint, struct machine **out)
{
    struct access access = access_of(cx);
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    struct where w;

    crypto_sha256(fingerprint, strlen(fingerprint), hash);
    where_start(&w, cx, SQL_MACHINE_FIND,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                                        DB_ID_OR_NULL(access.organisation_id)},
                3);
    where_add(&w, " AND m.fingerprint_hash = ?", DB_BYTES(hash, sizeof hash));
    licence_scope_add(&w, cx, scope);
    where_add(&w, " ORDER BY m.created_at, m.id LIMIT 1", DB_NONE);
    return db_query_args(cx, &rows, w.text.p, w.args, w.count) && first(cx, &rows, out);
}

bool machine_list(struct ctx *cx, struct id licence_id, unsigned limit, struct machine **out,
                  size_t *count)
{
    struct access access = access_of(cx);
    struct db_rows rows;
    struct machine *list;

    if (!db_query(cx, &rows, SQL_MACHINE_LIST, DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                  DB_ID_OR_NULL(access.organisation_id), DB_ID(licence_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct machine, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        machine_row_read(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

/* --- releasing a seat --- */

static bool count_deactivation(struct ctx *cx, struct id token_id)
{
    int64_t changed;

    if (id_is_zero(token_id))
        return true;
    if (!db_exec(cx, &changed, SQL_TOKEN_DEACTIVATE, DB_ID(cx->tenant_id), DB_ID(token_id)))
        return false;
    return changed > 0 ||
           err_set_at(&cx->err, &ERR_DEACTIVATIONS_FULL, "/data/attributes/deactivations",
                      "token %s", id_text(cx->mem, token_id));
}

static bool delete_rows(struct ctx *cx, struct id id)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(id)};
    int64_t changed;

    if (!db_exec_args(cx, NULL, SQL_MACHINE_DELETE_COMPONENTS, args, COUNT(args)) ||
        !db_exec_args(cx, NULL, SQL_MACHINE_DELETE_PROCESSES, args, COUNT(args)) ||
        !db_exec_args(cx, &changed, SQL_MACHINE_DELETE, args, COUNT(args)))
        return false;
    return changed > 0 || err_set(&cx->err, &ERR_NOT_FOUND, "machine %s", id_text(cx->mem, id));
}

bool machine_remove(struct ctx *cx, struct id id, struct id token_id)
{
    struct access access = access_of(cx);
    struct db_rows rows;
    struct machine *m;

    if (!db_begin(cx))
        return false;
    if (!db_query(cx, &rows, SQL_MACHINE_LICENCE, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_BOOL(access.sees_all), DB_ID_OR_NULL(access.organisation_id)))
        goto rollback;
    if (!db_next(&rows)) {
        err_set(&cx->err, &ERR_NOT_FOUND, "machine %s", id_text(cx->mem, id));
        goto rollback;
    }
    /* Lock order: licence, then token, then machine. */
    if (!db_exec(cx, NULL, SQL_LICENCE_LOCK, DB_ID(cx->tenant_id), DB_ID(db_id(&rows.row, 0))) ||
        !machine_get(cx, id, &m) || !count_deactivation(cx, token_id) || !delete_rows(cx, id) ||
        !machine_event(cx, EVENT_LICENCE_RELEASED, m))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
