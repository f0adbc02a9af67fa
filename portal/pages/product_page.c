#include "portal/pages/product_page.h"

#include "base/clock.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "portal/account/tenant.h"
#include "portal/http/page.h"
#include "portal/pages/trial_page.h"

#include <string.h>

enum {
    LISTED_MAX = 200,
    CODE_MAX = 64,
    DAYS_MAX = 24000,
    SEATS_MAX = 1000000,
    SECONDS_A_DAY = 86400
};

/* --- the list --- */

static json_t *policy_json(struct req *rq, const struct policy *p)
{
    struct arena *mem = rq->cx.mem;
    int64_t days = p->duration_seconds / SECONDS_A_DAY;
    const char *length =
        days == 0 ? req_text(rq, T("without end"))
                  : lang_fill1(mem, rq->lang, T("{} days"), format_number(mem, &rq->format, days));
    const char *seats = p->max_machines == POLICY_NO_LIMIT ? req_text(rq, T("Any number of seats"))
                        : p->max_machines == 1
                            ? req_text(rq, T("1 seat"))
                            : lang_fill1(mem, rq->lang, T("{} seats"),
                                         format_number(mem, &rq->format, p->max_machines));

    return json_pack("{s:s,s:s,s:s,s:b,s:s}", "name", p->name, "length", length, "seats", seats,
                     "is_signed", p->scheme != NULL, "edit_href",
                     arena_printf(mem, "/desk/policies/%s", id_text(mem, p->id)));
}

static bool add_product(struct req *rq, const struct product *product, json_t *rows)
{
    struct policy *policies;
    json_t *list;
    json_t *trial;
    size_t count;

    if (!policy_list(&rq->cx, product->id, LISTED_MAX, &policies, &count) ||
        !trial_page_terms_json(rq, product->id, policies, count, &trial))
        return false;
    list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, policy_json(rq, &policies[i]));
    json_array_append_new(
        rows,
        json_pack("{s:s,s:s?,s:s,s:o,s:b,s:o,s:s,s:s,s:s}", "name", product->name, "code",
                  product->code, "prefix", product->serial_prefix ? product->serial_prefix : "",
                  "policies", list, "has_policies", count > 0, "trial", trial, "policy_href",
                  arena_printf(rq->cx.mem, "/desk/products/%s/policies/new",
                               id_text(rq->cx.mem, product->id)),
                  "product_href",
                  arena_printf(rq->cx.mem, "/desk/products/%s", id_text(rq->cx.mem, product->id)),
                  "releases_href",
                  arena_printf(rq->cx.mem, "/desk/products/%s/releases",
                               id_text(rq->cx.mem, product->id))));
    return true;
}

bool product_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "products", rows));
    struct product *products;
    size_t count;

    if (!product_list(&rq->cx, LISTED_MAX, &products, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!add_product(rq, &products[i], rows))
            return false;
    }
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "product_list", page);
}

/* --- forms --- */

static json_t *typed(struct req *rq, const struct form *form, const struct form_field *fields,
                     size_t count)
{
    json_t *values = json_own(rq->cx.mem, json_object());

    for (size_t i = 0; form && i < count; i++)
        json_object_set_new(values, fields[i].name, json_string(form_value(form, fields[i].name)));
    return values;
}

/* The domain names its members by their place in the protocol's documents; the last part is looked
 * up here. False for an error that is no form matter. */
static bool take_fault(struct req *rq, struct form *form, const char *const (*fields)[3],
                       size_t count)
{
    struct err *err = &rq->cx.err;
    const char *last = err->source ? strrchr(err->source, '/') : NULL;

    if (!last || (err->kind->class != ERR_CLASS_INVALID && err->kind->class != ERR_CLASS_CONFLICT))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(last + 1, fields[i][0])) {
            form_fault(rq, form, fields[i][1], fields[i][2], err->kind->text);
            err_clear(err);
            return true;
        }
    }
    return false;
}

struct product_fields {
    const char *name, *code, *prefix;
};

