#include "portal/pages/trial_page.h"

#include "licensing/product.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"

#include <stddef.h>
#include <string.h>

enum { POLICIES_MAX = 200, REASON_MAX = 200 };

/* --- what is shown --- */

static const struct policy *policy_of(const struct policy *policies, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(policies[i].id, id))
            return &policies[i];
    return NULL;
}

static json_t *choices(struct req *rq, const struct policy *policies, size_t count,
                       struct id chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:b}", "id", id_text(rq->cx.mem, policies[i].id), "name",
                            policies[i].name, "is_chosen", id_equal(policies[i].id, chosen)));
    return list;
}

bool trial_page_terms_json(struct req *rq, struct id product_id, const struct policy *policies,
                           size_t count, json_t **out)
{
    struct arena *mem = rq->cx.mem;
    const struct policy *policy;
    struct trial_terms *terms;
    const char *text = "";

    if (!trial_terms_find(&rq->cx, product_id, &terms))
        return false;
    policy = terms == NULL ? NULL : policy_of(policies, count, terms->policy_id);
    if (terms != NULL && policy != NULL)
        text = lang_fill(
            mem, rq->lang, T("{} days, as {}"),
            (const char *const[]){format_number(mem, &rq->format, terms->days), policy->name}, 2);
    *out = json_pack(
        "{s:s,s:s,s:s,s:b,s:b,s:o}", "href",
        arena_printf(mem, "/desk/products/%s/trial", id_text(mem, product_id)), "text", text,
        "days", arena_printf(mem, "%lld", (long long)(terms == NULL ? TRIAL_DAYS : terms->days)),
        "has_trial", terms != NULL, "is_open", terms != NULL && terms->is_open, "policies",
        choices(rq, policies, count, terms == NULL ? (struct id){{0}} : terms->policy_id));
    return true;
}

bool trial_page_choices(struct req *rq, const struct licence *licence, json_t **out)
{
    struct policy *policies;
    size_t count;

    *out = json_null();
    if (!licence->is_trial)
        return true;
    if (!policy_list(&rq->cx, licence->product_id, POLICIES_MAX, &policies, &count))
        return false;
    *out = choices(rq, policies, count, (struct id){{0}});
    return true;
}

/* --- what is sent --- */

/* What the domain has against it is said on the page that the form stands on. */
static bool back_with_fault(struct req *rq, const char *page)
{
    const struct err_kind *kind = rq->cx.err.kind;

    if (kind == NULL || kind->class != ERR_CLASS_INVALID)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, kind->text)) && reply_see_other(rq, page);
}

struct terms_fields {
    struct id policy_id;
    int64_t days;
    bool is_open;
};

static const struct form_field TERMS_FIELDS[] = {
    {"policy", T("Policy"), FORM_ID, false, 0, 0, NULL, offsetof(struct terms_fields, policy_id)},
    {"days", T("Days"), FORM_INT, true, 1, TRIAL_DAYS_MAX, NULL,
     offsetof(struct terms_fields, days)},
    {"open", T("Anybody may begin a trial"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct terms_fields, is_open)},
};

bool trial_page_terms(struct req *rq)
{
    static const char PAGE[] = "/desk/products";
    struct terms_fields in = {.days = 0};
    struct trial_terms terms;
    struct product *product;
    struct form *form;
    bool ok;

    if (!product_get(&rq->cx, rq->id, &product) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, TERMS_FIELDS, COUNT(TERMS_FIELDS), &in)) {
        err_set(&rq->cx.err, &ERR_TRIAL_DAYS, "form");
        return back_with_fault(rq, PAGE);
    }
    terms = (struct trial_terms){
        .product_id = rq->id, .policy_id = in.policy_id, .days = in.days, .is_open = in.is_open};
    ok = id_is_zero(in.policy_id) ? trial_terms_remove(&rq->cx, rq->id)
                                  : trial_terms_set(&rq->cx, &terms);
    if (!ok)
        return back_with_fault(rq, PAGE);
    return reply_flash(rq, "ok",
                       id_is_zero(in.policy_id)
                           ? req_text(rq, T("There are no further trials of this product."))
                           : req_text(rq, T("The trial's terms are saved."))) &&
           reply_see_other(rq, PAGE);
}

struct turn_fields {
    struct id policy_id;
    const char *reason;
};

static const struct form_field TURN_FIELDS[] = {
    {"policy", T("Policy"), FORM_ID, true, 0, 0, NULL, offsetof(struct turn_fields, policy_id)},
    {"reason", T("Reason"), FORM_TEXT, false, 0, REASON_MAX, NULL,
     offsetof(struct turn_fields, reason)},
};

bool trial_page_turn(struct req *rq)
{
    const char *page = arena_printf(rq->cx.mem, "/desk/licences/%s", id_text(rq->cx.mem, rq->id));
    struct turn_fields in = {.reason = NULL};
    struct licence *l;
    struct form *form;

    if (!licence_get(&rq->cx, rq->id, &l) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, TURN_FIELDS, COUNT(TURN_FIELDS), &in)) {
        err_set(&rq->cx.err, &ERR_TRIAL_POLICY, "form");
        return back_with_fault(rq, page);
    }
    if (!trial_turn(&rq->cx, rq->id, in.policy_id, in.reason == NULL ? "" : in.reason, &l))
        return back_with_fault(rq, page);
    return reply_flash(rq, "ok",
                       req_text(rq, T("This is a full licence now. Its key and its machines are "
                                      "the same as before."))) &&
           reply_see_other(rq, page);
}
