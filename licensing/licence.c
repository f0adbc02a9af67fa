#include "licensing/licence.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/where.h"
#include "licensing/access.h"
#include "licensing/licence_row.h"

#include <string.h>

const char *const LICENCE_STATUS_NAMES[] = {
    [LICENCE_BANNED] = "BANNED",     [LICENCE_SUSPENDED] = "SUSPENDED",
    [LICENCE_EXPIRED] = "EXPIRED",   [LICENCE_EXPIRING] = "EXPIRING",
    [LICENCE_INACTIVE] = "INACTIVE", [LICENCE_ACTIVE] = "ACTIVE",
};
_Static_assert(COUNT(LICENCE_STATUS_NAMES) == LICENCE_STATUS_COUNT, "name every status");

const struct err_kind ERR_LICENCE_IS_SUSPENDED = {ERR_CLASS_INVALID, "",
                                                  "This licence is suspended already."};
const struct err_kind ERR_LICENCE_NOT_SUSPENDED = {ERR_CLASS_INVALID, "",
                                                   "This licence is not suspended."};
const struct err_kind ERR_LICENCE_NO_DURATION = {
    ERR_CLASS_INVALID, "", "This licence cannot be renewed: its policy has no duration."};
const struct err_kind ERR_LICENCE_NO_EXPIRY = {ERR_CLASS_INVALID, "EXPIRY_MISSING",
                                               "This licence cannot be renewed: it does not end."};
const struct err_kind ERR_LICENCE_LIMIT_INVALID = {
    ERR_CLASS_INVALID, "MAX_MACHINES_INVALID",
    "A floating licence has at least one seat, a node-locked one exactly one."};

static const char SQL_LICENCE_GET[] =
    "SELECT " LICENCE_COLUMNS LICENCE_FROM " AND l.id = ? AND (? OR l.organisation_id = ?)";
static const char SQL_LICENCE_BY_KEY[] =
    "SELECT " LICENCE_COLUMNS LICENCE_FROM " AND l.key_hash = ? AND (? OR l.organisation_id = ?)";
static const char SQL_LICENCE_BY_SERIAL[] =
    "SELECT " LICENCE_COLUMNS LICENCE_FROM " AND l.serial = ? AND (? OR l.organisation_id = ?)";
static const char SQL_LICENCE_LIST[] = "SELECT " LICENCE_COLUMNS LICENCE_FROM;
static const char SQL_LICENCE_COUNT[] = "SELECT COUNT(*)" LICENCE_FROM;

static const char SQL_LICENCE_SUSPEND[] =
    "UPDATE licence SET is_suspended = ?, version = version + 1, updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL AND is_suspended <> ?";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_LICENCE_EXPIRY[] =
    "UPDATE licence SET expires_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_CHECKED_OUT[] =
    "UPDATE licence SET last_check_out_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_CHECKED_OUT[] =
    "UPDATE machine SET last_check_out_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_SEATS[] =
    "UPDATE licence SET max_machines = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_DELETE[] =
    "UPDATE licence SET deleted_at = ?, version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_DELETE_COMPONENTS[] =
    "DELETE FROM component WHERE tenant_id = ? AND licence_id = ?";
static const char SQL_LICENCE_DELETE_PROCESSES[] =
    "DELETE FROM process WHERE tenant_id = ? AND licence_id = ?";
static const char SQL_LICENCE_DELETE_MACHINES[] =
    "DELETE FROM machine WHERE tenant_id = ? AND licence_id = ?";
static const char SQL_LICENCE_REVOKE_TOKENS[] =
    "UPDATE api_token SET revoked_at = ? WHERE tenant_id = ? AND licence_id = ? "
    "AND revoked_at IS NULL";
static const char SQL_CHANGE_ADD[] =
    "INSERT INTO licence_change (tenant_id, id, subject, subject_id, changed_at) "
    "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))";

/* --- pure --- */

