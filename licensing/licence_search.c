#include "licensing/licence_search.h"

#include "base/clock.h"
#include "licensing/access.h"
#include "licensing/licence_row.h"
#include "licensing/licence_scope.h"

#include <strings.h>

/* A page is found in the licences alone, so that their index gives the order, and read by its ids:
 * joined with policies at once, the database would sort all the tenant's licences for ten of them.
 */
enum { FEW_ROWS = 10 };
#define LICENCE_ALONE " FROM licence l WHERE l.tenant_id = ? AND l.deleted_at IS NULL"
static const char SQL_LICENCE_SEARCH_PAGE[] = "SELECT l.id" LICENCE_ALONE;
static const char SQL_LICENCE_SEARCH_COUNT[] = "SELECT COUNT(*)" LICENCE_ALONE;

#define SUM_OF_ITS_MACHINES(column)             \
    "(SELECT CAST(LEAST(COALESCE(SUM(m." column \
    "), 0), 9223372036854775807) AS SIGNED) "   \
    "FROM machine m WHERE m.tenant_id = l.tenant_id AND m.licence_id = l.id)"
static const char SQL_LICENCE_SEARCH_ROWS[] =
    "SELECT " LICENCE_COLUMNS ", " POLICY_COLUMNS("p.") ", " SUM_OF_ITS_MACHINES(
        "cores") ", " SUM_OF_ITS_MACHINES("memory") ", " SUM_OF_ITS_MACHINES("disk") LICENCE_FROM;
static const char SQL_LICENCE_CREATED_AT[] =
    "SELECT created_at FROM licence WHERE tenant_id = ? AND id = ?";
static const char SQL_PERSON_BY_EMAIL[] =
    "SELECT id FROM person WHERE tenant_id = ? AND email = LOWER(?) AND deleted_at IS NULL";

#define MACHINES_OF_IT \
    "(SELECT COUNT(*) FROM machine m WHERE m.tenant_id = l.tenant_id AND m.licence_id = l.id)"
#define OWNER_IS_BANNED                                                                     \
    "EXISTS (SELECT 1 FROM person w WHERE w.tenant_id = l.tenant_id AND w.id = l.owner_id " \
    "AND w.is_banned)"
#define USED_SINCE_OF_IT                                                   \
    "GREATEST(l.created_at, COALESCE(l.last_validated_at, l.created_at), " \
    "COALESCE(l.last_check_out_at, l.created_at), COALESCE(l.last_check_in_at, l.created_at))"

/* --- whose --- */

/* *found false: nobody here has that id or address. */
static bool find_user(struct ctx *cx, const char *user, struct id *out, bool *found)
{
    struct db_rows rows;

    *found = true;
    if (id_parse(user, out))
        return true;
    if (!db_query(cx, &rows, SQL_PERSON_BY_EMAIL, DB_ID(cx->tenant_id), DB_TEXT(user)))
        return false;
    *found = db_next(&rows);
    if (*found)
        *out = db_id(&rows.row, 0);
    return true;
}

static void where_assigned(struct where *w, bool is_assigned)
{
    static const char YES[] =
        " AND (l.owner_id IS NOT NULL OR EXISTS (SELECT 1 FROM licence_user lu "
        "WHERE lu.tenant_id = l.tenant_id AND lu.licence_id = l.id))";
    static const char NO[] =
        " AND l.owner_id IS NULL AND NOT EXISTS (SELECT 1 FROM licence_user lu "
        "WHERE lu.tenant_id = l.tenant_id AND lu.licence_id = l.id)";

    where_add(w, is_assigned ? YES : NO, DB_NONE);
}

/* --- in which state --- */

static int64_t soon(const struct ctx *cx)
{
    return cx->now + LICENCE_EXPIRING_DAYS * CLOCK_DAY;
}

static void where_not_expired(struct where *w, int64_t now)
{
    where_add(w, " AND (l.expires_at IS NULL OR l.expires_at >= ?)", DB_TIME(now));
}

