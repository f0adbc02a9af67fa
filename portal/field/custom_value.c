#include "portal/field/custom_value.h"

#include "base/utf8.h"
#include "db/where.h"

#include <string.h>

const struct err_kind ERR_FIELD_UNKNOWN = {ERR_CLASS_INVALID, "FIELD_UNKNOWN",
                                           "There is no field {} that can be filled in here."};
const struct err_kind ERR_FIELD_VALUE = {ERR_CLASS_INVALID, "FIELD_VALUE",
                                         "This value does not suit the field {}."};
const struct err_kind ERR_FIELD_REQUIRED = {ERR_CLASS_INVALID, "FIELD_REQUIRED",
                                            "Fill in the field {}."};

enum { IDS_AT_ONCE = 100, WORD_BYTES = 100 };

static const char SQL_CUSTOM_VALUES[] =
    "SELECT v.subject_id, v.field_id, v.value FROM custom_value v WHERE v.tenant_id = ? AND "
    "v.subject_id IN (";
/* In the order of the primary key: sorted otherwise, the texts go through a table on disk, at each
 * change of each ticket. */
static const char SQL_CUSTOM_VALUE_ALL[] =
    "SELECT f.code, f.kind, v.value FROM custom_value v "
    "JOIN custom_field f ON f.tenant_id = v.tenant_id AND f.id = v.field_id "
    "WHERE v.tenant_id = ? AND v.subject_id = ? ORDER BY v.field_id, v.position";
static const char SQL_CUSTOM_VALUE_ADD[] =
    "INSERT INTO custom_value (tenant_id, subject_id, field_id, position, value, word, amount) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_CUSTOM_VALUE_REMOVE[] =
    "DELETE FROM custom_value WHERE tenant_id = ? AND subject_id = ? AND field_id = ?";
static const char SQL_CUSTOM_VALUE_CLEAR[] =
    "DELETE FROM custom_value WHERE tenant_id = ? AND subject_id = ?";

/* --- reading --- */

static size_t place_of(const struct field_set *set, struct id id)
{
    for (size_t i = 0; i < set->count; i++)
        if (id_equal(set->fields[i].id, id))
            return i;
    return SIZE_MAX;
}

static bool read_some(struct ctx *cx, const struct field_set *set, const struct id *ids,
                      size_t count, const char **out)
{
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CUSTOM_VALUES, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    for (size_t i = 0; i < count; i++)
        where_add(&w, i == 0 ? "?" : ", ?", DB_ID(ids[i]));
    where_add(&w, ") ORDER BY v.subject_id, v.field_id, v.position", DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows)) {
        const size_t at = place_of(set, db_id(&rows.row, 1));
        const char **value;

        for (size_t i = 0; at != SIZE_MAX && i < count; i++) {
            if (!id_equal(ids[i], db_id(&rows.row, 0)))
                continue;
            value = &out[i * set->count + at];
            *value = *value == NULL
                         ? db_text(&rows.row, 2)
                         : arena_printf(cx->mem, "%s\n%s", *value, db_text(&rows.row, 2));
        }
    }
    return true;
}

bool custom_value_read_many(struct ctx *cx, const struct field_set *set, const struct id *ids,
                            size_t count, const char ***out)
{
    const char **values = arena_array(cx->mem, const char *, count * set->count + 1);

    for (size_t at = 0; set->count > 0 && at < count; at += IDS_AT_ONCE)
        if (!read_some(cx, set, ids + at, count - at < IDS_AT_ONCE ? count - at : IDS_AT_ONCE,
                       values + at * set->count))
            return false;
    *out = values;
    return true;
}

bool custom_value_read(struct ctx *cx, const struct field_set *set, struct id subject_id,
                       const char ***out)
{
    return custom_value_read_many(cx, set, &subject_id, 1, out);
}

json_t *custom_value_json(const struct custom_field *f, const char *value)
{
    json_t *list;
    int64_t amount;

    if (value == NULL)
        return json_null();
    switch (f->kind) {
    case FIELD_NUMBER:
        if (!field_rule_amount(f, value, &amount))
            return json_null();
        return amount % FIELD_AMOUNT_SCALE == 0 ? json_integer(amount / FIELD_AMOUNT_SCALE)
                                                : json_real((double)amount / FIELD_AMOUNT_SCALE);
    case FIELD_YES:
        return json_boolean(strcmp(value, "yes") == 0);
    case FIELD_CHOICES:
        list = json_array();
        for (const char *p = value; p != NULL;) {
            const char *end = strchr(p, '\n');

            json_array_append_new(list,
                                  json_stringn(p, end != NULL ? (size_t)(end - p) : strlen(p)));
            p = end != NULL ? end + 1 : NULL;
        }
        return list;
    case FIELD_TEXT:
    case FIELD_LINES:
    case FIELD_DATE:
    case FIELD_CHOICE:
    case FIELD_KINDS:
        break;
    }
    return json_string(value);
}