enum licence_status licence_status_at(bool is_owner_banned, bool is_suspended, int64_t expires_at,
                                      int64_t last_used_at, int64_t now)
{
    if (is_owner_banned)
        return LICENCE_BANNED;
    if (is_suspended)
        return LICENCE_SUSPENDED;
    if (expires_at != 0 && expires_at < now)
        return LICENCE_EXPIRED;
    if (expires_at != 0 && expires_at <= now + LICENCE_EXPIRING_DAYS * CLOCK_DAY)
        return LICENCE_EXPIRING;
    if (last_used_at < now - LICENCE_IDLE_DAYS * CLOCK_DAY)
        return LICENCE_INACTIVE;
    return LICENCE_ACTIVE;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t licence_last_used(const struct licence *l)
{
    return latest(latest(l->created_at, l->last_validated_at),
                  latest(l->last_check_in_at, l->last_check_out_at));
}

int64_t licence_next_check_in(const struct policy *policy, int64_t last_check_in_at)
{
    struct civil c;
    int days;

    if (!policy->require_check_in || last_check_in_at == 0)
        return 0;
    switch (policy->check_in_interval) {
    case POLICY_NO_INTERVAL:
        return 0;
    case POLICY_DAY:
        return last_check_in_at + policy->check_in_count * CLOCK_DAY;
    case POLICY_WEEK:
        return last_check_in_at + policy->check_in_count * 7 * CLOCK_DAY;
    case POLICY_MONTH:
    case POLICY_YEAR:
        break;
    }
    c = clock_civil(last_check_in_at);
    c.month += (int)policy->check_in_count * (policy->check_in_interval == POLICY_YEAR ? 12 : 1);
    c.year += (c.month - 1) / 12;
    c.month = (c.month - 1) % 12 + 1;
    days = clock_month_days(c.year, c.month);
    if (c.day > days)
        c.day = days;
    return clock_from_civil(&c);
}

bool licence_changed(struct ctx *cx, const char *subject, struct id subject_id)
{
    return db_exec(cx, NULL, SQL_CHANGE_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_TEXT(subject), DB_ID(subject_id));
}

/* --- reading --- */

static bool get(struct ctx *cx, const char *sql, struct db_arg what, struct licence **out)
{
    struct access access = access_of(cx);
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), what, DB_BOOL(access.sees_all),
                  DB_ID_OR_NULL(access.organisation_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "licence");
    *out = arena_new(cx->mem, struct licence);
    licence_row_read(cx, &rows.row, *out);
    return true;
}

bool licence_get(struct ctx *cx, struct id id, struct licence **out)
{
    return get(cx, SQL_LICENCE_GET, DB_ID(id), out);
}

bool licence_find_key(struct ctx *cx, const char *key, struct licence **out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(key, strlen(key), hash);
    return get(cx, SQL_LICENCE_BY_KEY, DB_BYTES(hash, sizeof hash), out);
}

bool licence_find_serial(struct ctx *cx, const char *serial, struct licence **out)
{
    return get(cx, SQL_LICENCE_BY_SERIAL, DB_TEXT(serial), out);
}

/* A search is part of a serial or of a name; wildcards in it stand for themselves. */
static const char *like_pattern(struct ctx *cx, const char *search)
{
    struct str out = str_new(cx->mem);

    str_char(&out, '%');
    for (; *search != '\0'; search++) {
        if (*search == '%' || *search == '_' || *search == '!')
            str_char(&out, '!');
        str_char(&out, *search);
    }
    str_char(&out, '%');
    return out.p;
}

static void where_filter(struct ctx *cx, struct where *w, const char *head,
                         const struct licence_filter *f)
{
    struct access access = access_of(cx);
    uint8_t *hash;

    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!access.sees_all)
        where_add(w, " AND l.organisation_id = ?", DB_ID_OR_NULL(access.organisation_id));
    if (!id_is_zero(f->organisation_id))
        where_add(w, " AND l.organisation_id = ?", DB_ID(f->organisation_id));
    if (!id_is_zero(f->product_id))
        where_add(w, " AND l.product_id = ?", DB_ID(f->product_id));
    if (!id_is_zero(f->policy_id))
        where_add(w, " AND l.policy_id = ?", DB_ID(f->policy_id));
    if (!id_is_zero(f->owner_id))
        where_add(w, " AND l.owner_id = ?", DB_ID(f->owner_id));
    if (f->is_suspended)
        where_add(w, " AND l.is_suspended", DB_NONE);
    if (f->expires_from != 0)
        where_add(w, " AND l.expires_at >= ?", DB_TIME(f->expires_from));
    if (f->expires_to != 0)
        where_add(w, " AND l.expires_at < ?", DB_TIME(f->expires_to));
    if (f->search != NULL && *f->search != '\0') {
        hash = arena_alloc(cx->mem, CRYPTO_HASH_SIZE);
        crypto_sha256(f->search, strlen(f->search), hash);
        where_add(w, " AND (l.key_hash = ?", DB_BYTES(hash, CRYPTO_HASH_SIZE));
        where_add(w, " OR UPPER(l.serial) LIKE UPPER(?) ESCAPE '!'",
                  DB_TEXT(like_pattern(cx, f->search)));
        where_add(w, " OR LOWER(l.name) LIKE LOWER(?) ESCAPE '!')",
                  DB_TEXT(like_pattern(cx, f->search)));
    }
}

