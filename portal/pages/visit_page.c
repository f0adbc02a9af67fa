#include "portal/pages/visit_page.h"

#include "portal/desk/team.h"
#include "portal/desk/visit.h"

#include <string.h>

static const char *const OUTCOMES[] = {"content", "unhappy", "unreached", NULL};

struct visit_fields {
    const char *due, *outcome, *result, *next;
    struct id assignee_id;
    bool is_from_list;
};

static const struct form_field ADD_FIELDS[] = {
    {"due", T("Day of the visit"), FORM_DATE, true, 0, 0, NULL, offsetof(struct visit_fields, due)},
};
static const struct form_field GIVE_FIELDS[] = {
    {"assignee", T("Visitor"), FORM_ID, false, 0, 0, NULL,
     offsetof(struct visit_fields, assignee_id)},
};
static const struct form_field DONE_FIELDS[] = {
    {"outcome", T("Outcome"), FORM_CHOICE, true, 0, 0, OUTCOMES,
     offsetof(struct visit_fields, outcome)},
    {"result", T("What came of it"), FORM_LINES, false, 0, VISIT_RESULT_MAX, NULL,
     offsetof(struct visit_fields, result)},
    {"next", T("Next visit"), FORM_DATE, false, 0, 0, NULL, offsetof(struct visit_fields, next)},
    {"from_list", T("Form"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct visit_fields, is_from_list)},
};

static json_t *state_json(struct req *rq, const struct visit *v)
{
    static const struct {
        const char *outcome, *kind, *icon, *text;
    } DONE[] = {
        {"content", "ok", "check", T("Content")},
        {"unhappy", "bad", "circle-alert", T("Not content")},
        {"unreached", NULL, "phone", T("Not reached")},
    };

    for (size_t i = 0; v->outcome != NULL && i < COUNT(DONE); i++)
        if (strcmp(v->outcome, DONE[i].outcome) == 0)
            return json_pack("{s:s?,s:s,s:s}", "kind", DONE[i].kind, "icon", DONE[i].icon, "text",
                             req_text(rq, DONE[i].text));
    return json_pack("{s:s,s:s,s:s}", "kind", v->is_late ? "bad" : "accent", "icon", "clock",
                     "text", req_text(rq, v->is_late ? T("Overdue") : T("Planned")));
}

/* What was typed about this one and refused; null for the others. */
static json_t *typed_json(const struct form *form)
{
    const char *outcome = form_value(form, "outcome");

    return json_pack("{s:s,s:s,s:b,s:b}", "result", form_value(form, "result"), "next",
                     form_value(form, "next"), "is_unhappy", strcmp(outcome, "unhappy") == 0,
                     "is_unreached", strcmp(outcome, "unreached") == 0);
}

static json_t *visit_json(struct req *rq, const struct visit *v, const struct form *form)
{
    const bool is_typed = form != NULL && id_equal(v->id, rq->id);

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b,s:s,s:s,s:o?}", "id", id_text(rq->cx.mem, v->id),
        "href", arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, v->ticket_id)),
        "number", v->number, "subject", v->subject, "organisation", v->organisation, "assignee",
        v->assignee, "due", page_date(rq, v->due_on), "chip", state_json(rq, v), "is_open",
        v->outcome == NULL, "result", v->result, "action",
        arena_printf(rq->cx.mem, "/desk/visits/%s", id_text(rq->cx.mem, v->id)), "typed",
        is_typed ? typed_json(form) : NULL);
}

static json_t *list_json(struct req *rq, const struct visit *list, size_t count,
                         const struct form *form)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, visit_json(rq, &list[i], form));
    return rows;
}

static json_t *tabs_json(struct req *rq, bool is_all)
{
    return json_pack("{s:s,s:[{s:s,s:s,s:n,s:b},{s:s,s:s,s:n,s:b}]}", "label",
                     req_text(rq, T("Which visits")), "tabs", "href", "/desk/visits", "label",
                     req_text(rq, T("Due and overdue")), "count", "is_current", !is_all, "href",
                     "/desk/visits?all=1", "label", req_text(rq, T("All open visits")), "count",
                     "is_current", is_all);
}