/* The ranks of licence_status_at, each without those before it. */
static void where_status(struct where *w, const struct ctx *cx, enum licence_status status)
{
    if (status == LICENCE_BANNED) {
        where_add(w, " AND " OWNER_IS_BANNED, DB_NONE);
        return;
    }
    where_add(w, " AND NOT " OWNER_IS_BANNED, DB_NONE);
    if (status == LICENCE_SUSPENDED) {
        where_add(w, " AND l.is_suspended", DB_NONE);
        return;
    }
    where_add(w, " AND NOT l.is_suspended", DB_NONE);
    if (status == LICENCE_EXPIRED) {
        where_add(w, " AND l.expires_at < ?", DB_TIME(cx->now));
        return;
    }
    if (status == LICENCE_EXPIRING) {
        where_add(w, " AND l.expires_at >= ?", DB_TIME(cx->now));
        where_add(w, " AND l.expires_at <= ?", DB_TIME(soon(cx)));
        return;
    }
    where_add(w, " AND (l.expires_at IS NULL OR l.expires_at > ?)", DB_TIME(soon(cx)));
    where_add(w,
              status == LICENCE_INACTIVE ? " AND " USED_SINCE_OF_IT " < ?"
                                         : " AND " USED_SINCE_OF_IT " >= ?",
              DB_TIME(cx->now - LICENCE_IDLE_DAYS * CLOCK_DAY));
}

static bool parse_status(const char *text, enum licence_status *out)
{
    for (int i = 0; i < LICENCE_STATUS_COUNT; i++)
        if (strcasecmp(LICENCE_STATUS_NAMES[i], text) == 0) {
            *out = (enum licence_status)i;
            return true;
        }
    return false;
}

/* --- when --- */

static void where_expires_on(struct where *w, int64_t on)
{
    if (on == 0)
        return;
    on -= on % CLOCK_DAY;
    where_add(w, " AND l.expires_at >= ?", DB_TIME(on));
    where_add(w, " AND l.expires_at < ?", DB_TIME(on + CLOCK_DAY));
}

static bool is_asked(const struct filter_times *t)
{
    return t->within_us != 0 || t->outside_us != 0 || t->before != 0 || t->after != 0 || t->on != 0;
}

static void where_bounds(struct where *w, const struct filter_times *t)
{
    if (t->before != 0)
        where_add(w, " AND l.expires_at <= ?", DB_TIME(t->before));
    if (t->after != 0)
        where_add(w, " AND l.expires_at >= ?", DB_TIME(t->after));
    where_expires_on(w, t->on);
}

/* What ends from now on, and what has ended. */
static void where_expiry(struct where *w, const struct ctx *cx, const struct licence_search *s)
{
    if (is_asked(&s->expires_at)) {
        where_add(w, " AND l.expires_at >= ?", DB_TIME(cx->now));
        where_bounds(w, &s->expires_at);
        if (s->expires_at.within_us != 0)
            where_add(w, " AND l.expires_at <= ?", DB_TIME(cx->now + s->expires_at.within_us));
    }
    if (is_asked(&s->expired_at)) {
        where_add(w, " AND l.expires_at < ?", DB_TIME(cx->now));
        where_bounds(w, &s->expired_at);
        if (s->expired_at.within_us != 0)
            where_add(w, " AND l.expires_at >= ?", DB_TIME(cx->now - s->expired_at.within_us));
    }
    if (s->expired == FILTER_YES)
        where_add(w, " AND l.expires_at < ?", DB_TIME(cx->now));
    if (s->expired == FILTER_NO)
        where_not_expired(w, cx->now);
    if (s->expiring == FILTER_YES) {
        where_add(w, " AND l.expires_at >= ?", DB_TIME(cx->now));
        where_add(w, " AND l.expires_at <= ?", DB_TIME(soon(cx)));
    }
    if (s->expiring == FILTER_NO) {
        where_add(w, " AND (l.expires_at IS NULL OR l.expires_at < ?", DB_TIME(cx->now));
        where_add(w, " OR l.expires_at > ?)", DB_TIME(soon(cx)));
    }
}

