#include "portal/pages/queue_page.h"

#include "base/crypto.h"
#include "portal/desk/ticket_counts.h"
#include "portal/pages/notice_page.h"
#include "portal/pages/queue_facts.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/trace_context.h"
#include "portal/pages/upload_context.h"

#include <string.h>

enum { QUEUE_ROWS = 50, SEARCH_MAX = 200 };

/* The queue in the address, or the one that matters most to whoever starts to work. */
static enum ticket_view view_of(struct req *rq, const struct form *form)
{
    const char *code = form != NULL ? form_value(form, "view") : req_query(rq, "view");
    enum ticket_view view;

    return ticket_view_parse(code, &view) ? view : TICKET_VIEW_OPEN;
}

static const char *count_text(struct req *rq, int64_t count)
{
    const char *number = format_number(rq->cx.mem, &rq->format, count);

    return count < TICKET_COUNTS_CAP ? number : arena_printf(rq->cx.mem, "%s+", number);
}

static json_t *views_json(struct req *rq, enum ticket_view current,
                          const int64_t counts[TICKET_VIEW_COUNT])
{
    json_t *views = json_array();

    for (int i = 0; i < TICKET_VIEW_COUNT; i++) {
        const enum ticket_view view = (enum ticket_view)i;

        json_array_append_new(
            views,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", ticket_view_code(view), "key",
                      arena_printf(rq->cx.mem, "%.1s", ticket_view_code(view)), "href",
                      arena_printf(rq->cx.mem, "/desk?view=%s", ticket_view_code(view)), "label",
                      req_text(rq, ticket_view_label(view)), "count", count_text(rq, counts[i]),
                      "is_current", view == current));
    }
    return views;
}

const char *queue_page_address(struct req *rq, const char *view)
{
    enum ticket_view parsed;
    const char *id = id_text(rq->cx.mem, rq->id);

    if (!ticket_view_parse(view, &parsed))
        return arena_printf(rq->cx.mem, "/desk/tickets/%s", id);
    return arena_printf(rq->cx.mem, "/desk/tickets/%s?view=%s", id, ticket_view_code(parsed));
}

/* What stands where a deadline would, by category. */
static const char *const RESTS[] = {
    [TICKET_WAITING] = T("Paused"),
    [TICKET_SOLVED] = T("Solved"),
    [TICKET_CLOSED] = T("Closed"),
};

static json_t *row_json(struct req *rq, const struct ticket *t, enum ticket_view view,
                        struct id current)
{
    json_t *due = ticket_context_due(rq, t);
    const char *place = t->store[0] != '\0' ? t->store : t->city;
    const char *who = t->organisation_name[0] != '\0' ? t->organisation_name : t->reporter_name;
    json_t *row =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:b}", "href",
                  arena_printf(rq->cx.mem, "/desk/tickets/%s?view=%s", id_text(rq->cx.mem, t->id),
                               ticket_view_code(view)),
                  "number", t->number, "level", t->level, "subject", t->subject, "detail",
                  place[0] != '\0' ? arena_printf(rq->cx.mem, "%s · %s", who, place) : who,
                  "is_current", id_equal(t->id, current));

    json_object_set_new(row, "deadline", json_null());
    json_object_set_new(row, "due", json_null());
    json_object_set_new(row, "tick", json_null());
    if (json_is_object(due)) {
        json_object_set(row, "deadline", json_object_get(due, "chip"));
        json_object_set(row, "due", json_object_get(due, "text"));
    } else if (t->category != TICKET_OPEN) {
        json_object_set_new(row, "due", json_string(req_text(rq, RESTS[t->category])));
    }
    json_decref(due);
    return row;
}

/* The ticket after this one in the queue; the first of it when this is the last or not in it. */
static const char *next_href(struct req *rq, const struct ticket_page_of *page,
                             enum ticket_view view, struct id current)
{
    const struct ticket *next = NULL;

    for (size_t i = 0; i < page->count; i++) {
        if (id_equal(page->rows[i]->id, current)) {
            if (i + 1 < page->count)
                next = page->rows[i + 1];
            break;
        }
    }
    if (next == NULL && page->count > 0 && !id_equal(page->rows[0]->id, current))
        next = page->rows[0];
    if (next == NULL)
        return NULL;
    return arena_printf(rq->cx.mem, "/desk/tickets/%s?view=%s", id_text(rq->cx.mem, next->id),
                        ticket_view_code(view));
}