bool custom_value_all(struct ctx *cx, struct id subject_id, json_t **out)
{
    struct custom_field f = {.code = ""};
    json_t *all = json_own(cx->mem, json_object());
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CUSTOM_VALUE_ALL, DB_ID(cx->tenant_id), DB_ID(subject_id)))
        return false;
    while (db_next(&rows)) {
        const char *code = db_text(&rows.row, 0), *value = db_text(&rows.row, 2);
        json_t *is = json_object_get(all, code);

        if (!custom_field_kind_parse(db_text(&rows.row, 1), &f.kind))
            return err_set(&cx->err, &ERR_INTERNAL, "field %s", code);
        if (json_is_array(is))
            json_array_append_new(is, json_string(value));
        else
            json_object_set_new(all, code, custom_value_json(&f, value));
    }
    *out = all;
    return true;
}

json_t *custom_value_set_json(struct arena *mem, const struct field_set *set,
                              const char *const *values, bool is_customer)
{
    json_t *all = json_own(mem, json_object());

    for (size_t i = 0; i < set->count; i++)
        if (values[i] != NULL && (!is_customer || set->fields[i].access != FIELD_NONE))
            json_object_set_new(all, set->fields[i].code,
                                custom_value_json(&set->fields[i], values[i]));
    return all;
}

/* --- judging what was given --- */

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *code, const char *label)
{
    struct err *last = &cx->err;

    err_also(&cx->err, cx->mem, kind, arena_printf(cx->mem, "fields.%.*s", OPTION_CODE_MAX, code),
             "field %.40s", code);
    while (last->more != NULL)
        last = last->more;
    err_arg(last, label);
    return false;
}

/* A JSON value as somebody would type it; NULL: a shape that no field has. */
static const char *as_typed(struct arena *mem, const json_t *value)
{
    struct str s = str_new(mem);
    json_t *one;
    size_t i;

    if (json_is_null(value))
        return "";
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "no";
    if (json_is_integer(value))
        return arena_printf(mem, "%lld", (long long)json_integer_value(value));
    if (json_is_real(
            value)) /* four decimals: what a field keeps; field_rule_clean drops idle zeros */
        return arena_printf(mem, "%.4f", json_real_value(value));
    if (!json_is_array(value))
        return NULL;
    json_array_foreach (value, i, one) {
        if (!json_is_string(one) || strchr(json_string_value(one), '\n') != NULL)
            return NULL;
        str_fmt(&s, "%s%s", i > 0 ? "\n" : "", json_string_value(one));
    }
    return s.p;
}

static bool take_one(struct ctx *cx, const struct field_set *set, const struct field_facts *facts,
                     const char *code, const json_t *value, const char *const *before,
                     const char **values)
{
    const struct custom_field *f = custom_field_find(set, code);
    const char *typed = as_typed(cx->mem, value);
    size_t at;

    if (f == NULL || f->is_retired || (facts->is_customer && f->access != FIELD_WRITE))
        return refuse(cx, &ERR_FIELD_UNKNOWN, code, code);
    at = (size_t)(f - set->fields);
    if (typed == NULL ||
        !field_rule_clean(cx->mem, f, typed, before != NULL ? before[at] : NULL, &values[at]))
        return refuse(cx, &ERR_FIELD_VALUE, code, f->label);
    return true;
}

