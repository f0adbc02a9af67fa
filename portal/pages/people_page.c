#include "portal/pages/people_page.h"

#include "base/parse.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/http/page.h"
#include "portal/mail/mail_invite.h"
#include "portal/pages/record_field_page.h"
#include "portal/sales/organisation.h"
#include "portal/sales/site.h"

#include <string.h>

enum { POSITION_MAX = 100 };

struct place { /* whose people, and where their pages lie */
    struct organisation *organisation;
    const char *base; /* "/organisation/people" */
    const char *back; /* the page that lists them */
    bool is_desk;
};

static bool own_place(struct req *rq, struct place *out)
{
    *out = (struct place){.base = "/organisation/people", .back = "/organisation"};
    return organisation_get(&rq->cx, rq->session->organisation_id, &out->organisation);
}

static bool desk_place(struct req *rq, struct place *out)
{
    const char *id = id_text(rq->cx.mem, rq->id);

    *out = (struct place){.base = arena_printf(rq->cx.mem, "/desk/customers/%s/people", id),
                          .back = arena_printf(rq->cx.mem, "/desk/customers/%s", id),
                          .is_desk = true};
    return organisation_get(&rq->cx, rq->id, &out->organisation);
}

/* The person of a path below /desk/customers/{id}/people/{person}. */
static bool desk_person(struct req *rq, struct id *out)
{
    return (rq->args[1] && id_parse(rq->args[1], out)) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "person of a path");
}

/* --- the form --- */

struct people_fields {
    const char *full_name, *email, *phone, *position;
    struct id site_id;
    bool can[6];
};

#define AT(member) offsetof(struct people_fields, member)
static const struct form_field PEOPLE_FIELDS[] = {
    {"full_name", T("Full name"), FORM_TEXT, true, 1, PERSON_NAME_MAX, NULL, AT(full_name)},
    {"email", T("E-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL, AT(email)},
    {"phone", T("Telephone"), FORM_TEXT, false, 0, PERSON_PHONE_MAX, NULL, AT(phone)},
    {"position", T("Position"), FORM_TEXT, false, 0, POSITION_MAX, NULL, AT(position)},
    {"site", T("Site"), FORM_ID, false, 0, 0, NULL, AT(site_id)},
    {"can_ticket_own", T("Own tickets"), FORM_BOOL, false, 0, 0, NULL, AT(can[0])},
    {"can_ticket_all", T("All tickets"), FORM_BOOL, false, 0, 0, NULL, AT(can[1])},
    {"can_order", T("Orders"), FORM_BOOL, false, 0, 0, NULL, AT(can[2])},
    {"can_licence", T("Licences"), FORM_BOOL, false, 0, 0, NULL, AT(can[3])},
    {"can_billing", T("Invoices"), FORM_BOOL, false, 0, 0, NULL, AT(can[4])},
    {"can_admin", T("Administration"), FORM_BOOL, false, 0, 0, NULL, AT(can[5])},
};

static const struct {
    const char *field, *label, *hint;
    uint64_t right;
} RIGHTS[] = {
    {"can_ticket_own", T("Own tickets"), T("files tickets and follows those"), RIGHT_TICKET_OWN},
    {"can_ticket_all", T("All tickets"), T("reads and answers every ticket of the organisation"),
     RIGHT_TICKET_ALL},
    {"can_order", T("Orders"), T("orders and contracts"), RIGHT_ORDER},
    {"can_licence", T("Licences"), T("licences, keys and machines"), RIGHT_LICENCE},
    {"can_billing", T("Invoices"), T("invoices and what is open"), RIGHT_BILLING},
    {"can_admin", T("Administration"), T("people and sites of the organisation"), RIGHT_ADMIN},
};
_Static_assert(COUNT(RIGHTS) == COUNT(((struct people_fields *)0)->can), "a field for each right");

static uint64_t rights_of(const struct people_fields *in)
{
    uint64_t rights = 0;

    for (size_t i = 0; i < COUNT(RIGHTS); i++)
        rights |= in->can[i] ? RIGHTS[i].right : 0;
    return rights;
}

/* "act", or "read" where it is for seeing only. */
static uint64_t reads_only_of(const struct form *form)
{
    uint64_t reads = 0;

    for (size_t i = 0; i < COUNT(RIGHTS); i++)
        reads |= strcmp(form_value(form, RIGHTS[i].field), "read") == 0 ? RIGHTS[i].right : 0;
    return reads;
}

static json_t *rights_json(struct req *rq, const struct form *form, const struct membership *m)
{
    json_t *list = json_array();

    for (size_t i = 0; i < COUNT(RIGHTS); i++) {
        bool is_on = form ? *form_value(form, RIGHTS[i].field) != '\0'
                     : m  ? (m->rights & RIGHTS[i].right) != 0
                          : RIGHTS[i].right == RIGHT_TICKET_OWN;

        bool reads = form ? (reads_only_of(form) & RIGHTS[i].right) != 0
                          : m && (m->reads_only & RIGHTS[i].right) != 0;

        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b,s:b}", "name", RIGHTS[i].field,
                                              "label", req_text(rq, RIGHTS[i].label), "hint",
                                              req_text(rq, RIGHTS[i].hint), "reads", is_on && reads,
                                              "acts", is_on && !reads));
    }
    return list;
}

