#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/field/field_rule.h"

#include <string.h>

const struct err_kind ERR_FIELD_CIRCLE = {
    ERR_CLASS_INVALID, "FIELD_CIRCLE",
    "These conditions go in a circle: whether {} is shown would depend on itself."};
const struct err_kind ERR_FIELD_USED = {
    ERR_CLASS_CONFLICT, "FIELD_USED",
    "A condition of the field {} looks at this one. Change that condition first."};
const struct err_kind ERR_FIELD_MANY = {ERR_CLASS_CONFLICT, "FIELD_MANY",
                                        "There are sixty fields already."};

static const char SQL_CUSTOM_FIELD_ADD[] =
    "INSERT INTO custom_field (tenant_id, id, subject, code, label, label_zh, hint, hint_zh, kind, "
    "list_id, is_required, access, is_listed, position, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_CUSTOM_FIELD_CHANGE[] =
    "UPDATE custom_field SET label = ?, label_zh = ?, hint = ?, hint_zh = ?, is_required = ?, "
    "access = ?, is_listed = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_CUSTOM_FIELD_PLACE[] =
    "UPDATE custom_field SET position = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_CUSTOM_FIELD_RETIRE[] =
    "UPDATE custom_field SET is_retired = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_CUSTOM_FIELD_TOPICS_CLEAR[] =
    "DELETE FROM custom_field_topic WHERE tenant_id = ? AND field_id = ?";
static const char SQL_CUSTOM_FIELD_TOPIC_ADD[] =
    "INSERT INTO custom_field_topic (tenant_id, field_id, topic) VALUES (?, ?, ?)";
static const char SQL_CUSTOM_FIELD_RULES_CLEAR[] =
    "DELETE FROM custom_field_rule WHERE tenant_id = ? AND field_id = ?";
static const char SQL_CUSTOM_FIELD_RULE_ADD[] =
    "INSERT INTO custom_field_rule (tenant_id, id, field_id, effect, position, looks_at, other_id, "
    "test, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool may_set(struct ctx *cx, uint64_t right)
{
    return viewer_has(&cx->viewer, right) || err_set(&cx->err, &ERR_DENIED, "fields");
}

static bool check_text(struct ctx *cx, const char *text, size_t min, size_t max, const char *source)
{
    const size_t length = utf8_count(text);

    if (length < min || length > max)
        return err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", length);
    return true;
}

static bool check_condition(struct ctx *cx, const struct field_set *set,
                            const struct custom_field *f, struct field_condition *c,
                            const char *source)
{
    const bool wants_value = c->test != FIELD_FILLED && c->test != FIELD_EMPTY;
    const bool is_bound = c->test == FIELD_LEAST || c->test == FIELD_MOST;
    const struct custom_field *other;
    const char *clean;
    int64_t amount;

    if (wants_value && *c->value == '\0')
        return err_set_at(&cx->err, &ERR_INVALID, source, "a condition without a value");
    if (utf8_count(c->value) > FIELD_CONDITION_VALUE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, source, "a long value");
    if (c->looks_at != FIELD_AT_FIELD) {
        c->other_id = (struct id){{0}};
        c->other = SIZE_MAX;
        if (!wants_value || (is_bound && c->looks_at != FIELD_AT_LEVEL) ||
            ((c->looks_at == FIELD_AT_TOPIC || c->looks_at == FIELD_AT_STATUS ||
              c->looks_at == FIELD_AT_LEVEL) &&
             f->subject != FIELD_TICKET))
            return err_set_at(&cx->err, &ERR_INVALID, source, "a test that does not suit");
        return true;
    }
    c->other = SIZE_MAX;
    for (size_t i = 0; i < set->count; i++)
        if (id_equal(set->fields[i].id, c->other_id))
            c->other = i;
    if (c->other == SIZE_MAX || id_equal(c->other_id, f->id))
        return err_set_at(&cx->err, &ERR_INVALID, source, "no such field");
    other = &set->fields[c->other];
    if (!wants_value) {
        c->value = "";
        return true;
    }
    if (is_bound && !field_rule_amount(other, c->value, &amount))
        return err_set_at(&cx->err, &ERR_INVALID, source, "no number or day");
    if (is_bound || other->kind == FIELD_CHOICE || other->kind == FIELD_CHOICES)
        return true;
    if (!field_rule_clean(cx->mem, other, c->value, NULL, &clean) || clean == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, source, "a value that the field cannot have");
    c->value = clean;
    return true;
}

