#include "portal/pages/queue_page.h"

#include "base/crypto.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_counts.h"
#include "portal/pages/mail_page.h"
#include "portal/pages/merge_page.h"
#include "portal/pages/message_page.h"
#include "portal/pages/notice_page.h"
#include "portal/pages/queue_column.h"
#include "portal/pages/queue_facts.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/ticket_field_page.h"
#include "portal/pages/trace_context.h"
#include "portal/pages/upload_context.h"

#include <limits.h>
#include <string.h>

enum { QUEUE_ROWS = 50 };

/* What the list shows: one of the tenant's queues, or a view that somebody saved. */
struct queue {
    enum ticket_view view;          /* TICKET_VIEW_COUNT: none of them */
    const struct saved_view *saved; /* or NULL */
    const char *code;               /* in addresses */
    const char *label;              /* in the reader's language */
    bool by_due;
};

static struct queue queue_of_view(struct req *rq, enum ticket_view view)
{
    return (struct queue){.view = view,
                          .code = ticket_view_code(view),
                          .label = req_text(rq, ticket_view_label(view)),
                          .by_due = view != TICKET_VIEW_SOLVED};
}

/* The queue in the address, or the one that matters most to whoever starts to work. */
static bool queue_read(struct req *rq, const struct form *form, struct queue *out)
{
    const char *code = form != NULL ? form_value(form, "view") : req_query(rq, "view");
    enum ticket_view view = TICKET_VIEW_OPEN;
    struct saved_view *saved;
    struct id id;

    if (code == NULL || ticket_view_parse(code, &view) || !id_parse(code, &id)) {
        *out = queue_of_view(rq, view);
        return true;
    }
    if (!saved_view_get(&rq->cx, id, &saved))
        return false;
    *out = (struct queue){.view = TICKET_VIEW_COUNT,
                          .saved = saved,
                          .code = id_text(rq->cx.mem, id),
                          .label = saved->name,
                          .by_due = saved->sort == TICKET_SORT_DUE};
    return true;
}

static const char *count_text(struct req *rq, int64_t count)
{
    const char *number = format_number(rq->cx.mem, &rq->format, count);

    return count < TICKET_COUNTS_CAP ? number : arena_printf(rq->cx.mem, "%s+", number);
}

/* The first letter of a queue's name that no queue before it took: "g" and it go there. */
static char key_of(const char *code, bool taken[UCHAR_MAX + 1])
{
    for (; *code != '\0'; code++) {
        if (taken[(unsigned char)*code])
            continue;
        taken[(unsigned char)*code] = true;
        return *code;
    }
    return ' ';
}

static json_t *views_json(struct req *rq, enum ticket_view current,
                          const int64_t counts[TICKET_VIEW_COUNT])
{
    json_t *views = json_array();
    bool taken[UCHAR_MAX + 1] = {false};

    for (int i = 0; i < TICKET_VIEW_COUNT; i++) {
        const enum ticket_view view = (enum ticket_view)i;

        json_array_append_new(
            views,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", ticket_view_code(view), "key",
                      arena_printf(rq->cx.mem, "%c", key_of(ticket_view_code(view), taken)), "href",
                      arena_printf(rq->cx.mem, "/desk?view=%s", ticket_view_code(view)), "label",
                      req_text(rq, ticket_view_label(view)), "count", count_text(rq, counts[i]),
                      "is_current", view == current));
    }
    return views;
}

