#include "portal/pages/welcome_page.h"

#include "portal/account/credential.h"
#include "portal/account/person_link.h"
#include "portal/account/second_factor.h"
#include "portal/account/session.h"
#include "portal/http/page.h"
#include "portal/serve.h"

#include <string.h>

static bool show(struct req *rq, struct form *form)
{
    struct person_link link;
    json_t *page;

    if (!person_link_find(&rq->cx, rq->args[0], &link))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s,s:s,s:b}", "name", link.full_name, "email", link.email,
                              "action", arena_printf(rq->cx.mem, "/welcome/%s", rq->args[0]),
                              "is_reset", link.purpose == PERSON_LINK_RESET));
    if (!form)
        return page_render(rq, "welcome", page);
    json_object_clear(form->values);
    return page_render_form(rq, "welcome", page, form);
}

bool welcome_page_view(struct req *rq)
{
    return show(rq, NULL);
}

struct arrival {
    struct req *rq;
    bool is_half; /* the second step is still to come */
};

/* A link stands for the password alone: whoever has a second step is asked for it here too, else
 * the one who makes links could walk round it. */
static bool start_session(struct ctx *cx, struct id person_id, void *arg)
{
    struct arrival *a = arg;
    struct req *rq = a->rq;

    if (!second_factor_is_on(cx, person_id, &a->is_half))
        return false;
    return a->is_half ? session_wait(cx, serve_visit(rq), rq->session, person_id)
                      : session_sign_in(cx, serve_visit(rq), rq->session, person_id);
}

bool welcome_page_submit(struct req *rq)
{
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    const char *own[4] = {NULL};
    struct arrival arrival = {.rq = rq};
    struct person_link link;
    struct form *form;

    if (!form_parse(rq, &form) || !person_link_find(&rq->cx, rq->args[0], &link))
        return false;
    if (!*form_value(form, "password"))
        form_fault(rq, form, "password", T("New password"), T("Enter a new password."));
    else if (strcmp(form_value(form, "password"), form_value(form, "again")) != 0)
        form_fault(rq, form, "again", T("New password, again"),
                   T("This differs from the new password above."));
    if (json_object_size(form->faults) > 0)
        return show(rq, form);
    own[0] = link.full_name;
    own[1] = link.email;
    own[2] = rq->tenant->name;
    if (!credential_hash_for(&rq->cx, form_value(form, "password"), own, hash))
        return form_take_err(rq, form, NULL, 0) && show(rq, form);
    if (!person_link_use(&rq->cx, rq->args[0], hash, start_session, &arrival))
        return false;
    if (arrival.is_half)
        return reply_see_other(rq, "/login/code");
    return reply_flash(rq, "ok", req_text(rq, T("Your password is set. You are signed in."))) &&
           reply_see_other(rq, "/");
}
