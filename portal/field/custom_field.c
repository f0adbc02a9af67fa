#include "portal/field/custom_field.h"

#include "db/db.h"

#include <string.h>

static const char *const SUBJECTS[] = {
    [FIELD_TICKET] = "ticket", [FIELD_ORGANISATION] = "organisation", [FIELD_PERSON] = "person",
    [FIELD_ORDER] = "order",   [FIELD_LICENCE] = "licence",
};
_Static_assert(COUNT(SUBJECTS) == FIELD_SUBJECTS, "name every subject");
static const char *const KINDS[] = {
    [FIELD_TEXT] = "text",       [FIELD_LINES] = "lines", [FIELD_NUMBER] = "number",
    [FIELD_DATE] = "date",       [FIELD_YES] = "yes",     [FIELD_CHOICE] = "choice",
    [FIELD_CHOICES] = "choices",
};
_Static_assert(COUNT(KINDS) == FIELD_KINDS, "name every kind");
static const char *const ACCESSES[] = {
    [FIELD_NONE] = "none", [FIELD_READ] = "read", [FIELD_WRITE] = "write"};
_Static_assert(COUNT(ACCESSES) == FIELD_ACCESSES, "name every access");
static const char *const ATS[] = {[FIELD_AT_TOPIC] = "topic",
                                  [FIELD_AT_LEVEL] = "level",
                                  [FIELD_AT_STATUS] = "status",
                                  [FIELD_AT_FIELD] = "field"};
_Static_assert(COUNT(ATS) == FIELD_ATS, "name all that conditions look at");
static const char *const TESTS[] = {
    [FIELD_IS] = "is",       [FIELD_IS_NOT] = "is_not", [FIELD_FILLED] = "filled",
    [FIELD_EMPTY] = "empty", [FIELD_LEAST] = "least",   [FIELD_MOST] = "most",
};
_Static_assert(COUNT(TESTS) == FIELD_TESTS, "name every test");

static const char SQL_CUSTOM_FIELD_SET[] =
    "SELECT id, code, label, label_zh, hint, hint_zh, kind, list_id, is_required, access, is_listed, "
    "position, is_retired FROM custom_field WHERE tenant_id = ? AND subject = ? "
    "ORDER BY position, id LIMIT ?";
static const char SQL_CUSTOM_FIELD_SUBJECT[] =
    "SELECT subject FROM custom_field WHERE tenant_id = ? AND id = ?";
static const char SQL_CUSTOM_FIELD_TOPICS[] =
    "SELECT x.field_id, x.topic FROM custom_field_topic x "
    "JOIN custom_field f ON f.tenant_id = x.tenant_id AND f.id = x.field_id "
    "WHERE x.tenant_id = ? AND f.subject = ? ORDER BY x.field_id, x.topic";
static const char SQL_CUSTOM_FIELD_RULES[] =
    "SELECT r.field_id, r.effect, r.looks_at, r.other_id, r.test, r.value FROM custom_field_rule r "
    "JOIN custom_field f ON f.tenant_id = r.tenant_id AND f.id = r.field_id "
    "WHERE r.tenant_id = ? AND f.subject = ? ORDER BY r.field_id, r.position";

static bool find_name(const char *const *names, size_t count, const char *name, size_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (name != NULL && strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

const char *custom_field_subject_name(enum field_subject subject)
{
    return SUBJECTS[subject];
}

bool custom_field_subject_parse(const char *name, enum field_subject *out)
{
    size_t i;

    if (!find_name(SUBJECTS, COUNT(SUBJECTS), name, &i))
        return false;
    *out = (enum field_subject)i;
    return true;
}

const char *custom_field_kind_name(enum field_kind kind)
{
    return KINDS[kind];
}

bool custom_field_kind_parse(const char *name, enum field_kind *out)
{
    size_t i;

    if (!find_name(KINDS, COUNT(KINDS), name, &i))
        return false;
    *out = (enum field_kind)i;
    return true;
}

const char *custom_field_access_name(enum field_access access)
{
    return ACCESSES[access];
}

bool custom_field_access_parse(const char *name, enum field_access *out)
{
    size_t i;

    if (!find_name(ACCESSES, COUNT(ACCESSES), name, &i))
        return false;
    *out = (enum field_access)i;
    return true;
}

const char *custom_field_at_name(enum field_looks_at at)
{
    return ATS[at];
}

bool custom_field_at_parse(const char *name, enum field_looks_at *out)
{
    size_t i;

    if (!find_name(ATS, COUNT(ATS), name, &i))
        return false;
    *out = (enum field_looks_at)i;
    return true;
}

const char *custom_field_test_name(enum field_test test)
{
    return TESTS[test];
}

bool custom_field_test_parse(const char *name, enum field_test *out)
{
    size_t i;

    if (!find_name(TESTS, COUNT(TESTS), name, &i))
        return false;
    *out = (enum field_test)i;
    return true;
}

/* --- reading --- */

static size_t place_of(const struct field_set *set, struct id id)
{
    for (size_t i = 0; i < set->count; i++)
        if (id_equal(set->fields[i].id, id))
            return i;
    return SIZE_MAX;
}

static bool row_read(struct ctx *cx, const struct db_row *row, struct custom_field *f)
{
    f->id = db_id(row, 0);
    f->code = db_text(row, 1);
    f->label = db_text(row, 2);
    f->label_zh = db_text(row, 3);
    f->hint = db_text(row, 4);
    f->hint_zh = db_text(row, 5);
    f->list_id = db_id(row, 7);
    f->is_required = db_bool(row, 8);
    f->is_listed = db_bool(row, 10);
    f->position = db_i64(row, 11);
    f->is_retired = db_bool(row, 12);
    if (!custom_field_kind_parse(db_text(row, 6), &f->kind) ||
        !custom_field_access_parse(db_text(row, 9), &f->access))
        return err_set(&cx->err, &ERR_INTERNAL, "field %s", id_text(cx->mem, f->id));
    return true;
}

static bool read_topics(struct ctx *cx, enum field_subject subject, struct field_set *set)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CUSTOM_FIELD_TOPICS, DB_ID(cx->tenant_id),
                  DB_TEXT(SUBJECTS[subject])))
        return false;
    while (db_next(&rows)) {
        const size_t at = place_of(set, db_id(&rows.row, 0));
        struct custom_field *f = at != SIZE_MAX ? &set->fields[at] : NULL;

        if (f != NULL && f->topic_count < FIELD_TOPICS_MAX)
            f->topics[f->topic_count++] = db_text(&rows.row, 1);
    }
    return true;
}