static bool site_options(struct req *rq, const struct place *place, const char *chosen,
                         json_t **out)
{
    struct site *sites;
    size_t count;

    if (!site_list(&rq->cx, place->organisation->id, &sites, &count))
        return false;
    *out = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *value = id_text(rq->cx.mem, sites[i].id);

        json_array_append_new(*out, json_pack("{s:s,s:s,s:b}", "value", value, "text",
                                              sites[i].name, "is_chosen", !strcmp(value, chosen)));
    }
    return true;
}

static bool show(struct req *rq, const struct place *place, const struct form *form,
                 const struct membership *m)
{
    const char *site = form                           ? form_value(form, "site")
                       : m && !id_is_zero(m->site_id) ? id_text(rq->cx.mem, m->site_id)
                                                      : "";
    const char *action =
        m ? arena_printf(rq->cx.mem, "%s/%s", place->base, id_text(rq->cx.mem, m->person_id))
          : arena_printf(rq->cx.mem, "%s/new", place->base);
    json_t *sites;
    json_t *page;

    if (!site_options(rq, place, site, &sites))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:s,s:s,s:o,s:o}", "action",
                              action, "back", place->back, "organisation_name",
                              place->organisation->name, "full_name",
                              form ? form_value(form, "full_name")
                              : m  ? m->full_name
                                   : "",
                              "email",
                              form ? form_value(form, "email")
                              : m  ? m->email
                                   : "",
                              "phone",
                              form ? form_value(form, "phone")
                              : m  ? m->phone
                                   : "",
                              "is_new", m == NULL, "is_desk", place->is_desk, "is_self",
                              m && id_equal(m->person_id, rq->session->person_id), "position",
                              form ? form_value(form, "position")
                              : m  ? m->position
                                   : "",
                              "name", m ? m->full_name : "", "rights", rights_json(rq, form, m),
                              "sites", sites));
    if (m)
        json_object_set_new(page, "seen", json_integer((json_int_t)membership_seen(m)));
    if (m && place->is_desk && !record_field_page_add(rq, FIELD_PERSON, m->person_id, action, page))
        return false;
    return form ? page_render_form(rq, "people_form", page, form)
                : page_render(rq, "people_form", page);
}

static bool member_of(struct req *rq, const struct place *place, struct id person_id,
                      struct membership **out)
{
    struct membership *list;
    size_t count;

    if (!membership_list_of_organisation(&rq->cx, place->organisation->id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (id_equal(list[i].person_id, person_id)) {
            *out = &list[i];
            return true;
        }
    }
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no member %s", id_text(rq->cx.mem, person_id));
}

/* --- inviting --- */

/* The link is in this answer and in the mail to the person, and nowhere else. */
static bool show_link(struct req *rq, const struct place *place, const char *name,
                      const char *token)
{
    const char *public_url = rq->app->config.public_url;
    const char *url =
        *public_url ? arena_printf(rq->cx.mem, "%s/welcome/%s", public_url, token)
                    : arena_printf(rq->cx.mem, "%s://%s/welcome/%s",
                                   rq->app->config.behind_tls ? "https" : "http", rq->host, token);

    return page_render(rq, "people_link",
                       json_own(rq->cx.mem, json_pack("{s:s,s:s,s:s,s:s}", "name", name, "code",
                                                      url, "back", place->back, "organisation_name",
                                                      place->organisation->name)));
}

static struct membership_spec member_spec(const struct place *place, struct id person_id,
                                          const struct people_fields *in, const struct form *form)
{
    return (struct membership_spec){.person_id = person_id,
                                    .reads_only = reads_only_of(form),
                                    .organisation_id = place->organisation->id,
                                    .site_id = in->site_id,
                                    .position = in->position,
                                    .rights = rights_of(in)};
}

static bool invite(struct req *rq, const struct place *place, const struct people_fields *in,
                   const struct form *form, struct person **out, const char **token)
{
    const struct person_spec spec = {
        .full_name = in->full_name, .email = in->email, .phone = in->phone};
    const struct membership_spec member = member_spec(place, (struct id){{0}}, in, form);

    return mail_invite(&rq->cx, rq->app, &spec, &member, out, token);
}

static bool add(struct req *rq, const struct place *place)
{
    struct people_fields in = {.full_name = NULL};
    struct form *form;
    struct person *p = NULL;
    const char *token;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, PEOPLE_FIELDS, COUNT(PEOPLE_FIELDS), &in))
        return show(rq, place, form, NULL);
    if (!invite(rq, place, &in, form, &p, &token))
        return form_take_err(rq, form, PEOPLE_FIELDS, COUNT(PEOPLE_FIELDS)) &&
               show(rq, place, form, NULL);
    if (token)
        return show_link(rq, place, p->full_name, token);
    return reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang,
                                  T("{} belongs to the organisation now and signs in as before."),
                                  p->full_name)) &&
           reply_see_other(rq, place->back);
}

