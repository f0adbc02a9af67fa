/* Reading releases: what each kind of reader may have is said here once (section 3.13). */
#include "db/where.h"
#include "licensing/entitlement.h"
#include "licensing/release.h"

#include <assert.h>
#include <string.h>

const char *const RELEASE_CHANNEL_NAMES[] = {
    [RELEASE_STABLE] = "stable", [RELEASE_RC] = "rc",   [RELEASE_BETA] = "beta",
    [RELEASE_ALPHA] = "alpha",   [RELEASE_DEV] = "dev",
};
_Static_assert(COUNT(RELEASE_CHANNEL_NAMES) == RELEASE_CHANNEL_COUNT, "name every channel");
const char *const RELEASE_STATUS_NAMES[] = {
    [RELEASE_DRAFT] = "DRAFT",
    [RELEASE_PUBLISHED] = "PUBLISHED",
    [RELEASE_YANKED] = "YANKED",
};
_Static_assert(COUNT(RELEASE_STATUS_NAMES) == RELEASE_STATUS_COUNT, "name every status");

/* --- who may have what --- */

/* The reader's licences that count: read once, then matched with each release. */
#define HELD_COLUMNS                                                       \
    "WITH held AS (SELECT l.id, l.product_id, l.policy_id, l.expires_at, " \
    "p.expiration_strategy FROM "
#define HELD_JOINS                                                        \
    " JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id " \
    "LEFT JOIN person o ON o.tenant_id = l.tenant_id AND o.id = l.owner_id "
#define HELD_COUNTS                                                                         \
    "AND l.deleted_at IS NULL AND NOT l.is_suspended AND NOT COALESCE(o.is_banned, FALSE) " \
    "AND (l.expires_at IS NULL OR l.expires_at >= ? "                                       \
    "OR p.expiration_strategy <> 'REVOKE_ACCESS')"
static const char SQL_HELD_LICENCE[] =
    HELD_COLUMNS "licence l" HELD_JOINS "WHERE l.tenant_id = ? " HELD_COUNTS " AND l.id = ?) ";
static const char SQL_HELD_ORGANISATION[] = HELD_COLUMNS
    "licence l" HELD_JOINS "WHERE l.tenant_id = ? " HELD_COUNTS " AND l.organisation_id = ?) ";
static const char SQL_HELD_PERSON[] = HELD_COLUMNS
    "(SELECT x.id FROM licence x WHERE x.tenant_id = ? AND x.owner_id = ? "
    "UNION SELECT u.licence_id FROM licence_user u WHERE u.tenant_id = ? "
    "AND u.person_id = ?) mine JOIN licence l ON l.id = mine.id" HELD_JOINS
    "WHERE l.tenant_id = ? " HELD_COUNTS ") ";

#define IS_FREE                                                                             \
    "(pr.distribution_strategy = 'OPEN' AND NOT EXISTS (SELECT 1 FROM release_entitlement " \
    "rx WHERE rx.tenant_id = r.tenant_id AND rx.release_id = r.id))"
static const char SQL_OF_PRODUCT[] = " AND r.product_id = ?";
static const char SQL_FREE[] = " AND r.status = 'PUBLISHED' AND " IS_FREE;
static const char SQL_HELD[] =
    " AND r.status = 'PUBLISHED' AND pr.distribution_strategy <> 'CLOSED' AND (" IS_FREE
    " OR EXISTS (SELECT 1 FROM held h WHERE h.product_id = r.product_id "
    "AND (h.expires_at IS NULL OR h.expires_at >= ? OR h.expiration_strategy = 'ALLOW_ACCESS' "
    "OR r.created_at <= h.expires_at OR r.backdated_at <= h.expires_at) "
    "AND NOT EXISTS (SELECT 1 FROM release_entitlement x WHERE x.tenant_id = r.tenant_id "
    "AND x.release_id = r.id AND NOT EXISTS (SELECT 1 FROM policy_entitlement pe "
    "WHERE pe.tenant_id = x.tenant_id AND pe.policy_id = h.policy_id "
    "AND pe.entitlement_id = x.entitlement_id) AND NOT EXISTS (SELECT 1 FROM licence_entitlement "
    "le WHERE le.tenant_id = x.tenant_id AND le.licence_id = h.id "
    "AND le.entitlement_id = x.entitlement_id))))";

struct release_reader release_reader_of(const struct ctx *cx)
{
    const struct viewer *viewer = &cx->viewer;

