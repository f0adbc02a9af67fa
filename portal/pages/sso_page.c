#include "portal/pages/sso_page.h"

#include "portal/account/session.h"
#include "portal/http/page.h"
#include "portal/oidc/oidc_login.h"
#include "portal/pages/login_page.h"
#include "portal/serve.h"
#include "portal/serve_sign_in.h"

#include <string.h>

struct sso_form {
    const char *email;
};
static const struct form_field FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 3, 254, NULL, offsetof(struct sso_form, email)},
};

static struct oidc_net net_of(const struct req *rq)
{
    return (struct oidc_net){.allows_local = rq->app->config.oidc_allow_local,
                             .timeout_ms = rq->app->config.oidc_timeout_ms};
}

/* On the host that the visitor has before him: his session is there. A provider sends nobody to an
 * address that was not registered with it, so a made up host leads nowhere. */
const char *sso_page_callback(struct req *rq)
{
    return arena_printf(rq->cx.mem, "%s://%s/login/sso/back",
                        rq->app->config.behind_tls ? "https" : "http", rq->host);
}

bool sso_page_offer(struct req *rq, json_t **out)
{
    json_t *providers = json_array();
    struct oidc_provider *list;
    size_t count;

    *out = json_own(rq->cx.mem, json_pack("{s:o}", "providers", providers));
    if (!oidc_provider_offered(&rq->cx, &list, &count))
        return false;
    json_object_set_new(*out, "has_any", json_boolean(count > 0));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(providers, json_pack("{s:s,s:s}", "action",
                                                   arena_printf(rq->cx.mem, "/login/sso/%s",
                                                                id_text(rq->cx.mem, list[i].id)),
                                                   "name", list[i].name));
    return true;
}

/* --- refusals --- */

/* What went wrong with somebody's sign-on is told on a page that leads to the password. */
static bool is_told(const struct err *err)
{
    return err->kind != NULL && (strncmp(err->kind->code, "OIDC_", 5) == 0 ||
                                 strncmp(err->kind->code, "LOGIN_", 6) == 0);
}

static bool tell(struct req *rq)
{
    const struct err_kind *kind = rq->cx.err.kind;
    bool is_down = kind != NULL && kind->class == ERR_CLASS_BUSY;

    if (!is_told(&rq->cx.err))
        return false;
    log_warn(rq->cx.trace, "sign-on refused: %s %s", kind->code, rq->cx.err.oper);
    err_clear(&rq->cx.err);
    if (!page_render(rq, "sso_refused",
                     json_own(rq->cx.mem,
                              json_pack("{s:s,s:s}", "sentence",
                                        strncmp(kind->code, "LOGIN_", 6) == 0
                                            ? req_text(rq, T("This account cannot sign in. Ask the "
                                                             "administrator of your organisation."))
                                            : req_text(rq, kind->text),
                                        "trace", rq->cx.trace))))
        return false;
    rq->status = is_down ? 503 : 403;
    return true;
}

/* --- there --- */

/* A redirect after a form would have to be to this site (form-action of the content policy), so a
 * page leads there. */
static bool send_off(struct req *rq, const struct oidc_provider *provider, const char *next)
{
    const struct oidc_browser browser = {.secret = rq->session->csrf,
                                         .callback = sso_page_callback(rq)};
    const struct oidc_net net = net_of(rq);
    const char *url;

    if (!oidc_login_begin(&rq->cx, &net, provider, &browser, login_page_next(next), &url))
        return tell(rq);
    return page_render(
        rq, "sso_go",
        json_own(rq->cx.mem, json_pack("{s:s,s:s}", "href", url, "name", provider->name)));
}

static bool show(struct req *rq, const char *next, const struct form *form)
{
    json_t *page = json_own(rq->cx.mem, json_pack("{s:s,s:s}", "next", login_page_next(next),
                                                  "email", form ? form_value(form, "email") : ""));

    return form ? page_render_form(rq, "sso_ask", page, form) : page_render(rq, "sso_ask", page);
}

bool sso_page_by_email(struct req *rq, const char *email, const char *next, bool *is_sent)
{
    struct oidc_provider *provider = NULL;

    *is_sent = false;
    if (!oidc_provider_of_email(&rq->cx, email, &provider))
        return false;
    *is_sent = provider != NULL;
    return provider == NULL || send_off(rq, provider, next);
}

bool sso_page_knows(struct req *rq, const char *email, bool *out)
{
    struct oidc_provider *provider = NULL;

    if (!oidc_provider_of_email(&rq->cx, email, &provider))
        return false;
    *out = provider != NULL;
    return true;
}

bool sso_page_ask(struct req *rq)
{
    return show(rq, req_query(rq, "next"), NULL);
}

bool sso_page_choose(struct req *rq)
{
    struct sso_form in = {.email = NULL};
    struct form *form;
    bool is_sent;

    if (!form_parse(rq, &form))
        return false;
    if (form_read(rq, form, FIELDS, COUNT(FIELDS), &in)) {
        if (!sso_page_by_email(rq, in.email, form_value(form, "next"), &is_sent))
            return false;
        if (is_sent)
            return true;
        form_fault(rq, form, "email", T("E-mail"),
                   T("No sign-on provider looks after this address. Sign in with your password."));
    }
    return show(rq, form_value(form, "next"), form);
}

bool sso_page_go(struct req *rq)
{
    struct oidc_provider *provider;
    struct form *form;

    if (!id_is_zero(rq->session->person_id)) /* nothing for who is somebody already */
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "signed in already");
    return form_parse(rq, &form) && oidc_provider_enabled(&rq->cx, rq->id, &provider) &&
           send_off(rq, provider, form_value(form, "next"));
}

/* --- and back --- */

bool sso_page_back(struct req *rq)
{
    const struct login_try attempt = {
        .address = rq->address, .then = serve_sign_in, .halfway = serve_sign_in_half, .arg = rq};
    const struct oidc_return came = {.state = req_query(rq, "state"),
                                     .code = req_query(rq, "code"),
                                     .error = req_query(rq, "error"),
                                     .issuer = req_query(rq, "iss")};
    const struct oidc_browser browser = {.secret = rq->session->csrf,
                                         .callback = sso_page_callback(rq)};
    const struct oidc_net net = net_of(rq);
    struct str to = str_new(rq->cx.mem);
    const char *next;

    if (!oidc_login_finish(&rq->cx, &net, &came, &browser, &attempt, &next))
        return tell(rq);
    if (!id_is_zero(rq->session->person_id))
        return reply_see_other(rq, next);
    str_add(&to, "/login/code?next=");
    str_url(&to, next);
    return reply_see_other(rq, to.p);
}
