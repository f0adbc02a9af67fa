#include "portal/pages/token_page.h"

#include "base/clock.h"
#include "base/zone.h"
#include "licensing/licence.h"
#include "licensing/product.h"
#include "licensing/token.h"
#include "portal/account/tenant.h"
#include "portal/account/user.h"
#include "portal/http/page.h"

#include <string.h>

enum { SHOWN = 50, PRODUCTS_MAX = 200 };

static const char LIST[] = "/desk/settings/tokens";

/* In the order of what they may do. */
static const struct {
    enum token_kind kind;
    const char *value, *label, *hint;
} KINDS[] = {
    {TOKEN_ADMIN, "admin", T("Administrator"), T("May do everything")},
    {TOKEN_DEVELOPER, "developer", T("Developer"),
     T("All of licensing: products, policies, licences, releases")},
    {TOKEN_SALES, "sales-agent", T("Sales"), T("Issues, renews and changes licences")},
    {TOKEN_SUPPORT, "support-agent", T("Support"),
     T("Reads everything, suspends and reinstates licences")},
    {TOKEN_READ_ONLY, "read-only", T("Read only"), T("Reads everything, changes nothing")},
    {TOKEN_PRODUCT, "product", T("One product"),
     T("Manages the licences of one product and sees nothing else")},
};
static const char *const KIND_VALUES[] = {"admin",     "developer", "sales-agent", "support-agent",
                                          "read-only", "product",   NULL};

/* What customers' credentials may do only where the tenant says so. */
static const struct {
    const char *name, *label;
} SWITCHES[] = {
    {"account.read", T("Read the account")},
    {"product.read", T("Read the product of a licence")},
    {"policy.read", T("Read the policy of a licence")},
    {"user.read", T("Read the owner and the users of a licence")},
    {"license.users.attach", T("Add users to one’s own licence")},
    {"license.users.detach", T("Remove users from one’s own licence")},
};

struct token_fields {
    const char *name, *kind, *expires_on;
    struct id product_id;
};

#define AT(member) offsetof(struct token_fields, member)
static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, TOKEN_NAME_MAX, NULL, AT(name)},
    {"kind", T("Kind"), FORM_CHOICE, true, 0, 0, KIND_VALUES, AT(kind)},
    {"product", T("Product"), FORM_ID, false, 0, 0, NULL, AT(product_id)},
    {"expires", T("Valid to"), FORM_DATE, false, 0, 0, NULL, AT(expires_on)},
};

/* --- the list --- */

static const char *label_of(struct req *rq, enum token_kind kind)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (KINDS[i].kind == kind)
            return req_text(rq, KINDS[i].label);
    return TOKEN_KIND_NAMES[kind];
}

/* Whom it speaks for; NULL: the tenant itself. What is gone has no name. */
static bool name_bearer(struct req *rq, const struct token *t, const char **out)
{
    struct product *p;
    struct user *u;

    *out = NULL;
    if (!id_is_zero(t->product_id) && product_get(&rq->cx, t->product_id, &p))
        *out = p->name;
    else if (!id_is_zero(t->person_id) && user_get(&rq->cx, t->person_id, &u))
        *out = u->full_name != NULL ? u->full_name : u->email;
    if (rq->cx.err.kind != NULL && rq->cx.err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&rq->cx.err);
    return true;
}

static bool token_json(struct req *rq, const struct token *t, json_t *rows)
{
    bool is_over = t->expires_at != 0 && t->expires_at <= rq->cx.now;
    const char *bearer;

    if (!name_bearer(rq, t, &bearer))
        return false;
    json_array_append_new(
        rows, json_pack("{s:s,s:s?,s:s,s:s?,s:o,s:o,s:b}", "action",
                        arena_printf(rq->cx.mem, "%s/%s/revoke", LIST, id_text(rq->cx.mem, t->id)),
                        "name", t->name, "kind", label_of(rq, t->kind), "bearer", bearer, "made",
                        page_time(rq, t->created_at), "expires",
                        t->expires_at != 0 ? page_day(rq, t->expires_at - 1) : json_null(),
                        "is_over", is_over));
    return true;
}

static bool add_switches(struct req *rq, json_t *page)
{
    json_t *list = json_array();
    struct tenant_account account;

    json_object_set_new(page, "switches", list);
    if (!tenant_account_get(&rq->cx, &account))
        return false;
    for (size_t i = 0; i < COUNT(SWITCHES); i++) {
        struct span rest = span_of(account.wire_rights);
        struct span name;
        bool is_on = false;

        while (span_cut(&rest, ',', &name))
            is_on |= span_equal(name, SWITCHES[i].name);
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "name", SWITCHES[i].name, "label",
                                              req_text(rq, SWITCHES[i].label), "is_on", is_on));
    }
    json_object_set_new(page, "is_protected", json_boolean(account.is_protected));
    return true;
}

