#include "portal/pages/search_page.h"

#include "base/utf8.h"
#include "kb/article_search.h"
#include "licensing/licence.h"
#include "portal/desk/ticket_list.h"
#include "portal/http/page.h"
#include "portal/pages/kb_page.h"
#include "portal/pages/licence_json.h"
#include "portal/pages/order_page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

enum { QUERY_MAX = 200, SHOWN_ARTICLES = 10, SHOWN_ROWS = 5 };

/* --- straight to the record --- */

static bool found(struct req *rq, const char *prefix, struct id id, const char **to)
{
    *to = arena_printf(rq->cx.mem, "%s/%s", prefix, id_text(rq->cx.mem, id));
    return true;
}

static bool jump_order(struct req *rq, const char *query, const char **to)
{
    const struct order_filter filter = {.search = query, .limit = SHOWN_ROWS};
    struct order *list;
    size_t count;

    if (!order_list(&rq->cx, &filter, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].number, query))
            return found(rq, "/orders", list[i].id, to);
    }
    return true;
}

/* *to is NULL when the words are no number of anything. People type numbers in either case. */
static bool jump(struct req *rq, const char *query, const char **to)
{
    struct ctx *cx = &rq->cx;
    char *upper = arena_dup(cx->mem, query);
    struct ticket *t;
    struct licence *l;

    *to = NULL;
    for (char *c = upper; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
    if (!ticket_find_number(cx, upper, &t))
        return false;
    if (t)
        return found(rq, "/tickets", t->id, to);
    if (licence_find_serial(cx, upper, &l))
        return !l || found(rq, "/licences", l->id, to);
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return jump_order(rq, upper, to);
}

/* --- what each kind finds --- */

static void put(json_t *page, const char *name, json_t *rows)
{
    char has[32] = "has_";

    memcpy(has + 4, name, strlen(name) + 1);
    json_object_set_new(page, has, json_boolean(json_array_size(rows) > 0));
    json_object_set_new(page, name, rows);
}

static bool add_articles(struct req *rq, const char *query, json_t *page)
{
    struct article *list;
    json_t *rows = json_array();
    size_t count;

    if (!article_search(&rq->cx, query, lang_code(rq->lang), SHOWN_ARTICLES, &list, &count))
        count = 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, kb_page_article_json(rq, &list[i]));
    put(page, "articles", rows);
    return rq->cx.err.kind == NULL;
}

static bool add_tickets(struct req *rq, const char *query, json_t *page)
{
    const struct ticket_filter filter = {
        .tab = TICKET_TAB_ALL, .search = query, .is_short = true, .limit = SHOWN_ROWS};
    struct ticket_page_of tickets = {.count = 0};
    struct ticket_words words;
    json_t *rows = json_array();

    if (ticket_context_words(rq, false, &words) && ticket_list(&rq->cx, &filter, &tickets)) {
        for (size_t i = 0; i < tickets.count; i++)
            json_array_append_new(rows, ticket_context_row(rq, &words, tickets.rows[i]));
    }
    put(page, "tickets", rows);
    return rq->cx.err.kind == NULL;
}

static bool add_licences(struct req *rq, const char *query, json_t *page)
{
    const struct licence_filter filter = {.search = query, .limit = SHOWN_ROWS};
    struct licence *list;
    json_t *rows = json_array();
    size_t count;

    if (!licence_list(&rq->cx, &filter, &list, &count))
        count = 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, licence_json_row(rq, &list[i]));
    put(page, "licences", rows);
    return rq->cx.err.kind == NULL;
}

static bool add_orders(struct req *rq, const char *query, json_t *page)
{
    const struct order_filter filter = {.search = query, .limit = SHOWN_ROWS};
    struct order *list;
    json_t *rows = json_array();
    size_t count;

    if (!order_list(&rq->cx, &filter, &list, &count))
        count = 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, order_page_row(rq, &list[i]));
    put(page, "orders", rows);
    return rq->cx.err.kind == NULL;
}

static bool is_nothing(const json_t *page)
{
    static const char *const KINDS[] = {"articles", "tickets", "licences", "orders"};
    size_t rows = 0;

    for (size_t i = 0; i < COUNT(KINDS); i++)
        rows += json_array_size(json_object_get(page, KINDS[i]));
    return rows == 0;
}

/* At most QUERY_MAX characters, without blanks around; "" for none. */
static const char *query_of(struct req *rq)
{
    const char *given = req_query(rq, "q");
    const char *trimmed = given ? span_dup(rq->cx.mem, span_trim(span_of(given))) : "";

    return arena_dup_bytes(rq->cx.mem, trimmed, utf8_prefix(trimmed, QUERY_MAX));
}

bool search_page_view(struct req *rq)
{
    const char *query = query_of(rq);
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:b}", "query", query, "has_asked", *query != '\0'));
    const char *to = NULL;

    if (*query) {
        if (!jump(rq, query, &to))
            return false;
        if (to)
            return reply_see_other(rq, to);
        if (!add_articles(rq, query, page) || !add_tickets(rq, query, page) ||
            !add_licences(rq, query, page) || !add_orders(rq, query, page))
            return false;
    }
    json_object_set_new(page, "is_empty", json_boolean(*query && is_nothing(page)));
    return page_render(rq, "search", page);
}
