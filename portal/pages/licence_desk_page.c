#include "portal/pages/licence_desk_page.h"

#include "base/clock.h"
#include "base/parse.h"
#include "licensing/licence.h"
#include "licensing/product.h"
#include "portal/account/membership.h"
#include "portal/http/page.h"
#include "portal/pages/licence_page.h"
#include "portal/pages/record_field_page.h"
#include "portal/pages/trial_page.h"
#include "portal/sales/organisation.h"

#include <string.h>

enum { POLICIES_MAX = 200, PRODUCTS_MAX = 100, SEATS_MAX = 1000000, GRACE_MAX = 3650 };

struct issue_fields {
    struct id form_id; /* the new licence's id: a form sent twice issues once */
    struct id organisation_id;
    struct id policy_id;
    struct id owner_id;
    const char *name;
    int64_t seats;
    const char *expires_on;
    int64_t grace_days;
    const char *support_until;
    bool is_trial;
    const char *note;
};

#define AT(member) offsetof(struct issue_fields, member)
static const struct form_field ISSUE_FIELDS[] = {
    {"form_id", T("Form"), FORM_ID, true, 0, 0, NULL, AT(form_id)},
    {"organisation", T("Customer"), FORM_ID, true, 0, 0, NULL, AT(organisation_id)},
    {"policy", T("Product and policy"), FORM_ID, true, 0, 0, NULL, AT(policy_id)},
    {"owner", T("Owner"), FORM_ID, false, 0, 0, NULL, AT(owner_id)},
    {"name", T("Name"), FORM_TEXT, false, 0, 200, NULL, AT(name)},
    {"seats", T("Seats"), FORM_INT, false, 1, SEATS_MAX, NULL, AT(seats)},
    {"expires", T("Valid to"), FORM_DATE, false, 0, 0, NULL, AT(expires_on)},
    {"grace", T("Days of grace"), FORM_INT, false, 0, GRACE_MAX, NULL, AT(grace_days)},
    {"support", T("Support to"), FORM_DATE, false, 0, 0, NULL, AT(support_until)},
    {"trial", T("Trial"), FORM_BOOL, false, 0, 0, NULL, AT(is_trial)},
    {"note", T("Note for colleagues"), FORM_LINES, false, 0, LICENCE_NOTE_MAX, NULL, AT(note)},
};

/* --- the form --- */

/* Which field an error of the domain is about. */
static const struct {
    const struct err_kind *kind;
    const char *field, *label;
} DOMAIN_FAULTS[] = {
    {&ERR_LICENCE_POLICY_NOT_FOUND, "policy", T("Product and policy")},
    {&ERR_LICENCE_OWNER_NOT_FOUND, "owner", T("Owner")},
    {&ERR_LICENCE_LIMIT_INVALID, "seats", T("Seats")},
};

static const char *typed(struct req *rq, const struct form *form, const char *name)
{
    const char *given = form ? form_value(form, name) : req_query(rq, name);

    return given ? given : "";
}

static json_t *option(struct arena *mem, struct id id, const char *text, const char *chosen)
{
    const char *value = id_text(mem, id);

    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     !strcmp(value, chosen));
}

static bool policy_options(struct req *rq, const char *chosen, json_t *page)
{
    struct ctx *cx = &rq->cx;
    struct product *products;
    size_t product_count;
    json_t *options = json_array();

    json_object_set_new(page, "policies", options);
    if (!product_list(cx, PRODUCTS_MAX, &products, &product_count))
        return false;
    for (size_t i = 0; i < product_count; i++) {
        struct policy *policies;
        size_t count;

        if (!policy_list(cx, products[i].id, POLICIES_MAX, &policies, &count))
            return false;
        for (size_t k = 0; k < count; k++)
            json_array_append_new(options, option(cx->mem, policies[k].id,
                                                  arena_printf(cx->mem, "%s · %s", products[i].name,
                                                               policies[k].name),
                                                  chosen));
    }
    json_object_set_new(page, "has_policies", json_boolean(json_array_size(options) > 0));
    return true;
}

