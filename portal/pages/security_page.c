#include "portal/pages/security_page.h"

#include "portal/account/second_rule.h"
#include "portal/account/sign_in_rule.h"
#include "portal/http/page.h"

#include <string.h>

enum { NOT_GIVEN = -1 };
struct device_fields {
    int64_t remember_days;
};
static const struct form_field FIELDS[] = {
    {"remember_days", T("Days"), FORM_INT, false, 0, SIGN_IN_RULE_DAYS_MAX, NULL,
     offsetof(struct device_fields, remember_days)},
};

static bool show(struct req *rq, const struct form *form)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:b,s:o}", "on_security", true, "roles", rows));
    struct sign_in_rule rule;
    struct second_rule_role *list;
    size_t count;

    if (!second_rule_roles(&rq->cx, &list, &count) || !sign_in_rule_get(&rq->cx, &rule))
        return false;
    json_object_set_new(
        page, "remember_days",
        json_string(form ? form_value(form, "remember_days")
                         : arena_printf(rq->cx.mem, "%lld", (long long)rule.remember_days)));
    json_object_set_new(page, "remembers_staff", json_boolean(rule.remembers_staff));
    for (size_t i = 0; i < count; i++) {
        const char *missing = arena_printf(rq->cx.mem, "%lld", (long long)list[i].missing);

        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:b,s:o}", "field", id_text(rq->cx.mem, list[i].id), "name",
                            req_text(rq, list[i].name), "is_on", list[i].is_needed, "missing",
                            list[i].missing > 0
                                ? json_string(lang_fill1(rq->cx.mem, rq->lang,
                                                         T("People without one: {}"), missing))
                                : json_null()));
    }
    return form ? page_render_form(rq, "security", page, form) : page_render(rq, "security", page);
}

bool security_page_show(struct req *rq)
{
    return show(rq, NULL);
}

/* One transaction, so that a fault leaves all as it was. */
static bool save(struct req *rq, const struct form *form, int64_t days)
{
    struct ctx *cx = &rq->cx;
    struct second_rule_role *list;
    struct sign_in_rule rule;
    size_t count;

    if (!db_begin(cx))
        return false;
    if (!second_rule_roles(cx, &list, &count))
        goto rollback;
    for (size_t i = 0; i < count; i++)
        if (!second_rule_set_role(cx, list[i].id,
                                  *form_value(form, id_text(cx->mem, list[i].id)) != '\0'))
            goto rollback;
    if (!sign_in_rule_get(cx, &rule))
        goto rollback;
    rule.remember_days = days;
    rule.remembers_staff = *form_value(form, "remembers_staff") != '\0';
    if (days != NOT_GIVEN && !sign_in_rule_set(cx, &rule))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool security_page_save(struct req *rq)
{
    struct device_fields in = {.remember_days = NOT_GIVEN};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    return save(rq, form, in.remember_days) && reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           reply_see_other(rq, "/desk/settings/security");
}

static bool save_organisation(struct req *rq, struct id id, const char *next)
{
    struct form *form;

    return form_parse(rq, &form) &&
           second_rule_set_organisation(&rq->cx, id, *form_value(form, "needed") != '\0') &&
           reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, next);
}

bool security_page_own(struct req *rq)
{
    return save_organisation(rq, rq->session->organisation_id, "/organisation");
}

bool security_page_customer(struct req *rq)
{
    return save_organisation(
        rq, rq->id, arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, rq->id)));
}
