#include "portal/pages/profile_desk_page.h"

#include "portal/account/person.h"
#include "portal/account/profile_proposal.h"
#include "portal/account/profile_secret.h"
#include "portal/http/page.h"
#include "portal/pages/people_page.h"
#include "portal/pages/profile_form.h"

#include <string.h>

/* --- a person's data --- */

static bool subject(struct req *rq, struct profile_form *out, const char **back)
{
    *out = (struct profile_form){.of = {.organisation_id = rq->id}};
    if (!people_page_desk_person(rq, &out->of.person_id))
        return false;
    *back = arena_printf(rq->cx.mem, "/desk/customers/%s/people/%s", id_text(rq->cx.mem, rq->id),
                         id_text(rq->cx.mem, out->of.person_id));
    out->reveal = arena_printf(rq->cx.mem, "%s/reveal", *back);
    return true;
}

static bool show(struct req *rq, const struct form *form)
{
    struct profile_form what;
    const char *back;
    struct person *p;
    json_t *fields;
    json_t *page;

    if (!subject(rq, &what, &back) || !person_get(&rq->cx, what.of.person_id, &p) ||
        !profile_form_json(rq, &what, form, &fields))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:s,s:s,s:s,s:o}", "name", p->full_name, "email",
                                          p->email, "back", back, "fields", fields));
    return form ? page_render_form(rq, "profile_desk", page, form)
                : page_render(rq, "profile_desk", page);
}

bool profile_desk_page_view(struct req *rq)
{
    return show(rq, NULL);
}

bool profile_desk_page_save(struct req *rq)
{
    struct profile_outcome outcome;
    struct profile_form what;
    struct form *form;
    const char *back;

    if (!subject(rq, &what, &back) || !form_parse(rq, &form))
        return false;
    if (!profile_form_save(rq, &what, form, &outcome))
        return rq->cx.err.kind == NULL && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The details are saved."))) &&
           reply_see_other(rq, back);
}

bool profile_desk_page_reveal(struct req *rq)
{
    enum profile_field field = PROFILE_NAME;
    struct profile_form what;
    const char *back, *value;
    struct person *p;

    if (!subject(rq, &what, &back))
        return false;
    if (rq->args[2] == NULL || !profile_field_parse(rq->args[2], &field))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such field");
    return person_get(&rq->cx, what.of.person_id, &p) &&
           profile_secret_reveal(&rq->cx, p->id, field, &value) &&
           page_render(
               rq, "profile_revealed",
               json_own(rq->cx.mem, json_pack("{s:s,s:s,s:s,s:s}", "label",
                                              req_text(rq, profile_field_label(field)), "value",
                                              value, "name", p->full_name, "back",
                                              arena_printf(rq->cx.mem, "%s/profile", back))));
}

/* --- proposals --- */

static const char *who(const struct profile_proposal *p)
{
    return *p->person_name != '\0' ? p->person_name : p->organisation_name;
}

static json_t *proposals_json(struct req *rq, const struct profile_proposal *list, size_t count)
{
    static const char *const STATES[] = {[PROFILE_PROPOSAL_WAITING] = T("waits"),
                                         [PROFILE_PROPOSAL_ACCEPTED] = T("accepted"),
                                         [PROFILE_PROPOSAL_DECLINED] = T("declined"),
                                         [PROFILE_PROPOSAL_WITHDRAWN] = T("withdrawn")};
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct profile_proposal *p = &list[i];
        const char *dots = profile_field_is_sensitive(p->field) ? PROFILE_DOTS : NULL;
        const char *act =
            arena_printf(rq->cx.mem, "/desk/proposals/%s", id_text(rq->cx.mem, p->id));
        const char *customer = id_is_zero(p->of.organisation_id)
                                   ? NULL
                                   : arena_printf(rq->cx.mem, "/desk/customers/%s",
                                                  id_text(rq->cx.mem, p->of.organisation_id));

        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:s?}", "who", who(p), "field",
                      req_text(rq, profile_field_label(p->field)), "old",
                      dots != NULL ? dots : p->old_value, "new", dots != NULL ? dots : p->new_value,
                      "by", p->proposed_by, "act", act, "state", req_text(rq, STATES[p->state]),
                      "at", page_time(rq, p->proposed_at), "decided_at",
                      page_time(rq, p->decided_at), "decided_by", p->decided_by, "reason",
                      p->reason, "href", customer));
    }
    return rows;
}

