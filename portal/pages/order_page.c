#include "portal/pages/order_page.h"

#include "licensing/licence.h"
#include "portal/http/page.h"
#include "portal/pages/licence_json.h"
#include "portal/pages/record_field_page.h"
#include "portal/sales/contract.h"
#include "portal/sales/invoice.h"

#include <string.h>

struct state_look {
    const char *label; /* English */
    const char *kind;  /* of the chip; NULL is grey */
    const char *icon;
};

static const struct state_look ORDER_LOOKS[ORDER_STATUS_COUNT] = {
    [ORDER_DRAFT] = {T("Draft"), NULL, "pencil"},
    [ORDER_PLACED] = {T("Placed"), "accent", "send"},
    [ORDER_APPROVED] = {T("Approved"), "accent", "check"},
    [ORDER_PRODUCTION] = {T("In production"), "accent", "hammer"},
    [ORDER_DELIVERED] = {T("Delivered"), "ok", "truck"},
    [ORDER_DONE] = {T("Done"), "ok", "circle-check"},
    [ORDER_CANCELLED] = {T("Cancelled"), NULL, "ban"},
};

static const struct {
    const char *status;
    struct state_look look;
} INVOICE_LOOKS[] = {
    {"open", {T("Open"), "accent", "circle-dot"}},
    {"part_paid", {T("Part paid"), "accent", "circle-dot"}},
    {"paid", {T("Paid"), "ok", "check"}},
    {"void", {T("Void"), NULL, "ban"}},
};

static json_t *chip(struct req *rq, const struct state_look *look)
{
    return json_pack("{s:s?,s:s,s:s}", "kind", look->kind, "icon", look->icon, "text",
                     req_text(rq, look->label));
}

static const char *order_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", rq->session->is_staff ? "/desk/orders" : "/orders",
                        id_text(rq->cx.mem, id));
}

/* What an order is called: the customer's own words where there are some. */
static const char *order_title(const struct order *o)
{
    return *o->reference ? o->reference : o->number;
}

json_t *order_page_row(struct req *rq, const struct order *o)
{
    return json_pack(
        "{s:s,s:s,s:s,s:b,s:o,s:o,s:o,s:o,s:s,s:n}", "href", order_href(rq, o->id), "title",
        order_title(o), "number", o->number, "has_name", *o->reference != '\0', "total",
        page_money(rq, o->total), "chip", chip(rq, &ORDER_LOOKS[o->status]), "placed",
        page_day(rq, o->created_at), "due",
        o->due_on && o->status < ORDER_DELIVERED ? page_date(rq, o->due_on) : json_null(),
        "organisation", o->organisation_name, "listed");
}

bool order_page_list(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *after = req_query(rq, "after");
    struct order_filter filter = {.limit = ORDER_PAGE};
    json_t *rows = json_array();
    json_t *page = json_own(cx->mem, json_pack("{s:o,s:n}", "orders", rows, "pager"));
    struct order *list;
    struct id *ids;
    size_t count;

    if (after && !id_parse(after, &filter.after))
        return err_set(&cx->err, &ERR_NOT_FOUND, "cursor of the order list");
    if (!order_list(cx, &filter, &list, &count))
        return false;
    ids = arena_array(cx->mem, struct id, count + 1);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(rows, order_page_row(rq, &list[i]));
        ids[i] = list[i].id;
    }
    if (!record_field_page_list(rq, FIELD_ORDER, ids, count, rows))
        return false;
    json_object_set_new(page, "is_empty", json_boolean(count == 0 && !after));
    if (count == ORDER_PAGE || after) {
        json_t *next = count == ORDER_PAGE
                           ? json_string(arena_printf(cx->mem, "%s?after=%s", rq->path,
                                                      id_text(cx->mem, list[count - 1].id)))
                           : json_null();

        json_object_set_new(page, "pager",
                            json_pack("{s:s?,s:o,s:n}", "prev_href", after ? rq->path : NULL,
                                      "next_href", next, "text"));
    }
    return page_render(rq, "order_list", page);
}

/* --- one order --- */

/* The steps in their order; the one reached is now, those before are done. A step that was skipped
 * has no date but counts as done. */
