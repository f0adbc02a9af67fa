#include "portal/pages/second_factor_page.h"

#include "portal/account/login.h"
#include "portal/account/second_factor.h"
#include "portal/http/page.h"
#include "portal/pages/account_page.h"

bool second_factor_page_offer(struct req *rq)
{
    const char *secret;

    return second_factor_offer(&rq->cx, rq->session->person_id, &secret) &&
           reply_see_other(rq, "/account/security#second");
}

/* The recovery codes are in this answer and nowhere else. */
static bool show_recovery(struct req *rq, const char **codes)
{
    json_t *list = json_array();

    for (int i = 0; i < SECOND_FACTOR_RECOVERY_CODES; i++)
        json_array_append_new(list, json_string(codes[i]));
    return page_render(rq, "account_recovery",
                       json_own(rq->cx.mem, json_pack("{s:o}", "codes", list)));
}

static bool code_fault(struct req *rq, struct form *form)
{
    form_fault(rq, form, "code", T("Code"), rq->cx.err.kind->text);
    err_clear(&rq->cx.err);
    return account_page_security_form(rq, form);
}

bool second_factor_page_confirm(struct req *rq)
{
    struct form *form;
    const char **codes;

    if (!form_parse(rq, &form))
        return false;
    if (second_factor_confirm(&rq->cx, rq->session->person_id, form_value(form, "code"), &codes))
        return show_recovery(rq, codes);
    return rq->cx.err.kind == &ERR_SECOND_FACTOR_CODE && code_fault(rq, form);
}

static bool take_off(struct ctx *cx, struct id person_id, void *arg)
{
    (void)arg;
    return second_factor_remove(cx, person_id);
}

/* A session alone is not enough to take it off: a code of it is asked once more. */
bool second_factor_page_off(struct req *rq)
{
    const struct login_try attempt = {.address = rq->address,
                                      .account_tries = rq->app->config.login_account_tries,
                                      .address_tries = rq->app->config.login_address_tries,
                                      .then = take_off};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (login_check_code(&rq->cx, rq->session->person_id, form_value(form, "code"), &attempt))
        return reply_flash(rq, "ok", req_text(rq, T("The second step is off."))) &&
               reply_see_other(rq, "/account/security");
    if (rq->cx.err.kind != &ERR_LOGIN_CODE && rq->cx.err.kind != &ERR_LOGIN_REFUSED)
        return false;
    return code_fault(rq, form);
}

bool second_factor_page_staff(struct req *rq)
{
    return second_factor_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The second step is off."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "/desk/settings/staff/%s",
                                            id_text(rq->cx.mem, rq->id)));
}
