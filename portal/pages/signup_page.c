#include "portal/pages/signup_page.h"

#include "portal/account/credential.h"
#include "portal/account/signup.h"
#include "portal/account/signup_wait.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"
#include "portal/mail/mail_signup.h"
#include "portal/pages/address_ask.h"
#include "portal/serve_sign_in.h"

#include <string.h>

/* --- asking --- */

static bool show_ask(struct req *rq, const struct sign_in_rule *rule, const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:b,s:b}", "is_possible", signup_is_possible(rule),
                                       "is_domain", rule->signup == SIGNUP_DOMAIN));

    return address_ask_show(rq, "signup", page, form);
}

bool signup_page_ask(struct req *rq)
{
    struct sign_in_rule rule;

    if (!id_is_zero(rq->session->person_id))
        return reply_see_other(rq, "/");
    return sign_in_rule_get(&rq->cx, &rule) && show_ask(rq, &rule, NULL);
}

/* One answer for every address, after the same work. */
bool signup_page_send(struct req *rq)
{
    enum { BURST = 10 };
    struct sign_in_rule rule;
    struct form *form;
    const char *email;

    if (!address_ask_read(rq, &form, &email) || !sign_in_rule_get(&rq->cx, &rule))
        return false;
    if (!signup_is_possible(&rule))
        return err_set(&rq->cx.err, &ERR_SIGNUP_CLOSED, "nobody signs up");
    if (email == NULL)
        return show_ask(rq, &rule, form);
    return address_ask_let_in(rq, "signup", BURST) &&
           mail_signup_ask(&rq->cx, email, lang_code(rq->lang)) &&
           address_ask_said(rq, T("If this address may have an account, a mail with a link is "
                                  "on its way. The link works once, for three days."));
}

/* --- going on by the mail --- */

struct account_fields {
    const char *full_name, *organisation, *note;
};
#define AT(member) offsetof(struct account_fields, member)
static const struct form_field ACCOUNT_FIELDS[] = {
    {"full_name", T("Full name"), FORM_TEXT, true, 1, PERSON_NAME_MAX, NULL, AT(full_name)},
    {"organisation", T("Your organisation"), FORM_TEXT, false, 0, PERSON_NAME_MAX, NULL,
     AT(organisation)},
    {"note", T("A word to the support team"), FORM_LINES, false, 0, SIGNUP_NOTE_MAX, NULL,
     AT(note)},
};

static const char *typed(const struct form *form, const char *name)
{
    return form ? form_value(form, name) : "";
}

static bool show_account(struct req *rq, const char *email, struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:s,s:s,s:s,s:s}", "email", email, "action",
                                       arena_printf(rq->cx.mem, "/signup/%s", rq->args[0]),
                                       "full_name", typed(form, "full_name"), "organisation",
                                       typed(form, "organisation"), "note", typed(form, "note")));

    if (!form)
        return page_render(rq, "signup_account", page);
    json_object_del(form->values, "password");
    json_object_del(form->values, "again");
    return page_render_form(rq, "signup_account", page, form);
}

/* Programs that look into mails open every link in them: so opening one changes nothing. */
bool signup_page_show(struct req *rq)
{
    const char *email;

    return signup_find(&rq->cx, rq->args[0], &email) && show_account(rq, email, NULL);
}

static bool read_account(struct req *rq, struct form *form, struct account_fields *in)
{
    bool ok = form_read(rq, form, ACCOUNT_FIELDS, COUNT(ACCOUNT_FIELDS), in);

    if (!*form_value(form, "password"))
        form_fault(rq, form, "password", T("New password"), T("Enter a new password."));
    else if (strcmp(form_value(form, "password"), form_value(form, "again")) != 0)
        form_fault(rq, form, "again", T("New password, again"),
                   T("This differs from the new password above."));
    return ok && json_object_size(form->faults) == 0;
}

bool signup_page_finish(struct req *rq)
{
    struct account_fields in = {.full_name = NULL};
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    const char *own[5] = {NULL};
    struct signup_spec spec;
    struct form *form;
    const char *email;

    if (!form_parse(rq, &form) || !signup_find(&rq->cx, rq->args[0], &email))
        return false;
    if (!read_account(rq, form, &in))
        return show_account(rq, email, form);
    own[0] = in.full_name;
    own[1] = email;
    own[2] = rq->tenant->name;
    own[3] = in.organisation;
    if (!credential_hash_for(&rq->cx, form_value(form, "password"), own, hash))
        return form_take_err(rq, form, NULL, 0) && show_account(rq, email, form);
    spec = (struct signup_spec){.full_name = in.full_name,
                                .organisation_name = in.organisation ? in.organisation : "",
                                .note = in.note ? in.note : "",
                                .language = lang_code(rq->lang),
                                .password_hash = hash,
                                .then = serve_sign_in,
                                .arg = rq};
    return signup_use(&rq->cx, rq->args[0], &spec) &&
           reply_flash(rq, "ok", req_text(rq, T("Your account is made. You are signed in."))) &&
           reply_see_other(rq, "/");
}

/* --- afterwards --- */

bool signup_page_waiting(struct req *rq)
{
    bool waits;

    return signup_wait_is(&rq->cx, rq->session->person_id, &waits) &&
           page_render(rq, "signup_waiting",
                       json_own(rq->cx.mem, json_pack("{s:b,s:s,s:s}", "waits", waits, "email",
                                                      rq->session->email, "support_email",
                                                      rq->tenant->support_email)));
}