static json_t *order_steps(struct req *rq, const struct order *o)
{
    json_t *steps = json_array();
    enum order_status last = o->status == ORDER_CANCELLED ? ORDER_CANCELLED : ORDER_DONE;

    for (int i = ORDER_PLACED; i <= (int)last; i++) {
        int64_t at = o->step_at[i];
        bool is_now = i == (int)o->status && i != ORDER_DONE;
        bool is_done = i < (int)o->status || (i == ORDER_DONE && o->status == ORDER_DONE);
        const char *expected = i == ORDER_DELIVERED && !at ? o->due_on : NULL;
        const char *at_text =
            at ? format_time(rq->cx.mem, &rq->format, at)
               : (expected ? format_date_text(rq->cx.mem, &rq->format, expected) : NULL);
        const char *text = is_now && *o->reason ? o->reason : NULL;

        if (o->status == ORDER_CANCELLED && i != ORDER_CANCELLED && !at)
            continue;
        if (i == ORDER_PLACED && !text && *o->placed_by)
            text = o->placed_by;
        json_array_append_new(steps,
                              json_pack("{s:b,s:b,s:b,s:s,s:s?,s:s?,s:b,s:n}", "is_done", is_done,
                                        "is_now", is_now, "is_next", !is_done && !is_now, "name",
                                        req_text(rq, ORDER_LOOKS[i].label), "at_text", at_text,
                                        "text", text, "has_files", false, "files"));
    }
    return steps;
}

static json_t *line_json(struct req *rq, const struct order_line *line)
{
    struct arena *mem = rq->cx.mem;

    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:b}", "description", line->description, "quantity",
                     format_number(mem, &rq->format, line->quantity), "list",
                     page_money(rq, line->list), "unit", page_money(rq, line->unit), "net",
                     page_money(rq, line->net), "is_own_price",
                     line->unit.minor != line->list.minor);
}

/* The lines, and the licences that came from them as far as the viewer may see those. */
static bool order_lines_json(struct req *rq, const struct order *o, json_t *page)
{
    struct ctx *cx = &rq->cx;
    struct order_line *lines;
    size_t count;
    json_t *rows = json_array();
    json_t *licences = json_array();
    bool has_own = false;

    json_object_set_new(page, "lines", rows);
    json_object_set_new(page, "licences", licences);
    if (!order_lines(cx, o->id, &lines, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct licence *licence;

        json_array_append_new(rows, line_json(rq, &lines[i]));
        has_own = has_own || lines[i].unit.minor != lines[i].list.minor;
        if (id_is_zero(lines[i].licence_id))
            continue;
        if (licence_get(cx, lines[i].licence_id, &licence))
            json_array_append_new(licences, licence_json_row(rq, licence));
        else if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
    }
    json_object_set_new(page, "has_own_prices", json_boolean(has_own));
    json_object_set_new(page, "has_licences", json_boolean(json_array_size(licences) > 0));
    return true;
}

static json_t *invoice_json(struct req *rq, const struct invoice *i)
{
    static const struct state_look OVERDUE = {T("Overdue"), "bad", "clock"};
    const struct state_look *look = &OVERDUE;
    int64_t percent = i->total.minor > 0 ? i->paid.minor * 100 / i->total.minor : 100;

    for (size_t n = 0; n < COUNT(INVOICE_LOOKS) && !i->is_overdue; n++) {
        if (!strcmp(INVOICE_LOOKS[n].status, i->status))
            look = &INVOICE_LOOKS[n].look;
    }
    return json_pack(
        "{s:s,s:s,s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:b}", "number", i->number, "order_number",
        i->order_number, "order_href", id_is_zero(i->order_id) ? NULL : order_href(rq, i->order_id),
        "chip", chip(rq, look), "total", page_money(rq, i->total), "paid", page_money(rq, i->paid),
        "rest", page_money(rq, i->rest), "issued", page_date(rq, i->issued_on), "due",
        page_date(rq, i->due_on), "percent", (json_int_t)percent, "has_rest", i->rest.minor > 0);
}

static bool order_invoices_json(struct req *rq, const struct order *o, json_t *page)
{
    const struct invoice_filter filter = {.order_id = o->id};
    json_t *rows = json_array();
    struct invoice *list;
    size_t count;

    json_object_set_new(page, "invoices", rows);
    if (!invoice_list(&rq->cx, &filter, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, invoice_json(rq, &list[i]));
    json_object_set_new(page, "has_invoices", json_boolean(count > 0));
    return true;
}

/* What comes next, in the side panel: {"name","day"} or null at the end. */
static json_t *order_next(struct req *rq, const struct order *o)
{
    enum order_status next = (enum order_status)(o->status + 1);

    if (o->status >= ORDER_DONE)
        return json_null();
    return json_pack("{s:s,s:o}", "name", req_text(rq, ORDER_LOOKS[next].label), "day",
                     o->due_on && next == ORDER_DELIVERED ? page_date(rq, o->due_on) : json_null());
}

/* The steps that staff may move it on to. */
static json_t *order_moves(struct req *rq, const struct order *o)
{
    bool may = rq->session->is_staff && viewer_has(&rq->cx.viewer, RIGHT_SALES_UPDATE);
    json_t *moves = json_array();

    for (int i = ORDER_APPROVED; may && i < ORDER_STATUS_COUNT; i++) {
        if (order_may_follow(o->status, (enum order_status)i))
            json_array_append_new(moves, json_pack("{s:s,s:s}", "value", ORDER_STATUS_NAMES[i],
                                                   "text", req_text(rq, ORDER_LOOKS[i].label)));
    }
    return moves;
}

bool order_page_view(struct req *rq)
{
    struct order *o;
    json_t *moves;
    json_t *page;

    if (!order_get(&rq->cx, rq->id, &o))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:s?,s:s,s:s}", "order",
                              order_page_row(rq, o), "steps", order_steps(rq, o), "net",
                              page_money(rq, o->net), "tax", page_money(rq, o->tax), "total",
                              page_money(rq, o->total), "next", order_next(rq, o),
                              "contract_number", *o->contract_number ? o->contract_number : NULL,
                              "contract_title", o->contract_title, "placed_by", o->placed_by));
    json_object_set_new(page, "is_renamed", json_boolean(*o->reference != '\0'));
    moves = order_moves(rq, o);
    json_object_set_new(page, "moves", moves);
    json_object_set_new(page, "has_moves", json_boolean(json_array_size(moves) > 0));
    json_object_set_new(page, "is_staff", json_boolean(rq->session->is_staff));
    json_object_set_new(
        page, "may_list",
        json_boolean(!rq->session->is_staff || viewer_has(&rq->cx.viewer, RIGHT_SALES_UPDATE)));
    json_object_set_new(page, "organisation_href",
                        json_string(arena_printf(rq->cx.mem, "/desk/customers/%s",
                                                 id_text(rq->cx.mem, o->organisation_id))));
    if (!order_lines_json(rq, o, page) || !order_invoices_json(rq, o, page) ||
        !record_field_page_add(rq, FIELD_ORDER, o->id, order_href(rq, o->id), page))
        return false;
    return page_render(rq, "order_view", page);
}

