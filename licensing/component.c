#include "licensing/component.h"

#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/machine_event.h"
#include "licensing/seat_lock.h"

#include <string.h>

static const char AT_FINGERPRINT[] = "/data/attributes/fingerprint";

const struct err_kind ERR_COMPONENT_MACHINE_NOT_FOUND = {ERR_CLASS_INVALID, "MACHINE_NOT_FOUND",
                                                         "There is no such machine."};
const struct err_kind ERR_COMPONENT_TAKEN = {ERR_CLASS_INVALID, "FINGERPRINT_TAKEN",
                                             "This component is activated already."};
const struct err_kind ERR_COMPONENT_NOT_ALLOWED = {ERR_CLASS_INVALID, "FINGERPRINT_NOT_ALLOWED",
                                                   "This word cannot be a fingerprint."};

#define COMPONENT_COLUMNS                                                                 \
    "c.id, c.licence_id, c.machine_id, l.product_id, c.fingerprint, c.name, c.metadata, " \
    "c.created_at, c.updated_at"
#define COMPONENT_FROM                                                                       \
    " FROM component c JOIN machine m ON m.tenant_id = c.tenant_id AND m.id = c.machine_id " \
    "JOIN licence l ON l.tenant_id = c.tenant_id AND l.id = c.licence_id "                   \
    "WHERE c.tenant_id = ? AND (? OR l.organisation_id = ?)"

static const char SQL_COMPONENT_GET[] = "SELECT " COMPONENT_COLUMNS COMPONENT_FROM " AND c.id = ?";
static const char SQL_COMPONENT_LIST[] =
    "SELECT " COMPONENT_COLUMNS COMPONENT_FROM " AND c.machine_id = ? ORDER BY c.created_at, c.id";
static const char SQL_COMPONENT_PAGE[] = "SELECT " COMPONENT_COLUMNS COMPONENT_FROM;
static const char SQL_COMPONENT_WIDE_PAGE[] =
    "SELECT STRAIGHT_JOIN " COMPONENT_COLUMNS COMPONENT_FROM;
static const char SQL_COMPONENT_COUNT[] = "SELECT COUNT(*)" COMPONENT_FROM;
static const char SQL_COMPONENT_ADD[] =
    "INSERT INTO component (tenant_id, id, licence_id, machine_id, fingerprint, fingerprint_hash, "
    "name, metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_COMPONENT_OWN[] =
    "SELECT id, created_at FROM component "
    "WHERE tenant_id = ? AND machine_id = ? AND fingerprint_hash = ?";
static const char SQL_COMPONENT_WIDER[] =
    "SELECT 1 FROM component c JOIN licence l ON l.tenant_id = c.tenant_id "
    "AND l.id = c.licence_id WHERE c.tenant_id = ? AND c.fingerprint_hash = ? "
    "AND (? OR l.product_id = ?) AND (? OR l.policy_id = ?) AND (? OR l.id = ?) LIMIT 1";
static const char SQL_COMPONENT_CHANGE[] =
    "UPDATE component SET name = COALESCE(?, name), metadata = COALESCE(?, metadata), "
    "updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_COMPONENT_REMOVE[] = "DELETE FROM component WHERE tenant_id = ? AND id = ?";

static const struct filter_order COMPONENT_ORDER = FILTER_ORDER("component", "c");

/* --- reading --- */

static struct component from_row(const struct db_row *row)
{
    return (struct component){
        .id = db_id(row, 0),
        .licence_id = db_id(row, 1),
        .machine_id = db_id(row, 2),
        .product_id = db_id(row, 3),
        .fingerprint = db_text(row, 4),
        .name = db_text(row, 5),
        .metadata = db_text(row, 6),
        .created_at = db_time(row, 7),
        .updated_at = db_time(row, 8),
    };
}

static void all(struct ctx *cx, struct db_rows *rows, struct component **out, size_t *count)
{
    struct component *list = arena_array(cx->mem, struct component, rows->count);

    for (size_t i = 0; db_next(rows); i++)
        list[i] = from_row(&rows->row);
    *out = list;
    *count = rows->count;
}

bool component_get(struct ctx *cx, struct id id, struct component **out)
{
    struct access access = access_of(cx);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_COMPONENT_GET, DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                  DB_ID_OR_NULL(access.organisation_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "component %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct component);
    **out = from_row(&rows.row);
    return true;
}

bool component_list(struct ctx *cx, struct id machine_id, struct component **out, size_t *count)
{
    struct access access = access_of(cx);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_COMPONENT_LIST, DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                  DB_ID_OR_NULL(access.organisation_id), DB_ID(machine_id)))
        return false;
    all(cx, &rows, out, count);
    return true;
}

static void where_filter(struct ctx *cx, struct where *w, const char *head,
                         const struct machine_filter *f)
{
    struct access access = access_of(cx);

    where_start(w, cx, head,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                                        DB_ID_OR_NULL(access.organisation_id)},
                3);
    machine_list_where(w, cx, f);
    filter_metadata(w, cx, " AND JSON_UNQUOTE(JSON_EXTRACT(c.metadata, ?))", &f->metadata);
}