static const struct form_field PRODUCT_FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, PRODUCT_NAME_MAX, NULL,
     offsetof(struct product_fields, name)},
    {"code", T("Product code"), FORM_TEXT, false, 0, CODE_MAX, NULL,
     offsetof(struct product_fields, code)},
    {"prefix", T("Serials begin with"), FORM_TEXT, true, 1, PRODUCT_PREFIX_MAX, NULL,
     offsetof(struct product_fields, prefix)},
};
static const char *const PRODUCT_FAULTS[][3] = {
    {"name", "name", T("Name")},
    {"code", "code", T("Product code")},
    {"serialPrefix", "prefix", T("Serials begin with")}};

static bool show_product(struct req *rq, const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:O}", "values",
                                       typed(rq, form, PRODUCT_FIELDS, COUNT(PRODUCT_FIELDS))));

    return form ? page_render_form(rq, "product_form", page, form)
                : page_render(rq, "product_form", page);
}

bool product_page_new(struct req *rq)
{
    return show_product(rq, NULL);
}

bool product_page_add(struct req *rq)
{
    struct product_fields in = {.name = NULL};
    struct product draft;
    struct product *added;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, PRODUCT_FIELDS, COUNT(PRODUCT_FIELDS), &in))
        return show_product(rq, form);
    draft = (struct product){.name = in.name, .code = in.code, .serial_prefix = in.prefix};
    if (!product_add(&rq->cx, &draft, &added))
        return take_fault(rq, form, PRODUCT_FAULTS, COUNT(PRODUCT_FAULTS)) &&
               show_product(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The product is added. Give it a policy next."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "/desk/products/%s/policies/new",
                                            id_text(rq->cx.mem, added->id)));
}

struct policy_fields {
    const char *name;
    int64_t days;
    int64_t seats;
    bool is_signed;
};

static const struct form_field POLICY_FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, 255, NULL, offsetof(struct policy_fields, name)},
    {"days", T("Days that a licence runs"), FORM_INT, false, 1, DAYS_MAX, NULL,
     offsetof(struct policy_fields, days)},
    {"seats", T("Seats"), FORM_INT, false, 1, SEATS_MAX, NULL,
     offsetof(struct policy_fields, seats)},
    {"signed", T("Signed key"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct policy_fields, is_signed)},
};
static const char *const POLICY_FAULTS[][3] = {
    {"name", "name", T("Name")},
    {"duration", "days", T("Days that a licence runs")},
    {"maxMachines", "seats", T("Seats")},
    {"scheme", "signed", T("Signed key")},
};

static bool show_policy(struct req *rq, const struct form *form)
{
    struct product *product;
    json_t *page;

    if (!product_get(&rq->cx, rq->id, &product))
        return false;
    page =
        json_own(rq->cx.mem, json_pack("{s:O,s:s,s:s,s:b}", "values",
                                       typed(rq, form, POLICY_FIELDS, COUNT(POLICY_FIELDS)),
                                       "product_name", product->name, "action", rq->path,
                                       "is_signed", !form || *form_value(form, "signed") != '\0'));
    return form ? page_render_form(rq, "policy_form", page, form)
                : page_render(rq, "policy_form", page);
}

bool product_page_new_policy(struct req *rq)
{
    return show_policy(rq, NULL);
}

bool product_page_add_policy(struct req *rq)
{
    struct policy_fields in = {.name = NULL};
    struct tenant_account account;
    struct policy draft;
    struct policy *added;
    struct form *form;

    if (!form_parse(rq, &form) || !tenant_account_get(&rq->cx, &account))
        return false;
    if (!form_read(rq, form, POLICY_FIELDS, COUNT(POLICY_FIELDS), &in))
        return show_policy(rq, form);
    draft = policy_default(rq->id, in.name);
    draft.duration_seconds = in.days * SECONDS_A_DAY;
    if (in.seats > 0)
        draft.max_machines = in.seats;
    draft.is_protected = account.is_protected;
    draft.is_strict = true; /* a licence over its limit is refused, not only frowned at */
    draft.scheme = in.is_signed ? "ED25519_SIGN" : NULL;
    draft.authentication = POLICY_AUTH_MIXED;
    if (!policy_add(&rq->cx, &draft, &added))
        return take_fault(rq, form, POLICY_FAULTS, COUNT(POLICY_FAULTS)) && show_policy(rq, form);
    return reply_flash(rq, "ok",
                       req_text(rq, T("The policy is added. Licences can be issued from it."))) &&
           reply_see_other(
               rq, arena_printf(rq->cx.mem, "/desk/policies/%s", id_text(rq->cx.mem, added->id)));
}
