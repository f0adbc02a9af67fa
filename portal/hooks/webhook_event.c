#include "portal/hooks/webhook_event.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/where.h"
#include "portal/hooks/webhook_endpoint.h"

#include <string.h>

enum { NAMES_MAX = 16, FAULT_MAX = 200, GONE = 410 };

const struct err_kind ERR_WEBHOOK_ENDPOINT_GONE = {ERR_CLASS_INVALID, "",
                                                   "The webhook that this was told to is deleted."};
const struct err_kind ERR_WEBHOOK_ENDPOINT_OFF = {
    ERR_CLASS_INVALID, "", "The webhook that this was told to is switched off."};

#define COLUMNS                                                                              \
    "tenant_id, id, endpoint_id, product_id, name, url, api_version, idempotency_token, "    \
    "payload, status, attempts, last_code, last_body, last_fault, last_attempt_at, due_at, " \
    "created_at, updated_at, lease"
static const char SQL_EVENT_ADD[] =
    "INSERT INTO webhook_event (tenant_id, id, endpoint_id, event_id, name, url, api_version, "
    "product_id, idempotency_token, payload, due_at, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_EVENT_GET[] =
    "SELECT " COLUMNS " FROM webhook_event WHERE tenant_id = ? AND id = ?";
static const char SQL_EVENT_LIST[] = "SELECT " COLUMNS " FROM webhook_event WHERE tenant_id = ?";
static const char SQL_EVENT_COUNT[] = "SELECT COUNT(*) FROM webhook_event WHERE tenant_id = ?";
static const char SQL_EVENT_REMOVE[] = "DELETE FROM webhook_event WHERE tenant_id = ? AND id = ?";
static const char SQL_EVENT_RETRY[] =
    "UPDATE webhook_event SET status = 'DELIVERING', attempts = 0, due_at = ?, lease = NULL, "
    "url = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
/* The claims are the house's own: they work for all tenants, so they bind none. */
static const char SQL_EVENT_CLAIM_ANY_TENANT[] =
    "UPDATE webhook_event SET lease = ?, due_at = ?, attempts = attempts + 1 "
    "WHERE due_at <= ? ORDER BY due_at LIMIT ?";
static const char SQL_EVENT_CLAIMED_ANY_TENANT[] =
    "SELECT " COLUMNS " FROM webhook_event WHERE lease = ? ORDER BY id";
static const char SQL_EVENT_SETTLE[] =
    "UPDATE webhook_event SET status = ?, last_code = ?, last_body = ?, last_fault = ?, "
    "last_attempt_at = ?, due_at = ?, lease = NULL, updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND lease = ?";
static const char SQL_ENDPOINT_WORKS[] =
    "UPDATE webhook_endpoint SET failing_since = NULL "
    "WHERE tenant_id = ? AND id = ? AND failing_since IS NOT NULL";
static const char SQL_ENDPOINT_FAILS[] =
    "UPDATE webhook_endpoint SET failing_since = ? "
    "WHERE tenant_id = ? AND id = ? AND failing_since IS NULL";
static const char SQL_ENDPOINT_FAILING[] =
    "SELECT failing_since FROM webhook_endpoint WHERE tenant_id = ? AND id = ?";
/* Who does not even answer keeps a thread waiting: what else is due for it comes later. */
static const char SQL_EVENT_HOLD_BACK[] =
    "UPDATE webhook_event SET due_at = ? "
    "WHERE tenant_id = ? AND endpoint_id = ? AND due_at < ? AND lease IS NULL";
static const char SQL_EVENT_PURGE_ANY_TENANT[] =
    "DELETE FROM webhook_event WHERE created_at < ? ORDER BY created_at LIMIT ?";

static struct webhook_event from_row(const struct db_row *row)
{
    return (struct webhook_event){.tenant_id = db_id(row, 0),
                                  .id = db_id(row, 1),
                                  .endpoint_id = db_id(row, 2),
                                  .product_id = db_id(row, 3),
                                  .name = db_text(row, 4),
                                  .url = db_text(row, 5),
                                  .api_version = db_text(row, 6),
                                  .idempotency_token = db_text(row, 7),
                                  .payload = db_text(row, 8),
                                  .status = db_text(row, 9),
                                  .attempts = (int)db_i64(row, 10),
                                  .last_code = db_i64(row, 11),
                                  .last_body = db_text(row, 12),
                                  .last_fault = db_text(row, 13),
                                  .last_attempt_at = db_time(row, 14),
                                  .due_at = db_time(row, 15),
                                  .created_at = db_time(row, 16),
                                  .updated_at = db_time(row, 17),
                                  .lease = db_id(row, 18)};
}

static void from_rows(struct ctx *cx, struct db_rows *rows, struct webhook_event **out,
                      size_t *count)
{
    struct webhook_event *list = arena_array(cx->mem, struct webhook_event, rows->count);

    while (db_next(rows))
        list[rows->next - 1] = from_row(&rows->row);
    *out = list;
    *count = rows->count;
}

