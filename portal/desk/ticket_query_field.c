#include "portal/desk/ticket_query_field.h"

#include "base/utf8.h"
#include "portal/field/custom_value.h"

#include <string.h>

/* So many tickets are sorted in the time of a page; beyond, walking the order finds some soon. */
enum { FEW = 20000 };

static const char SQL_CUSTOM_VALUE_FEW[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM custom_value x WHERE x.tenant_id = ? AND x.field_id = ? "
    "AND (";

static bool fault(struct ctx *cx, const struct err_kind *kind, int64_t at)
{
    err_set_at(&cx->err, kind, "q", "character %lld", (long long)at);
    err_arg(&cx->err, arena_printf(cx->mem, "%lld", (long long)at));
    return false;
}

static bool is_none(struct arena *mem, const char *text)
{
    const char *folded = utf8_fold(mem, text);

    return strcmp(folded, "none") == 0 || strcmp(folded, "无") == 0;
}

/* % and _ of the text stand for themselves. */
static const char *pattern(struct ctx *cx, const char *text)
{
    struct str s = str_new(cx->mem);

    for (; *text != '\0'; text++) {
        if (strchr("%_\\", *text) != NULL)
            str_char(&s, '\\');
        str_char(&s, *text);
    }
    str_char(&s, '%');
    return s.p;
}

static bool resolve_term(struct ctx *cx, const struct field_set *set,
                         struct ticket_query_term *term, struct ticket_query_value *values)
{
    const struct custom_field *f = custom_field_find(set, term->own);
    const char *word;
    int64_t amount;

    if (f == NULL) {
        err_set_at(&cx->err, &ERR_TICKET_QUERY_FIELD, "q", "character %lld", (long long)term->at);
        err_arg(&cx->err, term->own);
        return false;
    }
    if (term->op != TICKET_QUERY_IS && f->kind != FIELD_NUMBER && f->kind != FIELD_DATE)
        return fault(cx, &ERR_TICKET_QUERY_VALUE, term->at);
    term->field_id = f->id;
    term->begins = f->kind == FIELD_TEXT || f->kind == FIELD_LINES;
    for (size_t i = 0; i < term->value_count; i++) {
        struct ticket_query_value *v = &values[i];

        if (custom_value_search(cx->mem, f, v->text, &word, &amount)) {
            v->number = amount;
            if (!term->begins || !is_none(cx->mem, word)) {
                v->text = term->begins ? pattern(cx, word) : word;
                continue;
            }
        }
        if (term->op != TICKET_QUERY_IS || !is_none(cx->mem, v->text))
            return fault(cx, &ERR_TICKET_QUERY_VALUE, term->at);
        v->text = "";
        term->has_none = true;
    }
    return true;
}

bool ticket_query_field_resolve(struct ctx *cx, struct ticket_query *query)
{
    struct field_set set;
    bool is_loaded = false;

    for (size_t i = 0; i < query->count; i++) {
        struct ticket_query_term *term = &query->terms[i];

        if (term->field != TICKET_QUERY_OWN)
            continue;
        if (!is_loaded && !custom_field_set(cx, FIELD_TICKET, &set))
            return false;
        is_loaded = true;
        if (!resolve_term(cx, &set, term, &query->values[term->values - query->values]))
            return false;
    }
    return true;
}

void ticket_query_field_value(struct where *w, const struct ticket_query_term *term,
                              const struct ticket_query_value *v)
{
    static const char *const AMOUNTS[] = {[TICKET_QUERY_IS] = "x.amount = ?",
                                          [TICKET_QUERY_LESS] = "x.amount < ?",
                                          [TICKET_QUERY_AT_MOST] = "x.amount <= ?",
                                          [TICKET_QUERY_MORE] = "x.amount > ?",
                                          [TICKET_QUERY_AT_LEAST] = "x.amount >= ?"};
    _Static_assert(COUNT(AMOUNTS) == TICKET_QUERY_OPS, "every comparison");

    if (v->text == NULL)
        where_add(w, AMOUNTS[term->op], DB_INT(v->number));
    else
        where_add(w, term->begins ? "x.word LIKE ?" : "x.word = ?", DB_TEXT(v->text));
}

static void add_values(struct where *w, const struct ticket_query_term *term)
{
    for (size_t i = 0; i < term->value_count; i++) {
        where_add(w, i == 0 ? "" : " OR ", DB_NONE);
        ticket_query_field_value(w, term, &term->values[i]);
    }
}

static bool has_few(struct ctx *cx, const struct ticket_query_term *term, bool *few)
{
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CUSTOM_VALUE_FEW,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_ID(term->field_id)}, 2);
    add_values(&w, term);
    where_add(&w, ") LIMIT ?) AS found", DB_INT(FEW + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *few = db_next(&rows) && db_i64(&rows.row, 0) <= FEW;
    return true;
}

bool ticket_query_field_start(struct ctx *cx, struct where *w, const struct ticket_query *query,
                              const char *plain, const char *head, const char *tail)
{
    for (size_t i = 0; query != NULL && i < query->count; i++) {
        const struct ticket_query_term *term = &query->terms[i];
        bool few = false;

        if (term->field != TICKET_QUERY_OWN || term->is_not || term->has_none)
            continue;
        if (!has_few(cx, term, &few))
            return false;
        if (!few)
            continue;
        where_start(w, cx, head,
                    (const struct db_arg[]){DB_ID(cx->tenant_id), DB_ID(term->field_id)}, 2);
        add_values(w, term);
        where_add(w, tail, DB_ID(cx->tenant_id));
        return true;
    }
    where_start(w, cx, plain, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    return true;
}
