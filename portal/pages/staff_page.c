#include "portal/pages/staff_page.h"

#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/second_factor.h"
#include "portal/account/staff.h"
#include "portal/http/page.h"

#include <string.h>

struct staff_fields {
    const char *full_name, *email, *phone, *title, *started_on;
    struct id role_id, team_id;
    bool is_disabled;
};

#define AT(member) offsetof(struct staff_fields, member)
static const struct form_field STAFF_FIELDS[] = {
    {"full_name", T("Full name"), FORM_TEXT, true, 1, PERSON_NAME_MAX, NULL, AT(full_name)},
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL, AT(email)},
    {"phone", T("Telephone"), FORM_TEXT, false, 0, PERSON_PHONE_MAX, NULL, AT(phone)},
    {"title", T("Position"), FORM_TEXT, false, 0, STAFF_TITLE_MAX, NULL, AT(title)},
    {"started", T("Works here since"), FORM_DATE, false, 0, 0, NULL, AT(started_on)},
    {"role", T("Role"), FORM_ID, true, 0, 0, NULL, AT(role_id)},
    {"team", T("Team"), FORM_ID, false, 0, 0, NULL, AT(team_id)},
    {"disabled", T("Switched off"), FORM_BOOL, false, 0, 0, NULL, AT(is_disabled)},
};

static const char *account_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "/desk/settings/staff/%s", id_text(rq->cx.mem, id));
}

/* --- the list --- */

static json_t *chip_of(struct req *rq, const struct staff_account *a)
{
    const char *kind = a->is_disabled ? NULL : a->locked_until ? "warn" : "ok";
    const char *icon = a->is_disabled ? "ban" : a->locked_until ? "lock" : "check";
    const char *text = a->is_disabled    ? T("Switched off")
                       : a->locked_until ? T("Locked")
                                         : T("In use");

    return json_pack("{s:s?,s:s,s:s}", "kind", kind, "icon", icon, "text", req_text(rq, text));
}

static json_t *account_json(struct req *rq, const struct staff_account *a)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "href",
                     account_href(rq, a->person_id), "name", a->full_name, "email", a->email,
                     "title", a->title, "role", req_text(rq, a->role_name), "team", a->team_name,
                     "chip", chip_of(rq, a), "last_login",
                     a->last_login_at ? page_time(rq, a->last_login_at) : json_null(), "initials",
                     page_initials(a->full_name));
}

bool staff_page_list(struct req *rq)
{
    const char *search = req_query(rq, "q");
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:s,s:b}", "accounts", rows, "query",
                                                  search ? search : "", "on_staff", 1));
    struct staff_account *list;
    size_t count;

    if (!staff_list(&rq->cx, search, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, account_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "staff_list", page);
}

/* --- the form --- */

static json_t *options(struct req *rq, const struct staff_choice *list, size_t count,
                       const char *chosen, bool is_translated)
{
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        const char *value = id_text(rq->cx.mem, list[i].id);

        json_array_append_new(out,
                              json_pack("{s:s,s:s,s:b}", "value", value, "text",
                                        is_translated ? req_text(rq, list[i].name) : list[i].name,
                                        "is_chosen", !strcmp(value, chosen)));
    }
    return out;
}

static const char *id_or_empty(struct req *rq, struct id id)
{
    return id_is_zero(id) ? "" : id_text(rq->cx.mem, id);
}

/* What stands in the fields: as it was typed, else as the account is, else nothing. */
static json_t *values_of(struct req *rq, const struct form *form, const struct staff_account *a)
{
    static const char *const NAMES[] = {"full_name", "email", "phone",  "title",
                                        "role",      "team",  "started"};
    json_t *values = a ? json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "started",
                                   a->started_on != NULL ? a->started_on : "", "full_name",
                                   a->full_name, "email", a->email, "phone", a->phone, "title",
                                   a->title, "role", id_or_empty(rq, a->role_id), "team",
                                   id_or_empty(rq, a->team_id), "disabled", a->is_disabled)
                       : json_object();

    for (size_t i = 0; form && i < COUNT(NAMES); i++)
        json_object_set_new(values, NAMES[i], json_string(form_value(form, NAMES[i])));
    if (form)
        json_object_set_new(values, "disabled", json_boolean(*form_value(form, "disabled") != 0));
    return values;
}

