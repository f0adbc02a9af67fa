#include "portal/pages/signup_desk_page.h"

#include "portal/account/sign_in_rule.h"
#include "portal/account/signup_domain.h"
#include "portal/account/signup_wait.h"
#include "portal/http/page.h"
#include "portal/mail/mail_signup.h"

#include <string.h>

static const char LIST[] = "/desk/customers/sign-ups";
static const char RULE[] = "/desk/settings/sign-up";

/* --- who waits --- */

/* failed: whose row was not decided; typed: the code that stands there again. */
static json_t *row_json(struct req *rq, const struct signup_wait *w, struct id failed,
                        const struct form *form)
{
    const bool is_failed = form != NULL && id_equal(w->id, failed);
    const char *id = id_text(rq->cx.mem, w->id);
    const json_t *fault = is_failed ? json_object_get(form->faults, "code") : NULL;

    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:s,s:o,s:s,s:s,s:b}", "id", id, "name",
                     w->full_name, "email", w->email, "organisation", w->organisation_name, "note",
                     w->note, "code", is_failed ? form_value(form, "code") : w->suggested_code,
                     "fault", json_string_value(fault), "suggested", w->suggested_name, "since",
                     page_time(rq, w->created_at), "accept_href",
                     arena_printf(rq->cx.mem, "%s/%s/accept", LIST, id), "decline_href",
                     arena_printf(rq->cx.mem, "%s/%s/decline", LIST, id), "is_open", is_failed);
}

static bool show_list(struct req *rq, struct id failed, const struct form *form)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "people", rows));
    struct signup_wait *list;
    size_t count;

    if (!signup_wait_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, row_json(rq, &list[i], failed, form));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "may_decide",
                        json_boolean(viewer_has(&rq->cx.viewer, RIGHT_CUSTOMERS_CREATE)));
    return form ? page_render_form(rq, "signup_list", page, form)
                : page_render(rq, "signup_list", page);
}

bool signup_desk_page_list(struct req *rq)
{
    return show_list(rq, (struct id){{0}}, NULL);
}

/* The mail goes with the decision, written by the portal itself. */
static bool tell(struct req *rq, struct id person_id, enum mail_kind kind)
{
    const struct viewer viewer = rq->cx.viewer;
    bool ok;

    rq->cx.viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = mail_signup_decided(&rq->cx, rq->app, person_id, kind);
    rq->cx.viewer = viewer;
    return ok;
}

static bool finish(struct req *rq, bool ok)
{
    if (ok)
        return db_commit(&rq->cx);
    db_rollback(&rq->cx);
    return false;
}

bool signup_desk_page_accept(struct req *rq)
{
    struct form *form;
    struct id person_id;

    if (!form_parse(rq, &form) || !db_begin(&rq->cx))
        return false;
    if (finish(rq, signup_wait_accept(&rq->cx, rq->id, form_value(form, "code"), &person_id) &&
                       tell(rq, person_id, MAIL_ACCEPTED)))
        return reply_flash(rq, "ok", req_text(rq, T("Accepted. A mail tells the person."))) &&
               reply_see_other(rq, LIST);
    if (rq->cx.err.kind != &ERR_NOT_FOUND || rq->cx.err.source == NULL)
        return false;
    err_clear(&rq->cx.err);
    form_fault(rq, form, "code", T("Customer code"), T("No customer has this code."));
    return show_list(rq, rq->id, form);
}

bool signup_desk_page_decline(struct req *rq)
{
    struct form *form;
    struct id person_id;

    return form_parse(rq, &form) && db_begin(&rq->cx) &&
           finish(rq, signup_wait_decline(&rq->cx, rq->id, &person_id) &&
                          tell(rq, person_id, MAIL_DECLINED)) &&
           reply_flash(
               rq, "ok",
               req_text(rq, T("Declined. The account is switched off, and a mail says so."))) &&
           reply_see_other(rq, LIST);
}

/* --- the rule --- */

static const struct {
    const char *label, *detail;
} MODES[] = {
    [SIGNUP_OFF] = {T("Nobody"), T("Staff alone make accounts.")},
    [SIGNUP_INVITED] = {T("By invitation"),
                        T("Staff and organisations' administrators invite people.")},
    [SIGNUP_DOMAIN] = {T("By mail domain"),
                       T("Also whoever has an address under a domain of an organisation.")},
    [SIGNUP_OPEN] = {T("Everybody"), T("Whoever confirms an address; those whom no domain places "
                                       "wait for staff.")},
};
_Static_assert(COUNT(MODES) == SIGNUP_MODE_COUNT, "words for every mode");