    switch (viewer->kind) {
    case VIEWER_SYSTEM:
        return (struct release_reader){.kind = RELEASE_FOR_ALL};
    case VIEWER_STAFF:
        if (viewer_has(viewer, RIGHT_LICENCES_READ))
            return (struct release_reader){.kind = RELEASE_FOR_ALL};
        break;
    case VIEWER_CUSTOMER:
        if (viewer_has(viewer, RIGHT_LICENCE))
            return (struct release_reader){RELEASE_FOR_ORGANISATION, viewer->organisation_id};
        break;
    case VIEWER_NOBODY:
        break;
    }
    return (struct release_reader){.kind = RELEASE_FOR_PUBLIC};
}

static void start_held(struct where *w, struct ctx *cx, const struct release_reader *by)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), now = DB_TIME(cx->now), id = DB_ID(by->id);
    const struct db_arg person[] = {tenant, id, tenant, id, tenant, now};
    const struct db_arg others[] = {tenant, now, id};

    if (by->kind == RELEASE_FOR_PERSON)
        where_start(w, cx, SQL_HELD_PERSON, person, COUNT(person));
    else
        where_start(w, cx,
                    by->kind == RELEASE_FOR_LICENCE ? SQL_HELD_LICENCE : SQL_HELD_ORGANISATION,
                    others, COUNT(others));
}

void release_reader_start(struct where *w, struct ctx *cx, const struct release_reader *by,
                          const char *select)
{
    bool is_held = by->kind == RELEASE_FOR_LICENCE || by->kind == RELEASE_FOR_PERSON ||
                   by->kind == RELEASE_FOR_ORGANISATION;

    where_start(w, cx, "", NULL, 0);
    if (is_held)
        start_held(w, cx, by);
    where_add(w, select, DB_ID(cx->tenant_id));
    if (by->kind == RELEASE_FOR_PRODUCT)
        where_add(w, SQL_OF_PRODUCT, DB_ID(by->id));
    else if (by->kind == RELEASE_FOR_PUBLIC)
        where_add(w, SQL_FREE, DB_NONE);
    else if (is_held)
        where_add(w, SQL_HELD, DB_TIME(cx->now));
}

/* --- rows --- */

#define RELEASE_FROM                                                        \
    "FROM product_release r JOIN product pr ON pr.tenant_id = r.tenant_id " \
    "AND pr.id = r.product_id WHERE r.tenant_id = ? AND pr.deleted_at IS NULL"
static const char SQL_RELEASE[] =
    "SELECT r.id, r.product_id, r.name, r.description, r.channel, r.status, r.tag, r.version, "
    "r.metadata, r.backdated_at, r.yanked_at, r.created_at, r.updated_at, pr.name, "
    "pr.distribution_strategy " RELEASE_FROM;
static const char SQL_RELEASE_COUNT[] = "SELECT COUNT(*) " RELEASE_FROM;
static const char SQL_RELEASE_ENTITLEMENTS[] =
    "SELECT e.id, e.name, e.code, e.metadata, e.created_at, e.updated_at, x.id "
    "FROM release_entitlement x JOIN entitlement e ON e.tenant_id = x.tenant_id "
    "AND e.id = x.entitlement_id WHERE x.tenant_id = ? AND x.release_id = ? ORDER BY e.code "
    "LIMIT 100";

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool release_channel_parse(const char *name, enum release_channel *out)
{
    int index = index_of(RELEASE_CHANNEL_NAMES, RELEASE_CHANNEL_COUNT, name);

    if (index >= 0)
        *out = (enum release_channel)index;
    return index >= 0;
}

static void from_row(struct ctx *cx, const struct db_row *row, struct release *r)
{
    bool is_version;

    r->id = db_id(row, 0);
    r->product_id = db_id(row, 1);
    r->name = db_text(row, 2);
    r->description = db_text(row, 3);
    if (!release_channel_parse(db_text(row, 4), &r->channel))
        r->channel = RELEASE_DEV; /* cannot be: the column has a check */
    r->status =
        (enum release_status)index_of(RELEASE_STATUS_NAMES, RELEASE_STATUS_COUNT, db_text(row, 5));
    r->tag = db_text(row, 6);
    r->version = db_text(row, 7);
    is_version = semver_parse(cx->mem, r->version, &r->semver);
    assert(is_version); /* none other is ever written */
    (void)is_version;
    r->metadata = db_text(row, 8);
    r->backdated_at = db_time(row, 9);
    r->yanked_at = db_time(row, 10);
    r->created_at = db_time(row, 11);
    r->updated_at = db_time(row, 12);
    r->product_name = db_text(row, 13);
    r->distribution = db_text(row, 14);
}

