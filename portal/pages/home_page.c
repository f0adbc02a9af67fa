#include "portal/pages/home_page.h"

#include "base/clock.h"
#include "kb/article.h"
#include "licensing/licence.h"
#include "portal/desk/ticket_counts.h"
#include "portal/http/page.h"
#include "portal/pages/kb_page.h"
#include "portal/pages/licence_json.h"
#include "portal/pages/news_page.h"
#include "portal/pages/setup_page.h"
#include "portal/pages/signup_page.h"
#include "portal/sales/invoice.h"
#include "portal/sales/order.h"

#include <string.h>

enum {
    HOME_TICKETS = 3,
    HOME_LICENCES = 3,
    HOME_INVOICES = 3,
    HOME_ARTICLES = 6,
    HOME_SOON_DAYS = 60, /* the first notice about a licence's end (licensing/expiry_notice.h) */
    HOME_INVOICE_DAYS = 14,
    HOME_FULL_PERCENT = 90
};

struct home { /* what is gathered for the page */
    struct req *rq;
    json_t *needs;
    json_t *counts;
    struct ticket **tickets; /* that need him: waiting ones, then solved ones */
    size_t ticket_count;
};

struct need {
    const char *icon, *title, *detail, *warn, *href, *act;
};

/* The most urgent comes first and alone has a filled button. */
static void add_need(struct home *home, const struct need *n)
{
    bool is_first = json_array_size(home->needs) == 0;

    json_array_append_new(home->needs,
                          json_pack("{s:s,s:s,s:s?,s:s?,s:s,s:s,s:b}", "icon", n->icon, "title",
                                    n->title, "detail", n->detail, "warn", n->warn, "href", n->href,
                                    "act", n->act, "is_first", is_first));
}

struct count {
    const char *href, *icon, *name, *unit, *detail;
    int64_t number;
    bool is_warn;
};

static void add_count(struct home *home, const struct count *c)
{
    struct req *rq = home->rq;

    json_array_append_new(
        home->counts, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "href", c->href, "icon", c->icon,
                                "name", req_text(rq, c->name), "number",
                                format_number(rq->cx.mem, &rq->format, c->number), "unit",
                                req_text(rq, c->unit), "detail", c->detail, "is_warn", c->is_warn));
}

/* --- tickets --- */

static void add_ticket_need(struct home *home, const struct ticket *t)
{
    struct req *rq = home->rq;
    struct arena *mem = rq->cx.mem;
    bool is_solved = t->category == TICKET_SOLVED;
    const int64_t since = is_solved && t->resolved_at != 0 ? t->resolved_at : t->updated_at;
    const char *const args[] = {t->number, format_time(mem, &rq->format, since)};
    const struct need need = {.icon = "message-square-text",
                              .title = t->subject,
                              .detail =
                                  lang_fill(mem, rq->lang,
                                            is_solved ? T("{} · marked as solved on {}")
                                                      : T("{} · waits for your answer since {}"),
                                            args, COUNT(args)),
                              .href = arena_printf(mem, "/tickets/%s", id_text(mem, t->id)),
                              .act = req_text(rq, is_solved ? T("Confirm") : T("Answer"))};

    add_need(home, &need);
}

/* An answer that we wait for comes first of all, a "yes, solved" last. */
static void add_ticket_needs(struct home *home, enum ticket_category category)
{
    for (size_t i = 0; i < home->ticket_count; i++) {
        if (home->tickets[i]->category == category)
            add_ticket_need(home, home->tickets[i]);
    }
}

static bool add_tickets(struct home *home)
{
    struct req *rq = home->rq;
    struct ticket_counts counts;
    struct count card = {.href = "/tickets",
                         .icon = "message-square-text",
                         .name = T("Tickets"),
                         .unit = T("not closed")};

    if ((rq->cx.viewer.rights & (RIGHT_TICKET_OWN | RIGHT_TICKET_ALL)) == 0)
        return true;
    if (!ticket_counts(&rq->cx, &counts) ||
        !ticket_counts_needs_you(&rq->cx, HOME_TICKETS, &home->tickets, &home->ticket_count))
        return false;
    add_ticket_needs(home, TICKET_WAITING);
    card.number = counts.open + counts.waiting;
    card.detail = counts.waiting == 0 ? req_text(rq, T("None waits for you"))
                  : counts.waiting == 1
                      ? req_text(rq, T("1 waits for you"))
                      : lang_fill1(rq->cx.mem, rq->lang, T("{} wait for you"),
                                   format_number(rq->cx.mem, &rq->format, counts.waiting));
    add_count(home, &card);
    return true;
}

/* --- licences --- */