static json_t *modes_json(struct req *rq, enum signup_mode chosen)
{
    json_t *modes = json_array();

    for (size_t i = 0; i < COUNT(MODES); i++)
        json_array_append_new(modes, json_pack("{s:s,s:s,s:s,s:b}", "value", SIGNUP_MODE_NAMES[i],
                                               "label", req_text(rq, MODES[i].label), "detail",
                                               req_text(rq, MODES[i].detail), "is_chosen",
                                               i == (size_t)chosen));
    return modes;
}

static bool domains_json(struct req *rq, json_t *rows)
{
    struct signup_domain *list;
    size_t count;

    if (!signup_domain_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s}", "domain", list[i].domain,
                                              "organisation", list[i].organisation_name, "code",
                                              list[i].organisation_code, "remove_href",
                                              arena_printf(rq->cx.mem, "%s/domains/%s/remove", RULE,
                                                           id_text(rq->cx.mem, list[i].id))));
    return true;
}

static bool show_rule(struct req *rq, const struct form *form)
{
    json_t *domains = json_array();
    json_t *page = json_own(
        rq->cx.mem, json_pack("{s:b,s:o,s:s,s:s}", "on_signup", true, "domains", domains, "domain",
                              form ? form_value(form, "domain") : "", "organisation",
                              form ? form_value(form, "organisation") : ""));
    struct sign_in_rule rule;

    if (!sign_in_rule_get(&rq->cx, &rule) || !domains_json(rq, domains))
        return false;
    json_object_set_new(page, "modes", modes_json(rq, rule.signup));
    json_object_set_new(page, "approves", json_boolean(rule.signup_approves));
    json_object_set_new(page, "has_domains", json_boolean(json_array_size(domains) > 0));
    return form ? page_render_form(rq, "signup_rule", page, form)
                : page_render(rq, "signup_rule", page);
}

bool signup_desk_page_rule(struct req *rq)
{
    return show_rule(rq, NULL);
}

bool signup_desk_page_save(struct req *rq)
{
    struct sign_in_rule rule;
    struct form *form;
    size_t mode = 0;

    if (!form_parse(rq, &form) || !sign_in_rule_get(&rq->cx, &rule))
        return false;
    while (mode < SIGNUP_MODE_COUNT && strcmp(SIGNUP_MODE_NAMES[mode], form_value(form, "mode")))
        mode++;
    if (mode == SIGNUP_MODE_COUNT)
        return err_set_at(&rq->cx.err, &ERR_INVALID, "mode", "no mode");
    rule.signup = (enum signup_mode)mode;
    rule.signup_approves = *form_value(form, "approves") != '\0';
    return sign_in_rule_set(&rq->cx, &rule) && reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           reply_see_other(rq, RULE);
}

struct domain_fields {
    const char *domain, *organisation;
};
static const struct form_field DOMAIN_FIELDS[] = {
    {"domain", T("Mail domain"), FORM_TEXT, true, 1, 253, NULL,
     offsetof(struct domain_fields, domain)},
    {"organisation", T("Customer code"), FORM_TEXT, true, 1, 40, NULL,
     offsetof(struct domain_fields, organisation)},
};

bool signup_desk_page_domain_add(struct req *rq)
{
    struct domain_fields in = {.domain = NULL};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, DOMAIN_FIELDS, COUNT(DOMAIN_FIELDS), &in))
        return show_rule(rq, form);
    if (signup_domain_add(&rq->cx, in.domain, in.organisation))
        return reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, RULE);
    if (rq->cx.err.kind == &ERR_NOT_FOUND) {
        err_clear(&rq->cx.err);
        form_fault(rq, form, "organisation", T("Customer code"), T("No customer has this code."));
        return show_rule(rq, form);
    }
    return form_take_err(rq, form, DOMAIN_FIELDS, COUNT(DOMAIN_FIELDS)) && show_rule(rq, form);
}

bool signup_desk_page_domain_remove(struct req *rq)
{
    return signup_domain_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The domain is removed."))) && reply_see_other(rq, RULE);
}