bool custom_value_settle(struct ctx *cx, const struct field_set *set,
                         const struct field_facts *facts, const char *const *before,
                         const json_t *given, bool is_strict, struct custom_settled *out)
{
    const char **values = arena_array(cx->mem, const char *, set->count + 1);
    struct field_state *states = arena_array(cx->mem, struct field_state, set->count + 1);
    const char *code;
    json_t *value;
    bool ok = true;

    for (size_t i = 0; before != NULL && i < set->count; i++)
        values[i] = before[i];
    json_object_foreach ((json_t *)(uintptr_t)given, code, value) /* Jansson's cast; read only */
        ok = take_one(cx, set, facts, code, value, before, values) && ok;
    field_rule_judge(set, facts, values, states);
    *out = (struct custom_settled){.values = values, .states = states};
    for (size_t i = 0; i < set->count; i++) {
        const struct custom_field *f = &set->fields[i];

        if (!states[i].is_shown &&
            !f->is_retired) /* a retired field's value is history: it stays */
            values[i] = NULL;
        if (!states[i].is_required || values[i] != NULL)
            continue;
        out->is_missing = true;
        if (is_strict)
            ok = refuse(cx, &ERR_FIELD_REQUIRED, f->code, f->label);
    }
    return ok;
}

/* --- writing --- */

static const char *word_of(struct ctx *cx, const struct custom_field *f, const char *value)
{
    const char *word =
        f->kind == FIELD_TEXT || f->kind == FIELD_LINES ? utf8_fold(cx->mem, value) : value;

    return arena_dup_bytes(cx->mem, word, utf8_prefix(word, WORD_BYTES));
}

static bool add(struct ctx *cx, const struct custom_field *f, struct id subject_id,
                const char *value, size_t position)
{
    int64_t amount;
    const bool has_amount = field_rule_amount(f, value, &amount);

    return db_exec(cx, NULL, SQL_CUSTOM_VALUE_ADD, DB_ID(cx->tenant_id), DB_ID(subject_id),
                   DB_ID(f->id), DB_INT(position), DB_TEXT(value), DB_TEXT(word_of(cx, f, value)),
                   has_amount ? DB_INT(amount) : DB_NULL);
}

static bool write_one(struct ctx *cx, const struct custom_field *f, struct id subject_id,
                      const char *value)
{
    size_t position = 0;

    if (!db_exec(cx, NULL, SQL_CUSTOM_VALUE_REMOVE, DB_ID(cx->tenant_id), DB_ID(subject_id),
                 DB_ID(f->id)))
        return false;
    if (value == NULL)
        return true;
    if (f->kind != FIELD_CHOICES)
        return add(cx, f, subject_id, value, 0);
    for (const char *p = value; p != NULL;) {
        const char *end = strchr(p, '\n');
        const char *one = arena_dup_bytes(cx->mem, p, end != NULL ? (size_t)(end - p) : strlen(p));

        if (!add(cx, f, subject_id, one, position++))
            return false;
        p = end != NULL ? end + 1 : NULL;
    }
    return true;
}

bool custom_value_write(struct ctx *cx, const struct field_set *set, struct id subject_id,
                        const char *const *before, const char *const *values)
{
    for (size_t i = 0; i < set->count; i++) {
        const char *was = before != NULL ? before[i] : NULL;
        const bool is_same =
            was == NULL || values[i] == NULL ? was == values[i] : strcmp(was, values[i]) == 0;

        if (!is_same && !write_one(cx, &set->fields[i], subject_id, values[i]))
            return false;
    }
    return true;
}

bool custom_value_clear(struct ctx *cx, struct id subject_id)
{
    return db_exec(cx, NULL, SQL_CUSTOM_VALUE_CLEAR, DB_ID(cx->tenant_id), DB_ID(subject_id));
}

/* --- searching --- */

bool custom_value_search(struct arena *mem, const struct custom_field *f, const char *text,
                         const char **word, int64_t *amount)
{
    const char *folded = utf8_fold(mem, text), *clean;

    *word = NULL;
    *amount = 0;
    if (f->kind == FIELD_TEXT || f->kind == FIELD_LINES) {
        *word = arena_dup_bytes(mem, folded, utf8_prefix(folded, WORD_BYTES));
        return true;
    }
    for (size_t i = 0; f->list != NULL && i < f->list->value_count; i++) {
        const struct option_value *v = &f->list->values[i];

        if (strcmp(v->code, folded) == 0 || strcmp(utf8_fold(mem, v->label), folded) == 0 ||
            strcmp(utf8_fold(mem, v->label_zh), folded) == 0) {
            *word = v->code;
            return true;
        }
    }
    if (f->list != NULL || !field_rule_clean(mem, f, folded, NULL, &clean) || clean == NULL)
        return false;
    if (!field_rule_amount(f, clean, amount))
        *word = clean;
    return true;
}
