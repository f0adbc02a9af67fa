#include "portal/desk/ticket_query_sql.h"

#include "base/utf8.h"
#include "portal/desk/ticket.h"
#include "portal/desk/ticket_query_field.h"
#include "portal/desk/ticket_term.h"

#include <string.h>

#define OF_TENANT(alias) alias ".tenant_id = t.tenant_id AND " alias

/* What a text field's value means: the first fragment takes it as it is, the second as a beginning;
 * either may be absent. */
static const struct {
    const char *same;
    const char *begins;
} TEXTS[] = {
    [TICKET_QUERY_STATUS] = {"t.status = ?", NULL},
    [TICKET_QUERY_TOPIC] = {"t.topic = ?", NULL},
    [TICKET_QUERY_ASSIGNEE] = {NULL, "EXISTS (SELECT 1 FROM person x WHERE " OF_TENANT(
                                         "x") ".id = t.assignee_id AND x.full_name LIKE ?)"},
    [TICKET_QUERY_TEAM] = {NULL, "EXISTS (SELECT 1 FROM team x WHERE " OF_TENANT(
                                     "x") ".id = t.team_id AND x.name LIKE ?)"},
    [TICKET_QUERY_TAG] = {"EXISTS (SELECT 1 FROM ticket_tag x WHERE " OF_TENANT(
                              "x") ".ticket_id = t.id AND x.tag = ?)",
                          NULL},
    [TICKET_QUERY_CITY] = {NULL, "t.city LIKE ?"},
    [TICKET_QUERY_STORE] = {NULL, "t.store LIKE ?"},
    [TICKET_QUERY_ORGANISATION] = {"EXISTS (SELECT 1 FROM organisation x WHERE " OF_TENANT(
                                       "x") ".id = t.organisation_id AND x.code = ?)",
                                   "EXISTS (SELECT 1 FROM organisation x WHERE " OF_TENANT(
                                       "x") ".id = t.organisation_id AND x.name LIKE ?)"},
    [TICKET_QUERY_REPORTER] = {"EXISTS (SELECT 1 FROM reporter x WHERE " OF_TENANT(
                                   "x") ".id = t.reporter_id AND x.email = ?)",
                               "EXISTS (SELECT 1 FROM reporter x WHERE " OF_TENANT(
                                   "x") ".id = t.reporter_id AND x.name LIKE ?)"},
    [TICKET_QUERY_PRODUCT] = {"EXISTS (SELECT 1 FROM product x WHERE " OF_TENANT(
                                  "x") ".id = t.product_id AND x.code = ?)",
                              "EXISTS (SELECT 1 FROM product x WHERE " OF_TENANT(
                                  "x") ".id = t.product_id AND x.name LIKE ?)"},
    [TICKET_QUERY_SERIAL] = {"EXISTS (SELECT 1 FROM licence x WHERE " OF_TENANT(
                                 "x") ".id = t.licence_id AND x.serial = UPPER(?))",
                             NULL},
    [TICKET_QUERY_NUMBER] = {"t.number = UPPER(?)", NULL},
    [TICKET_QUERY_SOURCE] = {"t.source = LOWER(?)", NULL},
};

static const char *const TIME_IS[] = {
    [TICKET_QUERY_CREATED] = "t.created_at >= ?",
    [TICKET_QUERY_UPDATED] = "t.updated_at >= ?",
    [TICKET_QUERY_DUE] = "t.due_at >= ?",
};
static const char *const TIME_BEFORE[] = {
    [TICKET_QUERY_CREATED] = "t.created_at < ?",
    [TICKET_QUERY_UPDATED] = "t.updated_at < ?",
    [TICKET_QUERY_DUE] = "t.due_at < ?",
};
static const char *const LEVEL_OPS[] = {
    [TICKET_QUERY_IS] = "t.level = ?",        [TICKET_QUERY_LESS] = "t.level < ?",
    [TICKET_QUERY_AT_MOST] = "t.level <= ?",  [TICKET_QUERY_MORE] = "t.level > ?",
    [TICKET_QUERY_AT_LEAST] = "t.level >= ?",
};
_Static_assert(COUNT(LEVEL_OPS) == TICKET_QUERY_OPS, "every comparison");

