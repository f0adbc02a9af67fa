#include "portal/field/option_list.h"

#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"

#include <string.h>

const struct err_kind ERR_OPTION_LIST_USED = {
    ERR_CLASS_CONFLICT, "OPTION_LIST_USED",
    "A field chooses from this list. Retire its values instead."};
const struct err_kind ERR_OPTION_VALUE_GONE = {ERR_CLASS_INVALID, "OPTION_VALUE_GONE",
                                               "The value {} may be in use. Retire it instead."};

static const char SQL_OPTION_LIST_ALL[] =
    "SELECT l.id, l.code, l.label, l.label_zh, (SELECT COUNT(*) FROM custom_field f WHERE "
    "f.tenant_id = l.tenant_id AND f.list_id = l.id) FROM option_list l WHERE l.tenant_id = ? "
    "ORDER BY l.label, l.id LIMIT ?";
static const char SQL_OPTION_VALUES[] =
    "SELECT list_id, code, label, label_zh, is_retired FROM option_value WHERE tenant_id = ? "
    "ORDER BY list_id, position, code";
static const char SQL_OPTION_LIST_ADD[] =
    "INSERT INTO option_list (tenant_id, id, code, label, label_zh) VALUES (?, ?, ?, ?, ?)";
static const char SQL_OPTION_LIST_CHANGE[] =
    "UPDATE option_list SET label = ?, label_zh = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_OPTION_LIST_REMOVE[] =
    "DELETE FROM option_list WHERE tenant_id = ? AND id = ?";
static const char SQL_OPTION_VALUE_SET[] =
    "INSERT INTO option_value (tenant_id, list_id, code, label, label_zh, position, is_retired) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE label = VALUES(label), "
    "label_zh = VALUES(label_zh), position = VALUES(position), is_retired = VALUES(is_retired)";
static const char SQL_OPTION_VALUES_REMOVE[] =
    "DELETE FROM option_value WHERE tenant_id = ? AND list_id = ?";

bool option_list_is_code(const char *text)
{
    const size_t length = strlen(text);

    return length > 0 && length <= OPTION_CODE_MAX && *text >= 'a' && *text <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static bool read_values(struct ctx *cx, struct option_list *lists, size_t count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OPTION_VALUES, DB_ID(cx->tenant_id)))
        return false;
    for (size_t i = 0; i < count; i++)
        lists[i].values = arena_array(cx->mem, struct option_value, OPTION_VALUES_MAX);
    while (db_next(&rows))
        for (size_t i = 0; i < count; i++)
            if (id_equal(lists[i].id, db_id(&rows.row, 0)) &&
                lists[i].value_count < OPTION_VALUES_MAX)
                lists[i].values[lists[i].value_count++] =
                    (struct option_value){.code = db_text(&rows.row, 1),
                                          .label = db_text(&rows.row, 2),
                                          .label_zh = db_text(&rows.row, 3),
                                          .is_retired = db_bool(&rows.row, 4)};
    return true;
}

bool option_list_all(struct ctx *cx, struct option_list **out, size_t *count)
{
    struct db_rows rows;
    struct option_list *all;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_OPTION_LIST_ALL, DB_ID(cx->tenant_id), DB_INT(OPTION_LISTS_MAX)))
        return false;
    all = arena_array(cx->mem, struct option_list, rows.count + 1);
    for (; db_next(&rows); n++)
        all[n] = (struct option_list){.id = db_id(&rows.row, 0),
                                      .code = db_text(&rows.row, 1),
                                      .label = db_text(&rows.row, 2),
                                      .label_zh = db_text(&rows.row, 3),
                                      .field_count = (size_t)db_i64(&rows.row, 4)};
    if (n > 0 && !read_values(cx, all, n))
        return false;
    *out = all;
    *count = n;
    return true;
}