static bool check_conditions(struct ctx *cx, const struct field_set *set, struct custom_field *f)
{
    static const char *const SOURCES[] = {[FIELD_SHOW] = "show", [FIELD_REQUIRE] = "require"};

    for (int effect = 0; effect < FIELD_EFFECTS; effect++)
        for (size_t i = 0; i < f->condition_count[effect]; i++)
            if (!check_condition(cx, set, f, &f->conditions[effect][i], SOURCES[effect]))
                return false;
    return true;
}

/* The set as it would be: no field may be shown by way of itself. */
static bool check_circle(struct ctx *cx, const struct field_set *set, const struct custom_field *f)
{
    struct field_set then = {arena_array(cx->mem, struct custom_field, set->count + 1), set->count};
    size_t at;

    for (size_t i = 0; i < set->count; i++)
        then.fields[i] = id_equal(set->fields[i].id, f->id) ? *f : set->fields[i];
    if (!field_rule_has_circle(&then, &at))
        return true;
    err_set_at(&cx->err, &ERR_FIELD_CIRCLE, "show", "a circle at %s", then.fields[at].code);
    err_arg(&cx->err, then.fields[at].label);
    return false;
}

static bool check(struct ctx *cx, const struct field_set *set, struct custom_field *f)
{
    const bool is_choice = f->kind == FIELD_CHOICE || f->kind == FIELD_CHOICES;

    if (!option_list_is_code(f->code))
        return err_set_at(&cx->err, &ERR_INVALID, "code", "code %.40s", f->code);
    if (is_choice == id_is_zero(f->list_id))
        return err_set_at(&cx->err, &ERR_INVALID, "list", "kind %d", (int)f->kind);
    if (f->subject != FIELD_TICKET)
        f->topic_count = 0;
    return check_text(cx, f->label, 1, OPTION_LABEL_MAX, "label") &&
           check_text(cx, f->label_zh, 0, OPTION_LABEL_MAX, "label_zh") &&
           check_text(cx, f->hint, 0, FIELD_HINT_MAX, "hint") &&
           check_text(cx, f->hint_zh, 0, FIELD_HINT_MAX, "hint_zh") &&
           check_conditions(cx, set, f) && check_circle(cx, set, f);
}

static bool write_rules(struct ctx *cx, const struct custom_field *f)
{
    static const char *const EFFECTS[] = {[FIELD_SHOW] = "show", [FIELD_REQUIRE] = "require"};

    if (!db_exec(cx, NULL, SQL_CUSTOM_FIELD_RULES_CLEAR, DB_ID(cx->tenant_id), DB_ID(f->id)) ||
        !db_exec(cx, NULL, SQL_CUSTOM_FIELD_TOPICS_CLEAR, DB_ID(cx->tenant_id), DB_ID(f->id)))
        return false;
    for (int effect = 0; effect < FIELD_EFFECTS; effect++)
        for (size_t i = 0; i < f->condition_count[effect]; i++) {
            const struct field_condition *c = &f->conditions[effect][i];

            if (!db_exec(cx, NULL, SQL_CUSTOM_FIELD_RULE_ADD, DB_ID(cx->tenant_id),
                         DB_ID(ctx_new_id(cx)), DB_ID(f->id), DB_TEXT(EFFECTS[effect]), DB_INT(i),
                         DB_TEXT(custom_field_at_name(c->looks_at)), DB_ID_OR_NULL(c->other_id),
                         DB_TEXT(custom_field_test_name(c->test)), DB_TEXT(c->value)))
                return false;
        }
    for (size_t i = 0; i < f->topic_count; i++)
        if (!db_exec(cx, NULL, SQL_CUSTOM_FIELD_TOPIC_ADD, DB_ID(cx->tenant_id), DB_ID(f->id),
                     DB_TEXT(f->topics[i])))
            return false;
    return true;
}

static bool emit(struct ctx *cx, const struct custom_field *f)
{
    return event_emit(
        cx, EVENT_FIELD_CHANGED, f->id,
        json_own(cx->mem,
                 json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:b}", "subject",
                           custom_field_subject_name(f->subject), "code", f->code, "label",
                           f->label, "kind", custom_field_kind_name(f->kind), "required",
                           f->is_required, "customers", custom_field_access_name(f->access),
                           "retired", f->is_retired)));
}