static bool read_all(struct ctx *cx, const struct where *w, struct release **out, size_t *count)
{
    struct db_rows rows;
    struct release *list;

    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    list = arena_array(cx->mem, struct release, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static bool read_one(struct ctx *cx, const struct where *w, struct release **out)
{
    struct release *list;
    size_t count;

    if (!read_all(cx, w, &list, &count))
        return false;
    if (count == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "release");
    *out = &list[0];
    return true;
}

bool release_get(struct ctx *cx, const struct release_reader *by, struct id id,
                 struct release **out)
{
    struct where w;

    release_reader_start(&w, cx, by, SQL_RELEASE);
    where_add(&w, " AND r.id = ?", DB_ID(id));
    return read_one(cx, &w, out);
}

bool release_find(struct ctx *cx, const struct release_reader *by, const char *text,
                  struct id product_id, struct release **out)
{
    struct where w;
    struct id id;

    release_reader_start(&w, cx, by, SQL_RELEASE);
    if (!id_is_zero(product_id))
        where_add(&w, SQL_OF_PRODUCT, DB_ID(product_id));
    if (id_parse(text, &id)) {
        where_add(&w, " AND r.id = ?", DB_ID(id));
    } else {
        where_add(&w, " AND (r.version = ?", DB_TEXT(text));
        where_add(&w, " OR r.tag = ?)", DB_TEXT(text));
    }
    where_add(&w, " ORDER BY r.id DESC LIMIT 1", DB_NONE);
    return read_one(cx, &w, out);
}

/* --- lists --- */

#define HAS_CONSTRAINT                                          \
    "(SELECT 1 FROM release_entitlement y JOIN entitlement e "  \
    "ON e.tenant_id = y.tenant_id AND e.id = y.entitlement_id " \
    "WHERE y.tenant_id = r.tenant_id AND y.release_id = r.id"

static void add_filter(struct where *w, const struct release_filter *f)
{
    if (!id_is_zero(f->product_id))
        where_add(w, SQL_OF_PRODUCT, DB_ID(f->product_id));
    if (!id_is_zero(f->package_id) || f->engine != NULL)
        where_add(w, " AND FALSE", DB_NONE);
    if (f->channel != NULL)
        where_add(w, " AND r.channel = ?", DB_TEXT(f->channel));
    if (f->status != NULL)
        where_add(w, " AND r.status = ?", DB_TEXT(f->status));
    if (f->yanked != FILTER_ANY)
        where_add(w, " AND (r.status = 'YANKED') = ?", DB_BOOL(f->yanked == FILTER_YES));
    if (f->constraints != FILTER_ANY)
        where_add(w, " AND EXISTS " HAS_CONSTRAINT ") = ?", DB_BOOL(f->constraints == FILTER_YES));
    for (size_t i = 0; i < f->entitlements.count; i++)
        where_add(w, " AND EXISTS " HAS_CONSTRAINT " AND ? IN (e.code, CAST(e.id AS CHAR(36))))",
                  DB_TEXT(f->entitlements.items[i]));
}

bool release_page(struct ctx *cx, const struct release_reader *by,
                  const struct release_filter *filter, const struct licence_page *page,
                  struct release **out, size_t *count, int64_t *total)
{
    static const struct filter_order ORDER = FILTER_ORDER("product_release", "r");
    struct db_rows rows;
    struct where w;

    *total = 0;
    if (page->wants_total) {
        release_reader_start(&w, cx, by, SQL_RELEASE_COUNT);
        add_filter(&w, filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
            return false;
        *total = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    }
    release_reader_start(&w, cx, by, SQL_RELEASE);
    add_filter(&w, filter);
    filter_page(&w, page, &ORDER);
    return read_all(cx, &w, out, count);
}

bool release_entitlements(struct ctx *cx, struct id id, struct entitlement **out, struct id **links,
                          size_t *count)
{
    struct db_rows rows;
    struct entitlement *list;
    struct id *ids;

    if (!db_query(cx, &rows, SQL_RELEASE_ENTITLEMENTS, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    list = arena_array(cx->mem, struct entitlement, rows.count);
    ids = arena_array(cx->mem, struct id, rows.count);
    for (size_t i = 0; db_next(&rows); i++) {
        list[i] = (struct entitlement){.id = db_id(&rows.row, 0),
                                       .name = db_text(&rows.row, 1),
                                       .code = db_text(&rows.row, 2),
                                       .metadata = db_text(&rows.row, 3),
                                       .created_at = db_time(&rows.row, 4),
                                       .updated_at = db_time(&rows.row, 5)};
        ids[i] = db_id(&rows.row, 6);
    }
    *out = list;
    *links = ids;
    *count = rows.count;
    return true;
}
