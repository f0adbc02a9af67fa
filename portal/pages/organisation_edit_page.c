#include "portal/pages/organisation_edit_page.h"

#include "portal/account/role.h"
#include "portal/http/page.h"
#include "portal/pages/field_form.h"
#include "portal/sales/organisation.h"
#include "portal/sales/site.h"

#include <string.h>

enum { STAFF_MAX = 200 };

struct organisation_fields {
    const char *code, *name, *category, *status;
    int64_t importance;
    struct id owner_id;
    const char *phone, *email, *address, *city, *country, *note;
};

#define AT(member) offsetof(struct organisation_fields, member)
static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, ORGANISATION_NAME_MAX, NULL, AT(name)},
    {"code", T("Customer code"), FORM_TEXT, false, 0, ORGANISATION_CODE_MAX, NULL, AT(code)},
    {"category", T("Kind"), FORM_TEXT, false, 0, ORGANISATION_CATEGORY_MAX, NULL, AT(category)},
    {"status", T("State"), FORM_CHOICE, true, 0, 0, ORGANISATION_STATUSES, AT(status)},
    {"importance", T("Importance"), FORM_INT, true, ORGANISATION_IMPORTANCE_MIN,
     ORGANISATION_IMPORTANCE_MAX, NULL, AT(importance)},
    {"owner", T("Looked after by"), FORM_ID, false, 0, 0, NULL, AT(owner_id)},
    {"phone", T("Telephone"), FORM_TEXT, false, 0, ORGANISATION_PHONE_MAX, NULL, AT(phone)},
    {"email", T("E-mail"), FORM_TEXT, false, 0, ORGANISATION_EMAIL_MAX, NULL, AT(email)},
    {"address", T("Address"), FORM_TEXT, false, 0, ORGANISATION_ADDRESS_MAX, NULL, AT(address)},
    {"city", T("City"), FORM_TEXT, false, 0, ORGANISATION_CITY_MAX, NULL, AT(city)},
    {"country", T("Country"), FORM_TEXT, false, 2, 2, NULL, AT(country)},
    {"note", T("Note for colleagues"), FORM_LINES, false, 0, ORGANISATION_NOTE_MAX, NULL, AT(note)},
};

static const char *const STATUS_LABELS[] = {T("Prospect"), T("Active"), T("Dormant"), T("Lost")};

static const char *customer_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, id));
}

/* --- the form --- */

/* What stands in the fields: as it was typed, else as the customer is, else what is usual. */
static json_t *values_of(struct req *rq, const struct form *form, const struct organisation *o)
{
    struct arena *mem = rq->cx.mem;
    json_t *values;

    if (!o)
        values = json_pack("{s:s,s:s}", "status", "active", "importance", "3");
    else
        values = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "name", o->name,
                           "code", o->code, "category", o->category, "status", o->status,
                           "importance", arena_printf(mem, "%d", (int)o->importance), "owner",
                           id_is_zero(o->owner_id) ? "" : id_text(mem, o->owner_id), "phone",
                           o->phone, "email", o->email, "address", o->address, "city", o->city,
                           "country", o->country, "note", o->note);
    for (size_t i = 0; form && i < COUNT(FIELDS); i++)
        json_object_set_new(values, FIELDS[i].name, json_string(form_value(form, FIELDS[i].name)));
    return values;
}

static json_t *option(const char *value, const char *text, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     !strcmp(value, chosen));
}

static bool owner_options(struct req *rq, const char *chosen, json_t **out)
{
    struct staff *staff;
    size_t count;

    if (!role_staff_list(&rq->cx, STAFF_MAX, &staff, &count))
        return false;
    *out = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            *out, option(id_text(rq->cx.mem, staff[i].person_id), staff[i].full_name, chosen));
    return true;
}

