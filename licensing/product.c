#include "licensing/product.h"

#include "base/utf8.h"
#include "licensing/access.h"
#include "licensing/filter.h"

#include <ctype.h>
#include <string.h>

const struct err_kind ERR_PRODUCT_CODE_TAKEN = {ERR_CLASS_INVALID, "CODE_TAKEN",
                                                "Another product has this code."};
const struct err_kind ERR_PRODUCT_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                 "This id is in use."};
static const struct err_kind ERR_PRODUCT_NAME_MISSING = {ERR_CLASS_INVALID, "NAME_MISSING",
                                                         "A product needs a name."};
static const struct err_kind ERR_PRODUCT_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                      "A name has at most 255 characters."};
static const struct err_kind ERR_PRODUCT_PREFIX = {
    ERR_CLASS_INVALID, "SERIAL_PREFIX_INVALID",
    "A serial's prefix is one to eight capital letters or digits."};
static const struct err_kind ERR_PRODUCT_CODE_INVALID = {
    ERR_CLASS_INVALID, "CODE_INVALID", "A code has 1 to 255 characters, and is no id."};
static const struct err_kind ERR_PRODUCT_CODE_NOT_ALLOWED = {ERR_CLASS_INVALID, "CODE_NOT_ALLOWED",
                                                             "This word cannot be a code."};
static const struct err_kind ERR_PRODUCT_URL_INVALID = {
    ERR_CLASS_INVALID, "URL_INVALID", "An address begins with https:// or http://."};
static const struct err_kind ERR_PRODUCT_DISTRIBUTION = {
    ERR_CLASS_INVALID, "DISTRIBUTION_STRATEGY_NOT_ALLOWED",
    "A distribution is LICENSED, OPEN or CLOSED."};

enum { PRODUCT_CODE_MAX = 255, PRODUCT_URL_MAX = 1000 };

#define PRODUCT_COLUMNS                                                                \
    "id, name, code, serial_prefix, distribution_strategy, url, platforms, metadata, " \
    "created_at, updated_at"

static const char SQL_PRODUCT_ADD[] =
    "INSERT INTO product (tenant_id, " PRODUCT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_PRODUCT_LOCK[] =
    "UPDATE product SET version = version + 1 WHERE tenant_id = ? AND id = ? "
    "AND deleted_at IS NULL";
static const char SQL_PRODUCT_CHANGE[] =
    "UPDATE product SET name = ?, code = ?, serial_prefix = ?, distribution_strategy = ?, url = ?, "
    "platforms = ?, metadata = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PRODUCT_REMOVE[] =
    "UPDATE product SET deleted_at = ?, code = NULL WHERE tenant_id = ? AND id = ?";
static const char SQL_PRODUCT_POLICIES[] =
    "SELECT id FROM policy WHERE tenant_id = ? AND product_id = ? AND deleted_at IS NULL";
static const char SQL_PRODUCT_TOKENS[] =
    "UPDATE api_token SET revoked_at = ? WHERE tenant_id = ? AND product_id = ? "
    "AND revoked_at IS NULL";
static const char SQL_PRODUCT_COUNT[] =
    "SELECT COUNT(*) FROM product p WHERE p.tenant_id = ? AND p.deleted_at IS NULL";
static const char SQL_PRODUCT_PAGE[] = "SELECT " PRODUCT_COLUMNS
                                       " FROM product p "
                                       "WHERE p.tenant_id = ? AND p.deleted_at IS NULL";
static const struct filter_order PRODUCT_ORDER = FILTER_ORDER("product", "p");
static const char SQL_PRODUCT_GET[] = "SELECT " PRODUCT_COLUMNS
                                      " FROM product "
                                      "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_PRODUCT_BY_CODE[] = "SELECT " PRODUCT_COLUMNS
                                          " FROM product "
                                          "WHERE tenant_id = ? AND code = ? AND deleted_at IS NULL";
static const char SQL_PRODUCT_LIST[] =
    "SELECT " PRODUCT_COLUMNS
    " FROM product "
    "WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY name, id LIMIT ?";