static const struct {
    size_t offset;
    const char *one, *many;
} USES[] = {
    {offsetof(struct staff_uses, sessions), T("It is signed in on 1 device."),
     T("It is signed in on {} devices.")},
    {offsetof(struct staff_uses, tickets), T("1 ticket is filed or tracked by it."),
     T("{} tickets are filed or tracked by it.")},
    {offsetof(struct staff_uses, licences), T("1 licence is issued or owned by it."),
     T("{} licences are issued or owned by it.")},
    {offsetof(struct staff_uses, customers), T("1 customer is looked after by it."),
     T("{} customers are looked after by it.")},
    {offsetof(struct staff_uses, messages), T("1 message in tickets is written by it."),
     T("{} messages in tickets are written by it.")},
};

/* Why the account cannot be deleted, a sentence for each reason. */
static bool add_uses(struct req *rq, struct id id, json_t *page)
{
    json_t *reasons = json_array();
    struct staff_uses uses;

    json_object_set_new(page, "reasons", reasons);
    if (!staff_uses(&rq->cx, id, &uses))
        return false;
    for (size_t i = 0; i < COUNT(USES); i++) {
        int64_t n;

        memcpy(&n, (const char *)&uses + USES[i].offset, sizeof(n));
        if (n > 0)
            json_array_append_new(
                reasons,
                json_string(n == 1 ? req_text(rq, USES[i].one)
                                   : lang_fill1(rq->cx.mem, rq->lang, USES[i].many,
                                                format_number(rq->cx.mem, &rq->format, n))));
    }
    json_object_set_new(page, "has_reasons", json_boolean(json_array_size(reasons) > 0));
    return true;
}

static bool show(struct req *rq, const struct form *form, const struct staff_account *a)
{
    struct ctx *cx = &rq->cx;
    json_t *values = json_own(cx->mem, values_of(rq, form, a));
    struct staff_choice *roles;
    struct staff_choice *teams;
    bool has_second_step;
    size_t role_count;
    size_t team_count;
    json_t *page;

    if (!staff_roles(cx, &roles, &role_count) || !staff_teams(cx, &teams, &team_count))
        return false;
    page = json_own(
        cx->mem,
        json_pack("{s:O,s:o,s:o,s:b,s:s,s:b,s:b,s:n}", "values", values, "roles",
                  options(rq, roles, role_count, json_get_text(values, "role", ""), true), "teams",
                  options(rq, teams, team_count, json_get_text(values, "team", ""), false),
                  "is_new", a == NULL, "action",
                  a ? account_href(rq, a->person_id) : "/desk/settings/staff/new", "is_self",
                  a && id_equal(a->person_id, rq->session->person_id), "is_locked",
                  a && a->locked_until != 0, "account"));
    if (a) {
        json_object_set_new(page, "account", account_json(rq, a));
        if (!second_factor_is_on(cx, a->person_id, &has_second_step) ||
            !add_uses(rq, a->person_id, page))
            return false;
        json_object_set_new(page, "has_second_step", json_boolean(has_second_step));
    }
    return form ? page_render_form(rq, "staff_form", page, form)
                : page_render(rq, "staff_form", page);
}

/* Faults that only the tables know, told together with those of single fields. */
static bool check_address(struct req *rq, struct form *form, struct id own)
{
    const char *email = form_value(form, "email");
    struct person *other;

    if (!*email)
        return true;
    if (!person_email_clean(rq->cx.mem, email)) {
        form_fault(rq, form, "email", T("E-mail"), ERR_PERSON_EMAIL.text);
        return true;
    }
    if (!person_find_by_email(&rq->cx, email, &other))
        return false;
    if (other && !id_equal(other->id, own))
        form_fault(rq, form, "email", T("E-mail"), ERR_PERSON_TAKEN.text);
    return true;
}