static const struct {
    const char *word;
    enum ticket_category category;
} CATEGORY_WORDS[] = {
    {"open", TICKET_OPEN},     {"处理中", TICKET_OPEN},   {"waiting", TICKET_WAITING},
    {"等待", TICKET_WAITING},  {"solved", TICKET_SOLVED}, {"已解决", TICKET_SOLVED},
    {"closed", TICKET_CLOSED}, {"已关闭", TICKET_CLOSED},
};

/* % and _ of the text stand for themselves. */
static const char *pattern(struct ctx *cx, const char *text)
{
    struct str s = str_new(cx->mem);

    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            str_char(&s, '\\');
        str_char(&s, *text);
    }
    str_char(&s, '%');
    return s.p;
}

static void add_text(struct ctx *cx, struct where *w, enum ticket_query_field field,
                     const char *text)
{
    if (TEXTS[field].same != NULL)
        where_add(w, TEXTS[field].same, DB_TEXT(text));
    if (TEXTS[field].same != NULL && TEXTS[field].begins != NULL)
        where_add(w, " OR ", DB_NONE);
    if (TEXTS[field].begins != NULL)
        where_add(w, TEXTS[field].begins, DB_TEXT(pattern(cx, text)));
}

static void add_status(struct ctx *cx, struct where *w, const char *text)
{
    const char *folded = utf8_fold(cx->mem, text);

    for (size_t i = 0; i < COUNT(CATEGORY_WORDS); i++)
        if (strcmp(folded, CATEGORY_WORDS[i].word) == 0) {
            where_add(w, "t.category = ?",
                      DB_TEXT(ticket_category_name(CATEGORY_WORDS[i].category)));
            return;
        }
    add_text(cx, w, TICKET_QUERY_STATUS, folded);
}

/* Assignee or team: also "none", and for the assignee "me". */
static void add_who(struct ctx *cx, struct where *w, enum ticket_query_field field,
                    const char *text)
{
    const char *folded = utf8_fold(cx->mem, text);
    const bool is_assignee = field == TICKET_QUERY_ASSIGNEE;

    if (strcmp(folded, "none") == 0 || strcmp(folded, "无") == 0)
        where_add(w, is_assignee ? "t.assignee_id IS NULL" : "t.team_id IS NULL", DB_NONE);
    else if (is_assignee && (strcmp(folded, "me") == 0 || strcmp(folded, "我") == 0))
        where_add(w, "t.assignee_id = ?", DB_ID(cx->viewer.person_id));
    else
        add_text(cx, w, field, text);
}

static void add_word(struct ctx *cx, struct where *w, const char *text)
{
    const char *terms[TICKET_TERM_QUERY_MAX];
    const size_t count = ticket_term_split(cx->mem, text, terms, TICKET_TERM_QUERY_MAX);

    where_add(w, count > 0 ? "TRUE" : "FALSE", DB_NONE);
    for (size_t i = 0; i < count; i++)
        where_add(w,
                  " AND EXISTS (SELECT 1 FROM ticket_term y WHERE y.tenant_id = t.tenant_id AND "
                  "y.ticket_id = t.id AND y.term = ?)",
                  DB_TEXT(terms[i]));
}

