#include "portal/pages/visit_page.h"

#include "portal/desk/visit.h"

#include <string.h>

static const char *const OUTCOMES[] = {"content", "unhappy", "unreached", NULL};

struct visit_fields {
    const char *due, *outcome, *result, *next;
    bool is_from_list;
};

static const struct form_field ADD_FIELDS[] = {
    {"due", T("Day of the visit"), FORM_DATE, true, 0, 0, NULL, offsetof(struct visit_fields, due)},
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

static json_t *visit_json(struct req *rq, const struct visit *v)
{
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b,s:s,s:s}", "id", id_text(rq->cx.mem, v->id), "href",
        arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, v->ticket_id)), "number",
        v->number, "subject", v->subject, "organisation", v->organisation, "assignee", v->assignee,
        "due", page_date(rq, v->due_on), "chip", state_json(rq, v), "is_open", v->outcome == NULL,
        "result", v->result, "action",
        arena_printf(rq->cx.mem, "/desk/visits/%s", id_text(rq->cx.mem, v->id)));
}

static json_t *list_json(struct req *rq, const struct visit *list, size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, visit_json(rq, &list[i]));
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

bool visit_page_list(struct req *rq)
{
    const bool is_all = req_query(rq, "all") != NULL;
    struct visit *list;
    size_t count;

    if (!visit_list(&rq->cx, !is_all, &list, &count))
        return false;
    return page_render(
        rq, "visit_list",
        json_own(rq->cx.mem, json_pack("{s:o,s:o,s:b}", "visits", list_json(rq, list, count),
                                       "views", tabs_json(rq, is_all), "is_empty", count == 0)));
}

bool visit_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context)
{
    struct visit *list;
    size_t count;

    if (!visit_of_ticket(&rq->cx, t->id, &list, &count))
        return false;
    json_object_set_new(context, "visits", list_json(rq, list, count));
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
    return back(rq, form, T("The outcome is kept."),
                f.is_from_list
                    ? "/desk/visits"
                    : arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, ticket_id)));
}