/* Whom each open visit can be given to. */
static bool add_people(struct req *rq, const struct visit *list, json_t *rows)
{
    struct team_member *members;
    json_t *row;
    size_t count, i;

    if (!team_members(&rq->cx, (struct id){{0}}, &members, &count))
        return false;
    json_array_foreach (rows, i, row) {
        json_t *people = json_array();

        for (size_t m = 0; m < count; m++)
            json_array_append_new(people,
                                  json_pack("{s:s,s:s,s:b}", "value",
                                            id_text(rq->cx.mem, members[m].person_id), "text",
                                            members[m].full_name, "is_chosen",
                                            id_equal(members[m].person_id, list[i].assignee_id)));
        json_object_set_new(row, "people", people);
    }
    return true;
}

static bool show_list(struct req *rq, const struct form *form)
{
    const bool is_all = form != NULL || req_query(rq, "all") != NULL;
    struct visit *list;
    json_t *rows, *page;
    size_t count;

    if (!visit_list(&rq->cx, !is_all, &list, &count))
        return false;
    rows = list_json(rq, list, count, form);
    page = json_own(rq->cx.mem, json_pack("{s:o,s:o,s:b}", "visits", rows, "views",
                                          tabs_json(rq, is_all), "is_empty", count == 0));
    if (!add_people(rq, list, rows))
        return false;
    return form != NULL ? page_render_form(rq, "visit_list", page, form)
                        : page_render(rq, "visit_list", page);
}

bool visit_page_list(struct req *rq)
{
    return show_list(rq, NULL);
}

bool visit_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context)
{
    struct visit *list;
    size_t count;

    if (!visit_of_ticket(&rq->cx, t->id, &list, &count))
        return false;
    json_object_set_new(context, "visits", list_json(rq, list, count, NULL));
    json_object_set_new(context, "visit_is_open",
                        json_boolean(count > 0 && list[0].outcome == NULL));
    return true;
}

/* What was wrong is said on the page that the form stands on. */
static bool back(struct req *rq, const struct form *form, const char *said, const char *path)
{
    const json_t *fault = json_array_get(form->fault_list, 0);

    if (fault == NULL)
        return reply_flash(rq, "ok", req_text(rq, said)) && reply_see_other(rq, path);
    return reply_flash(rq, "bad", json_get_text(fault, "text", "")) && reply_see_other(rq, path);
}

bool visit_page_add(struct req *rq)
{
    const char *path = arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, rq->id));
    const struct id whoever = {{0}};
    struct visit_fields f = {0};
    struct form *form;
    struct ticket *t;
    struct id id;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (form_read(rq, form, ADD_FIELDS, COUNT(ADD_FIELDS), &f) &&
        !visit_add(&rq->cx, rq->id, f.due, whoever, &id) &&
        !form_take_err(rq, form, ADD_FIELDS, COUNT(ADD_FIELDS)))
        return false;
    return back(rq, form, T("The visit is planned."), path);
}

bool visit_page_give(struct req *rq)
{
    struct visit_fields f = {0};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (form_read(rq, form, GIVE_FIELDS, COUNT(GIVE_FIELDS), &f) &&
        !visit_give(&rq->cx, rq->id, f.assignee_id) &&
        !form_take_err(rq, form, GIVE_FIELDS, COUNT(GIVE_FIELDS)))
        return false;
    return back(rq, form, T("The visit has its visitor."), "/desk/visits?all=1");
}

bool visit_page_done(struct req *rq)
{
    struct visit_fields f = {0};
    struct id ticket_id;
    struct form *form;

    if (!form_parse(rq, &form) || !visit_ticket(&rq->cx, rq->id, &ticket_id))
        return false;
    if (form_read(rq, form, DONE_FIELDS, COUNT(DONE_FIELDS), &f) &&
        !visit_finish(
            &rq->cx, rq->id,
            &(struct visit_outcome){.outcome = f.outcome, .result = f.result, .next_on = f.next}) &&
        !form_take_err(rq, form, DONE_FIELDS, COUNT(DONE_FIELDS)))
        return false;
    if (json_object_size(form->faults) > 0 && *form_value(form, "from_list") != '\0')
        return show_list(rq, form); /* with what was typed */
    return back(rq, form, T("The outcome is kept."),
                f.is_from_list
                    ? "/desk/visits"
                    : arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, ticket_id)));
}
