#include "portal/pages/contract_page.h"

#include "portal/http/page.h"
#include "portal/sales/contract.h"
#include "portal/sales/organisation.h"

#include <string.h>

enum { NUMBER_MAX = 40, AMOUNT_MAX = 32, LEVEL_MAX = 64 };

struct contract_fields {
    const char *number, *title, *party_a, *party_b;
    const char *signed_on, *starts_on, *ends_on, *payment_due_on;
    const char *amount, *support_level;
};

#define AT(member) offsetof(struct contract_fields, member)
static const struct form_field FIELDS[] = {
    {"title", T("Title"), FORM_TEXT, true, 1, CONTRACT_TITLE_MAX, NULL, AT(title)},
    {"number", T("Contract number"), FORM_TEXT, false, 0, NUMBER_MAX, NULL, AT(number)},
    {"party_a", T("Party A"), FORM_TEXT, true, 1, CONTRACT_PARTY_MAX, NULL, AT(party_a)},
    {"party_b", T("Party B"), FORM_TEXT, true, 1, CONTRACT_PARTY_MAX, NULL, AT(party_b)},
    {"signed_on", T("Signed on"), FORM_DATE, false, 0, 0, NULL, AT(signed_on)},
    {"starts_on", T("Starts on"), FORM_DATE, false, 0, 0, NULL, AT(starts_on)},
    {"ends_on", T("Ends on"), FORM_DATE, false, 0, 0, NULL, AT(ends_on)},
    {"payment_due_on", T("Payment due on"), FORM_DATE, false, 0, 0, NULL, AT(payment_due_on)},
    {"amount", T("Amount"), FORM_TEXT, true, 1, AMOUNT_MAX, NULL, AT(amount)},
    {"support_level", T("Support"), FORM_TEXT, false, 0, LEVEL_MAX, NULL, AT(support_level)},
};

static const char *customer_href(struct req *rq)
{
    return arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, rq->id));
}

static bool show(struct req *rq, const struct organisation *o, const struct form *form)
{
    json_t *values = json_own(
        rq->cx.mem, json_pack("{s:s,s:s}", "party_a", o->name, "party_b", rq->tenant->name));
    json_t *page;

    for (size_t i = 0; form && i < COUNT(FIELDS); i++)
        json_object_set_new(values, FIELDS[i].name, json_string(form_value(form, FIELDS[i].name)));
    page = json_own(rq->cx.mem, json_pack("{s:O,s:s,s:s,s:s,s:s}", "values", values,
                                          "organisation_name", o->name, "back", customer_href(rq),
                                          "action", rq->path, "currency", rq->tenant->currency));
    return form ? page_render_form(rq, "contract_form", page, form)
                : page_render(rq, "contract_form", page);
}

bool contract_page_new(struct req *rq)
{
    struct organisation *o;

    return organisation_get(&rq->cx, rq->id, &o) && show(rq, o, NULL);
}

bool contract_page_add(struct req *rq)
{
    struct contract_fields in = {.number = NULL};
    struct organisation *o;
    struct contract draft;
    struct money amount;
    struct form *form;
    struct id id;
    bool is_good;

    if (!organisation_get(&rq->cx, rq->id, &o) || !form_parse(rq, &form))
        return false;
    is_good = form_read(rq, form, FIELDS, COUNT(FIELDS), &in);
    if (in.amount && !money_parse(in.amount, rq->tenant->currency, &amount)) {
        form_fault(rq, form, "amount", T("Amount"), T("Enter an amount such as 1,250.00."));
        is_good = false;
    }
    if (!is_good)
        return show(rq, o, form);
    draft = (struct contract){.organisation_id = o->id,
                              .number = in.number,
                              .title = in.title,
                              .party_a = in.party_a,
                              .party_b = in.party_b,
                              .signed_on = in.signed_on,
                              .starts_on = in.starts_on,
                              .ends_on = in.ends_on,
                              .payment_due_on = in.payment_due_on,
                              .amount = amount,
                              .support_level = in.support_level};
    if (!contract_add(&rq->cx, &draft, &id))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, o, form);
    return reply_flash(rq, "ok", req_text(rq, T("The contract is added."))) &&
           reply_see_other(rq, customer_href(rq));
}