static void add_ending_need(struct home *home, const struct licence *l)
{
    struct req *rq = home->rq;
    struct arena *mem = rq->cx.mem;
    const char *const when[] = {format_day(mem, &rq->format, l->expires_at),
                                format_ago(mem, &rq->format, l->expires_at)};
    const struct need need = {
        .icon = "key-round",
        .title = lang_fill1(mem, rq->lang, T("{} ends soon"), licence_json_title(rq, l)),
        .warn = lang_fill(mem, rq->lang, T("Valid to {} ({})"), when, COUNT(when)),
        .detail = l->grace_days == 0
                      ? NULL
                      : lang_fill1(mem, rq->lang, T("grace until {}"),
                                   format_day(mem, &rq->format,
                                              l->expires_at + l->grace_days * CLOCK_DAY)),
        .href = arena_printf(mem, "/licences/%s", id_text(mem, l->id)),
        .act = req_text(rq, T("See the licence"))};

    add_need(home, &need);
}

static bool seats_run_out(const struct licence *l)
{
    return l->max_machines != POLICY_NO_LIMIT && l->max_machines > 1 && !l->is_suspended &&
           l->machine_count * 100 >= l->max_machines * HOME_FULL_PERCENT;
}

static void add_full_need(struct home *home, const struct licence *l)
{
    struct req *rq = home->rq;
    struct arena *mem = rq->cx.mem;
    const char *const args[] = {format_number(mem, &rq->format, l->machine_count),
                                format_number(mem, &rq->format, l->max_machines),
                                licence_json_title(rq, l)};
    const struct need need = {
        .icon = "monitor",
        .title = lang_fill(mem, rq->lang, T("{} of {} seats in use, {}"), args, COUNT(args)),
        .detail = req_text(rq, T("Further machines are refused when no seat is free")),
        .href = arena_printf(mem, "/licences/%s", id_text(mem, l->id)),
        .act = req_text(rq, T("See machines"))};

    add_need(home, &need);
}

struct licences {        /* what the page needs of them */
    struct licence *all; /* the newest LICENCE_LIST_MAX */
    size_t count;
    int64_t total;
    struct licence *ending; /* within HOME_SOON_DAYS */
    size_t ending_count;
};

/* One list serves nearly everybody; only who has more licences than it holds costs further ones. */
static bool read_licences(struct ctx *cx, struct licences *l)
{
    const int64_t until = cx->now + HOME_SOON_DAYS * CLOCK_DAY;
    const struct licence_filter all = {.limit = LICENCE_LIST_MAX};
    const struct licence_filter ending = {.expires_from = cx->now, .expires_to = until};

    if (!licence_list(cx, &all, &l->all, &l->count))
        return false;
    if (l->count == LICENCE_LIST_MAX)
        return licence_count(cx, &all, &l->total) &&
               licence_list(cx, &ending, &l->ending, &l->ending_count);
    l->total = (int64_t)l->count;
    l->ending = arena_array(cx->mem, struct licence, l->count + 1);
    l->ending_count = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->all[i].expires_at >= cx->now && l->all[i].expires_at < until)
            l->ending[l->ending_count++] = l->all[i];
    }
    return true;
}

static const char *ending_words(struct req *rq, size_t count)
{
    if (count == 0)
        return req_text(rq, T("None ends within 60 days"));
    if (count == 1)
        return req_text(rq, T("1 ends within 60 days"));
    return lang_fill1(rq->cx.mem, rq->lang, T("{} end within 60 days"),
                      format_number(rq->cx.mem, &rq->format, (int64_t)count));
}

static bool add_licences(struct home *home)
{
    struct req *rq = home->rq;
    struct licences l;
    unsigned shown = 0;
    struct count card = {.href = "/licences", .icon = "key-round", .name = T("Licences")};

    if (!viewer_has(&rq->cx.viewer, RIGHT_LICENCE))
        return true;
    if (!read_licences(&rq->cx, &l))
        return false;
    for (size_t i = 0; i < l.ending_count && i < HOME_LICENCES; i++)
        add_ending_need(home, &l.ending[i]);
    for (size_t i = 0; i < l.count && shown < HOME_LICENCES; i++) {
        if (seats_run_out(&l.all[i])) {
            add_full_need(home, &l.all[i]);
            shown++;
        }
    }
    card.number = l.total;
    card.unit = l.total == 1 ? T("licence") : T("licences");
    card.is_warn = l.ending_count > 0;
    card.detail = ending_words(rq, l.ending_count);
    add_count(home, &card);
    return true;
}

/* --- orders and invoices --- */

static bool add_orders(struct home *home)
{
    struct req *rq = home->rq;
    const char *next;
    struct count card = {
        .href = "/orders", .icon = "package", .name = T("Orders"), .unit = T("in progress")};

    if (!viewer_has(&rq->cx.viewer, RIGHT_ORDER))
        return true;
    if (!order_count_open(&rq->cx, &card.number, &next))
        return false;
    card.detail = next ? lang_fill1(rq->cx.mem, rq->lang, T("Next delivery: {}"),
                                    format_date_text(rq->cx.mem, &rq->format, next))
                       : req_text(rq, T("No date is set"));
    if (card.number == 0)
        card.detail = req_text(rq, T("All are done"));
    add_count(home, &card);
    return true;
}

static int64_t day_start(const char *iso_date)
{
    int64_t us = 0;

    return clock_parse_iso(iso_date, &us) ? us : 0;
}

