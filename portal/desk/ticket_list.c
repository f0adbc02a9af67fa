#include "portal/desk/ticket_list.h"

#include "base/parse.h"
#include "db/where.h"
#include "portal/desk/ticket_query_field.h"
#include "portal/desk/ticket_query_sql.h"
#include "portal/desk/ticket_row.h"
#include "portal/desk/ticket_term.h"
#include "portal/desk/ticket_view.h"

#include <string.h>

enum { LIMIT_MAX = 200, CURSOR_TIME_DIGITS = 20 };

static const char SQL_TICKET_LIST[] = "SELECT " TICKET_ROW_COLUMNS TICKET_ROW_JOINS;
static const char SQL_TICKET_LIST_LINES[] = TICKET_LINE;
static const char SQL_TICKET_LIST_QUEUE[] = TICKET_QUEUE_LINE;
/* A queue: the tickets of a page from their index alone, which holds what their visibility is
 * judged by, and only then their rows. */
static const char SQL_TICKET_LIST_VIEW[] =
    TICKET_QUEUE_COLUMNS "FROM (SELECT t.tenant_id, t.id FROM ticket t";
#define VIEW_ROWS                                                                       \
    " LIMIT ?) q JOIN ticket t FORCE INDEX (PRIMARY) ON t.tenant_id = q.tenant_id AND " \
    "t.id = q.id " TICKET_QUEUE_NAMES
static const char SQL_TICKET_LIST_OF_FIELD[] = TICKET_ROW_OF_FIELD;
static const char SQL_TICKET_LIST_BEHIND_FIELD[] = TICKET_ROW_BEHIND_FIELD;
static const char SQL_TICKET_QUEUE_OF_FIELD[] = TICKET_QUEUE_OF_FIELD;
static const char SQL_TICKET_QUEUE_BEHIND_FIELD[] = TICKET_QUEUE_BEHIND_FIELD;

/* Postings of one term first: the key order is the order of filing. */
#define TERM_TICKET \
    "JOIN ticket t FORCE INDEX (PRIMARY) ON t.tenant_id = q.tenant_id AND t.id = q.ticket_id "
#define TERMS_BEGUN                                                                        \
    "(SELECT DISTINCT tenant_id, ticket_id FROM ticket_term WHERE tenant_id = ? AND term " \
    "LIKE ?) q "
static const char SQL_TICKET_BY_TERM[] =
    "SELECT " TICKET_ROW_COLUMNS " FROM ticket_term q " TERM_TICKET TICKET_ROW_NAMES
    "WHERE q.tenant_id = ? AND q.term = ? AND t.deleted_at IS NULL";
static const char SQL_TICKET_LINES_BY_TERM[] =
    TICKET_QUEUE_COLUMNS "FROM ticket_term q " TERM_TICKET TICKET_QUEUE_NAMES
                         "WHERE q.tenant_id = ? AND q.term = ? AND t.deleted_at IS NULL";
static const char SQL_TICKET_BY_BEGUN[] =
    "SELECT " TICKET_ROW_COLUMNS " FROM " TERMS_BEGUN TERM_TICKET TICKET_ROW_NAMES
    "WHERE t.deleted_at IS NULL";
static const char SQL_TICKET_LINES_BY_BEGUN[] = TICKET_QUEUE_COLUMNS
    "FROM " TERMS_BEGUN TERM_TICKET TICKET_QUEUE_NAMES "WHERE t.deleted_at IS NULL";

static const char *const TERM_SELECTS[2][2] = {
    {SQL_TICKET_BY_TERM, SQL_TICKET_BY_BEGUN},
    {SQL_TICKET_LINES_BY_TERM, SQL_TICKET_LINES_BY_BEGUN}, /* is_short */
};

static const char *const TAB_FRAGMENTS[] = {
    [TICKET_TAB_OPEN] = " AND t.category = 'open'",
    [TICKET_TAB_WAITING] = " AND t.category = 'waiting'",
    [TICKET_TAB_SOLVED] = " AND t.category IN ('solved', 'closed')",
    [TICKET_TAB_ALL] = "",
};

/* A cursor is the last row's sort instant and id: "1763769600000000.0192..-..". */
static bool cursor_read(struct ctx *cx, const char *text, int64_t *at, struct id *id)
{
    const char *dot = strchr(text, '.');

    if (dot == NULL || dot - text > CURSOR_TIME_DIGITS ||
        !parse_i64(arena_dup_bytes(cx->mem, text, (size_t)(dot - text)), 0, INT64_MAX, at) ||
        !id_parse(dot + 1, id))
        return err_set_at(&cx->err, &ERR_INVALID, "after", "cursor %.60s", text);
    return true;
}

static const char *cursor_write(struct ctx *cx, int64_t at, struct id id)
{
    return arena_printf(cx->mem, "%lld.%s", (long long)at, id_text(cx->mem, id));
}