static json_t *fixed_options(struct req *rq, const char *status, const char *importance,
                             json_t **levels)
{
    json_t *statuses = json_array();

    for (size_t i = 0; i < COUNT(STATUS_LABELS); i++)
        json_array_append_new(
            statuses, option(ORGANISATION_STATUSES[i], req_text(rq, STATUS_LABELS[i]), status));
    *levels = json_array();
    for (int i = ORGANISATION_IMPORTANCE_MIN; i <= ORGANISATION_IMPORTANCE_MAX; i++) {
        const char *value = arena_printf(rq->cx.mem, "%d", i);

        json_array_append_new(*levels, option(value, value, importance));
    }
    return statuses;
}

/* What is asked next depends on what was chosen: nothing is sent yet. */
static bool is_stepping(const struct form *form)
{
    return form && !strcmp(form_value(form, "step"), "fields");
}

static bool show(struct req *rq, const struct form *form, const struct organisation *o)
{
    json_t *values = json_own(rq->cx.mem, values_of(rq, form, o));
    struct field_record own;
    json_t *owners;
    json_t *levels;
    json_t *statuses;
    json_t *page;

    if (!field_record_read(&rq->cx, FIELD_ORGANISATION, o ? o->id : (struct id){{0}}, &own) ||
        !owner_options(rq, json_get_text(values, "owner", ""), &owners))
        return false;
    statuses = fixed_options(rq, json_get_text(values, "status", ""),
                             json_get_text(values, "importance", ""), &levels);
    page = json_own(rq->cx.mem,
                    json_pack("{s:O,s:o,s:o,s:o,s:b,s:s,s:s,s:s}", "values", values, "owners",
                              owners, "statuses", statuses, "levels", levels, "is_new", o == NULL,
                              "organisation_name", o ? o->name : "", "back",
                              o ? customer_href(rq, o->id) : "/desk/customers", "action",
                              o ? arena_printf(rq->cx.mem, "%s/edit", customer_href(rq, o->id))
                                : "/desk/customers/new"));
    json_object_set_new(page, "fields_form", json_copy(json_object_get(page, "action")));
    field_form_add(rq, &(struct field_form){.set = &own.set, .values = own.values, .form = form},
                   page);
    return form && !is_stepping(form) ? page_render_form(rq, "organisation_form", page, form)
                                      : page_render(rq, "organisation_form", page);
}

static bool read_form(struct req *rq, struct form **form, struct organisation_draft *draft,
                      bool *is_good)
{
    struct organisation_fields in = {.code = NULL};
    struct field_set set;

    if (!form_parse(rq, form))
        return false;
    *is_good = form_read(rq, *form, FIELDS, COUNT(FIELDS), &in) && !is_stepping(*form);
    if (!custom_field_set(&rq->cx, FIELD_ORGANISATION, &set))
        return false;
    *draft = (struct organisation_draft){.code = in.code,
                                         .name = in.name,
                                         .category = in.category,
                                         .status = in.status,
                                         .importance = in.importance,
                                         .owner_id = in.owner_id,
                                         .phone = in.phone,
                                         .email = in.email,
                                         .address = in.address,
                                         .city = in.city,
                                         .country = in.country,
                                         .note = in.note,
                                         .fields = field_form_given(rq, &set, *form)};
    return true;
}

static bool take_err(struct req *rq, struct form *form)
{
    return field_form_take_err_of(rq, form, FIELDS, COUNT(FIELDS), FIELD_ORGANISATION);
}

bool organisation_edit_page_new(struct req *rq)
{
    return show(rq, NULL, NULL);
}

bool organisation_edit_page_add(struct req *rq)
{
    struct organisation_draft draft;
    struct organisation *o;
    struct form *form;
    bool is_good;

    if (!read_form(rq, &form, &draft, &is_good))
        return false;
    if (!is_good)
        return show(rq, form, NULL);
    if (!organisation_add(&rq->cx, &draft, &o))
        return take_err(rq, form) && show(rq, form, NULL);
    return reply_flash(rq, "ok", req_text(rq, T("The customer is added."))) &&
           reply_see_other(rq, customer_href(rq, o->id));
}