bool profile_desk_page_proposals(struct req *rq)
{
    struct profile_proposal *waiting, *over;
    size_t waiting_count, over_count;

    if (!profile_proposal_list(&rq->cx, true, &waiting, &waiting_count) ||
        !profile_proposal_list(&rq->cx, false, &over, &over_count))
        return false;
    return page_render(
        rq, "profile_proposals",
        json_own(rq->cx.mem, json_pack("{s:o,s:o,s:b,s:b}", "waiting",
                                       proposals_json(rq, waiting, waiting_count), "over",
                                       proposals_json(rq, over, over_count), "has_waiting",
                                       waiting_count > 0, "has_over", over_count > 0)));
}

bool profile_desk_page_accept(struct req *rq)
{
    return profile_proposal_accept(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The proposal is accepted and the value set."))) &&
           reply_see_other(rq, "/desk/proposals");
}

bool profile_desk_page_decline(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           profile_proposal_decline(&rq->cx, rq->id, form_value(form, "reason")) &&
           reply_flash(rq, "ok", req_text(rq, T("The proposal is declined."))) &&
           reply_see_other(rq, "/desk/proposals");
}

/* --- what customers may see and change --- */

static const char *const LEVEL_TEXTS[] = {[PROFILE_OFF] = T("not kept"),
                                          [PROFILE_HIDDEN] = T("staff only"),
                                          [PROFILE_READ] = T("may read"),
                                          [PROFILE_PROPOSE] = T("may propose"),
                                          [PROFILE_EDIT] = T("may edit")};

static json_t *level_options(struct req *rq, enum profile_field field, enum profile_level chosen)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < PROFILE_LEVEL_COUNT; i++)
        if (profile_field_may_be(field, (enum profile_level)i))
            json_array_append_new(
                list, json_pack("{s:s,s:s,s:b}", "value", profile_level_name((enum profile_level)i),
                                "text", req_text(rq, LEVEL_TEXTS[i]), "is_chosen", chosen == i));
    return list;
}

bool profile_desk_page_levels(struct req *rq)
{
    json_t *people = json_array();
    json_t *organisation = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:b,s:o,s:o}", "on_profile", true, "people",
                                                  people, "organisation", organisation));
    struct profile_levels levels;

    if (!profile_levels(&rq->cx, &levels))
        return false;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        enum profile_field field = (enum profile_field)i;

        json_array_append_new(profile_field_is_of_organisation(field) ? organisation : people,
                              json_pack("{s:s,s:s,s:b,s:o}", "name", profile_field_name(field),
                                        "label", req_text(rq, profile_field_label(field)),
                                        "is_sensitive", profile_field_is_sensitive(field),
                                        "options", level_options(rq, field, levels.of[i])));
    }
    return page_render(rq, "profile_levels", page);
}

bool profile_desk_page_set_levels(struct req *rq)
{
    struct profile_levels levels;
    struct form *form;

    if (!form_parse(rq, &form) || !profile_levels(&rq->cx, &levels))
        return false;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        const char *typed = form_value(form, profile_field_name((enum profile_field)i));

        if (*typed != '\0' && !profile_level_parse(typed, &levels.of[i]))
            return err_set(&rq->cx.err, &ERR_PROFILE_LEVEL, "level %s", typed);
    }
    return profile_levels_set(&rq->cx, &levels) &&
           reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           reply_see_other(rq, "/desk/settings/profile");
}