static unsigned limit_of(unsigned asked)
{
    if (asked == 0)
        return TICKET_PAGE;
    return asked < LIMIT_MAX ? asked : LIMIT_MAX;
}

enum rows_of { ROWS_WHOLE, ROWS_LINES, ROWS_LINES_BY_DUE, ROWS_LINES_BY_ID };

/* One row more than asked tells whether there is a next page. */
static void take_page(struct ctx *cx, struct db_rows *rows, unsigned limit, enum rows_of kind,
                      struct ticket_page_of *out)
{
    int64_t at = 0, due_key = 0;

    *out = (struct ticket_page_of){.rows = arena_array(cx->mem, struct ticket *, rows->count + 1)};
    while (out->count < limit && db_next(rows)) {
        struct ticket *t = kind == ROWS_WHOLE ? ticket_row_read(cx, &rows->row)
                                              : ticket_row_read_line(cx, &rows->row, &due_key);

        out->rows[out->count++] = t;
        at = kind == ROWS_LINES_BY_DUE ? due_key : t->updated_at;
    }
    if (rows->count > limit && out->count > 0)
        out->next = cursor_write(cx, at, out->rows[out->count - 1]->id);
}

static void add_filter(struct ctx *cx, struct where *w, const struct ticket_filter *filter)
{
    if (filter->query != NULL)
        ticket_query_sql_add(cx, w, filter->query);
    where_add(w, TAB_FRAGMENTS[filter->tab], DB_NONE);
    if (!id_is_zero(filter->organisation_id))
        where_add(w, " AND t.organisation_id = ?", DB_ID(filter->organisation_id));
    if (!id_is_zero(filter->licence_id))
        where_add(w, " AND t.licence_id = ?", DB_ID(filter->licence_id));
}

/* The last filed first. */
static bool list_by_term(struct ctx *cx, const struct ticket_filter *filter,
                         struct ticket_page_of *out)
{
    const unsigned limit = limit_of(filter->limit);
    struct ticket_term_plan plan;
    struct where w;
    struct db_rows rows;
    struct ticket *t;
    struct id id;
    int64_t at;