static bool read_rules(struct ctx *cx, enum field_subject subject, struct field_set *set)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CUSTOM_FIELD_RULES, DB_ID(cx->tenant_id),
                  DB_TEXT(SUBJECTS[subject])))
        return false;
    while (db_next(&rows)) {
        const size_t at = place_of(set, db_id(&rows.row, 0));
        const enum field_effect effect =
            strcmp(db_text(&rows.row, 1), "show") == 0 ? FIELD_SHOW : FIELD_REQUIRE;
        struct field_condition c = {.other_id = db_id(&rows.row, 3),
                                    .value = db_text(&rows.row, 5)};
        struct custom_field *f = at != SIZE_MAX ? &set->fields[at] : NULL;

        if (f == NULL || f->condition_count[effect] == FIELD_CONDITIONS)
            continue;
        if (!custom_field_at_parse(db_text(&rows.row, 2), &c.looks_at) ||
            !custom_field_test_parse(db_text(&rows.row, 4), &c.test))
            return err_set(&cx->err, &ERR_INTERNAL, "a condition of %s", f->code);
        c.other = c.looks_at == FIELD_AT_FIELD ? place_of(set, c.other_id) : SIZE_MAX;
        f->conditions[effect][f->condition_count[effect]++] = c;
    }
    return true;
}

static bool read_lists(struct ctx *cx, struct field_set *set)
{
    struct option_list *lists;
    size_t count;
    bool has_choices = false;

    for (size_t i = 0; i < set->count; i++)
        has_choices = has_choices || !id_is_zero(set->fields[i].list_id);
    if (!has_choices)
        return true;
    if (!option_list_all(cx, &lists, &count))
        return false;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < count; k++)
            if (id_equal(set->fields[i].list_id, lists[k].id))
                set->fields[i].list = &lists[k];
    return true;
}

bool custom_field_set_words(struct ctx *cx, enum field_subject subject, struct field_set *out)
{
    struct db_rows rows;
    struct field_set set = {NULL, 0};

    if (!db_query(cx, &rows, SQL_CUSTOM_FIELD_SET, DB_ID(cx->tenant_id), DB_TEXT(SUBJECTS[subject]),
                  DB_INT(FIELD_MAX)))
        return false;
    set.fields = arena_array(cx->mem, struct custom_field, rows.count + 1);
    for (; db_next(&rows); set.count++) {
        set.fields[set.count].subject = subject;
        if (!row_read(cx, &rows.row, &set.fields[set.count]))
            return false;
    }
    if (set.count > 0 && !read_lists(cx, &set))
        return false;
    *out = set;
    return true;
}

bool custom_field_set(struct ctx *cx, enum field_subject subject, struct field_set *out)
{
    struct field_set set;

    if (!custom_field_set_words(cx, subject, &set) ||
        (set.count > 0 && (!read_topics(cx, subject, &set) || !read_rules(cx, subject, &set))))
        return false;
    *out = set;
    return true;
}

const struct custom_field *custom_field_find(const struct field_set *set, const char *code)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->fields[i].code, code) == 0)
            return &set->fields[i];
    return NULL;
}

bool custom_field_get(struct ctx *cx, struct id id, struct custom_field **out)
{
    enum field_subject subject;
    struct field_set set;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CUSTOM_FIELD_SUBJECT, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows) || !custom_field_subject_parse(db_text(&rows.row, 0), &subject))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no field %s", id_text(cx->mem, id));
    if (!custom_field_set(cx, subject, &set))
        return false;
    *out = &set.fields[place_of(&set, id)];
    return true;
}