static void from_row(const struct db_row *row, struct product *p)
{
    p->id = db_id(row, 0);
    p->name = db_text(row, 1);
    p->code = db_text(row, 2);
    p->serial_prefix = db_text(row, 3);
    p->distribution = db_text(row, 4);
    p->url = db_text(row, 5);
    p->platforms = db_text(row, 6);
    p->metadata = db_text(row, 7);
    p->created_at = db_time(row, 8);
    p->updated_at = db_time(row, 9);
}

static bool is_prefix(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= PRODUCT_PREFIX_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

static const char *fold(struct ctx *cx, const char *code)
{
    char *folded = arena_dup(cx->mem, code);

    for (char *c = folded; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return folded;
}

static bool check_code(struct ctx *cx, struct product *p)
{
    static const char AT[] = "/data/attributes/code";
    struct id id;
    const char *folded;

    if (p->code == NULL)
        return true;
    folded = fold(cx, p->code);
    p->code = folded;
    if (*folded == '\0' || utf8_count(folded) > PRODUCT_CODE_MAX || id_parse(folded, &id))
        return err_set_at(&cx->err, &ERR_PRODUCT_CODE_INVALID, AT, "code");
    return (strcmp(folded, "action") != 0 && strcmp(folded, "actions") != 0) ||
           err_set_at(&cx->err, &ERR_PRODUCT_CODE_NOT_ALLOWED, AT, "%s", folded);
}

static bool is_address(const char *url)
{
    return strlen(url) <= PRODUCT_URL_MAX &&
           (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
}

bool product_check(struct ctx *cx, struct product *p)
{
    if (p->serial_prefix == NULL)
        p->serial_prefix = "LIC";
    if (p->distribution == NULL)
        p->distribution = "LICENSED";
    if (p->name == NULL || *p->name == '\0')
        return err_set_at(&cx->err, &ERR_PRODUCT_NAME_MISSING, "/data/attributes/name", "name");
    if (utf8_count(p->name) > PRODUCT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_PRODUCT_NAME_LONG, "/data/attributes/name", "name");
    if (!is_prefix(p->serial_prefix))
        return err_set_at(&cx->err, &ERR_PRODUCT_PREFIX, "/data/attributes/serialPrefix", "%s",
                          p->serial_prefix);
    if (strcmp(p->distribution, "LICENSED") != 0 && strcmp(p->distribution, "OPEN") != 0 &&
        strcmp(p->distribution, "CLOSED") != 0)
        return err_set_at(&cx->err, &ERR_PRODUCT_DISTRIBUTION,
                          "/data/attributes/distributionStrategy", "%s", p->distribution);
    if (p->url != NULL && !is_address(p->url))
        return err_set_at(&cx->err, &ERR_PRODUCT_URL_INVALID, "/data/attributes/url", "url");
    return check_code(cx, p);
}

/* --- writing --- */

static bool take_duplicate(struct ctx *cx, const struct product *p)
{
    bool is_code;

    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    is_code = strcmp(db_duplicate_key(cx), "product_code") == 0;
    err_clear(&cx->err);
    return is_code ? err_set_at(&cx->err, &ERR_PRODUCT_CODE_TAKEN, "/data/attributes/code", "%s",
                                p->code)
                   : err_set_at(&cx->err, &ERR_PRODUCT_ID_CONFLICT, "/data/id", "product %s",
                                id_text(cx->mem, p->id));
}

static bool tell(struct ctx *cx, enum event_kind kind, const struct product *p)
{
    return event_emit(cx, kind, p->id, json_own(cx->mem, json_pack("{s:s}", "name", p->name)));
}

static bool insert(struct ctx *cx, const struct product *p)
{
    return db_exec(cx, NULL, SQL_PRODUCT_ADD, DB_ID(cx->tenant_id), DB_ID(p->id), DB_TEXT(p->name),
                   DB_TEXT(p->code), DB_TEXT(p->serial_prefix), DB_TEXT(p->distribution),
                   DB_TEXT(p->url), DB_TEXT(p->platforms),
                   DB_TEXT(p->metadata != NULL ? p->metadata : "{}"), DB_TIME(cx->now),
                   DB_TIME(cx->now)) ||
           take_duplicate(cx, p);
}

static bool update(struct ctx *cx, const struct product *p)
{
    return db_exec(cx, NULL, SQL_PRODUCT_CHANGE, DB_TEXT(p->name), DB_TEXT(p->code),
                   DB_TEXT(p->serial_prefix), DB_TEXT(p->distribution), DB_TEXT(p->url),
                   DB_TEXT(p->platforms), DB_TEXT(p->metadata), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(p->id)) ||
           take_duplicate(cx, p);
}

bool product_add(struct ctx *cx, const struct product *draft, struct product **out)
{
    struct product p = *draft;

    if (!access_manage(cx, ACTION_CREATE) || !product_check(cx, &p))
        return false;
    if (id_is_zero(p.id))
        p.id = ctx_new_id(cx);
    if (!db_begin(cx))
        return false;
    if (!insert(cx, &p) || !tell(cx, EVENT_PRODUCT_CREATED, &p) || !product_get(cx, p.id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* The row is written before it is read, so that two changes of one product follow each other. */
bool product_change(struct ctx *cx, struct id id, product_apply *apply, void *with,
                    struct product **out)
{
    struct product *p;
    int64_t found;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_PRODUCT_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !product_get(cx, id, &p) || !apply(cx, p, with) || !product_check(cx, p) ||
        !update(cx, p) || !licence_changed(cx, "product", id) ||
        !tell(cx, EVENT_PRODUCT_UPDATED, p) || !product_get(cx, id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool remove_policies(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PRODUCT_POLICIES, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    while (db_next(&rows))
        if (!policy_remove(cx, db_id(&rows.row, 0)))
            return false;
    return true;
}

/* The code is free again for another product; the row stays for the trail and for old keys. */
bool product_remove(struct ctx *cx, struct id id)
{
    struct product *p;
    int64_t found;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_PRODUCT_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !product_get(cx, id, &p) || !remove_policies(cx, id) ||
        !db_exec(cx, NULL, SQL_PRODUCT_TOKENS, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_exec(cx, NULL, SQL_PRODUCT_REMOVE, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_changed(cx, "product", id) || !tell(cx, EVENT_PRODUCT_DELETED, p)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- reading --- */

bool product_get(struct ctx *cx, struct id id, struct product **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PRODUCT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "product %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct product);
    from_row(&rows.row, *out);
    return true;
}

bool product_find_code(struct ctx *cx, const char *code, struct product **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PRODUCT_BY_CODE, DB_ID(cx->tenant_id), DB_TEXT(fold(cx, code))))
        return false;
    *out = NULL;
    if (db_next(&rows)) {
        *out = arena_new(cx->mem, struct product);
        from_row(&rows.row, *out);
    }
    return true;
}

bool product_list(struct ctx *cx, unsigned limit, struct product **out, size_t *count)
{
    struct db_rows rows;
    struct product *list;

    if (!db_query(cx, &rows, SQL_PRODUCT_LIST, DB_ID(cx->tenant_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct product, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(&rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static void where_filter(struct where *w, struct ctx *cx, const char *head,
                         const struct product_filter *f)
{
    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!id_is_zero(f->only_id))
        where_add(w, " AND p.id = ?", DB_ID(f->only_id));
    if (!id_is_zero(f->person_id))
        where_add(w,
                  " AND EXISTS (SELECT 1 FROM licence l WHERE l.tenant_id = p.tenant_id AND "
                  "l.product_id = p.id AND l.deleted_at IS NULL AND ? IN (SELECT l.owner_id UNION "
                  "ALL SELECT u.person_id FROM licence_user u WHERE u.tenant_id = l.tenant_id AND "
                  "u.licence_id = l.id))",
                  DB_ID(f->person_id));
}

bool product_list_page(struct ctx *cx, const struct product_filter *filter,
                       const struct licence_page *page, struct product **out, size_t *count,
                       int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct product *list;

    where_filter(&w, cx, SQL_PRODUCT_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_filter(&w, cx, SQL_PRODUCT_PAGE, filter);
    filter_page(&w, page, &PRODUCT_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct product, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(&rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}