bool token_page_list(struct req *rq)
{
    const struct token_filter filter = {.scope.is_all = true, .is_own = true};
    const char *after = req_query(rq, "after");
    struct licence_page part = {.limit = SHOWN};
    json_t *rows = json_array();
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:o,s:n,s:b}", "tokens", rows, "pager", "on_tokens", 1));
    struct token *list;
    int64_t total;
    size_t count;

    if (after != NULL && !id_parse(after, &part.after))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "page of tokens");
    if (!token_page(&rq->cx, &filter, &part, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!token_json(rq, &list[i], rows))
            return false;
    json_object_set_new(page, "is_empty", json_boolean(total == 0));
    if (after != NULL || count == SHOWN)
        json_object_set_new(
            page, "pager",
            json_pack("{s:s?,s:s?,s:n}", "prev_href", after != NULL ? LIST : NULL, "next_href",
                      count == SHOWN ? arena_printf(rq->cx.mem, "%s?after=%s", LIST,
                                                    id_text(rq->cx.mem, list[count - 1].id))
                                     : NULL,
                      "text"));
    return add_switches(rq, page) && page_render(rq, "token_list", page);
}

bool token_page_rights(struct req *rq)
{
    struct str names = str_new(rq->cx.mem);
    struct form *form;
    struct span rest;
    struct span line;

    if (!form_parse(rq, &form))
        return false;
    rest = span_of(form_value(form, "rights"));
    while (span_cut(&rest, '\n', &line))
        for (size_t i = 0; i < COUNT(SWITCHES); i++)
            if (span_equal(span_trim(line), SWITCHES[i].name))
                str_fmt(&names, "%s%s", names.len > 0 ? "," : "", SWITCHES[i].name);
    return tenant_set_wire_rights(&rq->cx, names.len > 0 ? names.p : "",
                                  *form_value(form, "protected") != '\0') &&
           reply_flash(rq, "ok", req_text(rq, T("What customers’ programs may do is saved."))) &&
           reply_see_other(rq, LIST);
}

/* --- a new one --- */

static const char *typed(const struct form *form, const char *name)
{
    return form != NULL ? form_value(form, name) : "";
}

static bool add_products(struct req *rq, const char *chosen, json_t *page)
{
    json_t *list = json_array();
    struct product *products;
    size_t count;

    json_object_set_new(page, "products", list);
    if (!product_list(&rq->cx, PRODUCTS_MAX, &products, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *id = id_text(rq->cx.mem, products[i].id);

        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:b}", "value", id, "text", products[i].name,
                                        "is_chosen", strcmp(id, chosen) == 0));
    }
    return true;
}

static bool show_form(struct req *rq, const struct form *form)
{
    const char *chosen = form != NULL ? form_value(form, "kind") : "read-only";
    json_t *kinds = json_array();
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:s,s:o}", "name", typed(form, "name"), "expires",
                                       typed(form, "expires"), "kinds", kinds));

    for (size_t i = 0; i < COUNT(KINDS); i++)
        json_array_append_new(kinds, json_pack("{s:s,s:s,s:s,s:b}", "value", KINDS[i].value,
                                               "label", req_text(rq, KINDS[i].label), "hint",
                                               req_text(rq, KINDS[i].hint), "is_chosen",
                                               strcmp(KINDS[i].value, chosen) == 0));
    if (!add_products(rq, typed(form, "product"), page))
        return false;
    return form != NULL ? page_render_form(rq, "token_form", page, form)
                        : page_render(rq, "token_form", page);
}

bool token_page_new(struct req *rq)
{
    return show_form(rq, NULL);
}

/* The end of a day as the tenant's clocks show it. */
static int64_t day_end(struct req *rq, const char *iso_date)
{
    struct civil day;
    int64_t midnight;

    if (iso_date == NULL || !clock_parse_iso(iso_date, &midnight))
        return 0;
    day = clock_civil(midnight);
    day.day++;
    return zone_from_civil(rq->tenant->zone, &day);
}

static bool read_draft(struct req *rq, struct form *form, struct token_draft *draft)
{
    struct token_fields in = {.name = NULL};
    struct product *p;

    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return false;
    *draft = (struct token_draft){.name = in.name, .expires_at = day_end(rq, in.expires_on)};
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (strcmp(KINDS[i].value, in.kind) == 0)
            draft->kind = KINDS[i].kind;
    if (in.expires_on != NULL && draft->expires_at <= rq->cx.now)
        form_fault(rq, form, "expires", T("Valid to"), T("This day is over already."));
    if (draft->kind == TOKEN_PRODUCT) {
        draft->product_id = in.product_id;
        if (id_is_zero(in.product_id) || !product_get(&rq->cx, in.product_id, &p))
            form_fault(rq, form, "product", T("Product"), T("Choose the product."));
    }
    err_clear(&rq->cx.err);
    return json_object_size(form->faults) == 0;
}

/* The text is in this answer and nowhere else. */
bool token_page_add(struct req *rq)
{
    struct token_draft draft;
    struct token *t;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!read_draft(rq, form, &draft))
        return show_form(rq, form);
    if (!token_add(&rq->cx, &draft, &t))
        return false;
    return page_render(
        rq, "token_made",
        json_own(rq->cx.mem,
                 json_pack("{s:s,s:s,s:s,s:o}", "name", t->name, "kind", label_of(rq, t->kind),
                           "code", t->text, "expires",
                           t->expires_at != 0 ? page_day(rq, t->expires_at - 1) : json_null())));
}

bool token_page_revoke(struct req *rq)
{
    return token_revoke(&rq->cx, rq->id) &&
           reply_flash(
               rq, "ok",
               req_text(rq, T("The token is revoked. Programs that use it are refused."))) &&
           reply_see_other(rq, LIST);
}