bool component_page(struct ctx *cx, const struct machine_filter *filter,
                    const struct licence_page *page, struct component **out, size_t *count,
                    int64_t *total)
{
    struct where w;
    struct db_rows rows;

    *total = 0;
    if (page->wants_total) {
        where_filter(cx, &w, SQL_COMPONENT_COUNT, filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
            return false;
        *total = db_i64(&rows.row, 0);
    }
    where_filter(cx, &w,
                 machine_list_is_wide(filter) ? SQL_COMPONENT_WIDE_PAGE : SQL_COMPONENT_PAGE,
                 filter);
    filter_page(&w, page, &COMPONENT_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    all(cx, &rows, out, count);
    return true;
}

/* --- adding --- */

/* On the machine itself: taken, or it is the row of this very run, whose answer was lost. */
static bool check_own(struct ctx *cx, const struct component_draft *d, struct id id,
                      const uint8_t hash[CRYPTO_HASH_SIZE], bool *is_done)
{
    struct db_rows rows;

    *is_done = false;
    if (!db_query(cx, &rows, SQL_COMPONENT_OWN, DB_ID(cx->tenant_id), DB_ID(d->machine_id),
                  DB_BYTES(hash, CRYPTO_HASH_SIZE)))
        return false;
    if (!db_next(&rows))
        return true;
    *is_done = id_equal(db_id(&rows.row, 0), id) && db_time(&rows.row, 1) == cx->now;
    return *is_done || err_set_at(&cx->err, &ERR_COMPONENT_TAKEN, AT_FINGERPRINT, "machine %s",
                                  id_text(cx->mem, d->machine_id));
}

static bool check_wider(struct ctx *cx, const struct seat *seat,
                        const uint8_t hash[CRYPTO_HASH_SIZE])
{
    enum policy_uniqueness scope = seat->policy->component_uniqueness;
    struct db_rows rows;

    if (scope == POLICY_UNIQUE_PER_MACHINE)
        return true;
    if (!db_query(cx, &rows, SQL_COMPONENT_WIDER, DB_ID(cx->tenant_id),
                  DB_BYTES(hash, CRYPTO_HASH_SIZE), DB_BOOL(scope != POLICY_UNIQUE_PER_PRODUCT),
                  DB_ID(seat->licence->product_id), DB_BOOL(scope != POLICY_UNIQUE_PER_POLICY),
                  DB_ID(seat->licence->policy_id), DB_BOOL(scope != POLICY_UNIQUE_PER_LICENCE),
                  DB_ID(seat->licence->id)))
        return false;
    return !db_next(&rows) || err_set_at(&cx->err, &ERR_COMPONENT_TAKEN, AT_FINGERPRINT,
                                         "licence %s", id_text(cx->mem, seat->licence->id));
}

/* Under the locks of whatever the fingerprint has to be alone in; the machine is looked for again
 * there, as it may be gone. */
static bool lock_machine(struct ctx *cx, const struct component_draft *d, struct seat *seat)
{
    struct machine *m;

    if (machine_get(cx, d->machine_id, &m) && seat_lock(cx, m->licence_id, SEAT_COMPONENT, seat) &&
        machine_get(cx, d->machine_id, &m))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_COMPONENT_MACHINE_NOT_FOUND, "/data/relationships/machine",
                      "machine %s", id_text(cx->mem, d->machine_id));
}

static bool add(struct ctx *cx, const struct component_draft *d, struct id id,
                struct component **out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct seat seat;
    bool is_done;

    if (strcmp(d->fingerprint, "action") == 0 || strcmp(d->fingerprint, "actions") == 0)
        return err_set_at(&cx->err, &ERR_COMPONENT_NOT_ALLOWED, AT_FINGERPRINT, "reserved");
    crypto_sha256(d->fingerprint, strlen(d->fingerprint), hash);
    if (!lock_machine(cx, d, &seat) || !check_own(cx, d, id, hash, &is_done))
        return false;
    if (is_done)
        return component_get(cx, id, out);
    return check_wider(cx, &seat, hash) &&
           db_exec(cx, NULL, SQL_COMPONENT_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_ID(seat.licence->id), DB_ID(d->machine_id), DB_TEXT(d->fingerprint),
                   DB_BYTES(hash, sizeof hash), DB_TEXT(d->name),
                   DB_TEXT(d->metadata != NULL ? d->metadata : "{}"), DB_TIME(cx->now),
                   DB_TIME(cx->now)) &&
           component_get(cx, id, out) && machine_event_component(cx, EVENT_COMPONENT_CREATED, *out);
}

static bool end(struct ctx *cx, bool is_done)
{
    if (is_done)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool component_add(struct ctx *cx, const struct component_draft *draft, struct component **out)
{
    struct id id = ctx_new_id(cx);

    return db_begin(cx) && end(cx, add(cx, draft, id, out));
}

/* --- changing --- */

static bool change(struct ctx *cx, struct id id, const char *name, const char *metadata,
                   struct component **out)
{
    return component_get(cx, id, out) &&
           db_exec(cx, NULL, SQL_COMPONENT_CHANGE, DB_TEXT(name), DB_TEXT(metadata),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) &&
           component_get(cx, id, out) && machine_event_component(cx, EVENT_COMPONENT_UPDATED, *out);
}

bool component_change(struct ctx *cx, struct id id, const char *name, const char *metadata,
                      struct component **out)
{
    return db_begin(cx) && end(cx, change(cx, id, name, metadata, out));
}

static bool remove_row(struct ctx *cx, struct id id)
{
    struct component *c;
    int64_t changed;

    if (!component_get(cx, id, &c) ||
        !db_exec(cx, &changed, SQL_COMPONENT_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed == 0) /* somebody else was first */
        return err_set(&cx->err, &ERR_NOT_FOUND, "component %s", id_text(cx->mem, id));
    return machine_event_component(cx, EVENT_COMPONENT_DELETED, c);
}

bool component_remove(struct ctx *cx, struct id id)
{
    return db_begin(cx) && end(cx, remove_row(cx, id));
}
