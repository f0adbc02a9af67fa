#include "portal/pages/forgot_page.h"

#include "base/clock.h"
#include "base/network.h"
#include "portal/account/person_link.h"
#include "portal/http/limit.h"
#include "portal/http/page.h"
#include "portal/mail/mail_account.h"
#include "portal/pages/demo_mail_page.h"

#include <string.h>

struct forgot_fields {
    const char *email;
};
static const struct form_field FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL,
     offsetof(struct forgot_fields, email)},
};

static bool show(struct req *rq, const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:b}", "email", form ? form_value(form, "email") : "",
                                       "is_demo", demo_mail_page_is_open(rq)));

    return form ? page_render_form(rq, "forgot", page, form) : page_render(rq, "forgot", page);
}

bool forgot_page_view(struct req *rq)
{
    return show(rq, NULL);
}

/* An address may ask for many accounts, being many people's, but not for all of them. */
static bool let_in(struct req *rq)
{
    static const char WHAT[] = "forgot";
    static const struct limit_rule RULE = {.interval_us = 3 * CLOCK_MINUTE, .burst = 20};
    const char *network = network_of(rq->cx.mem, rq->address);
    struct limit_count count;
    uint64_t key;

    if (rq->drafts == NULL)
        return true;
    key = limit_key(rq->drafts, 0, WHAT, sizeof WHAT);
    key = limit_key(rq->drafts, key, network, strlen(network));
    return limit_take_key(rq->drafts, &RULE, key, clock_mono_us(), &count) ||
           err_set(&rq->cx.err, &ERR_LIMITED, "asking for passwords");
}

/* One answer for known, unknown and locked addresses, after the same work: who it is, is found out
 * later and elsewhere. */
bool forgot_page_submit(struct req *rq)
{
    struct forgot_fields in = {.email = NULL};
    struct form *form;
    const char *email;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    email = person_email_clean(rq->cx.mem, in.email);
    if (!email) {
        form_fault(rq, form, "email", T("E-mail"), ERR_PERSON_EMAIL.text);
        return show(rq, form);
    }
    return let_in(rq) && mail_account_ask(&rq->cx, email) &&
           reply_flash(
               rq, "ok",
               req_text(rq, T("If there is an account with this address, a mail with a link "
                              "is on its way. The link works once, for 30 minutes."))) &&
           reply_see_other(rq, demo_mail_page_is_open(rq) ? "/demo/mail" : "/login");
}

/* Programs that look into mails open every link in them: so opening one changes nothing. */
bool forgot_page_unlock(struct req *rq)
{
    struct person_link link;

    return person_link_find_as(&rq->cx, rq->args[0], PERSON_LINK_UNLOCK, &link) &&
           page_render(
               rq, "unlock",
               json_own(rq->cx.mem,
                        json_pack("{s:s,s:s,s:s}", "name", link.full_name, "email", link.email,
                                  "action", arena_printf(rq->cx.mem, "/unlock/%s", rq->args[0]))));
}

bool forgot_page_unlock_now(struct req *rq)
{
    return person_link_unlock(&rq->cx, rq->args[0]) &&
           reply_flash(rq, "ok", req_text(rq, T("Your account is unlocked. Sign in now."))) &&
           reply_see_other(rq, "/login");
}