static bool owner_options(struct req *rq, struct id organisation_id, const char *chosen,
                          json_t *page)
{
    struct membership *members;
    size_t count;
    json_t *options = json_array();

    json_object_set_new(page, "owners", options);
    if (!membership_list_of_organisation(&rq->cx, organisation_id, &members, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            options, option(rq->cx.mem, members[i].person_id, members[i].full_name, chosen));
    return true;
}

static bool form_context(struct req *rq, const struct form *form, json_t **out)
{
    static const char *const TYPED[] = {"name", "seats", "expires", "grace", "support", "note"};
    struct ctx *cx = &rq->cx;
    const char *organisation = typed(rq, form, "organisation");
    const char *form_id = typed(rq, form, "form_id");
    struct organisation *o;
    struct id id;

    if (!id_parse(organisation, &id))
        return err_set(&cx->err, &ERR_NOT_FOUND, "organisation to issue a licence for");
    if (!organisation_get(cx, id, &o))
        return false;
    *out = json_own(cx->mem,
                    json_pack("{s:s,s:s,s:s,s:s,s:b}", "organisation", id_text(cx->mem, o->id),
                              "organisation_name", o->name, "organisation_href",
                              arena_printf(cx->mem, "/desk/customers/%s", id_text(cx->mem, o->id)),
                              "form_id", *form_id ? form_id : id_text(cx->mem, ctx_new_id(cx)),
                              "trial", *typed(rq, form, "trial") != '\0'));
    for (size_t i = 0; i < COUNT(TYPED); i++)
        json_object_set_new(*out, TYPED[i], json_string(typed(rq, form, TYPED[i])));
    return policy_options(rq, typed(rq, form, "policy"), *out) &&
           owner_options(rq, o->id, typed(rq, form, "owner"), *out);
}

bool licence_desk_page_new(struct req *rq)
{
    json_t *page;

    return form_context(rq, NULL, &page) && page_render(rq, "licence_new", page);
}

/* The end of that day where the tenant is. */
static int64_t day_end(struct req *rq, const char *iso_date)
{
    struct civil day;
    int64_t midnight;

    if (!iso_date || !clock_parse_iso(iso_date, &midnight))
        return 0;
    day = clock_civil(midnight);
    day.day++;
    return zone_from_civil(rq->tenant->zone, &day);
}

static bool owner_is_member(struct req *rq, const struct issue_fields *in, bool *is_member)
{
    struct membership *members;
    size_t count;

    *is_member = id_is_zero(in->owner_id);
    if (*is_member)
        return true;
    if (!membership_list_of_organisation(&rq->cx, in->organisation_id, &members, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        *is_member = *is_member || id_equal(members[i].person_id, in->owner_id);
    return true;
}

/* What single fields cannot tell. */
static bool check_together(struct req *rq, struct form *form, const struct issue_fields *in,
                           bool *is_good)
{
    bool is_member;

    if (!owner_is_member(rq, in, &is_member))
        return false;
    if (!is_member)
        form_fault(rq, form, "owner", T("Owner"), T("Choose one of this customer's people."));
    if (in->expires_on && day_end(rq, in->expires_on) <= rq->cx.now) {
        form_fault(rq, form, "expires", T("Valid to"), T("This day is over already."));
        is_member = false;
    }
    *is_good = *is_good && is_member;
    return true;
}

static bool issue_again(struct req *rq, struct form *form)
{
    json_t *page;

    return form_context(rq, form, &page) && page_render_form(rq, "licence_new", page, form);
}

/* Turns what the domain refused into a fault of its field; false for what is no form matter. */
static bool take_fault(struct req *rq, struct form *form)
{
    const struct err_kind *kind = rq->cx.err.kind;

    for (size_t i = 0; i < COUNT(DOMAIN_FAULTS); i++) {
        if (kind == DOMAIN_FAULTS[i].kind) {
            form_fault(rq, form, DOMAIN_FAULTS[i].field, DOMAIN_FAULTS[i].label, kind->text);
            err_clear(&rq->cx.err);
            return true;
        }
    }
    return form_take_err(rq, form, ISSUE_FIELDS, COUNT(ISSUE_FIELDS));
}

static bool issued(struct req *rq, struct id id)
{
    return reply_see_other(rq,
                           arena_printf(rq->cx.mem, "/desk/licences/%s", id_text(rq->cx.mem, id)));
}

bool licence_desk_page_issue(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct issue_fields in = {.seats = 0};
    struct licence_draft draft;
    struct licence *l;
    struct form *form;
    bool is_good;

    if (!form_parse(rq, &form))
        return false;
    is_good = form_read(rq, form, ISSUE_FIELDS, COUNT(ISSUE_FIELDS), &in);
    if (!check_together(rq, form, &in, &is_good))
        return false;
    if (!is_good)
        return issue_again(rq, form);
    draft = (struct licence_draft){.id = in.form_id,
                                   .organisation_id = in.organisation_id,
                                   .policy_id = in.policy_id,
                                   .owner_id = in.owner_id,
                                   .name = in.name,
                                   .max_machines = in.seats,
                                   .expires_at = day_end(rq, in.expires_on),
                                   .grace_days = in.grace_days,
                                   .support_until = day_end(rq, in.support_until),
                                   .is_trial = in.is_trial,
                                   .note = in.note};
    if (licence_issue(cx, &draft, &l))
        return reply_flash(rq, "ok", req_text(rq, T("The licence is issued."))) &&
               issued(rq, l->id);
    if (cx->err.kind == &ERR_LICENCE_ID_CONFLICT) {
        err_clear(&cx->err);
        return issued(rq, in.form_id);
    }
    return take_fault(rq, form) && issue_again(rq, form);
}

/* --- one licence --- */

bool licence_desk_page_view(struct req *rq)
{
    struct arena *mem = rq->cx.mem;
    struct licence *l;
    json_t *page;
    json_t *choices;
    bool can_suspend;

    if (!licence_get(&rq->cx, rq->id, &l) || !licence_page_context(rq, l, &page) ||
        !trial_page_choices(rq, l, &choices) ||
        !record_field_page_add(rq, FIELD_LICENCE, l->id, rq->path, page))
        return false;
    can_suspend = !l->is_suspended;
    json_object_set_new(page, "is_trial", json_boolean(l->is_trial));
    json_object_set_new(page, "trial_policies", choices);
    json_object_set_new(page, "can_suspend", json_boolean(can_suspend));
    json_object_set_new(page, "can_renew", json_boolean(l->expires_at != 0));
    json_object_set_new(page, "seats_value",
                        l->max_machines == POLICY_NO_LIMIT
                            ? json_string("")
                            : json_string(arena_printf(mem, "%lld", (long long)l->max_machines)));
    json_object_set_new(page, "note", json_string(l->note ? l->note : ""));
    json_object_set_new(page, "owner_name", json_text(l->owner_name));
    json_object_set_new(page, "owner_email", json_text(l->owner_email));
    json_object_set_new(page, "organisation_href",
                        id_is_zero(l->organisation_id)
                            ? json_null()
                            : json_string(arena_printf(mem, "/desk/customers/%s",
                                                       id_text(mem, l->organisation_id))));
    json_object_set_new(page, "last_validated",
                        l->last_validated_at ? page_time(rq, l->last_validated_at) : json_null());
    return page_render(rq, "licence_desk_view", page);
}

static bool change(struct req *rq,
                   bool (*act)(struct ctx *cx, struct id id, const char *reason,
                               struct licence **out),
                   const char *done)
{
    struct licence *l;
    struct form *form;

    if (!form_parse(rq, &form) || !act(&rq->cx, rq->id, form_value(form, "reason"), &l))
        return false;
    return reply_flash(rq, "ok", req_text(rq, done)) && issued(rq, rq->id);
}

/* What the domain has against it is said on the licence's own page. */
static bool refused(struct req *rq)
{
    const struct err_kind *kind = rq->cx.err.kind;

    if (kind->class != ERR_CLASS_INVALID && kind->class != ERR_CLASS_CONFLICT)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, kind->text)) && issued(rq, rq->id);
}

bool licence_desk_page_renew(struct req *rq)
{
    struct licence *l;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!licence_renew(&rq->cx, rq->id, form_value(form, "reason"), &l))
        return refused(rq);
    return reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang, T("The licence runs to {} now."),
                                  format_day(rq->cx.mem, &rq->format, l->expires_at))) &&
           issued(rq, rq->id);
}

bool licence_desk_page_seats(struct req *rq)
{
    struct licence *l;
    struct form *form;
    int64_t seats;

    /* The licence first: of another tenant's nothing is told, not even that a number is missing. */
    if (!licence_get(&rq->cx, rq->id, &l) || !form_parse(rq, &form))
        return false;
    if (!parse_i64(form_value(form, "seats"), 1, SEATS_MAX, &seats))
        return reply_flash(rq, "bad",
                           req_text(rq, T("Enter the number of seats: a whole number from 1 "
                                          "on."))) &&
               issued(rq, rq->id);
    if (!licence_set_seats(&rq->cx, rq->id, seats, form_value(form, "reason"), &l))
        return refused(rq);
    return reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang, T("The licence has {} seats now."),
                                  format_number(rq->cx.mem, &rq->format, l->max_machines))) &&
           issued(rq, rq->id);
}

bool licence_desk_page_suspend(struct req *rq)
{
    return change(rq, licence_suspend,
                  T("The licence is suspended. Programs learn it within a "
                    "second."));
}

bool licence_desk_page_reinstate(struct req *rq)
{
    return change(rq, licence_reinstate, T("The licence is reinstated."));
}
