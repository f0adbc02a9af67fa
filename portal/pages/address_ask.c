#include "portal/pages/address_ask.h"

#include "base/clock.h"
#include "base/network.h"
#include "portal/account/person.h"
#include "portal/http/limit.h"
#include "portal/http/reply.h"
#include "portal/pages/demo_mail_page.h"

#include <string.h>

struct ask_fields {
    const char *email;
};
static const struct form_field FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL,
     offsetof(struct ask_fields, email)},
};

bool address_ask_read(struct req *rq, struct form **form, const char **email)
{
    struct ask_fields in = {.email = NULL};

    *email = NULL;
    if (!form_parse(rq, form))
        return false;
    if (!form_read(rq, *form, FIELDS, COUNT(FIELDS), &in))
        return true;
    *email = person_email_clean(rq->cx.mem, in.email);
    if (*email == NULL)
        form_fault(rq, *form, "email", T("E-mail"), ERR_PERSON_EMAIL.text);
    return true;
}

bool address_ask_show(struct req *rq, const char *page, json_t *context, const struct form *form)
{
    json_object_set_new(context, "email", json_string(form ? form_value(form, "email") : ""));
    json_object_set_new(context, "is_demo", json_boolean(demo_mail_page_is_open(rq)));
    return form ? page_render_form(rq, page, context, form) : page_render(rq, page, context);
}

bool address_ask_let_in(struct req *rq, const char *what, unsigned burst)
{
    const struct limit_rule rule = {.interval_us = 3 * CLOCK_MINUTE, .burst = burst};
    const char *network = network_of(rq->cx.mem, rq->address);
    struct limit_count count;
    uint64_t key;

    if (rq->drafts == NULL)
        return true;
    key = limit_key(rq->drafts, 0, what, strlen(what) + 1);
    key = limit_key(rq->drafts, key, network, strlen(network));
    return limit_take_key(rq->drafts, &rule, key, clock_mono_us(), &count) ||
           err_set(&rq->cx.err, &ERR_LIMITED, "asking: %s", what);
}

bool address_ask_said(struct req *rq, const char *english)
{
    return reply_flash(rq, "ok", req_text(rq, english)) &&
           reply_see_other(rq, demo_mail_page_is_open(rq) ? "/demo/mail" : "/login");
}