static bool read_form(struct req *rq, struct form **form, struct staff_draft *draft, struct id own)
{
    struct staff_fields in = {.full_name = NULL};
    char *hash = arena_alloc(rq->cx.mem, CRYPTO_PASSWORD_TEXT_SIZE);
    const char *password;

    if (!form_parse(rq, form))
        return false;
    form_read(rq, *form, STAFF_FIELDS, COUNT(STAFF_FIELDS), &in);
    if (!check_address(rq, *form, own))
        return false;
    password = arena_dup(rq->cx.mem, form_value(*form, "password"));
    json_object_del((*form)->values, "password");
    *draft = (struct staff_draft){.full_name = in.full_name,
                                  .email = in.email,
                                  .phone = in.phone,
                                  .title = in.title,
                                  .started_on = in.started_on,
                                  .role_id = in.role_id,
                                  .team_id = in.team_id,
                                  .is_disabled = in.is_disabled};
    if (!*password)
        return true;
    if (!credential_hash_for(&rq->cx, password,
                             (const char *const[]){in.full_name, in.email, rq->tenant->name, NULL},
                             hash))
        return form_take_err(rq, *form, STAFF_FIELDS, COUNT(STAFF_FIELDS));
    draft->password_hash = hash;
    return true;
}

static bool has_faults(const struct form *form)
{
    return json_object_size(form->faults) > 0;
}

bool staff_page_new(struct req *rq)
{
    return show(rq, NULL, NULL);
}

bool staff_page_add(struct req *rq)
{
    struct staff_draft draft;
    struct form *form;
    struct id id;

    if (!read_form(rq, &form, &draft, (struct id){{0}}))
        return false;
    if (!draft.password_hash && !json_object_get(form->faults, "password"))
        form_fault(rq, form, "password", T("Password"), T("Enter a first password."));
    if (has_faults(form))
        return show(rq, form, NULL);
    if (!staff_add(&rq->cx, &draft, &id))
        return form_take_err(rq, form, STAFF_FIELDS, COUNT(STAFF_FIELDS)) && show(rq, form, NULL);
    return reply_flash(
               rq, "ok",
               lang_fill1(rq->cx.mem, rq->lang, T("{} can sign in now."), draft.full_name)) &&
           reply_see_other(rq, "/desk/settings");
}

bool staff_page_view(struct req *rq)
{
    struct staff_account *a;

    return staff_get(&rq->cx, rq->id, &a) && show(rq, NULL, a);
}

bool staff_page_save(struct req *rq)
{
    struct staff_account *a;
    struct staff_draft draft;
    struct form *form;

    if (!staff_get(&rq->cx, rq->id, &a) || !read_form(rq, &form, &draft, rq->id))
        return false;
    if (has_faults(form))
        return show(rq, form, a);
    if (!staff_change(&rq->cx, rq->id, &draft))
        return form_take_err(rq, form, STAFF_FIELDS, COUNT(STAFF_FIELDS)) && show(rq, form, a);
    return reply_flash(rq, "ok", req_text(rq, T("The account is saved."))) &&
           reply_see_other(rq, "/desk/settings");
}

bool staff_page_unlock(struct req *rq)
{
    struct staff_account *a;

    return staff_get(&rq->cx, rq->id, &a) && credential_unlock(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The account is unlocked."))) &&
           reply_see_other(rq, account_href(rq, rq->id));
}

bool staff_page_remove(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *text;

    if (staff_remove(cx, rq->id))
        return reply_flash(rq, "ok", req_text(rq, T("The account is deleted."))) &&
               reply_see_other(rq, "/desk/settings");
    if (cx->err.kind != &ERR_STAFF_IN_USE && cx->err.kind != &ERR_STAFF_SELF &&
        cx->err.kind != &ERR_STAFF_LAST)
        return false;
    text = req_text(rq, cx->err.kind->text);
    err_clear(&cx->err);
    return reply_flash(rq, "bad", text) && reply_see_other(rq, account_href(rq, rq->id));
}