static void add_time(struct where *w, const struct ticket_query_term *term,
                     const struct ticket_query_value *v)
{
    const char *from = TIME_IS[term->field], *before = TIME_BEFORE[term->field];

    switch (term->op) {
    case TICKET_QUERY_IS:
        where_add(w, from, DB_TIME(v->number));
        where_add(w, " AND ", DB_NONE);
        where_add(w, before, DB_TIME(v->until));
        break;
    case TICKET_QUERY_LESS:
        where_add(w, before, DB_TIME(v->number));
        break;
    case TICKET_QUERY_AT_MOST: /* of a day: it too */
        where_add(w, before, DB_TIME(v->until != 0 ? v->until : v->number + 1));
        break;
    case TICKET_QUERY_MORE:
        where_add(w, from, DB_TIME(v->until != 0 ? v->until : v->number + 1));
        break;
    case TICKET_QUERY_AT_LEAST:
        where_add(w, from, DB_TIME(v->number));
        break;
    case TICKET_QUERY_OPS:
        break;
    }
}

static void add_own(struct where *w, const struct ticket_query_term *term,
                    const struct ticket_query_value *v)
{
    if (term->has_none && v->text != NULL && *v->text == '\0') {
        where_add(w,
                  "NOT EXISTS (SELECT 1 FROM custom_value x WHERE " OF_TENANT(
                      "x") ".subject_id = t.id AND x.field_id = ?)",
                  DB_ID(term->field_id));
        return;
    }
    where_add(w,
              "EXISTS (SELECT 1 FROM custom_value x WHERE " OF_TENANT(
                  "x") ".subject_id = t.id AND x.field_id = ? AND ",
              DB_ID(term->field_id));
    ticket_query_field_value(w, term, v);
    where_add(w, ")", DB_NONE);
}

static void add_value(struct ctx *cx, struct where *w, const struct ticket_query_term *term,
                      const struct ticket_query_value *v)
{
    switch (term->field) {
    case TICKET_QUERY_STATUS:
        add_status(cx, w, v->text);
        break;
    case TICKET_QUERY_LEVEL:
        where_add(w, LEVEL_OPS[term->op], DB_INT(v->number));
        break;
    case TICKET_QUERY_ASSIGNEE:
    case TICKET_QUERY_TEAM:
        add_who(cx, w, term->field, v->text);
        break;
    case TICKET_QUERY_REVIEW:
        where_add(w, "t.needs_review = ?", DB_BOOL(v->number != 0));
        break;
    case TICKET_QUERY_MISSING:
        where_add(w, "t.fields_missing = ?", DB_BOOL(v->number != 0));
        break;
    case TICKET_QUERY_OWN:
        add_own(w, term, v);
        break;
    case TICKET_QUERY_CREATED:
    case TICKET_QUERY_UPDATED:
    case TICKET_QUERY_DUE:
        add_time(w, term, v);
        break;
    case TICKET_QUERY_WORD:
        add_word(cx, w, v->text);
        break;
    case TICKET_QUERY_TAG: /* kept folded */
        add_text(cx, w, term->field, utf8_fold(cx->mem, v->text));
        break;
    case TICKET_QUERY_TOPIC:
    case TICKET_QUERY_CITY:
    case TICKET_QUERY_STORE:
    case TICKET_QUERY_ORGANISATION:
    case TICKET_QUERY_REPORTER:
    case TICKET_QUERY_PRODUCT:
    case TICKET_QUERY_SERIAL:
    case TICKET_QUERY_NUMBER:
    case TICKET_QUERY_SOURCE:
        add_text(cx, w, term->field, v->text);
        break;
    case TICKET_QUERY_FIELDS:
        break;
    }
}

void ticket_query_sql_add(struct ctx *cx, struct where *w, const struct ticket_query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct ticket_query_term *term = &query->terms[i];

        /* what a ticket does not have is not what was asked for, so NOT finds it */
        where_add(w, term->is_not ? " AND NOT COALESCE((" : " AND ((", DB_NONE);
        for (size_t n = 0; n < term->value_count; n++) {
            where_add(w, n == 0 ? "(" : " OR (", DB_NONE);
            add_value(cx, w, term, &term->values[n]);
            where_add(w, ")", DB_NONE);
        }
        where_add(w, term->is_not ? "), FALSE)" : "))", DB_NONE);
    }
}
