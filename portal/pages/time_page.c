#include "portal/pages/time_page.h"

#include "base/parse.h"
#include "portal/desk/hours.h"
#include "portal/desk/time_entry.h"
#include "portal/http/reply.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/service_text.h"
#include "portal/sales/contract.h"
#include "portal/sales/organisation.h"

#include <string.h>

struct time_fields {
    const char *minutes, *cost, *note, *done_on;
    struct id contract_id;
    bool is_billable;
};

#define AT(member) offsetof(struct time_fields, member)
static const struct form_field TIME_FIELDS[] = {
    {"minutes", T("Time"), FORM_TEXT, false, 0, 20, NULL, AT(minutes)},
    {"billable", T("Billable"), FORM_BOOL, false, 0, 0, NULL, AT(is_billable)},
    {"cost", T("Cost"), FORM_TEXT, false, 0, 20, NULL, AT(cost)},
    {"done_on", T("Day"), FORM_DATE, false, 0, 0, NULL, AT(done_on)},
    {"note", T("Note"), FORM_TEXT, false, 0, TIME_ENTRY_NOTE_MAX, NULL, AT(note)},
};
static const struct form_field BUY_FIELDS[] = {
    {"minutes", T("Number of hours"), FORM_TEXT, true, 1, 20, NULL, AT(minutes)},
    {"contract", T("Contract"), FORM_ID, false, 0, 0, NULL, AT(contract_id)},
    {"note", T("Note"), FORM_TEXT, false, 0, HOURS_NOTE_MAX, NULL, AT(note)},
};

static const char *length(struct req *rq, int64_t minutes)
{
    return service_text_read_length(rq->cx.mem, rq->lang, minutes);
}

static json_t *entry_json(struct req *rq, const struct time_entry *e, const char *ticket_path)
{
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:b,s:o,s:s,s:b,s:b}", "id", id_text(rq->cx.mem, e->id),
        "href", arena_printf(rq->cx.mem, "%s/%s", ticket_path, id_text(rq->cx.mem, e->ticket_id)),
        "number", e->number, "subject", e->subject, "person", e->person, "on",
        page_date(rq, e->done_on), "time", length(rq, e->minutes), "is_billable", e->is_billable,
        "cost", e->cost.minor != 0 ? page_money(rq, e->cost) : json_null(), "note", e->note,
        "is_reversed", e->is_reversed, "may_reverse", !e->is_reversed && !e->is_reversal);
}

static json_t *balance_json(struct req *rq, const struct hours_balance *b)
{
    const bool is_low = b->bought > 0 && b->left * 5 < b->bought;

    return json_pack("{s:s,s:s,s:s,s:b}", "bought", length(rq, b->bought), "billed",
                     length(rq, b->billed), "left", length(rq, b->left), "is_low", is_low);
}

bool time_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context)
{
    json_t *rows = json_array();
    struct hours_balance b = {0};
    struct time_entry *list;
    int64_t total = 0;
    size_t count;

    json_object_set_new(context, "times", rows);
    if (!time_entry_of_ticket(&rq->cx, t->id, &list, &count) ||
        (!id_is_zero(t->organisation_id) && !hours_balance_of(&rq->cx, t->organisation_id, &b)))
        return false;
    for (size_t i = 0; i < count; i++) {
        total += list[i].minutes;
        json_array_append_new(rows, entry_json(rq, &list[i], "/desk/tickets"));
    }
    json_object_set_new(context, "has_times", json_boolean(count > 0));
    json_object_set_new(context, "time_total", json_string(length(rq, total)));
    json_object_set_new(context, "hours", b.bought > 0 ? balance_json(rq, &b) : json_null());
    return true;
}

/* What was wrong is said on the page that the form stands on. */
static bool back(struct req *rq, const struct form *form, const char *said, const char *path)
{
    return form_flash(rq, form, said) && reply_see_other(rq, path);
}

enum { DAY_MINUTES = 24 * 60 };

static bool read_time(struct req *rq, struct form *form, const struct time_fields *f,
                      struct time_entry_new *out)
{
    *out = (struct time_entry_new){
        .done_on = f->done_on, .is_billable = f->is_billable, .note = f->note};
    if (!parse_i64(f->minutes != NULL ? f->minutes : "", 1, DAY_MINUTES, &out->minutes) &&
        !service_text_length(f->minutes != NULL ? f->minutes : "", &out->minutes))
        form_fault(rq, form, "minutes", T("Time"), T("Type a time such as 30m, 8h or 1h 30m."));
    if (f->cost != NULL && !money_parse(f->cost, rq->tenant->currency, &out->cost))
        form_fault(rq, form, "cost", T("Cost"), T("Enter an amount such as 1,250.00."));
    return json_object_size(form->faults) == 0;
}

