#include "portal/pages/address_page.h"

#include "portal/account/person_address.h"
#include "portal/http/page.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_out.h"
#include "portal/pages/demo_mail_page.h"
#include "portal/serve.h"

struct ask_fields {
    const char *email;
};
static const struct form_field FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL,
     offsetof(struct ask_fields, email)},
};

static bool show(struct req *rq, const struct form *form)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:s}", "addresses", rows, "email",
                                                  form ? form_value(form, "email") : ""));
    struct person_address *list;
    size_t count;

    if (!person_address_list(&rq->cx, rq->session->person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *base = id_is_zero(list[i].id)
                               ? NULL
                               : arena_printf(rq->cx.mem, "/account/addresses/%s",
                                              id_text(rq->cx.mem, list[i].id));

        json_array_append_new(
            rows, json_pack("{s:s,s:b,s:b,s:b,s:s?}", "email", list[i].email, "is_main",
                            list[i].is_main, "is_confirmed", list[i].is_confirmed, "is_waiting",
                            !list[i].is_main && !list[i].is_confirmed, "base", base));
    }
    return form ? page_render_form(rq, "account_addresses", page, form)
                : page_render(rq, "account_addresses", page);
}

bool address_page_list(struct req *rq)
{
    return show(rq, NULL);
}

bool address_page_ask(struct req *rq)
{
    struct ask_fields in = {.email = NULL};
    struct form *form;
    bool is_sent;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    if (!mail_account_address(&rq->cx, rq->app, in.email, &is_sent)) {
        if (rq->cx.err.kind == &ERR_MAIL_ADDRESS) {
            err_clear(&rq->cx.err);
            form_fault(rq, form, "email", T("E-mail"), ERR_PERSON_EMAIL.text);
            return show(rq, form);
        }
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    }
    if (!is_sent) {
        form_fault(rq, form, "email", T("E-mail"),
                   T("You have asked for several mails in this hour. Try again in an hour."));
        return show(rq, form);
    }
    return reply_flash(rq, "ok",
                       req_text(rq, T("A mail is on its way to the new address. Open the link in "
                                      "it to add the address."))) &&
           reply_see_other(rq, demo_mail_page_is_open(rq) ? "/demo/mail" : "/account/addresses");
}

bool address_page_main(struct req *rq)
{
    return person_address_make_main(&rq->cx, rq->session->person_id, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("This is your main address now."))) &&
           reply_see_other(rq, "/account/addresses");
}

bool address_page_remove(struct req *rq)
{
    return person_address_remove(&rq->cx, rq->session->person_id, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The address is removed."))) &&
           reply_see_other(rq, "/account/addresses");
}

/* Looking changes nothing: programs that look into mails open every link in them. */
bool address_page_confirm(struct req *rq)
{
    const char *email;

    return person_address_asked(&rq->cx, rq->args[0], &email) &&
           page_render(rq, "account_address_confirm",
                       json_own(rq->cx.mem,
                                json_pack("{s:s,s:s}", "email", email, "action",
                                          arena_printf(rq->cx.mem, "/account/addresses/confirm/%s",
                                                       rq->args[0]))));
}

bool address_page_confirm_now(struct req *rq)
{
    return person_address_confirm(&rq->cx, rq->args[0]) &&
           reply_flash(rq, "ok", req_text(rq, T("The address is added to your account."))) &&
           reply_see_other(rq, "/account/addresses");
}