bool organisation_edit_page_edit(struct req *rq)
{
    struct organisation *o;

    return organisation_get(&rq->cx, rq->id, &o) && show(rq, NULL, o);
}

bool organisation_edit_page_save(struct req *rq)
{
    struct organisation_draft draft;
    struct organisation *o;
    struct form *form;
    bool is_good;

    if (!organisation_get(&rq->cx, rq->id, &o) || !read_form(rq, &form, &draft, &is_good))
        return false;
    if (!is_good)
        return show(rq, form, o);
    if (!organisation_change(&rq->cx, o->id, &draft))
        return take_err(rq, form) && show(rq, form, o);
    return reply_flash(rq, "ok", req_text(rq, T("The customer is saved."))) &&
           reply_see_other(rq, customer_href(rq, o->id));
}

bool organisation_edit_page_remove(struct req *rq)
{
    struct ctx *cx = &rq->cx;

    if (organisation_remove(cx, rq->id))
        return reply_flash(rq, "ok", req_text(rq, T("The customer is deleted."))) &&
               reply_see_other(rq, "/desk/customers");
    if (cx->err.kind != &ERR_ORGANISATION_IN_USE)
        return false;
    err_clear(&cx->err);
    return reply_flash(rq, "bad", req_text(rq, ERR_ORGANISATION_IN_USE.text)) &&
           reply_see_other(rq, arena_printf(cx->mem, "%s/edit", customer_href(rq, rq->id)));
}

/* --- sites --- */

static const struct form_field SITE_FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, SITE_NAME_MAX, NULL, offsetof(struct site, name)},
    {"city", T("City"), FORM_TEXT, true, 1, SITE_CITY_MAX, NULL, offsetof(struct site, city)},
    {"address", T("Address"), FORM_TEXT, false, 0, SITE_ADDRESS_MAX, NULL,
     offsetof(struct site, address)},
    {"phone", T("Telephone"), FORM_TEXT, false, 0, ORGANISATION_PHONE_MAX, NULL,
     offsetof(struct site, phone)},
};

/* Whose site: staff name the customer in the path, a customer's is the current one. */
static bool site_owner(struct req *rq, struct organisation **out, const char **back)
{
    bool is_staff = rq->session->is_staff;

    *back = is_staff ? customer_href(rq, rq->id) : "/organisation";
    return organisation_get(&rq->cx, is_staff ? rq->id : rq->session->organisation_id, out);
}

static bool show_site(struct req *rq, const struct form *form)
{
    struct organisation *o;
    const char *back;
    json_t *values = json_own(rq->cx.mem, json_object());
    json_t *page;

    if (!site_owner(rq, &o, &back))
        return false;
    for (size_t i = 0; form && i < COUNT(SITE_FIELDS); i++)
        json_object_set_new(values, SITE_FIELDS[i].name,
                            json_string(form_value(form, SITE_FIELDS[i].name)));
    page = json_own(rq->cx.mem, json_pack("{s:O,s:s,s:s,s:s}", "values", values, "back", back,
                                          "organisation_name", o->name, "action", rq->path));
    return form ? page_render_form(rq, "site_form", page, form)
                : page_render(rq, "site_form", page);
}

bool organisation_edit_page_new_site(struct req *rq)
{
    return show_site(rq, NULL);
}

bool organisation_edit_page_add_site(struct req *rq)
{
    struct site in = {.name = NULL};
    struct organisation *o;
    struct form *form;
    const char *back;
    struct id id;

    if (!site_owner(rq, &o, &back) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, SITE_FIELDS, COUNT(SITE_FIELDS), &in))
        return show_site(rq, form);
    in.organisation_id = o->id;
    if (!site_add(&rq->cx, &in, &id))
        return form_take_err(rq, form, SITE_FIELDS, COUNT(SITE_FIELDS)) && show_site(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The site is added."))) &&
           reply_see_other(rq, back);
}