static void add_invoice_need(struct home *home, const struct invoice *i)
{
    struct req *rq = home->rq;
    struct arena *mem = rq->cx.mem;
    const char *due = format_date_text(mem, &rq->format, i->due_on);
    const char *const args[] = {i->number, format_money(mem, &rq->format, i->rest)};
    const struct need need = {
        .icon = "receipt-text",
        .title = lang_fill(mem, rq->lang, T("Invoice {}, {} to pay"), args, COUNT(args)),
        .warn = i->is_overdue ? lang_fill1(mem, rq->lang, T("Was due on {}"), due) : NULL,
        .detail = i->is_overdue ? NULL : lang_fill1(mem, rq->lang, T("Due on {}"), due),
        .href = "/invoices",
        .act = req_text(rq, T("See invoices"))};

    add_need(home, &need);
}

static bool add_invoices(struct home *home)
{
    struct req *rq = home->rq;
    const struct invoice_filter open = {.is_open = true, .limit = INVOICE_LIST_MAX};
    struct invoice *list;
    size_t count;
    size_t overdue = 0;
    unsigned shown = 0;
    struct count card = {
        .href = "/invoices", .icon = "receipt-text", .name = T("Invoices"), .unit = T("open")};

    if (!viewer_has(&rq->cx.viewer, RIGHT_BILLING))
        return true;
    if (!invoice_list(&rq->cx, &open, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        overdue += list[i].is_overdue;
        if (shown < HOME_INVOICES &&
            day_start(list[i].due_on) < rq->cx.now + HOME_INVOICE_DAYS * CLOCK_DAY) {
            add_invoice_need(home, &list[i]);
            shown++;
        }
    }
    card.number = (int64_t)count;
    card.is_warn = overdue > 0;
    card.detail = overdue == 0
                      ? req_text(rq, T("None is overdue"))
                      : lang_fill1(rq->cx.mem, rq->lang, T("{} overdue"),
                                   format_number(rq->cx.mem, &rq->format, (int64_t)overdue));
    add_count(home, &card);
    return true;
}

/* --- the page --- */

static bool articles_json(struct req *rq, json_t **out)
{
    const struct article_filter filter = {
        .locale = lang_code(rq->lang), .is_featured = true, .limit = HOME_ARTICLES};
    struct article *list;
    size_t count;

    if (!article_list(&rq->cx, &filter, &list, &count))
        return false;
    *out = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(*out, kb_page_article_json(rq, &list[i]));
    return true;
}

static bool home_customer(struct req *rq)
{
    struct home home = {.rq = rq,
                        .needs = json_own(rq->cx.mem, json_array()),
                        .counts = json_own(rq->cx.mem, json_array())};
    json_t *articles, *page;
    size_t needs;

    if (!add_tickets(&home) || !add_licences(&home) || !add_invoices(&home) || !add_orders(&home) ||
        !articles_json(rq, &articles))
        return false;
    add_ticket_needs(&home, TICKET_SOLVED);
    needs = json_array_size(home.needs);
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:O,s:s,s:b,s:O,s:b,s:O,s:b,s:b,s:b}", "given_name",
                              rq->session->given_name, "needs", home.needs, "need_count",
                              format_number(rq->cx.mem, &rq->format, (int64_t)needs), "has_needs",
                              needs > 0, "counts", home.counts, "has_counts",
                              json_array_size(home.counts) > 0, "articles", articles,
                              "has_articles", json_array_size(articles) > 0, "can_file",
                              (rq->cx.viewer.rights & (RIGHT_TICKET_OWN | RIGHT_TICKET_ALL)) != 0,
                              "has_organisation", !id_is_zero(rq->session->organisation_id)));
    return news_page_add_unread(rq, page) && page_render(rq, "home", page);
}

/* Where a member of staff begins: the first place that the role opens. */
static const struct {
    uint64_t right;
    const char *path;
} DESK_STARTS[] = {
    {RIGHT_DESK_READ, "/desk"},
    {RIGHT_CUSTOMERS_READ, "/desk/customers"},
    {RIGHT_SALES_READ, "/desk/orders"},
    {RIGHT_LICENCES_READ, "/desk/licences"},
    {RIGHT_SETTINGS_READ, "/desk/settings"},
};

static const char *desk_start(const struct viewer *viewer)
{
    for (size_t i = 0; i < COUNT(DESK_STARTS); i++) {
        if (viewer_has(viewer, DESK_STARTS[i].right))
            return DESK_STARTS[i].path;
    }
    return "/kb";
}

bool home_page_view(struct req *rq)
{
    if (!rq->session || id_is_zero(rq->session->person_id))
        return reply_see_other(rq, "/login");
    if (rq->session->is_staff)
        return reply_see_other(rq,
                               setup_page_is_open(rq) ? "/desk/setup" : desk_start(&rq->cx.viewer));
    return id_is_zero(rq->session->organisation_id) ? signup_page_waiting(rq) : home_customer(rq);
}
