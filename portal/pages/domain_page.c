#include "portal/pages/domain_page.h"

#include "portal/account/domain_claim.h"
#include "portal/account/signup_domain.h"
#include "portal/http/page.h"
#include "portal/oidc/oidc_txt.h"

static const char HERE[] = "/organisation/domains";

struct fields {
    const char *domain;
};
static const struct form_field FIELDS[] = {
    {"domain", T("Mail domain"), FORM_TEXT, true, 1, 253, NULL, offsetof(struct fields, domain)},
};

static bool show(struct req *rq, const struct form *form)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:s}", "domains", rows, "domain",
                                                  form ? form_value(form, "domain") : ""));
    struct arena *mem = rq->cx.mem;
    struct domain_claim *list;
    size_t count;

    if (!domain_claim_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct domain_claim *c = &list[i];
        const bool is_proven = c->challenge == NULL;

        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:b,s:s,s:s}", "domain", c->domain, "action",
                      arena_printf(mem, "%s/%s", HERE, id_text(mem, c->id)), "is_proven", is_proven,
                      "record", arena_printf(mem, DOMAIN_CLAIM_LABEL "%s", c->domain), "value",
                      is_proven ? "" : arena_printf(mem, DOMAIN_CLAIM_VALUE "%s", c->challenge)));
    }
    json_object_set_new(page, "has_domains", json_boolean(count > 0));
    return form ? page_render_form(rq, "domain_list", page, form)
                : page_render(rq, "domain_list", page);
}

bool domain_page_list(struct req *rq)
{
    return show(rq, NULL);
}

bool domain_page_add(struct req *rq)
{
    struct fields in = {.domain = NULL};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    if (!domain_claim_add(&rq->cx, in.domain))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok",
                       req_text(rq, T("The domain is named. Now show that it is yours."))) &&
           reply_see_other(rq, HERE);
}

bool domain_page_prove(struct req *rq)
{
    const struct err_kind *kind;

    if (domain_claim_prove(&rq->cx, rq->id, oidc_txt_has))
        return reply_flash(rq, "ok", req_text(rq, T("The domain is confirmed."))) &&
               reply_see_other(rq, HERE);
    kind = rq->cx.err.kind;
    if (kind != &ERR_DOMAIN_CLAIM_PROOF && kind != &ERR_SIGNUP_DOMAIN_TAKEN)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, kind->text)) && reply_see_other(rq, HERE);
}

bool domain_page_remove(struct req *rq)
{
    return domain_claim_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The domain is removed."))) &&
           reply_see_other(rq, HERE);
}