/* Views and list, for both pages; current is zero where no ticket is open. */
static bool list_context(struct req *rq, enum ticket_view view, struct id current, json_t **out)
{
    struct ctx *cx = &rq->cx;
    int64_t counts[TICKET_VIEW_COUNT];
    struct ticket_page_of page;
    json_t *rows, *context, *pager = json_null();
    const char *next;

    if (!ticket_counts_views(cx, counts) ||
        !ticket_list_view(cx, view, id_is_zero(current) ? req_query(rq, "after") : NULL, QUEUE_ROWS,
                          &page))
        return false;
    rows = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(rows, row_json(rq, page.rows[i], view, current));
    if (page.next != NULL)
        pager = json_pack(
            "{s:s}", "next_href",
            arena_printf(cx->mem, "/desk?view=%s&after=%s", ticket_view_code(view), page.next));
    context = json_own(
        cx->mem, json_pack("{s:o, s:s, s:s, s:s, s:o, s:b, s:o, s:b}", "views",
                           views_json(rq, view, counts), "view", ticket_view_code(view),
                           "view_label", req_text(rq, ticket_view_label(view)), "view_count",
                           count_text(rq, counts[view]), "rows", rows, "is_empty", page.count == 0,
                           "pager", pager, "by_due", view != TICKET_VIEW_SOLVED));
    next = next_href(rq, &page, view, current);
    json_object_set_new(context, "next_href", json_text(next));
    *out = context;
    return true;
}

bool queue_page_show(struct req *rq)
{
    json_t *context;

    return list_context(rq, view_of(rq, NULL), (struct id){{0}}, &context) &&
           page_render(rq, "queue", context);
}

static const char *search_next(struct req *rq, const char *search, const char *after)
{
    struct str href = str_new(rq->cx.mem);

    str_fmt(&href, "/desk/search?after=%s&q=", after);
    str_url(&href, search);
    return href.p;
}

/* Tickets whose subjects have the words, in the place of a queue. */
static bool show_found(struct req *rq, const char *search, const struct ticket_page_of *page)
{
    struct ctx *cx = &rq->cx;
    int64_t counts[TICKET_VIEW_COUNT];
    json_t *rows, *pager = json_null();

    if (!ticket_counts_views(cx, counts))
        return false;
    rows = json_array();
    for (size_t i = 0; i < page->count; i++)
        json_array_append_new(rows,
                              row_json(rq, page->rows[i], TICKET_VIEW_OPEN, (struct id){{0}}));
    if (page->next != NULL)
        pager = json_pack("{s:s}", "next_href", search_next(rq, search, page->next));
    return page_render(
        rq, "queue",
        json_own(cx->mem,
                 json_pack("{s:o, s:s, s:s, s:n, s:o, s:b, s:o, s:b, s:n}", "views",
                           views_json(rq, TICKET_VIEW_COUNT, counts), "view", "open", "view_label",
                           lang_fill1(cx->mem, rq->lang, T("Search: {}"), search), "view_count",
                           "rows", rows, "is_empty", page->count == 0, "pager", pager, "by_due", 0,
                           "next_href")));
}

/* A number opens its ticket. */
bool queue_page_search(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *search = req_query(rq, "q");
    struct ticket_filter filter = {
        .tab = TICKET_TAB_ALL, .after = req_query(rq, "after"), .limit = QUEUE_ROWS};
    struct ticket_page_of page;
    struct ticket *t;

    if (search == NULL || search[0] == '\0' || strlen(search) > SEARCH_MAX)
        return reply_see_other(rq, "/desk");
    if (!ticket_find_number(cx, search, &t))
        return false;
    if (t != NULL)
        return reply_see_other(rq,
                               arena_printf(cx->mem, "/desk/tickets/%s", id_text(cx->mem, t->id)));
    filter.search = search;
    return ticket_list(cx, &filter, &page) && show_found(rq, search, &page);
}

static bool ticket_page(struct req *rq, const struct form *form)
{
    const enum ticket_view view = view_of(rq, form);
    struct ticket_words words;
    struct ticket *t;
    json_t *context, *thread, *files;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_context_words(rq, true, &words) ||
        !list_context(rq, view, t->id, &context) ||
        !ticket_context_thread(rq, &words, t, &thread, &files))
        return false;
    json_object_set_new(context, "thread", thread);
    json_object_set_new(context, "request_key",
                        json_string(crypto_token(rq->cx.mem, TICKET_REQUEST_KEY_BYTES)));
    if (!queue_facts_add(rq, &words, t, context) || !trace_context_add(rq, t->id, context))
        return false;
    if (form == NULL)
        return notice_page_seen(rq, t->id) && page_render(rq, "queue_ticket", context);
    upload_context_keep(rq, form, context);
    json_object_set_new(context, "is_note",
                        json_boolean(strcmp(form_value(form, "kind"), "note") == 0));
    return page_render_form(rq, "queue_ticket", context, form);
}

bool queue_page_ticket(struct req *rq)
{
    return ticket_page(rq, NULL);
}

bool queue_page_again(struct req *rq, const struct form *form)
{
    return ticket_page(rq, form);
}
