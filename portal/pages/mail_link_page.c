#include "portal/pages/mail_link_page.h"

#include "portal/account/login.h"
#include "portal/account/person_link.h"
#include "portal/http/page.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_out.h"
#include "portal/pages/demo_mail_page.h"
#include "portal/serve.h"
#include "portal/serve_sign_in.h"

/* --- asking for one --- */

struct ask_fields {
    const char *email;
};
static const struct form_field FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL,
     offsetof(struct ask_fields, email)},
};

static bool show_ask(struct req *rq, const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:b}", "email", form ? form_value(form, "email") : "",
                                       "is_demo", demo_mail_page_is_open(rq)));

    return form ? page_render_form(rq, "login_link", page, form)
                : page_render(rq, "login_link", page);
}

bool mail_link_page_ask(struct req *rq)
{
    return show_ask(rq, NULL);
}

/* One answer for known and unknown addresses, after the same work. */
bool mail_link_page_send(struct req *rq)
{
    struct ask_fields in = {.email = NULL};
    struct form *form;
    const char *email;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show_ask(rq, form);
    email = person_email_clean(rq->cx.mem, in.email);
    if (!email) {
        form_fault(rq, form, "email", T("E-mail"), ERR_PERSON_EMAIL.text);
        return show_ask(rq, form);
    }
    return mail_account_ask_login(&rq->cx, email) &&
           reply_flash(
               rq, "ok",
               req_text(rq, T("If there is an account with this address, a mail with a link "
                              "is on its way. The link works once, for 30 minutes."))) &&
           reply_see_other(rq, demo_mail_page_is_open(rq) ? "/demo/mail" : "/login");
}

/* --- signing in by it --- */

/* Programs that look into mails open every link in them: a button has to be pressed. */
static bool show_link(struct req *rq, const char *page, const char *path,
                      enum person_link_purpose purpose)
{
    struct person_link link;

    return person_link_find_as(&rq->cx, rq->args[0], purpose, &link) &&
           page_render(
               rq, page,
               json_own(rq->cx.mem,
                        json_pack("{s:s,s:s,s:s}", "name", link.full_name, "email", link.email,
                                  "action", arena_printf(rq->cx.mem, "%s%s", path, rq->args[0]))));
}

bool mail_link_page_show(struct req *rq)
{
    return show_link(rq, "login_by_link", "/login/link/", PERSON_LINK_LOGIN);
}

bool mail_link_page_sign_in(struct req *rq)
{
    const struct login_try attempt = {
        .address = rq->address, .then = serve_sign_in, .halfway = serve_sign_in_half, .arg = rq};

    return login_by_link(&rq->cx, rq->args[0], &attempt) &&
           reply_see_other(rq, id_is_zero(rq->session->person_id) ? "/login/code" : "/");
}

/* --- confirming an address --- */

bool mail_link_page_verify(struct req *rq)
{
    return show_link(rq, "verify", "/verify/", PERSON_LINK_VERIFY);
}

bool mail_link_page_verify_now(struct req *rq)
{
    return person_link_verify(&rq->cx, rq->args[0]) &&
           reply_flash(rq, "ok", req_text(rq, T("Your address is confirmed."))) &&
           reply_see_other(rq, id_is_zero(rq->session->person_id) ? "/login" : "/account");
}

/* The link is made for the person by the portal itself: nobody makes links for himself. */
static bool send_verify(struct req *rq)
{
    struct viewer viewer = rq->cx.viewer;
    bool ok;

    rq->cx.viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = mail_account_send(&rq->cx, rq->app, rq->session->person_id, MAIL_VERIFY);
    rq->cx.viewer = viewer;
    return ok;
}

bool mail_link_page_ask_verify(struct req *rq)
{
    return send_verify(rq) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("A mail is on its way. Open the link in it to confirm your "
                                      "address."))) &&
           reply_see_other(rq, "/account");
}