/* The views that the reader pinned, with their counts. */
static bool pinned_json(struct req *rq, const struct queue *current, json_t **out)
{
    struct saved_view *all;
    size_t count;
    int64_t found;
    json_t *views = json_own(rq->cx.mem, json_array());

    if (!saved_view_list(&rq->cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const bool is_current =
            current != NULL && current->saved != NULL && id_equal(current->saved->id, all[i].id);

        if (!all[i].is_pinned && !is_current)
            continue;
        if (!saved_view_count(&rq->cx, &all[i], &found))
            return false;
        json_array_append_new(views, json_pack("{s:s, s:s, s:s, s:b}", "href",
                                               arena_printf(rq->cx.mem, "/desk?view=%s",
                                                            id_text(rq->cx.mem, all[i].id)),
                                               "label", all[i].name, "count", count_text(rq, found),
                                               "is_current", is_current));
    }
    *out = views;
    return true;
}

const char *queue_page_address(struct req *rq, const char *view)
{
    enum ticket_view parsed;
    struct id saved;
    const char *id = id_text(rq->cx.mem, rq->id);

    if (id_parse(view, &saved))
        return arena_printf(rq->cx.mem, "/desk/tickets/%s?view=%s", id, id_text(rq->cx.mem, saved));
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

/* Who may change tickets ticks them, to change many at once. */
static bool may_bulk(const struct req *rq)
{
    return viewer_has(&rq->cx.viewer, RIGHT_DESK_UPDATE);
}

static json_t *row_json(struct req *rq, const struct ticket *t, const char *view, struct id current)
{
    json_t *due = ticket_context_due(rq, t);
    const char *place = t->store[0] != '\0' ? t->store : t->city;
    const char *who = t->organisation_name[0] != '\0' ? t->organisation_name : t->reporter_name;
    json_t *row = json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:b}", "href",
        arena_printf(rq->cx.mem, "/desk/tickets/%s?view=%s", id_text(rq->cx.mem, t->id), view),
        "number", t->number, "level", t->level, "subject", t->subject, "detail",
        place[0] != '\0' ? arena_printf(rq->cx.mem, "%s · %s", who, place) : who, "is_current",
        id_equal(t->id, current));

    if (t->listed != NULL)
        json_object_set_new(row, "detail",
                            json_string(arena_printf(rq->cx.mem, "%s · %s",
                                                     json_get_text(row, "detail", ""), t->listed)));
    json_object_set_new(row, "deadline", json_null());
    json_object_set_new(row, "due", json_null());
    json_object_set_new(row, "tick",
                        may_bulk(rq) ? json_string(id_text(rq->cx.mem, t->id)) : json_null());
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
static const char *next_href(struct req *rq, const struct ticket_page_of *page, const char *view,
                             struct id current)
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
                        view);
}

static bool list_page(struct req *rq, const struct queue *q, struct id current,
                      struct ticket_page_of *out)
{
    const char *after = id_is_zero(current) ? req_query(rq, "after") : NULL;
    struct ticket_query *query;

    if (q->saved == NULL)
        return ticket_list_view(&rq->cx, q->view, after, QUEUE_ROWS, out);
    return saved_view_query(&rq->cx, q->saved->query, &query) &&
           ticket_list_query(&rq->cx, query, q->saved->sort, after, QUEUE_ROWS, out);
}

/* fields: read already, or NULL; columns: of the view, shown as cells, or beside an open ticket as
 * a line; NULL for none. */