static void where_activity(struct where *w, const struct ctx *cx, const struct filter_times *t)
{
    if (t->within_us != 0)
        where_add(w, " AND " USED_SINCE_OF_IT " >= ?", DB_TIME(cx->now - t->within_us));
    if (t->outside_us != 0)
        where_add(w, " AND " USED_SINCE_OF_IT " < ?", DB_TIME(cx->now - t->outside_us));
    if (t->after != 0)
        where_add(w, " AND " USED_SINCE_OF_IT " >= ?", DB_TIME(t->after));
    if (t->before != 0)
        where_add(w, " AND " USED_SINCE_OF_IT " < ?", DB_TIME(t->before));
}

static void where_activations(struct where *w, const struct licence_search *s)
{
    const struct filter_numbers *n = &s->activations;

    if (s->activated != FILTER_ANY)
        where_add(w,
                  s->activated == FILTER_YES ? " AND " MACHINES_OF_IT " > 0"
                                             : " AND " MACHINES_OF_IT " = 0",
                  DB_NONE);
    if (n->has_eq)
        where_add(w, " AND " MACHINES_OF_IT " = ?", DB_INT(n->eq));
    if (n->has_gt)
        where_add(w, " AND " MACHINES_OF_IT " > ?", DB_INT(n->gt));
    if (n->has_gte)
        where_add(w, " AND " MACHINES_OF_IT " >= ?", DB_INT(n->gte));
    if (n->has_lt)
        where_add(w, " AND " MACHINES_OF_IT " < ?", DB_INT(n->lt));
    if (n->has_lte)
        where_add(w, " AND " MACHINES_OF_IT " <= ?", DB_INT(n->lte));
}

/* --- the list --- */

static void where_ids(struct where *w, struct ctx *cx, const struct licence_search *s)
{
    if (!id_is_zero(s->seen_person_id))
        licence_scope_person(w, cx, s->seen_person_id);
    if (!id_is_zero(s->seen_product_id))
        where_add(w, " AND l.product_id = ?", DB_ID(s->seen_product_id));
    if (!id_is_zero(s->seen_licence_id))
        where_add(w, " AND l.id = ?", DB_ID(s->seen_licence_id));
    if (!id_is_zero(s->product_id))
        where_add(w, " AND l.product_id = ?", DB_ID(s->product_id));
    if (!id_is_zero(s->policy_id))
        where_add(w, " AND l.policy_id = ?", DB_ID(s->policy_id));
    if (!id_is_zero(s->owner_id))
        where_add(w, " AND l.owner_id = ?", DB_ID(s->owner_id));
    if (!id_is_zero(s->group_id))
        where_add(w, " AND l.group_id = ?", DB_ID(s->group_id));
    if (!id_is_zero(s->machine_id))
        where_add(w,
                  " AND l.id IN (SELECT m.licence_id FROM machine m "
                  "WHERE m.tenant_id = l.tenant_id AND m.id = ?)",
                  DB_ID(s->machine_id));
}

struct question { /* a search with what had to be looked up for it */
    const struct licence_search *search;
    struct id user_id;
    bool has_status;
    enum licence_status status;
};

static void where_search(struct ctx *cx, struct where *w, const char *head,
                         const struct question *q)
{
    const struct licence_search *s = q->search;
    struct access access = access_of(cx);

    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!access.sees_all)
        where_add(w, " AND l.organisation_id = ?", DB_ID_OR_NULL(access.organisation_id));
    where_ids(w, cx, s);
    if (!id_is_zero(q->user_id))
        licence_scope_person(w, cx, q->user_id);
    if (q->has_status)
        where_status(w, cx, q->status);
    if (s->suspended != FILTER_ANY)
        where_add(w, s->suspended == FILTER_YES ? " AND l.is_suspended" : " AND NOT l.is_suspended",
                  DB_NONE);
    if (s->assigned != FILTER_ANY)
        where_assigned(w, s->assigned == FILTER_YES);
    if (s->unassigned != FILTER_ANY)
        where_assigned(w, s->unassigned == FILTER_NO);
    where_expiry(w, cx, s);
    where_activity(w, cx, &s->activity);
    where_activations(w, s);
    filter_metadata(w, cx, " AND JSON_UNQUOTE(JSON_EXTRACT(l.metadata, ?))", &s->metadata);
}