/* --- queueing and reading --- */

/* Tells nothing of us, and is the same whenever it is asked for. */
static const char *token_of(struct ctx *cx, struct id event_id)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(event_id.b, sizeof event_id.b, hash);
    return crypto_hex(cx->mem, hash, sizeof hash);
}

bool webhook_event_add(struct ctx *cx, const struct webhook_endpoint *endpoint, struct id event_id,
                       const char *name, const char *payload, struct id *out)
{
    struct id id = ctx_new_id(cx);

    if (!db_exec(cx, NULL, SQL_EVENT_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_ID(endpoint->id),
                 DB_ID_OR_NULL(event_id), DB_TEXT(name), DB_TEXT(endpoint->url),
                 DB_TEXT(endpoint->api_version), DB_ID_OR_NULL(endpoint->product_id),
                 DB_TEXT(token_of(cx, id_is_zero(event_id) ? id : event_id)), DB_TEXT(payload),
                 DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now)))
        return false;
    *out = id;
    return true;
}

bool webhook_event_test(struct ctx *cx, struct id endpoint_id)
{
    struct webhook_endpoint *endpoint;
    char at[CLOCK_ISO_SIZE];
    json_t *payload;
    struct id id;

    if (!webhook_endpoint_get(cx, endpoint_id, (struct id){{0}}, &endpoint))
        return false;
    if (!endpoint->is_enabled)
        return err_set(&cx->err, &ERR_WEBHOOK_ENDPOINT_OFF, "%s", id_text(cx->mem, endpoint_id));
    clock_iso(cx->now, at);
    payload =
        json_own(cx->mem, json_pack("{s:n, s:{s:b, s:s}}", "data", "meta", "test", 1, "ts", at));
    return webhook_event_add(cx, endpoint, (struct id){{0}}, "webhook.test",
                             json_write(cx->mem, payload), &id);
}

static void add_filter(struct where *w, const struct webhook_event_filter *f)
{
    size_t names = f->name_count < NAMES_MAX ? f->name_count : NAMES_MAX;

    if (!id_is_zero(f->endpoint_id))
        where_add(w, " AND endpoint_id = ?", DB_ID(f->endpoint_id));
    if (!id_is_zero(f->product_id))
        where_add(w, " AND product_id = ?", DB_ID(f->product_id));
    for (size_t i = 0; i < names; i++)
        where_add(w, i == 0 ? " AND name IN (?" : ", ?", DB_TEXT(f->names[i]));
    if (names > 0)
        where_add(w, ")", DB_NONE);
}

bool webhook_event_list(struct ctx *cx, const struct webhook_event_filter *filter,
                        struct webhook_event **out, size_t *count, int64_t *total)
{
    const struct db_arg tenant[] = {DB_ID(cx->tenant_id)};
    unsigned limit = filter->limit == 0 ? WEBHOOK_LIST_MAX : filter->limit;
    struct db_rows rows;
    struct where w;