static bool write_all(struct ctx *cx, const struct field_set *set, struct custom_field *f)
{
    const bool is_new = id_is_zero(f->id);

    if (is_new) {
        f->id = ctx_new_id(cx);
        f->position = set->count > 0 ? set->fields[set->count - 1].position + 1 : 0;
    }
    if (is_new ? !db_exec(cx, NULL, SQL_CUSTOM_FIELD_ADD, DB_ID(cx->tenant_id), DB_ID(f->id),
                          DB_TEXT(custom_field_subject_name(f->subject)), DB_TEXT(f->code),
                          DB_TEXT(f->label), DB_TEXT(f->label_zh), DB_TEXT(f->hint),
                          DB_TEXT(f->hint_zh), DB_TEXT(custom_field_kind_name(f->kind)),
                          DB_ID_OR_NULL(f->list_id), DB_BOOL(f->is_required),
                          DB_TEXT(custom_field_access_name(f->access)), DB_BOOL(f->is_listed),
                          DB_INT(f->position), DB_TIME(cx->now))
               : !db_exec(cx, NULL, SQL_CUSTOM_FIELD_CHANGE, DB_TEXT(f->label),
                          DB_TEXT(f->label_zh), DB_TEXT(f->hint), DB_TEXT(f->hint_zh),
                          DB_BOOL(f->is_required), DB_TEXT(custom_field_access_name(f->access)),
                          DB_BOOL(f->is_listed), DB_ID(cx->tenant_id), DB_ID(f->id)))
        return false;
    return write_rules(cx, f) && emit(cx, f);
}

/* What the table refuses, at the field of the form that it is about. */
static void name_source(struct err *err)
{
    if (err->kind == &ERR_CONFLICT)
        err->source = "code";
    else if (err->kind == &ERR_NOT_FOUND) {
        err->kind = &ERR_INVALID;
        err->source = "list";
    }
}

bool custom_field_save(struct ctx *cx, struct custom_field *f)
{
    struct custom_field *was;
    struct field_set set;

    if (!may_set(cx, id_is_zero(f->id) ? RIGHT_SETTINGS_CREATE : RIGHT_SETTINGS_UPDATE))
        return false;
    if (!id_is_zero(f->id)) {
        if (!custom_field_get(cx, f->id, &was))
            return false;
        f->subject = was->subject;
        f->code = was->code;
        f->kind = was->kind;
        f->list_id = was->list_id;
        f->is_retired = was->is_retired;
        f->position = was->position;
    }
    if (!custom_field_set(cx, f->subject, &set) || !check(cx, &set, f))
        return false;
    if (id_is_zero(f->id) && set.count == FIELD_MAX)
        return err_set(&cx->err, &ERR_FIELD_MANY, "%zu fields", set.count);
    if (!db_begin(cx))
        return false;
    if (!write_all(cx, &set, f)) {
        name_source(&cx->err);
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool custom_field_move(struct ctx *cx, struct id id, bool is_up)
{
    struct custom_field *f, swapped;
    struct field_set set;
    size_t at = 0;
    bool ok = true;

    if (!may_set(cx, RIGHT_SETTINGS_UPDATE) || !custom_field_get(cx, id, &f) ||
        !custom_field_set(cx, f->subject, &set))
        return false;
    while (at < set.count && !id_equal(set.fields[at].id, id))
        at++;
    if (at == set.count || (is_up ? at == 0 : at + 1 == set.count))
        return true;
    swapped = set.fields[at];
    set.fields[at] = set.fields[is_up ? at - 1 : at + 1];
    set.fields[is_up ? at - 1 : at + 1] = swapped;
    if (!db_begin(cx))
        return false;
    for (size_t i = 0; ok && i < set.count; i++)
        ok = db_exec(cx, NULL, SQL_CUSTOM_FIELD_PLACE, DB_INT(i), DB_ID(cx->tenant_id),
                     DB_ID(set.fields[i].id));
    if (!ok || !emit(cx, f)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* A retired field counts as empty: what depends on it has to be changed by somebody who knows why.
 */
static bool check_unused(struct ctx *cx, const struct custom_field *f)
{
    struct field_set set;

    if (!custom_field_set(cx, f->subject, &set))
        return false;
    for (size_t i = 0; i < set.count; i++)
        for (int effect = 0; effect < FIELD_EFFECTS; effect++)
            for (size_t c = 0; c < set.fields[i].condition_count[effect]; c++)
                if (!set.fields[i].is_retired &&
                    id_equal(set.fields[i].conditions[effect][c].other_id, f->id)) {
                    err_set(&cx->err, &ERR_FIELD_USED, "by %s", set.fields[i].code);
                    err_arg(&cx->err, set.fields[i].label);
                    return false;
                }
    return true;
}

bool custom_field_retire(struct ctx *cx, struct id id, bool is_retired)
{
    struct custom_field *f;

    if (!may_set(cx, RIGHT_SETTINGS_UPDATE) || !custom_field_get(cx, id, &f) ||
        (is_retired && !check_unused(cx, f)) || !db_begin(cx))
        return false;
    f->is_retired = is_retired;
    if (!db_exec(cx, NULL, SQL_CUSTOM_FIELD_RETIRE, DB_BOOL(is_retired), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !emit(cx, f)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
