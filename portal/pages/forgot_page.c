#include "portal/pages/forgot_page.h"

#include "portal/account/person_link.h"
#include "portal/http/reply.h"
#include "portal/mail/mail_account.h"
#include "portal/pages/address_ask.h"

static bool show(struct req *rq, const struct form *form)
{
    return address_ask_show(rq, "forgot", json_own(rq->cx.mem, json_object()), form);
}

bool forgot_page_view(struct req *rq)
{
    return show(rq, NULL);
}

/* One answer for known, unknown and locked addresses, after the same work: who it is, is found out
 * later and elsewhere. */
bool forgot_page_submit(struct req *rq)
{
    enum { BURST = 20 };
    struct form *form;
    const char *email;

    if (!address_ask_read(rq, &form, &email))
        return false;
    if (email == NULL)
        return show(rq, form);
    return address_ask_let_in(rq, "forgot", BURST) && mail_account_ask(&rq->cx, email) &&
           address_ask_said(rq, T("If there is an account with this address, a mail with a link "
                                  "is on its way. The link works once, for 30 minutes."));
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
