#include "licensing/product.h"

#include "licensing/access.h"

#include <string.h>

const struct err_kind ERR_PRODUCT_CODE_TAKEN = {ERR_CLASS_INVALID, "CODE_TAKEN",
                                                "Another product has this code."};
static const struct err_kind ERR_PRODUCT_NAME = {
    ERR_CLASS_INVALID, "NAME_INVALID", "A product needs a name of at most 255 characters."};
static const struct err_kind ERR_PRODUCT_PREFIX = {
    ERR_CLASS_INVALID, "SERIAL_PREFIX_INVALID",
    "A serial's prefix is one to eight capital letters or digits."};

#define PRODUCT_COLUMNS                                                                \
    "id, name, code, serial_prefix, distribution_strategy, url, platforms, metadata, " \
    "created_at, updated_at"

static const char SQL_PRODUCT_ADD[] =
    "INSERT INTO product (tenant_id, " PRODUCT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
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

bool product_add(struct ctx *cx, const struct product *draft, struct product **out)
{
    struct id id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id;
    const char *prefix = draft->serial_prefix != NULL ? draft->serial_prefix : "LIC";

    if (!access_manage(cx))
        return false;
    if (draft->name == NULL || *draft->name == '\0' || strlen(draft->name) > PRODUCT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_PRODUCT_NAME, "/data/attributes/name", "product name");
    if (!is_prefix(prefix))
        return err_set_at(&cx->err, &ERR_PRODUCT_PREFIX, "/data/attributes/serialPrefix", "%s",
                          prefix);
    if (!db_exec(cx, NULL, SQL_PRODUCT_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(draft->name),
                 DB_TEXT(draft->code), DB_TEXT(prefix),
                 DB_TEXT(draft->distribution != NULL ? draft->distribution : "LICENSED"),
                 DB_TEXT(draft->url), DB_TEXT(draft->platforms),
                 DB_TEXT(draft->metadata != NULL ? draft->metadata : "{}"), DB_TIME(cx->now),
                 DB_TIME(cx->now))) {
        if (cx->err.kind == &ERR_CONFLICT && strcmp(db_duplicate_key(cx), "product_code") == 0) {
            err_clear(&cx->err);
            err_set_at(&cx->err, &ERR_PRODUCT_CODE_TAKEN, "/data/attributes/code", "%s",
                       draft->code);
        }
        return false;
    }
    return product_get(cx, id, out);
}

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

    if (!db_query(cx, &rows, SQL_PRODUCT_BY_CODE, DB_ID(cx->tenant_id), DB_TEXT(code)))
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