/* --- changing --- */

static bool save(struct req *rq, const struct place *place, struct id person_id)
{
    struct people_fields in = {.full_name = NULL};
    struct membership_spec member;
    struct membership *m;
    struct form *form;
    int64_t seen = 0;

    if (!member_of(rq, place, person_id, &m) || !form_parse(rq, &form))
        return false;
    /* Name and address are the person's own: a member's form has only what the membership says. */
    form_read(rq, form, PEOPLE_FIELDS + 3, COUNT(PEOPLE_FIELDS) - 3, &in);
    if (id_equal(person_id, rq->session->person_id) &&
        (m->rights & ~m->reads_only & RIGHT_ADMIN) != 0 &&
        (rights_of(&in) & ~reads_only_of(form) & RIGHT_ADMIN) == 0)
        form_fault(rq, form, "can_admin", T("Administration"),
                   T("You cannot take this right from yourself."));
    if (json_object_size(form->faults) > 0)
        return show(rq, place, form, m);
    member = member_spec(place, person_id, &in, form);
    member.has_seen = parse_i64(form_value(form, "seen"), 0, UINT32_MAX, &seen);
    member.seen = (uint64_t)seen;
    if (!membership_add(&rq->cx, &member)) {
        if (rq->cx.err.kind != &ERR_MEMBERSHIP_CHANGED &&
            rq->cx.err.kind != &ERR_MEMBERSHIP_LAST_ADMIN)
            return false;
        form_fault(rq, form, "can_admin", T("May see and do"), rq->cx.err.kind->text);
        err_clear(&rq->cx.err);
        return show(rq, place, form, m);
    }
    return reply_flash(rq, "ok", req_text(rq, T("The rights are saved."))) &&
           reply_see_other(rq, place->back);
}

static bool remove_member(struct req *rq, const struct place *place, struct id person_id)
{
    struct membership *m;

    if (!member_of(rq, place, person_id, &m))
        return false;
    if (id_equal(person_id, rq->session->person_id))
        return err_set(&rq->cx.err, &ERR_DENIED, "one's own membership");
    return membership_remove(&rq->cx, person_id, place->organisation->id) &&
           reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang,
                                  T("{} no longer belongs to the organisation."), m->full_name)) &&
           reply_see_other(rq, place->back);
}

static bool make_link(struct req *rq, const struct place *place, struct id person_id)
{
    struct membership *m;
    const char *token;

    return member_of(rq, place, person_id, &m) &&
           mail_invite_again(&rq->cx, rq->app, person_id, &token) &&
           show_link(rq, place, m->full_name, token);
}

/* --- both sides' ways in --- */

bool people_page_new(struct req *rq)
{
    struct place place;

    return own_place(rq, &place) && show(rq, &place, NULL, NULL);
}

bool people_page_add(struct req *rq)
{
    struct place place;

    return own_place(rq, &place) && add(rq, &place);
}

bool people_page_view(struct req *rq)
{
    struct place place;
    struct membership *m;

    return own_place(rq, &place) && member_of(rq, &place, rq->id, &m) && show(rq, &place, NULL, m);
}

bool people_page_save(struct req *rq)
{
    struct place place;

    return own_place(rq, &place) && save(rq, &place, rq->id);
}

bool people_page_remove(struct req *rq)
{
    struct place place;

    return own_place(rq, &place) && remove_member(rq, &place, rq->id);
}

bool people_page_link(struct req *rq)
{
    struct place place;

    return own_place(rq, &place) && make_link(rq, &place, rq->id);
}

bool people_page_desk_new(struct req *rq)
{
    struct place place;

    return desk_place(rq, &place) && show(rq, &place, NULL, NULL);
}

bool people_page_desk_add(struct req *rq)
{
    struct place place;

    return desk_place(rq, &place) && add(rq, &place);
}

bool people_page_desk_view(struct req *rq)
{
    struct place place;
    struct membership *m;
    struct id person;

    return desk_person(rq, &person) && desk_place(rq, &place) &&
           member_of(rq, &place, person, &m) && show(rq, &place, NULL, m);
}

bool people_page_desk_save(struct req *rq)
{
    struct place place;
    struct id person;

    return desk_person(rq, &person) && desk_place(rq, &place) && save(rq, &place, person);
}

bool people_page_desk_remove(struct req *rq)
{
    struct place place;
    struct id person;

    return desk_person(rq, &person) && desk_place(rq, &place) && remove_member(rq, &place, person);
}

bool people_page_desk_link(struct req *rq)
{
    struct place place;
    struct id person;

    return desk_person(rq, &person) && desk_place(rq, &place) && make_link(rq, &place, person);
}

bool people_page_desk_person(struct req *rq, struct id *out)
{
    struct place place;
    struct membership *m;
    struct id person;

    if (!desk_person(rq, &person) || !desk_place(rq, &place) || !member_of(rq, &place, person, &m))
        return false;
    *out = person;
    return true;
}
