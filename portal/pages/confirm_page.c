#include "portal/pages/confirm_page.h"

#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/second_factor.h"
#include "portal/http/page.h"
#include "portal/pages/login_page.h"
#include "portal/serve.h"

static bool show(struct req *rq, const char *next, struct form *form)
{
    struct credential *credential;
    json_t *page;
    bool has_code;

    if (!second_factor_is_on(&rq->cx, rq->session->person_id, &has_code) ||
        !credential_find(&rq->cx, rq->session->person_id, &credential))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:b,s:b}", "next", next, "has_code", has_code, "has_password",
                              !has_code && credential != NULL && credential->password_hash &&
                                  !credential->is_weak));
    if (!form)
        return page_render(rq, "account_confirm", page);
    json_object_clear(form->values);
    return page_render_form(rq, "account_confirm", page, form);
}

bool confirm_page_show(struct req *rq)
{
    return show(rq, login_page_next(req_query(rq, "next")), NULL);
}

static bool refresh(struct ctx *cx, struct id person_id, void *arg)
{
    struct req *rq = arg;

    (void)person_id;
    return session_refresh(cx, rq->session);
}

/* The code of whoever has a second step, else the password: with the same limits as signing in. */
static bool check(struct req *rq, const struct form *form)
{
    const struct login_try attempt = {.email = rq->session->email,
                                      .password = form_value(form, "password"),
                                      .address = rq->address,
                                      .account_tries = rq->app->config.login_account_tries,
                                      .address_tries = rq->app->config.login_address_tries,
                                      .then = refresh,
                                      .is_confirming = true,
                                      .arg = rq};
    struct id person_id;
    bool has_code;

    if (!second_factor_is_on(&rq->cx, rq->session->person_id, &has_code))
        return false;
    return has_code ? login_check_code(&rq->cx, rq->session->person_id, form_value(form, "code"),
                                       &attempt)
                    : login_check(&rq->cx, &attempt, &person_id);
}

bool confirm_page_submit(struct req *rq)
{
    struct form *form;
    const char *next;
    bool is_code;

    if (!form_parse(rq, &form))
        return false;
    next = login_page_next(form_value(form, "next"));
    if (check(rq, form))
        return reply_see_other(rq, next);
    is_code = rq->cx.err.kind == &ERR_LOGIN_CODE;
    if (!is_code && rq->cx.err.kind != &ERR_LOGIN_REFUSED)
        return false;
    err_clear(&rq->cx.err);
    if (is_code)
        form_fault(rq, form, "code", T("Code"), ERR_LOGIN_CODE.text);
    else
        form_fault(rq, form, "password", T("Password"),
                   T("This is not right. After five wrong ones your account is locked for 15 "
                     "minutes."));
    return show(rq, next, form);
}
