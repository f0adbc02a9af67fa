#include "portal/pages/leave_page.h"

#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"
#include "portal/pages/leave_month.h"

#include <string.h>

static const char LEAVE_PATH[] = "/desk/leave";

struct leave_fields {
    struct id person_id, substitute_id;
    const char *from, *to, *note;
};

#define AT(member) offsetof(struct leave_fields, member)
static const struct form_field FIELDS[] = {
    {"person", T("Person"), FORM_ID, false, 0, 0, NULL, AT(person_id)},
    {"from", T("From"), FORM_DATE, true, 0, 0, NULL, AT(from)},
    {"to", T("To"), FORM_DATE, true, 0, 0, NULL, AT(to)},
    {"substitute", T("Substitute"), FORM_ID, false, 0, 0, NULL, AT(substitute_id)},
    {"note", T("Note"), FORM_TEXT, false, 0, LEAVE_NOTE_MAX, NULL, AT(note)},
};

static json_t *option(struct req *rq, const struct team_member *m, const char *chosen)
{
    const char *id = id_text(rq->cx.mem, m->person_id);

    return json_pack("{s:s,s:s,s:b}", "value", id, "text", m->full_name, "is_chosen",
                     strcmp(id, chosen) == 0);
}

/* The people whose leave the viewer may enter: all with the settings, else those he leads. */
static bool add_people(struct req *rq, const struct form *form, json_t *page)
{
    const bool may_all = viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE);
    const char *me = id_text(rq->cx.mem, rq->cx.viewer.person_id);
    const char *person = form != NULL ? form_value(form, "person") : "";
    const char *substitute = form != NULL ? form_value(form, "substitute") : "";
    json_t *people = json_array(), *substitutes = json_array();
    struct team_member *list;
    size_t count;

    json_object_set_new(page, "people", people);
    json_object_set_new(page, "substitutes", substitutes);
    if (!team_members(&rq->cx, (struct id){{0}}, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const bool is_me = id_equal(list[i].person_id, rq->cx.viewer.person_id);
        bool may = may_all || is_me;

        if (!may && !team_is_lead_of(&rq->cx, list[i].person_id, &may))
            return false;
        if (may)
            json_array_append_new(people, option(rq, &list[i], *person != '\0' ? person : me));
        json_array_append_new(substitutes, option(rq, &list[i], substitute));
        if (is_me)
            json_object_set_new(page, "takes", json_boolean(list[i].takes));
    }
    json_object_set_new(page, "may_choose", json_boolean(json_array_size(people) > 1));
    return true;
}

static bool is_one_of(const json_t *people, const char *id)
{
    json_t *one;
    size_t i;

    json_array_foreach (people, i, one)
        if (strcmp(json_get_text(one, "value", ""), id) == 0)
            return true;
    return false;
}

static json_t *entry_json(struct req *rq, const struct leave *l, const json_t *people)
{
    const char *person = id_text(rq->cx.mem, l->person_id);

    return json_pack("{s:s,s:s,s:o,s:o,s:s,s:s,s:b,s:b,s:{s:s,s:s,s:s}}", "id",
                     id_text(rq->cx.mem, l->id), "name", l->person_name, "from",
                     page_date(rq, l->from_on), "to", page_date(rq, l->to_on), "note", l->note,
                     "substitute", l->substitute_name, "is_now", l->is_now, "may_remove",
                     is_one_of(people, person), "chip", "kind", "warn", "icon", "calendar", "text",
                     req_text(rq, T("Away")));
}

static bool show(struct req *rq, const struct form *form)
{
    json_t *entries = json_array();
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:o,s:s,s:s,s:s}", "entries", entries, "from",
                                       form != NULL ? form_value(form, "from") : "", "to",
                                       form != NULL ? form_value(form, "to") : "", "note",
                                       form != NULL ? form_value(form, "note") : ""));
    struct leave *list;
    size_t count;

    if (!add_people(rq, form, page) || !leave_month_add(rq, page) ||
        !leave_list(&rq->cx, (struct id){{0}}, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(entries, entry_json(rq, &list[i], json_object_get(page, "people")));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return form != NULL ? page_render_form(rq, "leave", page, form)
                        : page_render(rq, "leave", page);
}

bool leave_page_list(struct req *rq)
{
    return show(rq, NULL);
}

bool leave_page_add(struct req *rq)
{
    struct leave_fields f = {0};
    struct form *form;
    struct id id;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return show(rq, form);
    if (!leave_add(&rq->cx,
                   &(struct leave){.person_id = id_is_zero(f.person_id) ? rq->cx.viewer.person_id
                                                                        : f.person_id,
                                   .substitute_id = f.substitute_id,
                                   .from_on = f.from,
                                   .to_on = f.to,
                                   .note = f.note},
                   &id))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The leave is entered."))) &&
           reply_see_other(rq, LEAVE_PATH);
}

bool leave_page_remove(struct req *rq)
{
    if (leave_remove(&rq->cx, rq->id))
        return reply_flash(rq, "ok", req_text(rq, T("The leave is removed."))) &&
               reply_see_other(rq, LEAVE_PATH);
    if (rq->cx.err.kind != &ERR_DENIED)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad",
                       req_text(rq, T("Only the person, the lead and who may change settings "
                                      "remove this."))) &&
           reply_see_other(rq, LEAVE_PATH);
}

bool leave_page_switch(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           team_member_takes(&rq->cx, rq->cx.viewer.person_id,
                             *form_value(form, "takes") != '\0') &&
           reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, LEAVE_PATH);
}
