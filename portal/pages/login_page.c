#include "portal/pages/login_page.h"

#include "kb/article.h"
#include "portal/account/login.h"
#include "portal/account/session.h"
#include "portal/account/signup.h"
#include "portal/http/page.h"
#include "portal/pages/kb_page.h"
#include "portal/pages/sso_page.h"
#include "portal/serve.h"
#include "portal/serve_sign_in.h"

#include <string.h>

struct login_form {
    const char *email;
    const char *next;
};

enum { NEXT_MAX = 1000, LOGIN_ARTICLES = 4 };

static const struct form_field LOGIN_FIELDS[] = {
    {"email", T("E-mail"), FORM_TEXT, true, 1, 254, NULL, offsetof(struct login_form, email)},
    {"next", T("Next page"), FORM_TEXT, false, 0, NEXT_MAX, NULL,
     offsetof(struct login_form, next)},
};

/* "//host" and "/\host" would leave this site. */
const char *login_page_next(const char *next)
{
    if (!next || next[0] != '/' || next[1] == '/' || strlen(next) > NEXT_MAX)
        return "/";
    for (const char *c = next; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == '\\' || *c == 0x7f)
            return "/";
    }
    return strncmp(next, "/login", 6) == 0 || strncmp(next, "/logout", 7) == 0 ? "/" : next;
}

/* Whether a device may stay signed in, and how long. */
static json_t *rule_json(struct req *rq, const struct sign_in_rule *rule)
{
    const char *days = arena_printf(rq->cx.mem, "%lld", (long long)rule->remember_days);

    if (rule->remember_days == 0)
        return json_null();
    return json_string(rule->remember_days == 1
                           ? req_text(rq, T("Stay signed in on this device for a day"))
                           : lang_fill1(rq->cx.mem, rq->lang,
                                        T("Stay signed in on this device for {} days"), days));
}

/* The public articles stand beside the form: they may answer without an account. */
static bool login_context(struct req *rq, const char *next, const char *email, json_t **out)
{
    const struct article_filter featured = {
        .locale = lang_code(rq->lang), .is_featured = true, .limit = LOGIN_ARTICLES};
    json_t *articles = json_array();
    struct sign_in_rule rule;
    struct article *list;
    json_t *sso;
    size_t count;

    *out =
        json_own(rq->cx.mem, json_pack("{s:s,s:s,s:b,s:o}", "next", next, "email", email,
                                       "has_next", strcmp(next, "/") != 0, "articles", articles));
    if (!article_list(&rq->cx, &featured, &list, &count) || !sso_page_offer(rq, &sso) ||
        !sign_in_rule_get(&rq->cx, &rule))
        return false;
    json_object_set_new(*out, "keep", rule_json(rq, &rule));
    json_object_set_new(*out, "may_sign_up", json_boolean(signup_is_possible(&rule)));
    json_object_set(*out, "sso", sso);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(articles, kb_page_article_json(rq, &list[i]));
    return true;
}

bool login_page_view(struct req *rq)
{
    const char *next = login_page_next(req_query(rq, "next"));
    json_t *page;

    if (!id_is_zero(rq->session->person_id))
        return reply_see_other(rq, next);
    return login_context(rq, next, "", &page) && page_render(rq, "login", page);
}

/* The page again with what was typed, but the password. */
static bool login_again(struct req *rq, struct form *form)
{
    const char *next = login_page_next(form_value(form, "next"));
    json_t *page;
    bool is_known;

    json_object_del(form->values, "password");
    if (!login_context(rq, next, form_value(form, "email"), &page) ||
        !sso_page_knows(rq, form_value(form, "email"), &is_known))
        return false;
    json_object_set_new(page, "by_email", json_boolean(is_known));
    return page_render_form(rq, "login", page, form);
}

/* On to where he wanted to go, by way of the second step if there is one. */
static bool go_on(struct req *rq, const char *next, bool keeps)
{
    struct str to = str_new(rq->cx.mem);

    if (!id_is_zero(rq->session->person_id))
        return reply_see_other(rq, next);
    str_add(&to, keeps ? "/login/code?keep=1&next=" : "/login/code?next=");
    str_url(&to, next);
    return reply_see_other(rq, to.p);
}