static json_t *rows_json(struct req *rq, const struct field_set *fields,
                         const struct ticket_page_of *page, const char *view, struct id current,
                         const struct queue_columns *columns)
{
    const bool has_columns = columns != NULL && columns->columns.count > 0;
    json_t *rows = json_array(), *row;

    if (!has_columns && !ticket_field_page_list(rq, fields, page->rows, page->count))
        err_clear(&rq->cx.err); /* the list stands without them */
    for (size_t i = 0; i < page->count; i++) {
        row = row_json(rq, page->rows[i], view, current);
        if (has_columns && id_is_zero(current))
            json_object_set_new(row, "cells", queue_column_cells(rq, columns, i));
        else if (has_columns)
            json_object_set_new(row, "detail", json_string(queue_column_line(rq, columns, i)));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* Views and list, for both pages; current is zero where no ticket is open, and fields then NULL. */
static bool list_context(struct req *rq, const struct queue *q, struct id current,
                         const struct field_set *fields, json_t **out)
{
    struct ctx *cx = &rq->cx;
    int64_t counts[TICKET_VIEW_COUNT], found = 0;
    struct ticket_page_of page;
    struct queue_columns columns;
    json_t *context, *saved, *pager = json_null();

    if (!ticket_counts_views(cx, counts) || !pinned_json(rq, q, &saved) ||
        (q->saved != NULL && !saved_view_count(cx, q->saved, &found)) ||
        !list_page(rq, q, current, &page) || !queue_column_read(rq, q->saved, &page, &columns))
        return false;
    if (page.next != NULL)
        pager = json_pack("{s:s}", "next_href",
                          arena_printf(cx->mem, "/desk?view=%s&after=%s", q->code, page.next));
    context = json_own(
        cx->mem, json_pack("{s:o, s:O, s:s, s:s, s:s, s:o, s:b, s:o, s:b, s:n}", "views",
                           views_json(rq, q->view, counts), "saved", saved, "view", q->code,
                           "view_label", q->label, "view_count",
                           count_text(rq, q->saved != NULL ? found : counts[q->view]), "rows",
                           rows_json(rq, fields, &page, q->code, current, &columns), "is_empty",
                           page.count == 0, "pager", pager, "by_due", q->by_due, "search"));
    json_object_set_new(context, "can_bulk", json_boolean(page.count > 0 && may_bulk(rq)));
    json_object_set_new(context, "heads",
                        id_is_zero(current) && columns.columns.count > 0 && page.count > 0
                            ? json_pack("{s:o}", "list", queue_column_heads(rq, &columns))
                            : json_null());
    json_object_set_new(context, "file_href",
                        json_string(arena_printf(cx->mem, "/desk/tickets.csv?view=%s", q->code)));
    json_object_set_new(context, "next_href", json_text(next_href(rq, &page, q->code, current)));
    *out = context;
    return true;
}

bool queue_page_show(struct req *rq)
{
    struct queue q;
    json_t *context;

    return queue_read(rq, NULL, &q) && list_context(rq, &q, (struct id){{0}}, NULL, &context) &&
           page_render(rq, "queue", context);
}

/* --- search --- */

static const char *search_href(struct req *rq, const char *path, const char *search)
{
    struct str href = str_new(rq->cx.mem);

    str_fmt(&href, "%sq=", path);
    str_url(&href, search);
    return href.p;
}

/* What was found, in the place of a queue; with a fault nothing was. */
static bool show_found(struct req *rq, const char *search, const struct ticket_page_of *page,
                       const char *fault)
{
    struct ctx *cx = &rq->cx;
    int64_t counts[TICKET_VIEW_COUNT];
    json_t *saved, *line, *pager = json_null();

    if (!ticket_counts_views(cx, counts) || !pinned_json(rq, NULL, &saved))
        return false;
    if (page->next != NULL)
        pager = json_pack(
            "{s:s}", "next_href",
            search_href(rq, arena_printf(cx->mem, "/desk/search?after=%s&", page->next), search));
    line = json_pack("{s:s, s:s?, s:s}", "text", search, "fault", fault, "save_href",
                     search_href(rq, "/desk/views?", search));
    return page_render(
        rq, "queue",
        json_own(cx->mem,
                 json_pack("{s:o, s:O, s:s, s:s, s:n, s:o, s:b, s:b, s:o, s:b, s:n, s:o}", "views",
                           views_json(rq, TICKET_VIEW_COUNT, counts), "saved", saved, "view",
                           "open", "view_label", req_text(rq, T("Search")), "view_count", "rows",
                           rows_json(rq, NULL, page, "open", (struct id){{0}}, NULL), "is_empty",
                           page->count == 0 && fault == NULL, "can_bulk",
                           page->count > 0 && search[0] != '\0' && may_bulk(rq), "pager", pager,
                           "by_due", 0, "next_href", "search", line)));
}

/* The line cannot be read: it stays where it was typed, with what is wrong and where. */
static bool show_fault(struct req *rq, const char *search)
{
    const struct err e = rq->cx.err;
    const struct ticket_page_of nothing = {.count = 0};

    if (e.source == NULL || strcmp(e.source, "q") != 0)
        return false;
    rq->cx.err = (struct err){.kind = NULL};
    rq->status = 422;
    return show_found(rq, search, &nothing, lang_fill1(rq->cx.mem, rq->lang, e.kind->text, e.arg));
}

/* A number opens its ticket. */
bool queue_page_search(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *search = req_query(rq, "q");
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL,
                                   .is_short = true,
                                   .after = req_query(rq, "after"),
                                   .limit = QUEUE_ROWS};
    struct ticket_query *query;
    struct ticket_page_of page;
    struct ticket *t;

    if (search == NULL) /* where the bar has no room for the field, a link leads here */
        search = "";
    if (!ticket_find_number(cx, search, &t))
        return false;
    if (t != NULL)
        return reply_see_other(rq,
                               arena_printf(cx->mem, "/desk/tickets/%s", id_text(cx->mem, t->id)));
    if (!saved_view_query(cx, search, &query))
        return show_fault(rq, search);
    filter.search = query->words;
    filter.query = query;
    return (query->words[0] != '\0' ? ticket_list(cx, &filter, &page)
                                    : ticket_list_query(cx, query, TICKET_SORT_UPDATED,
                                                        filter.after, QUEUE_ROWS, &page)) &&
           show_found(rq, search, &page, NULL);
}

static bool add_macros(struct req *rq, json_t *context)
{
    struct macro *all;
    size_t count;
    json_t *macros = json_array();

    json_object_set_new(context, "macros", macros);
    if (!macro_list(&rq->cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(macros,
                              json_pack("{s:s, s:s, s:s}", "id", id_text(rq->cx.mem, all[i].id),
                                        "name", all[i].name, "language", all[i].language));
    return true;
}

/* What was chosen in a form stays chosen. */
static void keep_choices(const struct form *form, json_t *context)
{
    static const struct {
        const char *list, *field, *mark;
    } CHOICES[] = {
        {"statuses", "status", "is_then"},
        {"dispatch_people", "to", "is_chosen"},
        {"dispatch_teams", "to", "is_chosen"},
        {"approval_kinds", "kind", "is_chosen"},
        {"approval_people", "approver", "is_chosen"},
    };
    json_t *row;
    size_t at;

    for (size_t i = 0; i < COUNT(CHOICES); i++)
        json_array_foreach (json_object_get(context, CHOICES[i].list), at, row)
            if (strcmp(json_get_text(row, "value", ""), form_value(form, CHOICES[i].field)) == 0)
                json_object_set_new(row, CHOICES[i].mark, json_true());
}

static bool ticket_page(struct req *rq, const struct form *form)
{
    struct queue q;
    struct ticket_words words;
    struct ticket *t;
    json_t *context, *thread, *files;
    bool is_elsewhere;

    if (!merge_page_find(rq, &t, &is_elsewhere))
        return false;
    if (is_elsewhere) {
        const char *view = form != NULL ? form_value(form, "view") : req_query(rq, "view");

        return reply_see_other(rq, queue_page_address(rq, view != NULL ? view : ""));
    }
    if (!ticket_context_words(rq, true, &words) || !ticket_context_fields(rq, &words) ||
        !queue_read(rq, form, &q) || !list_context(rq, &q, t->id, words.fields, &context) ||
        !ticket_context_thread(rq, &words, t, &thread, &files))
        return false;
    json_object_set_new(context, "thread", thread);
    json_object_set_new(context, "latest", json_string(message_page_latest(thread)));
    json_object_set_new(context, "request_key",
                        json_string(crypto_token(rq->cx.mem, TICKET_REQUEST_KEY_BYTES)));
    if (!queue_facts_add(rq, &words, t, context) || !mail_page_log(rq, t->id, context) ||
        !trace_context_add(rq, t->id, context) || !merge_page_add(rq, t, context) ||
        !add_macros(rq, context))
        return false;
    if (form == NULL)
        return notice_page_seen(rq, t->id) && page_render(rq, "queue_ticket", context);
    message_page_keep(thread, form);
    upload_context_keep(rq, form, context);
    keep_choices(form, context);
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

bool queue_page_answer(struct req *rq, const struct form *form, const char *mark, const char *said)
{
    if (json_array_size(form->fault_list) == 0)
        return reply_flash(rq, "ok", req_text(rq, said)) &&
               reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
    json_object_set_new(form->values, mark, json_true());
    return queue_page_again(rq, form);
}