bool licence_list(struct ctx *cx, const struct licence_filter *filter, struct licence **out,
                  size_t *count)
{
    unsigned limit = filter->limit == 0 ? LICENCE_LIST_MAX : filter->limit;
    struct where w;
    struct db_rows rows;
    struct licence *list;

    where_filter(cx, &w, SQL_LICENCE_LIST, filter);
    /* Ids are in time order, so the newest come first. */
    if (!id_is_zero(filter->after))
        where_add(&w, " AND l.id < ?", DB_ID(filter->after));
    where_add(&w, " ORDER BY l.id DESC LIMIT ?", DB_INT(limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct licence, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        licence_row_read(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

bool licence_count(struct ctx *cx, const struct licence_filter *filter, int64_t *out)
{
    struct where w;
    struct db_rows rows;

    where_filter(cx, &w, SQL_LICENCE_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}

/* --- changing --- */

bool licence_finish(struct ctx *cx, struct id id, enum event_kind event, json_t *data,
                    struct licence **out)
{
    if (!licence_changed(cx, "licence", id) || !event_emit(cx, event, id, data) ||
        (out != NULL && !licence_get(cx, id, out))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool finish(struct ctx *cx, struct id id, enum event_kind event, const char *action,
                   const char *reason, struct licence **out)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:s}", "action", action, "reason", reason));

    return licence_finish(cx, id, event, data, out);
}

static bool set_suspended(struct ctx *cx, struct id id, bool is_suspended, const char *reason,
                          struct licence **out)
{
    struct licence *before;
    int64_t changed;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_get(cx, id, &before) ||
        !db_exec(cx, &changed, SQL_LICENCE_SUSPEND, DB_BOOL(is_suspended), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id), DB_BOOL(is_suspended)))
        goto rollback;
    if (changed == 0) {
        err_set_at(&cx->err, is_suspended ? &ERR_LICENCE_IS_SUSPENDED : &ERR_LICENCE_NOT_SUSPENDED,
                   "/data/attributes/suspended", "licence %s", id_text(cx->mem, id));
        goto rollback;
    }
    return finish(cx, id, is_suspended ? EVENT_LICENCE_SUSPENDED : EVENT_LICENCE_REINSTATED,
                  is_suspended ? "suspended" : "reinstated", reason, out);

rollback:
    db_rollback(cx);
    return false;
}

bool licence_suspend(struct ctx *cx, struct id id, const char *reason, struct licence **out)
{
    return set_suspended(cx, id, true, reason, out);
}

bool licence_reinstate(struct ctx *cx, struct id id, const char *reason, struct licence **out)
{
    return set_suspended(cx, id, false, reason, out);
}

bool licence_lock(struct ctx *cx, struct id id, struct licence **licence, struct policy **policy)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_LICENCE_LOCK, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "licence %s", id_text(cx->mem, id));
    return licence_get(cx, id, licence) && policy_get(cx, (*licence)->policy_id, policy);
}

static int64_t renewed_expiry(const struct ctx *cx, const struct licence *l, const struct policy *p)
{
    int64_t from = l->expires_at;

    if (p->renewal == POLICY_FROM_NOW ||
        (p->renewal == POLICY_FROM_NOW_IF_EXPIRED && l->expires_at < cx->now))
        from = cx->now;
    return clock_add_duration(from, p->duration_seconds);
}

bool licence_renew(struct ctx *cx, struct id id, const char *reason, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    if (p->duration_seconds == 0) {
        err_set(&cx->err, &ERR_LICENCE_NO_DURATION, "licence %s", id_text(cx->mem, id));
        goto rollback;
    }
    if (l->expires_at == 0) {
        err_set_at(&cx->err, &ERR_LICENCE_NO_EXPIRY, "/data/attributes/expiry", "licence %s",
                   id_text(cx->mem, id));
        goto rollback;
    }
    if (!db_exec(cx, NULL, SQL_LICENCE_EXPIRY, DB_TIME(renewed_expiry(cx, l, p)), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    return finish(cx, id, EVENT_LICENCE_RENEWED, "renewed", reason, out);

rollback:
    db_rollback(cx);
    return false;
}

bool licence_start(struct ctx *cx, struct id id)
{
    struct licence *l;
    struct policy *p;

    if (!db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    if (l->expires_at == 0 && p->duration_seconds != 0 &&
        (!db_exec(cx, NULL, SQL_LICENCE_EXPIRY,
                  DB_TIME(clock_add_duration(cx->now, p->duration_seconds)), DB_TIME(cx->now),
                  DB_ID(cx->tenant_id), DB_ID(id)) ||
         !licence_changed(cx, "licence", id)))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool licence_checked_out(struct ctx *cx, struct id id, struct id machine_id)
{
    bool is_machine = !id_is_zero(machine_id);

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, is_machine ? SQL_MACHINE_CHECKED_OUT : SQL_LICENCE_CHECKED_OUT,
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(is_machine ? machine_id : id))) {
        db_rollback(cx);
        return false;
    }
    if (!is_machine)
        return finish(cx, id, EVENT_LICENCE_CHECKED_OUT, "licence file made", "", NULL);
    return licence_finish(
        cx, id, EVENT_MACHINE_CHECKED_OUT,
        json_own(cx->mem, json_pack("{s:s, s:s}", "machine", id_text(cx->mem, machine_id),
                                    "licence", id_text(cx->mem, id))),
        NULL);
}

bool licence_set_seats(struct ctx *cx, struct id id, int64_t seats, const char *reason,
                       struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    if (seats < 1 || seats > INT32_MAX || (!p->is_floating && seats != 1)) {
        err_set_at(&cx->err, &ERR_LICENCE_LIMIT_INVALID, "/data/attributes/maxMachines", "%lld",
                   (long long)seats);
        goto rollback;
    }
    if (!db_exec(cx, NULL, SQL_LICENCE_SEATS, DB_INT(seats), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)))
        goto rollback;
    return finish(cx, id, EVENT_LICENCE_UPDATED, "seats changed", reason, out);

rollback:
    db_rollback(cx);
    return false;
}

static bool take_away(struct ctx *cx, struct id id, enum event_kind event, const char *action,
                      const char *reason)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(id)};
    struct licence *l;
    struct policy *p;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p) ||
        !db_exec_args(cx, NULL, SQL_LICENCE_DELETE_COMPONENTS, args, COUNT(args)) ||
        !db_exec_args(cx, NULL, SQL_LICENCE_DELETE_PROCESSES, args, COUNT(args)) ||
        !db_exec_args(cx, NULL, SQL_LICENCE_DELETE_MACHINES, args, COUNT(args)) ||
        !db_exec(cx, NULL, SQL_LICENCE_REVOKE_TOKENS, DB_TIME(cx->now), args[0], args[1]) ||
        !db_exec(cx, NULL, SQL_LICENCE_DELETE, DB_TIME(cx->now), args[0], args[1])) {
        db_rollback(cx);
        return false;
    }
    return licence_finish(
        cx, id, event,
        json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:o}", "action", action, "reason", reason,
                                    "product", id_text(cx->mem, l->product_id), "serial", l->serial,
                                    "name", json_text(l->name))),
        NULL);
}

bool licence_revoke(struct ctx *cx, struct id id, const char *reason)
{
    return take_away(cx, id, EVENT_LICENCE_REVOKED, "revoked", reason);
}

bool licence_delete(struct ctx *cx, struct id id)
{
    return take_away(cx, id, EVENT_LICENCE_DELETED, "deleted", "");
}