static void outline_from_row(struct ctx *cx, const struct db_row *row, struct snapshot *s)
{
    unsigned sums = LICENCE_COLUMN_COUNT + POLICY_COLUMN_COUNT;

    s->tenant_id = cx->tenant_id;
    licence_row_read(cx, row, &s->licence);
    policy_from_row(row, LICENCE_COLUMN_COUNT, &s->policy);
    s->user_count = (size_t)s->licence.licensee_count;
    s->machine_count = (size_t)s->licence.machine_count;
    s->cores = db_i64(row, sums);
    s->memory = db_i64(row, sums + 1);
    s->disk = db_i64(row, sums + 2);
}

static size_t place_of(const struct id *ids, size_t count, struct id id)
{
    size_t i = 0;

    while (i < count && !id_equal(ids[i], id))
        i++;
    return i;
}

/* In the order of the ids, of which none is there twice. One that went in between is left out. The
 * list is filled up to one of two lengths, so that two statements serve all. */
static bool read_rows(struct ctx *cx, const struct id *ids, size_t count, struct snapshot *list,
                      size_t *read)
{
    struct where w;
    struct db_rows rows;
    bool *is_read = arena_array(cx->mem, bool, count);

    where_start(&w, cx, SQL_LICENCE_SEARCH_ROWS, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    for (size_t i = 0; i < (count <= FEW_ROWS ? FEW_ROWS : LICENCE_LIST_MAX); i++)
        where_add(&w, i == 0 ? " AND l.id IN (?" : ", ?", DB_ID(ids[i < count ? i : 0]));
    where_add(&w, ")", DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows)) {
        size_t place = place_of(ids, count, db_id(&rows.row, 0));

        outline_from_row(cx, &rows.row, &list[place]);
        is_read[place] = true;
    }
    *read = 0;
    for (size_t i = 0; i < count; i++)
        if (is_read[i])
            list[(*read)++] = list[i];
    return true;
}

/* The time of the row that the page comes after, as a value: the index begins there. A pair that is
 * looked up inside the statement does not bound it (MariaDB 10.11). */
static bool bound_page(struct ctx *cx, struct where *w, const struct licence_page *page)
{
    struct db_rows rows;

    if (id_is_zero(page->after))
        return true;
    if (!db_query(cx, &rows, SQL_LICENCE_CREATED_AT, DB_ID(cx->tenant_id), DB_ID(page->after)))
        return false;
    if (db_next(&rows))
        where_add(w, page->is_ascending ? " AND l.created_at >= ?" : " AND l.created_at <= ?",
                  DB_TIME(db_time(&rows.row, 0)));
    return true;
}

static bool read_page(struct ctx *cx, const struct question *q, const struct licence_page *page,
                      struct snapshot **out, size_t *count)
{
    static const struct filter_order ORDER = FILTER_ORDER("licence", "l");
    struct where w;
    struct db_rows rows;
    struct id *ids;

    where_search(cx, &w, SQL_LICENCE_SEARCH_PAGE, q);
    if (!bound_page(cx, &w, page))
        return false;
    filter_page(&w, page, &ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    ids = arena_array(cx->mem, struct id, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        ids[i] = db_id(&rows.row, 0);
    *out = arena_array(cx->mem, struct snapshot, rows.count);
    return rows.count == 0 || read_rows(cx, ids, rows.count, *out, count);
}

bool licence_search_page(struct ctx *cx, const struct licence_search *search,
                         const struct licence_page *page, struct snapshot **out, size_t *count,
                         int64_t *total)
{
    struct question q = {.search = search, .has_status = search->status != NULL};
    bool is_known = !q.has_status || parse_status(search->status, &q.status);
    struct where w;
    struct db_rows rows;

    *out = NULL;
    *count = 0;
    *total = 0;
    if (is_known && search->user != NULL && !find_user(cx, search->user, &q.user_id, &is_known))
        return false;
    if (!is_known)
        return true;
    if (page->wants_total) {
        where_search(cx, &w, SQL_LICENCE_SEARCH_COUNT, &q);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
            return false;
        *total = db_i64(&rows.row, 0);
    }
    return read_page(cx, &q, page, out, count);
}