    if (!webhook_endpoint_manage(cx, ACTION_READ))
        return false;
    if (total != NULL) {
        where_start(&w, cx, SQL_EVENT_COUNT, tenant, 1);
        add_filter(&w, filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
            return false;
        *total = db_i64(&rows.row, 0);
    }
    where_start(&w, cx, SQL_EVENT_LIST, tenant, 1);
    add_filter(&w, filter);
    if (!id_is_zero(filter->after))
        where_add(&w, filter->is_ascending ? " AND id > ?" : " AND id < ?", DB_ID(filter->after));
    where_add(&w, filter->is_ascending ? " ORDER BY id LIMIT ?" : " ORDER BY id DESC LIMIT ?",
              DB_INT(limit));
    where_add(&w, " OFFSET ?", DB_INT(filter->offset));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool webhook_event_get(struct ctx *cx, struct id id, struct id product_id,
                       struct webhook_event **out)
{
    struct webhook_event *e = arena_new(cx->mem, struct webhook_event);
    struct db_rows rows;

    if (!webhook_endpoint_manage(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_EVENT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (db_next(&rows))
        *e = from_row(&rows.row);
    if (rows.count == 0 || (!id_is_zero(product_id) && !id_equal(e->product_id, product_id)))
        return err_set(&cx->err, &ERR_NOT_FOUND, "webhook event %s", id_text(cx->mem, id));
    *out = e;
    return true;
}

bool webhook_event_remove(struct ctx *cx, struct id id)
{
    int64_t changed;

    if (!webhook_endpoint_manage(cx, ACTION_DELETE) ||
        !db_exec(cx, &changed, SQL_EVENT_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return changed > 0 ||
           err_set(&cx->err, &ERR_NOT_FOUND, "webhook event %s", id_text(cx->mem, id));
}

bool webhook_event_retry(struct ctx *cx, struct id id, struct webhook_event **out)
{
    struct webhook_endpoint *endpoint;
    struct webhook_event *e;

    if (!webhook_event_get(cx, id, (struct id){{0}}, &e))
        return false;
    if (id_is_zero(e->endpoint_id))
        return err_set_at(&cx->err, &ERR_WEBHOOK_ENDPOINT_GONE, "/data", "%s",
                          id_text(cx->mem, id));
    if (!webhook_endpoint_get(cx, e->endpoint_id, (struct id){{0}}, &endpoint))
        return false;
    if (!endpoint->is_enabled)
        return err_set_at(&cx->err, &ERR_WEBHOOK_ENDPOINT_OFF, "/data", "%s", id_text(cx->mem, id));
    return db_exec(cx, NULL, SQL_EVENT_RETRY, DB_TIME(cx->now), DB_TEXT(endpoint->url),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) &&
           webhook_event_get(cx, id, (struct id){{0}}, out);
}

/* --- the jobs role --- */

bool webhook_event_claim(struct ctx *cx, unsigned limit, int64_t lease_us,
                         struct webhook_event **out, size_t *count)
{
    struct id lease = id_make(cx->now); /* a claim that is tried again is another claim */
    struct db_rows rows = {0};
    int64_t claimed;

    *out = NULL;
    *count = 0;
    if (!db_exec(cx, &claimed, SQL_EVENT_CLAIM_ANY_TENANT, DB_ID(lease),
                 DB_TIME(cx->now + lease_us), DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed == 0)
        return true;
    if (!db_query(cx, &rows, SQL_EVENT_CLAIMED_ANY_TENANT, DB_ID(lease)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

int64_t webhook_event_pause(int attempts, uint32_t dice)
{
    int64_t n = attempts;
    int64_t spread = 90 * 60;

    return (n * n * n * n + 10 * 60 + dice % spread) * CLOCK_SECOND;
}

static bool note_endpoint(struct ctx *cx, const struct webhook_event *e,
                          const struct webhook_outcome *outcome, bool is_done, bool is_last)
{
    struct db_rows rows;
    int64_t until = cx->now + CLOCK_MINUTE;

    if (id_is_zero(e->endpoint_id))
        return true;
    if (is_done)
        return db_exec(cx, NULL, SQL_ENDPOINT_WORKS, DB_ID(cx->tenant_id), DB_ID(e->endpoint_id));
    if (outcome->code == GONE)
        return webhook_endpoint_disable(cx, e->endpoint_id, "gone");
    if (!db_exec(cx, NULL, SQL_ENDPOINT_FAILS, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(e->endpoint_id)))
        return false;
    if (outcome->code == 0 && !db_exec(cx, NULL, SQL_EVENT_HOLD_BACK, DB_TIME(until),
                                       DB_ID(cx->tenant_id), DB_ID(e->endpoint_id), DB_TIME(until)))
        return false;
    if (!is_last)
        return true;
    if (!db_query(cx, &rows, SQL_ENDPOINT_FAILING, DB_ID(cx->tenant_id), DB_ID(e->endpoint_id)))
        return false;
    return !db_next(&rows) || db_time(&rows.row, 0) > cx->now - WEBHOOK_FAILING_MAX ||
           webhook_endpoint_disable(cx, e->endpoint_id, "failing");
}

bool webhook_event_settle(struct ctx *cx, const struct webhook_event *e,
                          const struct webhook_outcome *outcome)
{
    bool is_done = outcome->code >= 200 && outcome->code < 300;
    bool is_last = e->attempts >= WEBHOOK_TRIES_MAX || outcome->code == GONE;
    const char *status = is_done ? "DELIVERED" : is_last ? "FAILED" : "FAILING";
    const char *fault = outcome->fault != NULL ? outcome->fault : "";
    struct span kept = {fault, utf8_prefix(fault, FAULT_MAX)};
    int64_t due_at = 0;
    int64_t changed;
    uint32_t dice;

    crypto_random(&dice, sizeof dice);
    if (!is_done && !is_last)
        due_at = cx->now + webhook_event_pause(e->attempts, dice);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_EVENT_SETTLE, DB_TEXT(status),
                 outcome->code != 0 ? DB_INT(outcome->code) : DB_NULL, DB_TEXT(outcome->body),
                 DB_TEXT(span_dup(cx->mem, kept)), DB_TIME(cx->now), DB_TIME(due_at),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(e->id), DB_ID(e->lease)) ||
        (changed != 1 && !err_set(&cx->err, &ERR_CONFLICT, "webhook event %s: the lease was lost",
                                  id_text(cx->mem, e->id))) ||
        !note_endpoint(cx, e, outcome, is_done, is_last)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool webhook_event_purge(struct ctx *cx, unsigned limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_EVENT_PURGE_ANY_TENANT,
                   DB_TIME(cx->now - WEBHOOK_KEPT_DAYS * CLOCK_DAY), DB_INT(limit));
}
