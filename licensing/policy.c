#include "licensing/policy.h"

#include "licensing/access.h"
#include "licensing/filter.h"
#include "licensing/licence_remove.h"
#include "licensing/policy_attribute.h"

#include <string.h>

const struct err_kind ERR_POLICY_PRODUCT_NOT_FOUND = {ERR_CLASS_INVALID, "PRODUCT_NOT_FOUND",
                                                      "There is no such product."};
const struct err_kind ERR_POLICY_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                "This id is in use."};

const char *const POLICY_UNIQUENESS_NAMES[] = {
    [POLICY_UNIQUE_PER_MACHINE] = "UNIQUE_PER_MACHINE",
    [POLICY_UNIQUE_PER_LICENCE] = "UNIQUE_PER_LICENSE",
    [POLICY_UNIQUE_PER_POLICY] = "UNIQUE_PER_POLICY",
    [POLICY_UNIQUE_PER_PRODUCT] = "UNIQUE_PER_PRODUCT",
    [POLICY_UNIQUE_PER_ACCOUNT] = "UNIQUE_PER_ACCOUNT",
};
const char *const POLICY_MATCHING_NAMES[] = {
    [POLICY_MATCH_ANY] = "MATCH_ANY",
    [POLICY_MATCH_TWO] = "MATCH_TWO",
    [POLICY_MATCH_MOST] = "MATCH_MOST",
    [POLICY_MATCH_ALL] = "MATCH_ALL",
};
const char *const POLICY_EXPIRATION_NAMES[] = {
    [POLICY_RESTRICT_ACCESS] = "RESTRICT_ACCESS",
    [POLICY_REVOKE_ACCESS] = "REVOKE_ACCESS",
    [POLICY_MAINTAIN_ACCESS] = "MAINTAIN_ACCESS",
    [POLICY_ALLOW_ACCESS] = "ALLOW_ACCESS",
};
const char *const POLICY_EXPIRATION_BASIS_NAMES[] = {
    [POLICY_FROM_CREATION] = "FROM_CREATION",
    [POLICY_FROM_FIRST_VALIDATION] = "FROM_FIRST_VALIDATION",
    [POLICY_FROM_FIRST_ACTIVATION] = "FROM_FIRST_ACTIVATION",
    [POLICY_FROM_FIRST_DOWNLOAD] = "FROM_FIRST_DOWNLOAD",
    [POLICY_FROM_FIRST_USE] = "FROM_FIRST_USE",
};
const char *const POLICY_RENEWAL_NAMES[] = {
    [POLICY_FROM_EXPIRY] = "FROM_EXPIRY",
    [POLICY_FROM_NOW] = "FROM_NOW",
    [POLICY_FROM_NOW_IF_EXPIRED] = "FROM_NOW_IF_EXPIRED",
};
const char *const POLICY_TRANSFER_NAMES[] = {
    [POLICY_KEEP_EXPIRY] = "KEEP_EXPIRY",
    [POLICY_RESET_EXPIRY] = "RESET_EXPIRY",
};
const char *const POLICY_AUTHENTICATION_NAMES[] = {
    [POLICY_AUTH_TOKEN] = "TOKEN",     [POLICY_AUTH_LICENCE] = "LICENSE",
    [POLICY_AUTH_SESSION] = "SESSION", [POLICY_AUTH_MIXED] = "MIXED",
    [POLICY_AUTH_NONE] = "NONE",
};
const char *const POLICY_LEASING_NAMES[] = {
    [POLICY_PER_MACHINE] = "PER_MACHINE",
    [POLICY_PER_LICENCE] = "PER_LICENSE",
    [POLICY_PER_USER] = "PER_USER",
};
const char *const POLICY_OVERAGE_NAMES[] = {
    [POLICY_NO_OVERAGE] = "NO_OVERAGE",
    [POLICY_ALWAYS_ALLOW_OVERAGE] = "ALWAYS_ALLOW_OVERAGE",
    [POLICY_OVERAGE_1_25X] = "ALLOW_1_25X_OVERAGE",
    [POLICY_OVERAGE_1_5X] = "ALLOW_1_5X_OVERAGE",
    [POLICY_OVERAGE_2X] = "ALLOW_2X_OVERAGE",
};
const char *const POLICY_INTERVAL_NAMES[] = {
    [POLICY_NO_INTERVAL] = NULL, [POLICY_DAY] = "day",   [POLICY_WEEK] = "week",
    [POLICY_MONTH] = "month",    [POLICY_YEAR] = "year",
};
const char *const POLICY_CULL_NAMES[] = {
    [POLICY_DEACTIVATE_DEAD] = "DEACTIVATE_DEAD",
    [POLICY_KEEP_DEAD] = "KEEP_DEAD",
};
const char *const POLICY_REVIVE_NAMES[] = {
    [POLICY_NO_REVIVE] = "NO_REVIVE",
    [POLICY_REVIVE_1_MINUTE] = "1_MINUTE_REVIVE",
    [POLICY_REVIVE_2_MINUTES] = "2_MINUTE_REVIVE",
    [POLICY_REVIVE_5_MINUTES] = "5_MINUTE_REVIVE",
    [POLICY_REVIVE_10_MINUTES] = "10_MINUTE_REVIVE",
    [POLICY_REVIVE_15_MINUTES] = "15_MINUTE_REVIVE",
    [POLICY_ALWAYS_REVIVE] = "ALWAYS_REVIVE",
};
const char *const POLICY_HEARTBEAT_BASIS_NAMES[] = {
    [POLICY_HEARTBEAT_FROM_FIRST_PING] = "FROM_FIRST_PING",
    [POLICY_HEARTBEAT_FROM_CREATION] = "FROM_CREATION",
};

