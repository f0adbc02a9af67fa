#include "licensing/machine_list.h"

#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/machine_row.h"

#include <string.h>
#include <strings.h>

static const char SQL_MACHINE_PAGE[] = "SELECT " MACHINE_COLUMNS MACHINE_FROM;
static const char SQL_MACHINE_WIDE_PAGE[] = "SELECT STRAIGHT_JOIN " MACHINE_COLUMNS MACHINE_FROM;
static const char SQL_MACHINE_COUNT[] = "SELECT COUNT(*)" MACHINE_FROM;
/* The same without the policy, which only a status asks. */
static const char SQL_MACHINE_COUNT_ANY[] =
    "SELECT COUNT(*) FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id "
    "AND l.id = m.licence_id WHERE m.tenant_id = ? AND (? OR l.organisation_id = ?)";

static const struct filter_order MACHINE_ORDER = FILTER_ORDER("machine", "m");

/* True of a machine whose time is over: its last beat's, or its creation's where a beat is required
 * and none came. */
#define MACHINE_IS_DEAD                                                                      \
    "COALESCE(COALESCE(m.last_heartbeat_at, IF(p.require_heartbeat, m.created_at, NULL)) + " \
    "INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND < ?, FALSE)"

static void where_hash(struct where *w, struct ctx *cx, const char *fragment, const char *text)
{
    uint8_t *hash;

    if (text == NULL)
        return;
    hash = arena_alloc(cx->mem, CRYPTO_HASH_SIZE);
    crypto_sha256(text, strlen(text), hash);
    where_add(w, fragment, DB_BYTES(hash, CRYPTO_HASH_SIZE));
}

static void where_user(struct where *w, struct id user_id)
{
    if (id_is_zero(user_id))
        return;
    where_add(w, " AND (m.owner_id = ?", DB_ID(user_id));
    where_add(w, " OR l.owner_id = ?", DB_ID(user_id));
    where_add(w,
              " OR EXISTS (SELECT 1 FROM licence_user fu WHERE fu.tenant_id = l.tenant_id "
              "AND fu.licence_id = l.id AND fu.person_id = ?))",
              DB_ID(user_id));
}

void machine_list_where(struct where *w, struct ctx *cx, const struct machine_filter *f)
{
    const struct {
        const char *fragment;
        struct id id;
    } relations[] = {
        {" AND m.id = ?", f->machine_id},       {" AND l.product_id = ?", f->product_id},
        {" AND l.policy_id = ?", f->policy_id}, {" AND m.licence_id = ?", f->licence_id},
        {" AND m.owner_id = ?", f->owner_id},   {" AND m.group_id = ?", f->group_id},
    };

    licence_scope_add(w, cx, &f->scope);
    if (f->finds_nothing)
        where_add(w, " AND FALSE", DB_NONE);
    for (size_t i = 0; i < COUNT(relations); i++)
        if (!id_is_zero(relations[i].id))
            where_add(w, relations[i].fragment, DB_ID(relations[i].id));
    where_user(w, f->user_id);
    where_hash(w, cx, " AND l.key_hash = ?", f->key);
    where_hash(w, cx, " AND m.fingerprint_hash = ?", f->fingerprint);
    if (f->hostname != NULL)
        where_add(w, " AND m.hostname = ?", DB_TEXT(f->hostname));
    if (f->ip != NULL)
        where_add(w, " AND m.ip = ?", DB_TEXT(f->ip));
}

void machine_list_status(struct where *w, const struct ctx *cx, const char *status,
                         const char *is_dead, const char *is_alive)
{
    if (status == NULL)
        return;
    if (strcasecmp(status, MACHINE_HEARTBEAT_NAMES[MACHINE_DEAD]) == 0)
        where_add(w, is_dead, DB_TIME(cx->now));
    else if (strcasecmp(status, MACHINE_HEARTBEAT_NAMES[MACHINE_ALIVE]) == 0)
        where_add(w, is_alive, DB_TIME(cx->now));
    else
        where_add(w, " AND FALSE", DB_NONE);
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
    machine_list_status(w, cx, f->status, " AND " MACHINE_IS_DEAD, " AND NOT " MACHINE_IS_DEAD);
    filter_metadata(w, cx, " AND JSON_UNQUOTE(JSON_EXTRACT(m.metadata, ?))", &f->metadata);
}

bool machine_list_page(struct ctx *cx, const struct machine_filter *filter,
                       const struct licence_page *page, struct machine **out, size_t *count,
                       int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct machine *list;

    *total = 0;
    if (page->wants_total) {
        where_filter(cx, &w, filter->status == NULL ? SQL_MACHINE_COUNT_ANY : SQL_MACHINE_COUNT,
                     filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
            return false;
        *total = db_i64(&rows.row, 0);
    }
    where_filter(cx, &w, machine_list_is_wide(filter) ? SQL_MACHINE_WIDE_PAGE : SQL_MACHINE_PAGE,
                 filter);
    filter_page(&w, page, &MACHINE_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct machine, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        machine_row_read(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

void machine_list_bind(struct machine_filter *filter, const struct machine_filter *within)
{
    const struct {
        struct id *asked;
        const struct id *bound;
    } ids[] = {
        {&filter->machine_id, &within->machine_id}, {&filter->product_id, &within->product_id},
        {&filter->policy_id, &within->policy_id},   {&filter->licence_id, &within->licence_id},
        {&filter->owner_id, &within->owner_id},     {&filter->group_id, &within->group_id},
        {&filter->user_id, &within->user_id},
    };

    for (size_t i = 0; i < COUNT(ids); i++) {
        if (id_is_zero(*ids[i].bound))
            continue;
        if (!id_equal(*ids[i].asked, *ids[i].bound))
            filter->finds_nothing = true;
        *ids[i].asked = *ids[i].bound;
    }
}

bool machine_list_is_wide(const struct machine_filter *f)
{
    return id_is_zero(f->scope.licence_id) && id_is_zero(f->scope.person_id) &&
           id_is_zero(f->licence_id) && id_is_zero(f->machine_id) && id_is_zero(f->owner_id) &&
           id_is_zero(f->user_id) && id_is_zero(f->group_id) && f->key == NULL &&
           f->fingerprint == NULL;
}