bool time_page_add(struct req *rq)
{
    struct time_fields f = {0};
    struct time_entry_new what;
    struct form *form;
    struct ticket *t;
    struct id id;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (form_read(rq, form, TIME_FIELDS, COUNT(TIME_FIELDS), &f) &&
        read_time(rq, form, &f, &what) && !time_entry_add(&rq->cx, rq->id, &what, &id) &&
        !form_take_err(rq, form, TIME_FIELDS, COUNT(TIME_FIELDS)))
        return false;
    return queue_page_answer(rq, form, "is_time", T("The time is kept."));
}

bool time_page_reverse(struct req *rq)
{
    struct id ticket_id = {{0}};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!time_entry_reverse(&rq->cx, rq->id, &ticket_id) &&
        !form_take_err(rq, form, TIME_FIELDS, COUNT(TIME_FIELDS)))
        return false;
    return back(rq, form, T("The entry is taken back."),
                arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, ticket_id)));
}

/* --- an organisation's hours --- */

static bool add_contracts(struct req *rq, struct id organisation_id, json_t *page)
{
    json_t *rows = json_array();
    struct contract *list;
    size_t count;

    json_object_set_new(page, "contracts", rows);
    if (!contract_list(&rq->cx, organisation_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s}", "value", id_text(rq->cx.mem, list[i].id), "text",
                            arena_printf(rq->cx.mem, "%s %s", list[i].number, list[i].title)));
    return true;
}

static bool add_hours(struct req *rq, struct id organisation_id, const char *ticket_path,
                      json_t *page)
{
    json_t *bought = json_array(), *times = json_array();
    struct hours_balance b;
    struct hours_bought *list;
    struct time_entry *entries;
    size_t count, entry_count;

    json_object_set_new(page, "purchases", bought);
    json_object_set_new(page, "times", times);
    if (!hours_balance_of(&rq->cx, organisation_id, &b) ||
        !hours_list(&rq->cx, organisation_id, &list, &count) ||
        !time_entry_of_organisation(&rq->cx, organisation_id, &entries, &entry_count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            bought, json_pack("{s:s,s:s,s:s,s:s,s:o,s:b,s:b}", "id",
                              id_text(rq->cx.mem, list[i].id), "time", length(rq, list[i].minutes),
                              "note", list[i].note, "contract", list[i].contract, "at",
                              page_day(rq, list[i].at), "is_reversed", list[i].is_reversed,
                              "may_reverse", !list[i].is_reversed && !list[i].is_reversal));
    for (size_t i = 0; i < entry_count; i++)
        json_array_append_new(times, entry_json(rq, &entries[i], ticket_path));
    json_object_set_new(page, "hours", balance_json(rq, &b));
    json_object_set_new(page, "has_purchases", json_boolean(count > 0));
    json_object_set_new(page, "has_times", json_boolean(entry_count > 0));
    return true;
}

bool time_page_hours(struct req *rq)
{
    struct organisation *o;
    json_t *page;

    if (!organisation_get(&rq->cx, rq->id, &o))
        return false;
    page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:s,s:b,s:b}", "name", o->name, "code", o->code, "back",
                  arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, rq->id)),
                  "is_staff", 1, "may_buy", viewer_has(&rq->cx.viewer, RIGHT_SALES_CREATE)));
    return add_hours(rq, rq->id, "/desk/tickets", page) && add_contracts(rq, rq->id, page) &&
           page_render(rq, "hours", page);
}

bool time_page_buy(struct req *rq)
{
    const char *path =
        arena_printf(rq->cx.mem, "/desk/customers/%s/hours", id_text(rq->cx.mem, rq->id));
    struct time_fields f = {0};
    struct organisation *o;
    int64_t minutes = 0;
    struct form *form;
    struct id id;

    if (!form_parse(rq, &form) || !organisation_get(&rq->cx, rq->id, &o))
        return false;
    if (form_read(rq, form, BUY_FIELDS, COUNT(BUY_FIELDS), &f)) {
        if (!service_text_length(f.minutes, &minutes))
            form_fault(rq, form, "minutes", T("Number of hours"),
                       T("Type a time such as 30m, 8h or 1h 30m."));
        else if (!hours_buy(&rq->cx, rq->id, minutes, f.contract_id, f.note, &id) &&
                 !form_take_err(rq, form, BUY_FIELDS, COUNT(BUY_FIELDS)))
            return false;
    }
    return back(rq, form, T("The hours are entered."), path);
}

bool time_page_hours_reverse(struct req *rq)
{
    struct id organisation_id = {{0}};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!hours_reverse(&rq->cx, rq->id, &organisation_id) &&
        !form_take_err(rq, form, BUY_FIELDS, COUNT(BUY_FIELDS)))
        return false;
    return back(
        rq, form, T("The entry is taken back."),
        arena_printf(rq->cx.mem, "/desk/customers/%s/hours", id_text(rq->cx.mem, organisation_id)));
}

bool time_page_own(struct req *rq)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:b,s:b}", "name", rq->session->organisation_name,
                                       "is_staff", 0, "may_buy", 0));

    return add_hours(rq, rq->cx.viewer.organisation_id, "/tickets", page) &&
           page_render(rq, "hours", page);
}