bool option_list_get(struct ctx *cx, struct id id, struct option_list **out)
{
    struct option_list *all;
    size_t count;

    if (!option_list_all(cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (id_equal(all[i].id, id)) {
            *out = &all[i];
            return true;
        }
    return err_set(&cx->err, &ERR_NOT_FOUND, "no option list %s", id_text(cx->mem, id));
}

/* --- writing --- */

static bool is_label(const char *text, bool is_needed)
{
    const size_t length = utf8_count(text);

    return length <= OPTION_LABEL_MAX && (length > 0 || !is_needed);
}

static bool check(struct ctx *cx, const struct option_list *l)
{
    if (!viewer_has(&cx->viewer, id_is_zero(l->id) ? RIGHT_SETTINGS_CREATE : RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "option lists");
    if (!option_list_is_code(l->code))
        return err_set_at(&cx->err, &ERR_INVALID, "code", "code %.40s", l->code);
    if (!is_label(l->label, true))
        return err_set_at(&cx->err, &ERR_INVALID, "label", "%zu characters", utf8_count(l->label));
    if (!is_label(l->label_zh, false))
        return err_set_at(&cx->err, &ERR_INVALID, "label_zh", "too long");
    if (l->value_count == 0 || l->value_count > OPTION_VALUES_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "values", "%zu values", l->value_count);
    for (size_t i = 0; i < l->value_count; i++) {
        const struct option_value *v = &l->values[i];

        if (!option_list_is_code(v->code) || !is_label(v->label, true) ||
            !is_label(v->label_zh, false))
            return err_set_at(&cx->err, &ERR_INVALID, "values", "value %.40s", v->code);
        for (size_t k = 0; k < i; k++)
            if (strcmp(l->values[k].code, v->code) == 0)
                return err_set_at(&cx->err, &ERR_INVALID, "values", "twice: %s", v->code);
    }
    return true;
}

/* A code never goes away by itself: a record could have it. */
static bool keeps_all(struct ctx *cx, const struct option_list *l)
{
    struct option_list *was;

    if (!option_list_get(cx, l->id, &was))
        return false;
    for (size_t i = 0; i < was->value_count; i++) {
        bool found = false;

        for (size_t k = 0; k < l->value_count; k++)
            found = found || strcmp(was->values[i].code, l->values[k].code) == 0;
        if (!found) {
            err_set_at(&cx->err, &ERR_OPTION_VALUE_GONE, "values", "%s", was->values[i].code);
            err_arg(&cx->err, was->values[i].code);
            return false;
        }
    }
    return true;
}

static bool write_all(struct ctx *cx, struct option_list *l)
{
    const bool is_new = id_is_zero(l->id);

    if (is_new)
        l->id = ctx_new_id(cx);
    else if (!keeps_all(cx, l))
        return false;
    if (is_new ? !db_exec(cx, NULL, SQL_OPTION_LIST_ADD, DB_ID(cx->tenant_id), DB_ID(l->id),
                          DB_TEXT(l->code), DB_TEXT(l->label), DB_TEXT(l->label_zh))
               : !db_exec(cx, NULL, SQL_OPTION_LIST_CHANGE, DB_TEXT(l->label), DB_TEXT(l->label_zh),
                          DB_ID(cx->tenant_id), DB_ID(l->id)))
        return false;
    for (size_t i = 0; i < l->value_count; i++)
        if (!db_exec(cx, NULL, SQL_OPTION_VALUE_SET, DB_ID(cx->tenant_id), DB_ID(l->id),
                     DB_TEXT(l->values[i].code), DB_TEXT(l->values[i].label),
                     DB_TEXT(l->values[i].label_zh), DB_INT(i), DB_BOOL(l->values[i].is_retired)))
            return false;
    return event_emit(cx, EVENT_OPTION_LIST_CHANGED, l->id,
                      json_own(cx->mem, json_pack("{s:s,s:s,s:I}", "code", l->code, "label",
                                                  l->label, "values", (json_int_t)l->value_count)));
}

bool option_list_save(struct ctx *cx, struct option_list *l)
{
    if (!check(cx, l) || !db_begin(cx))
        return false;
    if (!write_all(cx, l)) {
        if (cx->err.kind == &ERR_CONFLICT)
            cx->err.source = "code";
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool option_list_remove(struct ctx *cx, struct id id)
{
    struct option_list *l;

    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_DELETE))
        return err_set(&cx->err, &ERR_DENIED, "option lists");
    if (!option_list_get(cx, id, &l))
        return false;
    if (l->field_count > 0)
        return err_set(&cx->err, &ERR_OPTION_LIST_USED, "%zu fields", l->field_count);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_OPTION_VALUES_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_exec(cx, NULL, SQL_OPTION_LIST_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !event_emit(cx, EVENT_OPTION_LIST_CHANGED, id,
                    json_own(cx->mem, json_pack("{s:s,s:b}", "code", l->code, "removed", 1)))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