bool order_page_advance(struct req *rq)
{
    const char *to;
    struct form *form;
    int i = 0;

    if (!form_parse(rq, &form))
        return false;
    to = form_value(form, "to");
    while (i < ORDER_STATUS_COUNT && strcmp(ORDER_STATUS_NAMES[i], to) != 0)
        i++;
    if (i == ORDER_STATUS_COUNT)
        return err_set(&rq->cx.err, &ERR_INVALID, "no such step");
    return order_advance(&rq->cx, rq->id, (enum order_status)i, form_value(form, "reason")) &&
           reply_flash(rq, "ok", req_text(rq, T("The order is moved on."))) &&
           reply_see_other(rq, order_href(rq, rq->id));
}

/* --- invoices, contracts --- */

bool order_page_invoices(struct req *rq)
{
    const struct invoice_filter filter = {.limit = INVOICE_LIST_MAX};
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "invoices", rows));
    struct invoice *list;
    size_t count;

    if (!invoice_list(&rq->cx, &filter, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, invoice_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "invoice_list", page);
}

json_t *order_page_contract(struct req *rq, const struct contract *c)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:s}", "number", c->number, "title",
                     c->title, "party_a", c->party_a, "party_b", c->party_b, "signed",
                     c->signed_on ? page_date(rq, c->signed_on) : json_null(), "starts",
                     c->starts_on ? page_date(rq, c->starts_on) : json_null(), "ends",
                     c->ends_on ? page_date(rq, c->ends_on) : json_null(), "payment_due",
                     c->payment_due_on ? page_date(rq, c->payment_due_on) : json_null(), "amount",
                     page_money(rq, c->amount), "support_level", c->support_level);
}

bool order_page_contracts(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "contracts", rows));
    struct contract *list;
    size_t count;

    if (!contract_list(&rq->cx, (struct id){{0}}, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, order_page_contract(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "contract_list", page);
}