bool login_page_submit(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct login_form in = {.email = NULL};
    struct login_try attempt;
    struct form *form;
    struct id person_id;
    bool has_password;
    bool keeps, is_sent = false;

    if (!form_parse(rq, &form))
        return false;
    keeps = *form_value(form, "keep") != '\0';
    has_password = *form_value(form, "password") != '\0';
    if (!form_read(rq, form, LOGIN_FIELDS, COUNT(LOGIN_FIELDS), &in) || !has_password) {
        if (!has_password && in.email != NULL &&
            (!sso_page_by_email(rq, in.email, in.next, &is_sent) || is_sent))
            return is_sent && cx->err.kind == NULL;
        if (!has_password)
            form_fault(rq, form, "password", T("Password"), T("Enter your password."));
        return login_again(rq, form);
    }
    attempt = (struct login_try){.email = in.email,
                                 .password = form_value(form, "password"),
                                 .address = rq->address,
                                 .account_tries = rq->app->config.login_account_tries,
                                 .address_tries = rq->app->config.login_address_tries,
                                 .then = keeps ? serve_sign_in_kept : serve_sign_in,
                                 .halfway = serve_sign_in_half,
                                 .arg = rq};
    if (!login_check(cx, &attempt, &person_id)) {
        if (cx->err.kind != &ERR_LOGIN_REFUSED)
            return false;
        form_fault(rq, form, "email", T("E-mail"), cx->err.kind->text);
        err_clear(&cx->err);
        return login_again(rq, form);
    }
    return go_on(rq, login_page_next(in.next), keeps);
}

/* --- the second step --- */

static bool show_code(struct req *rq, const char *next, bool keeps, struct form *form)
{
    json_t *page = json_own(rq->cx.mem, json_pack("{s:s,s:b}", "next", next, "keeps", keeps));

    if (!form)
        return page_render(rq, "login_code", page);
    json_object_clear(form->values);
    return page_render_form(rq, "login_code", page, form);
}

bool login_page_code(struct req *rq)
{
    struct id person_id;

    if (!session_waiting(&rq->cx, rq->session, &person_id))
        return false;
    return id_is_zero(person_id) ? reply_see_other(rq, "/login")
                                 : show_code(rq, login_page_next(req_query(rq, "next")),
                                             req_query(rq, "keep") != NULL, NULL);
}

bool login_page_code_submit(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct login_try attempt = {.address = rq->address,
                                .account_tries = rq->app->config.login_account_tries,
                                .address_tries = rq->app->config.login_address_tries,
                                .arg = rq};
    struct form *form;
    bool keeps;
    struct id person_id;
    const char *next;

    if (!form_parse(rq, &form) || !session_waiting(cx, rq->session, &person_id))
        return false;
    if (id_is_zero(person_id))
        return reply_see_other(rq, "/login");
    keeps = *form_value(form, "keep") != '\0';
    attempt.then = keeps ? serve_sign_in_kept : serve_sign_in;
    next = login_page_next(form_value(form, "next"));
    if (login_check_code(cx, person_id, form_value(form, "code"), &attempt))
        return reply_see_other(rq, next);
    if (cx->err.kind != &ERR_LOGIN_CODE && cx->err.kind != &ERR_LOGIN_REFUSED)
        return false;
    form_fault(rq, form, "code", T("Code"), cx->err.kind->text);
    err_clear(&cx->err);
    return show_code(rq, next, keeps, form);
}

bool login_page_logout(struct req *rq)
{
    if (!serve_sign_in_forget(rq) || !session_end(&rq->cx, serve_visit(rq), rq->session))
        return false;
    return reply_flash(rq, "ok", req_text(rq, T("You are signed out."))) &&
           reply_see_other(rq, "/login");
}

bool login_page_switch(struct req *rq)
{
    struct form *form;
    struct id id;

    if (!form_parse(rq, &form))
        return false;
    if (!id_parse(form_value(form, "organisation"), &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "organisation to switch to");
    return session_switch_organisation(&rq->cx, rq->session, id) && reply_see_other(rq, "/");
}

bool login_page_language(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) && serve_keep_language(rq, form_value(form, "lang")) &&
           reply_see_other(rq, login_page_next(form_value(form, "next")));
}
