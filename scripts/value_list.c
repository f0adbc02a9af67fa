#include "scripts/value_list.h"

#include "base/utf8.h"

#include <string.h>

static const char SQL_TENANT_LIST_SET[] =
    "INSERT INTO tenant_list (tenant_id, name, item, value) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE value = VALUES(value)";
static const char SQL_TENANT_LIST_REMOVE[] =
    "DELETE FROM tenant_list WHERE tenant_id = ? AND name = ? AND item = ?";
static const char SQL_TENANT_LIST_GET[] =
    "SELECT item, value FROM tenant_list WHERE tenant_id = ? AND name = ? ORDER BY item LIMIT ?";

static bool fits(const char *text, size_t max)
{
    return text[0] != '\0' && utf8_count(text) <= max;
}

bool value_list_set(struct ctx *cx, const char *name, const char *item, const char *value)
{
    if (!viewer_has(&cx->viewer, RIGHT_RULES_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "lists for rules are for staff with that right");
    if (!fits(name, VALUE_LIST_NAME_MAX) || !fits(item, VALUE_LIST_ITEM_MAX) ||
        (value != NULL && !fits(value, VALUE_LIST_VALUE_MAX)))
        return err_set(&cx->err, &ERR_INVALID, "list %s", name);
    if (value == NULL)
        return db_exec(cx, NULL, SQL_TENANT_LIST_REMOVE, DB_ID(cx->tenant_id), DB_TEXT(name),
                       DB_TEXT(item));
    return db_exec(cx, NULL, SQL_TENANT_LIST_SET, DB_ID(cx->tenant_id), DB_TEXT(name),
                   DB_TEXT(item), DB_TEXT(value));
}

bool value_list_get(struct ctx *cx, const char *name, json_t **out)
{
    json_t *list = json_own(cx->mem, json_object());
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TENANT_LIST_GET, DB_ID(cx->tenant_id), DB_TEXT(name),
                  DB_INT(VALUE_LIST_ITEMS_MAX)))
        return false;
    while (db_next(&rows))
        json_object_set_new(list, db_text(&rows.row, 0), json_string(db_text(&rows.row, 1)));
    *out = list;
    return true;
}