struct policy policy_default(struct id product_id, const char *name)
{
    return (struct policy){
        .product_id = product_id,
        .name = name,
        .is_floating = true,
        .max_machines = POLICY_NO_LIMIT,
        .max_processes = POLICY_NO_LIMIT,
        .max_users = POLICY_NO_LIMIT,
        .max_cores = POLICY_NO_LIMIT,
        .max_memory = POLICY_NO_LIMIT,
        .max_disk = POLICY_NO_LIMIT,
        .max_uses = POLICY_NO_LIMIT,
        .machine_uniqueness = POLICY_UNIQUE_PER_LICENCE,
        .component_uniqueness = POLICY_UNIQUE_PER_MACHINE,
        .machine_leasing = POLICY_PER_LICENCE,
        .process_leasing = POLICY_PER_MACHINE,
    };
}

int64_t policy_sum(int64_t a, int64_t b)
{
    int64_t sum;

    return ADD_FITS(a, b, &sum) ? sum : INT64_MAX;
}

bool policy_allows(enum policy_overage overage, int64_t count, int64_t max)
{
    int64_t left = 1;
    int64_t right = 1;

    switch (overage) {
    case POLICY_ALWAYS_ALLOW_OVERAGE:
        return true;
    case POLICY_NO_OVERAGE:
        break;
    case POLICY_OVERAGE_1_25X:
        left = 4;
        right = 5;
        break;
    case POLICY_OVERAGE_1_5X:
        left = 2;
        right = 3;
        break;
    case POLICY_OVERAGE_2X:
        right = 2;
        break;
    }
    /* A bound beyond what counts can reach holds nothing back. */
    if (!MUL_FITS(max, right, &right))
        return true;
    return MUL_FITS(count, left, &left) && left <= right;
}

/* --- rows --- */

static const char SQL_POLICY_ADD[] =
    "INSERT INTO policy (tenant_id, " POLICY_COLUMNS("")
    ") VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_POLICY_LOCK[] =
    "UPDATE policy SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_POLICY_CHANGE[] =
    "UPDATE policy SET name = ?, duration_seconds = ?, is_strict = ?, is_floating = ?, "
    "max_machines = ?, max_processes = ?, max_users = ?, max_cores = ?, max_memory = ?, "
    "max_disk = ?, max_uses = ?, machine_uniqueness_strategy = ?, "
    "component_uniqueness_strategy = ?, machine_matching_strategy = ?, "
    "component_matching_strategy = ?, expiration_strategy = ?, expiration_basis = ?, "
    "renewal_basis = ?, transfer_strategy = ?, authentication_strategy = ?, "
    "machine_leasing_strategy = ?, process_leasing_strategy = ?, overage_strategy = ?, "
    "scheme = ?, is_protected = ?, require_product_scope = ?, require_policy_scope = ?, "
    "require_machine_scope = ?, require_fingerprint_scope = ?, require_components_scope = ?, "
    "require_user_scope = ?, require_checksum_scope = ?, require_version_scope = ?, "
    "require_check_in = ?, check_in_interval = ?, check_in_interval_count = ?, "
    "require_heartbeat = ?, heartbeat_duration_seconds = ?, heartbeat_cull_strategy = ?, "
    "heartbeat_resurrection_strategy = ?, heartbeat_basis = ?, metadata = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_POLICY_REMOVE[] =
    "UPDATE policy SET deleted_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_POLICY_COUNT[] =
    "SELECT COUNT(*) FROM policy p WHERE p.tenant_id = ? AND p.deleted_at IS NULL";
