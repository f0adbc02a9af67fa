#include "portal/pages/record_field_page.h"

#include "licensing/licence.h"
#include "portal/account/own_field.h"
#include "portal/account/person.h"
#include "portal/http/reply.h"
#include "portal/pages/field_form.h"
#include "portal/pages/people_page.h"
#include "portal/sales/order.h"

#include <string.h>

struct record { /* whose fields, and where its page lies */
    enum field_subject subject;
    struct id id;
    const char *back, *title;
};

static bool show(struct req *rq, const struct record *r, const struct form *form, bool is_refused)
{
    struct ctx *cx = &rq->cx;
    struct field_record own;
    const char *action;
    json_t *context;

    if (!own_field_read(cx, r->subject, r->id, &own))
        return false;
    action = arena_printf(cx->mem, "%s/fields", r->back);
    context = json_own(cx->mem, json_pack("{s:s,s:s,s:s,s:s,s:s,s:[{s:s,s:s}]}", "action", action,
                                          "fields_form", action, "back", r->back, "number",
                                          r->title, "crumb_here", req_text(rq, T("Fields")),
                                          "crumbs", "href", r->back, "text", r->title));
    field_form_add(
        rq,
        &(struct field_form){.set = &own.set,
                             .values = own.values,
                             .form = form,
                             .facts = {.is_customer = cx->viewer.kind == VIEWER_CUSTOMER}},
        context);
    return is_refused ? page_render_form(rq, "ticket_fields", context, form)
                      : page_render(rq, "ticket_fields", context);
}

static bool save(struct req *rq, const struct record *r)
{
    struct form *form;
    struct field_set set;

    if (!form_parse(rq, &form))
        return false;
    if (strcmp(form_value(form, "step"), "fields") == 0)
        return show(rq, r, form, false);
    if (!custom_field_set(&rq->cx, r->subject, &set))
        return false;
    if (!own_field_set(&rq->cx, r->subject, r->id, field_form_given(rq, &set, form)))
        return field_form_take_err(rq, form, NULL, 0, &set) && show(rq, r, form, true);
    return reply_flash(rq, "ok", req_text(rq, T("The fields are saved."))) &&
           reply_see_other(rq, r->back);
}

/* --- which record --- */

static bool find_person(struct req *rq, struct record *out)
{
    struct person *p;
    struct id id;

    if (!people_page_desk_person(rq, &id) || !person_get(&rq->cx, id, &p))
        return false;
    *out =
        (struct record){.subject = FIELD_PERSON,
                        .id = id,
                        .title = p->full_name,
                        .back = arena_printf(rq->cx.mem, "/desk/customers/%s/people/%s",
                                             id_text(rq->cx.mem, rq->id), id_text(rq->cx.mem, id))};
    return true;
}

static bool find_own(struct req *rq, struct record *out)
{
    *out = (struct record){.subject = FIELD_PERSON,
                           .id = rq->session->person_id,
                           .title = req_text(rq, T("Your details")),
                           .back = "/account"};
    return true;
}

static const char *desk_or_own(struct req *rq, const char *desk, const char *own)
{
    return arena_printf(rq->cx.mem, "%s/%s", rq->session->is_staff ? desk : own,
                        id_text(rq->cx.mem, rq->id));
}

static bool find_order(struct req *rq, struct record *out)
{
    struct order *o;

    if (!order_get(&rq->cx, rq->id, &o))
        return false;
    *out = (struct record){.subject = FIELD_ORDER,
                           .id = o->id,
                           .title = o->number,
                           .back = desk_or_own(rq, "/desk/orders", "/orders")};
    return true;
}

static bool find_licence(struct req *rq, struct record *out)
{
    struct licence *l;

    if (!licence_get(&rq->cx, rq->id, &l))
        return false;
    *out = (struct record){.subject = FIELD_LICENCE,
                           .id = l->id,
                           .title = l->serial,
                           .back = desk_or_own(rq, "/desk/licences", "/licences")};
    return true;
}

/* --- the ways in --- */

bool record_field_page_person(struct req *rq)
{
    struct record r;

    return find_person(rq, &r) && show(rq, &r, NULL, false);
}

bool record_field_page_person_save(struct req *rq)
{
    struct record r;

    return find_person(rq, &r) && save(rq, &r);
}

bool record_field_page_own(struct req *rq)
{
    struct record r;

    return find_own(rq, &r) && show(rq, &r, NULL, false);
}

bool record_field_page_own_save(struct req *rq)
{
    struct record r;

    return find_own(rq, &r) && save(rq, &r);
}

bool record_field_page_order(struct req *rq)
{
    struct record r;

    return find_order(rq, &r) && show(rq, &r, NULL, false);
}

bool record_field_page_order_save(struct req *rq)
{
    struct record r;

    return find_order(rq, &r) && save(rq, &r);
}

bool record_field_page_licence(struct req *rq)
{
    struct record r;

    return find_licence(rq, &r) && show(rq, &r, NULL, false);
}

bool record_field_page_licence_save(struct req *rq)
{
    struct record r;

    return find_licence(rq, &r) && save(rq, &r);
}

/* --- in lists, and on the record's page --- */

bool record_field_page_list(struct req *rq, enum field_subject subject, const struct id *ids,
                            size_t count, json_t *rows)
{
    struct field_set set;
    const char **values;

    if (!custom_field_set(&rq->cx, subject, &set) ||
        !custom_value_read_many(&rq->cx, &set, ids, count, &values))
        return false;
    for (size_t i = 0; i < count; i++)
        json_object_set_new(
            json_array_get(rows, i), "listed",
            json_text(custom_field_words_listed(rq->cx.mem, rq->lang, &set, values + i * set.count,
                                                rq->cx.viewer.kind == VIEWER_CUSTOMER)));
    return true;
}

static bool has_editable(struct req *rq, enum field_subject subject, const struct field_record *own)
{
    const bool is_customer = rq->cx.viewer.kind == VIEWER_CUSTOMER;

    for (size_t i = 0; i < own->set.count; i++)
        if (!own->set.fields[i].is_retired &&
            (!is_customer || own->set.fields[i].access == FIELD_WRITE))
            return own_field_may_set(&rq->cx, subject);
    return false;
}

bool record_field_page_add(struct req *rq, enum field_subject subject, struct id id,
                           const char *back, json_t *page)
{
    struct field_record own;
    json_t *facts;
    bool may_edit;

    if (!field_record_read(&rq->cx, subject, id, &own))
        return false;
    may_edit = has_editable(rq, subject, &own);
    facts = field_form_facts(rq, &own.set, own.values);
    json_object_set_new(page, "has_own_fields",
                        json_boolean(json_array_size(facts) > 0 || may_edit));
    json_object_set_new(page, "has_facts", json_boolean(json_array_size(facts) > 0));
    json_object_set_new(page, "own_fields", facts);
    json_object_set_new(page, "fields_href",
                        may_edit ? json_string(arena_printf(rq->cx.mem, "%s/fields", back))
                                 : json_null());
    return true;
}