    *out = (struct ticket_page_of){.rows = arena_array(cx->mem, struct ticket *, 1)};
    if (filter->after == NULL && (filter->query == NULL || filter->query->count == 0)) {
        /* the number that somebody reads out */
        if (!ticket_find_number(cx, filter->search, &t))
            return false;
        if (t != NULL) {
            out->rows[out->count++] = t;
            return true;
        }
    }
    if (!ticket_term_plan_make(cx, filter->search, &plan))
        return false;
    if (plan.count == 0)
        return true;
    where_start(&w, cx, TERM_SELECTS[filter->is_short][plan.is_begun],
                (const struct db_arg[]){
                    DB_ID(cx->tenant_id),
                    DB_TEXT(plan.is_begun ? ticket_term_begun(cx, &plan) : plan.terms[plan.first])},
                2);
    ticket_visible(cx, &w);
    ticket_term_others(cx, &w, &plan);
    add_filter(cx, &w, filter);
    if (filter->after != NULL) {
        if (!cursor_read(cx, filter->after, &at, &id))
            return false;
        where_add(&w, " AND q.ticket_id < ?", DB_ID(id));
    }
    where_add(&w, " ORDER BY q.ticket_id DESC LIMIT ?", DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    take_page(cx, &rows, limit, filter->is_short ? ROWS_LINES : ROWS_WHOLE, out);
    return true;
}

bool ticket_list(struct ctx *cx, const struct ticket_filter *filter, struct ticket_page_of *out)
{
    const unsigned limit = limit_of(filter->limit);
    const bool is_search = filter->search != NULL && filter->search[0] != '\0';
    struct where w;
    struct db_rows rows;
    struct id id;
    int64_t at;

    if (is_search && ticket_sees_notes(cx) && id_is_zero(filter->organisation_id))
        return list_by_term(cx, filter, out);
    if (!ticket_query_field_start(cx, &w, filter->is_short ? NULL : filter->query,
                                  filter->is_short ? SQL_TICKET_LIST_LINES : SQL_TICKET_LIST,
                                  SQL_TICKET_LIST_OF_FIELD, SQL_TICKET_LIST_BEHIND_FIELD))
        return false;
    ticket_visible(cx, &w);
    add_filter(cx, &w, filter);
    if (is_search)
        ticket_term_search(cx, &w, filter->search);
    if (filter->after != NULL) {
        if (!cursor_read(cx, filter->after, &at, &id))
            return false;
        where_add(&w, " AND t.updated_at <= ?", DB_TIME(at));
        where_add(&w, " AND (t.updated_at < ?", DB_TIME(at));
        where_add(&w, " OR t.id < ?)", DB_ID(id));
    }
    where_add(&w, " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?", DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    take_page(cx, &rows, limit, filter->is_short ? ROWS_LINES : ROWS_WHOLE, out);
    return true;
}

static const struct {
    const char *not_before, *beyond, *tie; /* the cursor's instant and id */
    const char *order;                     /* of the page, and of its rows */
} VIEW_ORDERS[] = {
    {" AND t.updated_at <= ?", " AND (t.updated_at < ?", " OR t.id < ?)",
     " ORDER BY t.updated_at DESC, t.id DESC" VIEW_ROWS " ORDER BY t.updated_at DESC, t.id DESC"},
    {" AND t.due_key >= ?", " AND (t.due_key > ?", " OR t.id > ?)",
     " ORDER BY t.due_key, t.id" VIEW_ROWS " ORDER BY t.due_key, t.id"},
};

bool ticket_list_view(struct ctx *cx, enum ticket_view view, const char *after, unsigned limit,
                      struct ticket_page_of *out)
{
    const bool by_due = view != TICKET_VIEW_SOLVED;
    struct where w;
    struct db_rows rows;
    struct id id;
    int64_t at;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "queues are for staff");
    limit = limit_of(limit);
    where_start(&w, cx, SQL_TICKET_LIST_VIEW, NULL, 0);
    where_add(&w, ticket_view_index(view), DB_NONE);
    where_add(&w, "WHERE t.tenant_id = ?", DB_ID(cx->tenant_id));
    ticket_visible(cx, &w);
    ticket_view_where(cx, &w, view);
    if (after != NULL) {
        if (!cursor_read(cx, after, &at, &id))
            return false;
        where_add(&w, VIEW_ORDERS[by_due].not_before, DB_TIME(at));
        where_add(&w, VIEW_ORDERS[by_due].beyond, DB_TIME(at));
        where_add(&w, VIEW_ORDERS[by_due].tie, DB_ID(id));
    }
    where_add(&w, VIEW_ORDERS[by_due].order, DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    take_page(cx, &rows, limit, by_due ? ROWS_LINES_BY_DUE : ROWS_LINES, out);
    return true;
}

/* The order of a search's rows: a key of ticket has it. */
static const struct {
    const char *name;
    enum rows_of rows;
    const char *not_before; /* the cursor's instant, where the key has one */
    const char *beyond;
    const char *tie;
    const char *order;
} SORTS[] = {
    [TICKET_SORT_DUE] = {"due", ROWS_LINES_BY_DUE, " AND t.due_key >= ?", " AND (t.due_key > ?",
                         " OR t.id > ?)", " ORDER BY t.due_key, t.id LIMIT ?"},
    [TICKET_SORT_UPDATED] = {"updated", ROWS_LINES, " AND t.updated_at <= ?",
                             " AND (t.updated_at < ?", " OR t.id < ?)",
                             " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?"},
    [TICKET_SORT_CREATED] = {"created", ROWS_LINES_BY_ID, NULL, NULL, " AND t.id < ?",
                             " ORDER BY t.id DESC LIMIT ?"},
};
_Static_assert(COUNT(SORTS) == TICKET_SORTS, "define every order");

const char *ticket_sort_name(enum ticket_sort sort)
{
    return SORTS[sort].name;
}

bool ticket_sort_parse(const char *name, enum ticket_sort *out)
{
    for (size_t i = 0; i < COUNT(SORTS); i++)
        if (name != NULL && strcmp(name, SORTS[i].name) == 0) {
            *out = (enum ticket_sort)i;
            return true;
        }
    return false;
}

bool ticket_list_query(struct ctx *cx, const struct ticket_query *query, enum ticket_sort sort,
                       const char *after, unsigned limit, struct ticket_page_of *out)
{
    struct where w;
    struct db_rows rows;
    struct id id;
    int64_t at;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "queues are for staff");
    limit = limit_of(limit);
    if (!ticket_query_field_start(cx, &w, query, SQL_TICKET_LIST_QUEUE, SQL_TICKET_QUEUE_OF_FIELD,
                                  SQL_TICKET_QUEUE_BEHIND_FIELD))
        return false;
    ticket_visible(cx, &w);
    ticket_query_sql_add(cx, &w, query);
    if (query->words[0] != '\0')
        ticket_term_search(cx, &w, query->words);
    if (after != NULL) {
        if (!cursor_read(cx, after, &at, &id))
            return false;
        if (SORTS[sort].beyond != NULL) {
            where_add(&w, SORTS[sort].not_before, DB_TIME(at));
            where_add(&w, SORTS[sort].beyond, DB_TIME(at));
        }
        where_add(&w, SORTS[sort].tie, DB_ID(id));
    }
    where_add(&w, SORTS[sort].order, DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    take_page(cx, &rows, limit, SORTS[sort].rows, out);
    return true;
}
