#include "portal/pages/profile_page.h"

#include "portal/account/person.h"
#include "portal/account/profile_proposal.h"
#include "portal/account/profile_secret.h"
#include "portal/http/page.h"
#include "portal/pages/profile_form.h"
#include "portal/pages/record_field_page.h"
#include "portal/sales/organisation.h"

/* --- one's own --- */

static struct profile_form own(struct req *rq)
{
    return (struct profile_form){.of = {rq->session->person_id, rq->session->organisation_id},
                                 .reveal = "/account/reveal",
                                 .has_proposals = true};
}

static bool show(struct req *rq, const struct form *form)
{
    const struct profile_form what = own(rq);
    struct person *p;
    json_t *fields;
    json_t *page;

    if (!person_get(&rq->cx, rq->session->person_id, &p) ||
        !profile_form_json(rq, &what, form, &fields))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:s,s:b,s:o}", "email", p->email, "is_verified",
                                          p->is_verified, "fields", fields));
    if (rq->cx.viewer.kind == VIEWER_CUSTOMER &&
        !record_field_page_add(rq, FIELD_PERSON, p->id, "/account", page))
        return false;
    return form ? page_render_form(rq, "account", page, form) : page_render(rq, "account", page);
}

bool profile_page_own(struct req *rq)
{
    return show(rq, NULL);
}

bool profile_page_save(struct req *rq)
{
    const struct profile_form what = own(rq);
    struct profile_outcome outcome;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!profile_form_save(rq, &what, form, &outcome))
        return rq->cx.err.kind == NULL && show(rq, form);
    return profile_form_flash(rq, &outcome) && reply_see_other(rq, "/account");
}

bool profile_page_reveal(struct req *rq)
{
    enum profile_field field = PROFILE_NAME;
    const char *value;

    if (!profile_field_parse(rq->args[0], &field))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such field");
    return profile_secret_reveal(&rq->cx, rq->session->person_id, field, &value) &&
           page_render(rq, "profile_revealed",
                       json_own(rq->cx.mem,
                                json_pack("{s:s,s:s,s:s,s:s}", "label",
                                          req_text(rq, profile_field_label(field)), "value", value,
                                          "name", rq->session->person_name, "back", "/account")));
}

bool profile_page_withdraw(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) && profile_proposal_withdraw(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The proposal is withdrawn."))) &&
           reply_see_other(rq, *form_value(form, "of_organisation") ? "/organisation/details"
                                                                    : "/account");
}

/* --- the organisation's --- */

static struct profile_form of_organisation(struct req *rq)
{
    return (struct profile_form){.of = {{{0}}, rq->session->organisation_id},
                                 .has_proposals = true,
                                 .of_organisation = true};
}

static bool show_organisation(struct req *rq, const struct form *form)
{
    const struct profile_form what = of_organisation(rq);
    struct organisation *o;
    json_t *fields;
    json_t *page;

    if (!organisation_get(&rq->cx, rq->session->organisation_id, &o) ||
        !profile_form_json(rq, &what, form, &fields))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:s,s:b,s:o}", "name", o->name, "has_fields",
                                          json_array_size(fields) > 0, "fields", fields));
    return form ? page_render_form(rq, "organisation_details", page, form)
                : page_render(rq, "organisation_details", page);
}

bool profile_page_organisation(struct req *rq)
{
    return show_organisation(rq, NULL);
}

bool profile_page_organisation_save(struct req *rq)
{
    const struct profile_form what = of_organisation(rq);
    struct profile_outcome outcome;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!profile_form_save(rq, &what, form, &outcome))
        return rq->cx.err.kind == NULL && show_organisation(rq, form);
    return profile_form_flash(rq, &outcome) && reply_see_other(rq, "/organisation/details");
}
