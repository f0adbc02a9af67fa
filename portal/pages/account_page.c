#include "portal/pages/account_page.h"

#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person.h"
#include "portal/account/remember.h"
#include "portal/account/second_factor.h"
#include "portal/http/page.h"
#include "portal/pages/device_text.h"
#include "portal/pages/qr.h"
#include "portal/serve.h"

#include <string.h>

/* --- password --- */

/* The secret in groups of four, as it is typed into an authenticator. */
static const char *in_groups(struct arena *mem, const char *secret)
{
    struct str s = str_new(mem);

    for (size_t i = 0; secret[i]; i++) {
        if (i > 0 && i % 4 == 0)
            str_char(&s, ' ');
        str_char(&s, secret[i]);
    }
    return s.p;
}

/* What an authenticator opens: issuer and account as it shows them. */
static const char *authenticator_url(struct req *rq, const char *secret)
{
    struct str s = str_new(rq->cx.mem);

    str_add(&s, "otpauth://totp/");
    str_url(&s, rq->tenant->name);
    str_char(&s, ':');
    str_url(&s, rq->session->email);
    str_fmt(&s, "?secret=%s&issuer=", secret);
    str_url(&s, rq->tenant->name);
    return s.p;
}

bool account_page_security_form(struct req *rq, struct form *form)
{
    const char *secret = NULL;
    const char *url;
    json_t *page;
    bool is_on;

    if (!second_factor_is_on(&rq->cx, rq->session->person_id, &is_on) ||
        (!is_on && !second_factor_offered(&rq->cx, rq->session->person_id, &secret)))
        return false;
    url = secret ? authenticator_url(rq, secret) : NULL;
    page =
        json_own(rq->cx.mem,
                 json_pack("{s:b,s:b,s:s?,s:s?,s:s?}", "must_enrol", rq->session->must_enrol,
                           "is_on", is_on, "secret", secret ? in_groups(rq->cx.mem, secret) : NULL,
                           "authenticator_url", url, "qr", url ? qr_data(rq->cx.mem, url) : NULL));
    if (!form)
        return page_render(rq, "account_security", page);
    json_object_clear(form->values);
    return page_render_form(rq, "account_security", page, form);
}

bool account_page_security(struct req *rq)
{
    return account_page_security_form(rq, NULL);
}

struct new_password {
    struct req *rq;
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
};

/* In the transaction of the check: all sessions end with the old password, this one goes on under a
 * new token. */
static bool store_password(struct ctx *cx, struct id person_id, void *arg)
{
    struct new_password *next = arg;

    return credential_store(cx, person_id, next->hash) &&
           session_sign_in(cx, serve_visit(next->rq), next->rq->session, person_id);
}

/* Fills in the faults that can be told before anything is hashed. */
static void check_new(struct req *rq, struct form *form)
{
    if (!*form_value(form, "current"))
        form_fault(rq, form, "current", T("Present password"), T("Enter your present password."));
    if (!*form_value(form, "password"))
        form_fault(rq, form, "password", T("New password"), T("Enter a new password."));
    else if (strcmp(form_value(form, "password"), form_value(form, "again")) != 0)
        form_fault(rq, form, "again", T("New password, again"),
                   T("This differs from the new password above."));
}

bool account_page_password(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct new_password next = {.rq = rq};
    const char *own[4] = {NULL};
    struct login_try attempt;
    struct form *form;
    struct id person_id;

    if (!form_parse(rq, &form))
        return false;
    check_new(rq, form);
    if (json_object_size(form->faults) > 0)
        return account_page_security_form(rq, form);
    own[0] = rq->session->person_name;
    own[1] = rq->session->email;
    own[2] = rq->tenant->name;
    if (!credential_hash_for(cx, form_value(form, "password"), own, next.hash))
        return form_take_err(rq, form, NULL, 0) && account_page_security_form(rq, form);
    attempt = (struct login_try){.email = rq->session->email,
                                 .password = form_value(form, "current"),
                                 .address = rq->address,
                                 .account_tries = rq->app->config.login_account_tries,
                                 .address_tries = rq->app->config.login_address_tries,
                                 .then = store_password,
                                 .arg = &next};
    if (!login_check(cx, &attempt, &person_id)) {
        if (cx->err.kind != &ERR_LOGIN_REFUSED)
            return false;
        err_clear(&cx->err);
        form_fault(rq, form, "current", T("Present password"),
                   T("This is not your present password. After five wrong ones the account is "
                     "locked for 15 minutes."));
        return account_page_security_form(rq, form);
    }
    return reply_flash(
               rq, "ok",
               req_text(rq, T("Your password is changed. Other devices are signed out."))) &&
           reply_see_other(rq, "/account/security");
}

/* --- sessions --- */

static bool devices_json(struct req *rq, json_t *rows)
{
    struct arena *mem = rq->cx.mem;
    struct remember_device *list;
    size_t count;

    if (!remember_list(&rq->cx, rq->session->person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:o,s:o,s:o,s:b,s:s}", "device", device_text(rq, list[i].agent),
                      "address", list[i].address, "since", page_time(rq, list[i].created_at),
                      "used", page_time(rq, list[i].used_at), "until",
                      page_time(rq, list[i].expires_at), "is_current",
                      id_equal(list[i].id, rq->session->remembered_id), "end_href",
                      arena_printf(mem, "/account/devices/%s/forget", id_text(mem, list[i].id))));
    return true;
}

bool account_page_sessions(struct req *rq)
{
    struct arena *mem = rq->cx.mem;
    json_t *rows = json_array();
    json_t *devices = json_array();
    json_t *page = json_own(mem, json_pack("{s:o,s:o}", "sessions", rows, "devices", devices));
    struct session_entry *list;
    size_t count;

    if (!session_list(&rq->cx, &rq->app->config, rq->session->person_id, &list, &count) ||
        !devices_json(rq, devices))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:o,s:o,s:b,s:s}", "device", device_text(rq, list[i].agent),
                      "address", list[i].address, "since", page_time(rq, list[i].created_at),
                      "used", page_time(rq, list[i].used_at), "is_current",
                      id_equal(list[i].id, rq->session->id), "end_href",
                      arena_printf(mem, "/account/sessions/%s/end", id_text(mem, list[i].id))));
    json_object_set_new(page, "has_others", json_boolean(count > 1));
    json_object_set_new(page, "has_devices", json_boolean(json_array_size(devices) > 0));
    return page_render(rq, "account_sessions", page);
}

bool account_page_end_session(struct req *rq)
{
    return session_end_one(&rq->cx, rq->session->person_id, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("That device is signed out."))) &&
           reply_see_other(rq, "/account/sessions");
}

bool account_page_end_others(struct req *rq)
{
    return session_end_all(&rq->cx, rq->session->person_id, rq->session->id) &&
           reply_flash(rq, "ok", req_text(rq, T("All other devices are signed out."))) &&
           reply_see_other(rq, "/account/sessions");
}

bool account_page_forget_device(struct req *rq)
{
    const bool is_own = id_equal(rq->id, rq->session->remembered_id);

    return remember_end(&rq->cx, rq->session->person_id, rq->id) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("That device is forgotten and its sessions are ended."))) &&
           reply_see_other(rq, is_own ? "/login" : "/account/sessions");
}