static const char SQL_POLICY_PAGE[] = "SELECT " POLICY_COLUMNS("p.")
                                      " FROM policy p "
                                      "WHERE p.tenant_id = ? AND p.deleted_at IS NULL";
static const struct filter_order POLICY_ORDER = FILTER_ORDER("policy", "p");
static const char SQL_POLICY_GET[] = "SELECT " POLICY_COLUMNS("")
                                     " FROM policy "
                                     "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_POLICY_LIST[] =
    "SELECT " POLICY_COLUMNS("")
    " FROM policy "
    "WHERE tenant_id = ? AND deleted_at IS NULL AND (? OR product_id = ?) ORDER BY name, id LIMIT ?";
static const char SQL_POLICY_PRODUCT[] =
    "SELECT 1 FROM product WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

void policy_from_row(const struct db_row *row, unsigned first, struct policy *p)
{
    unsigned c = first;

    p->id = db_id(row, c++);
    p->product_id = db_id(row, c++);
    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++, c++) {
        const struct policy_attribute *a = &POLICY_ATTRIBUTES[i];

        switch (a->type) {
        case POLICY_ATTRIBUTE_TEXT:
            policy_attribute_set_text(p, a, db_text(row, c));
            break;
        case POLICY_ATTRIBUTE_LIMIT:
        case POLICY_ATTRIBUTE_SECONDS:
            policy_attribute_clear(p, a);
            if (!db_is_null(row, c))
                policy_attribute_set_number(p, a, db_i64(row, c));
            break;
        case POLICY_ATTRIBUTE_FLAG:
            policy_attribute_set_flag(p, a, db_bool(row, c));
            break;
        case POLICY_ATTRIBUTE_WORD: /* the columns have CHECKs, so the word is always found */
            if (!policy_attribute_set_word(p, a, db_text(row, c)))
                policy_attribute_clear(p, a);
            break;
        }
    }
    p->metadata = db_text(row, c++);
    p->created_at = db_time(row, c++);
    p->updated_at = db_time(row, c);
}

static struct db_arg attribute_arg(const struct policy *p, const struct policy_attribute *a)
{
    switch (a->type) {
    case POLICY_ATTRIBUTE_TEXT:
        return DB_TEXT(policy_attribute_text(p, a));
    case POLICY_ATTRIBUTE_LIMIT:
    case POLICY_ATTRIBUTE_SECONDS:
        return policy_attribute_has_number(p, a) ? DB_INT(policy_attribute_number(p, a)) : DB_NULL;
    case POLICY_ATTRIBUTE_FLAG:
        return DB_BOOL(policy_attribute_flag(p, a));
    case POLICY_ATTRIBUTE_WORD:
        break;
    }
    return DB_TEXT(policy_attribute_word(p, a));
}

/* The attributes and the metadata, as both statements bind them. */
static size_t bind(const struct policy *p, struct db_arg *args)
{
    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++)
        args[i] = attribute_arg(p, &POLICY_ATTRIBUTES[i]);
    args[POLICY_ATTRIBUTE_COUNT] = DB_TEXT(p->metadata != NULL ? p->metadata : "{}");
    return POLICY_ATTRIBUTE_COUNT + 1;
}

static bool insert(struct ctx *cx, const struct policy *p)
{
    struct db_arg args[POLICY_COLUMN_COUNT + 1] = {DB_ID(cx->tenant_id), DB_ID(p->id),
                                                   DB_ID(p->product_id)};
    size_t count = 3 + bind(p, args + 3);

    args[count++] = DB_TIME(cx->now);
    args[count++] = DB_TIME(cx->now);
    return db_exec_args(cx, NULL, SQL_POLICY_ADD, args, count);
}

