#include "licensing/machine.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/where.h"
#include "licensing/access.h"

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

#define MACHINE_COLUMNS                                                                           \
    "m.id, m.licence_id, l.product_id, l.policy_id, m.owner_id, m.group_id, m.site_id, "          \
    "m.fingerprint, m.name, m.ip, m.hostname, m.platform, m.version, m.cores, m.memory, m.disk, " \
    "COALESCE(m.max_processes, l.max_processes, p.max_processes), m.last_heartbeat_at, "          \
    "m.last_check_out_at, m.first_seen_at, m.last_seen_at, m.metadata, m.created_at, "            \
    "m.updated_at, p.require_heartbeat, p.heartbeat_duration_seconds, l.serial, s.name, s.city, " \
    "w.full_name, l.owner_id"
#define MACHINE_FROM                                                                       \
    " FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id " \
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "                   \
    "LEFT JOIN site s ON s.tenant_id = m.tenant_id AND s.id = m.site_id "                  \
    "LEFT JOIN person w ON w.tenant_id = m.tenant_id AND w.id = m.owner_id "               \
    "WHERE m.tenant_id = ? AND (? OR l.organisation_id = ?)"

static const char SQL_MACHINE_GET[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM " AND m.id = ?";
static const char SQL_MACHINE_BY_FINGERPRINT[] =
    "SELECT " MACHINE_COLUMNS MACHINE_FROM
    " AND m.fingerprint_hash = ? AND (? OR m.licence_id = ?) ORDER BY m.created_at, m.id LIMIT 1";
static const char SQL_MACHINE_LIST[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM
                                       " AND m.licence_id = ? ORDER BY m.created_at, m.id LIMIT ?";
static const char SQL_MACHINE_PAGE[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM;
static const char SQL_MACHINE_COUNT[] = "SELECT COUNT(*)" MACHINE_FROM;
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

static int64_t told(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? POLICY_NO_LIMIT : db_i64(row, column);
}

static void from_row(const struct ctx *cx, const struct db_row *row, struct machine *m)
{
    unsigned c = 0;

    m->id = db_id(row, c++);
    m->licence_id = db_id(row, c++);
    m->product_id = db_id(row, c++);
    m->policy_id = db_id(row, c++);
    m->owner_id = db_id(row, c++);
    m->group_id = db_id(row, c++);
    m->site_id = db_id(row, c++);
    m->fingerprint = db_text(row, c++);
    m->name = db_text(row, c++);
    m->ip = db_text(row, c++);
    m->hostname = db_text(row, c++);
    m->platform = db_text(row, c++);
    m->version = db_text(row, c++);
    m->cores = told(row, c++);
    m->memory = told(row, c++);
    m->disk = told(row, c++);
    m->max_processes = told(row, c++);
    m->last_heartbeat_at = db_time(row, c++);
    m->last_check_out_at = db_time(row, c++);
    m->first_seen_at = db_time(row, c++);
    m->last_seen_at = db_time(row, c++);
    m->metadata = db_text(row, c++);
    m->created_at = db_time(row, c++);
    m->updated_at = db_time(row, c++);
    m->require_heartbeat = db_bool(row, c++);
    m->heartbeat_seconds = db_is_null(row, c) ? POLICY_HEARTBEAT_DEFAULT : db_i64(row, c);
    c++;
    m->licence_serial = db_text(row, c++);
    m->site_name = db_text(row, c++);
    m->site_city = db_text(row, c++);
    m->owner_name = db_text(row, c++);
    m->licence_owner_id = db_id(row, c);
    m->heartbeat = machine_heartbeat_at(m->require_heartbeat, m->last_heartbeat_at, m->created_at,
                                        m->heartbeat_seconds, cx->now);
}

static bool first(struct ctx *cx, struct db_rows *rows, struct machine **out)
{
    if (!db_next(rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "machine");
    *out = arena_new(cx->mem, struct machine);
    from_row(cx, &rows->row, *out);
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

bool machine_find_fingerprint(struct ctx *cx, struct id licence_id, const char *fingerprint,
                              struct machine **out)
{
    struct access access = access_of(cx);
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    crypto_sha256(fingerprint, strlen(fingerprint), hash);
    return db_query(cx, &rows, SQL_MACHINE_BY_FINGERPRINT, DB_ID(cx->tenant_id),
                    DB_BOOL(access.sees_all), DB_ID_OR_NULL(access.organisation_id),
                    DB_BYTES(hash, sizeof hash), DB_BOOL(id_is_zero(licence_id)),
                    DB_ID(licence_id)) &&
           first(cx, &rows, out);
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
        from_row(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static void where_filter(struct ctx *cx, struct where *w, const char *head,
                         const struct machine_filter *f)
{
    struct access access = access_of(cx);
    uint8_t *hash;

    where_start(w, cx, head,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                                        DB_ID_OR_NULL(access.organisation_id)},
                3);
    if (!id_is_zero(f->licence_id))
        where_add(w, " AND m.licence_id = ?", DB_ID(f->licence_id));
    if (f->fingerprint != NULL) {
        hash = arena_alloc(cx->mem, CRYPTO_HASH_SIZE);
        crypto_sha256(f->fingerprint, strlen(f->fingerprint), hash);
        where_add(w, " AND m.fingerprint_hash = ?", DB_BYTES(hash, CRYPTO_HASH_SIZE));
    }
    if (f->hostname != NULL)
        where_add(w, " AND m.hostname = ?", DB_TEXT(f->hostname));
    if (f->ip != NULL)
        where_add(w, " AND m.ip = ?", DB_TEXT(f->ip));
}

bool machine_page(struct ctx *cx, const struct machine_filter *filter,
                  const struct licence_page *page, struct machine **out, size_t *count,
                  int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct machine *list;

    where_filter(cx, &w, SQL_MACHINE_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_filter(cx, &w, SQL_MACHINE_PAGE, filter);
    if (!id_is_zero(page->after))
        where_add(&w,
                  page->is_ascending
                      ? " AND (m.created_at, m.id) > (SELECT a.created_at, a.id FROM machine a "
                        "WHERE a.tenant_id = m.tenant_id AND a.id = ?)"
                      : " AND (m.created_at, m.id) < (SELECT a.created_at, a.id FROM machine a "
                        "WHERE a.tenant_id = m.tenant_id AND a.id = ?)",
                  DB_ID(page->after));
    where_add(&w,
              page->is_ascending ? " ORDER BY m.created_at, m.id LIMIT ?"
                                 : " ORDER BY m.created_at DESC, m.id DESC LIMIT ?",
              DB_INT(page->limit));
    where_add(&w, " OFFSET ?", DB_INT(page->offset));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct machine, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(cx, &rows.row, &list[i]);
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

static bool emit_released(struct ctx *cx, const struct machine *m)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:o}", "machine", id_text(cx->mem, m->id),
                                               "name", json_text(m->name)));

    return licence_changed(cx, "licence", m->licence_id) &&
           event_emit(cx, EVENT_LICENCE_RELEASED, m->licence_id, data);
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
        !emit_released(cx, m))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