static bool update(struct ctx *cx, const struct policy *p)
{
    struct db_arg args[POLICY_COLUMN_COUNT + 1];
    size_t count = bind(p, args);

    args[count++] = DB_TIME(cx->now);
    args[count++] = DB_ID(cx->tenant_id);
    args[count++] = DB_ID(p->id);
    return db_exec_args(cx, NULL, SQL_POLICY_CHANGE, args, count);
}

static bool tell(struct ctx *cx, enum event_kind kind, const struct policy *p)
{
    return event_emit(cx, kind, p->id, json_own(cx->mem, json_pack("{s:s}", "name", p->name)));
}

static bool add(struct ctx *cx, struct policy *p)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_POLICY_PRODUCT, DB_ID(cx->tenant_id), DB_ID(p->product_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_POLICY_PRODUCT_NOT_FOUND, "/data/relationships/product",
                          "product %s", id_text(cx->mem, p->product_id));
    if (!insert(cx, p)) {
        if (cx->err.kind == &ERR_CONFLICT) {
            err_clear(&cx->err);
            err_set_at(&cx->err, &ERR_POLICY_ID_CONFLICT, "/data/id", "policy %s",
                       id_text(cx->mem, p->id));
        }
        return false;
    }
    return tell(cx, EVENT_POLICY_CREATED, p);
}

bool policy_add(struct ctx *cx, const struct policy *draft, struct policy **out)
{
    struct policy p = *draft;

    if (!access_manage(cx, ACTION_CREATE) || !policy_check(cx, &p))
        return false;
    if (id_is_zero(p.id))
        p.id = ctx_new_id(cx);
    if (!db_begin(cx))
        return false;
    if (!add(cx, &p) || !policy_get(cx, p.id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* The row is written before it is read, so that two changes of one policy follow each other. */
bool policy_change(struct ctx *cx, struct id id, policy_apply *apply, void *with,
                   struct policy **out)
{
    struct policy *p;
    int64_t found;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_POLICY_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !policy_get(cx, id, &p) || !apply(cx, p, with) || !policy_check(cx, p) || !update(cx, p) ||
        !licence_changed(cx, "policy", id) || !tell(cx, EVENT_POLICY_UPDATED, p) ||
        !policy_get(cx, id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool policy_remove(struct ctx *cx, struct id id)
{
    struct policy *p;
    int64_t found;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_POLICY_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !policy_get(cx, id, &p) || !licence_remove_of_policy(cx, id) ||
        !db_exec(cx, NULL, SQL_POLICY_REMOVE, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_changed(cx, "policy", id) || !tell(cx, EVENT_POLICY_DELETED, p)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool policy_get(struct ctx *cx, struct id id, struct policy **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_POLICY_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "policy %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct policy);
    policy_from_row(&rows.row, 0, *out);
    return true;
}

bool policy_list(struct ctx *cx, struct id product_id, unsigned limit, struct policy **out,
                 size_t *count)
{
    struct db_rows rows;
    struct policy *list;

    if (!db_query(cx, &rows, SQL_POLICY_LIST, DB_ID(cx->tenant_id), DB_BOOL(id_is_zero(product_id)),
                  DB_ID(product_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct policy, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        policy_from_row(&rows.row, 0, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static void where_filter(struct where *w, struct ctx *cx, const char *head,
                         const struct policy_filter *f)
{
    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!id_is_zero(f->product_id))
        where_add(w, " AND p.product_id = ?", DB_ID(f->product_id));
    if (!id_is_zero(f->only_id))
        where_add(w, " AND p.id = ?", DB_ID(f->only_id));
    if (!id_is_zero(f->person_id))
        where_add(w,
                  " AND EXISTS (SELECT 1 FROM licence l WHERE l.tenant_id = p.tenant_id AND "
                  "l.policy_id = p.id AND l.deleted_at IS NULL AND ? IN (SELECT l.owner_id UNION "
                  "ALL SELECT u.person_id FROM licence_user u WHERE u.tenant_id = l.tenant_id AND "
                  "u.licence_id = l.id))",
                  DB_ID(f->person_id));
}

bool policy_list_page(struct ctx *cx, const struct policy_filter *filter,
                      const struct licence_page *page, struct policy **out, size_t *count,
                      int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct policy *list;

    where_filter(&w, cx, SQL_POLICY_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_filter(&w, cx, SQL_POLICY_PAGE, filter);
    filter_page(&w, page, &POLICY_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct policy, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        policy_from_row(&rows.row, 0, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}
