#include "portal/pages/dispatch_page.h"

#include "portal/desk/dispatch.h"
#include "portal/desk/team.h"
#include "portal/http/reply.h"
#include "portal/pages/queue_page.h"

#include <string.h>

struct dispatch_fields {
    const char *to, *note, *answer;
};

static const struct form_field SEND_FIELDS[] = {
    {"to", T("To"), FORM_TEXT, true, 0, 64, NULL, offsetof(struct dispatch_fields, to)},
    {"note", T("Note"), FORM_LINES, false, 0, DISPATCH_TEXT_MAX, NULL,
     offsetof(struct dispatch_fields, note)},
};
static const struct form_field ANSWER_FIELDS[] = {
    {"answer", T("Your answer"), FORM_LINES, false, 0, DISPATCH_TEXT_MAX, NULL,
     offsetof(struct dispatch_fields, answer)},
};
static const struct form_field REASON_FIELDS[] = {
    {"answer", T("Reason"), FORM_LINES, true, 1, DISPATCH_TEXT_MAX, NULL,
     offsetof(struct dispatch_fields, answer)},
};

static json_t *state_json(struct req *rq, const struct dispatch *d)
{
    static const struct {
        const char *state, *kind, *icon, *text;
    } STATES[] = {
        {"open", "accent", "clock", T("Waits for the answer")},
        {"accepted", "ok", "check", T("Accepted")},
        {"declined", "bad", "circle-x", T("Declined")},
        {"unanswered", "warn", "hourglass", T("Not answered in time")},
        {"withdrawn", NULL, "rotate-ccw", T("Withdrawn")},
    };
    size_t i = 0;

    while (i < COUNT(STATES) - 1 && strcmp(STATES[i].state, d->state) != 0)
        i++;
    return json_pack("{s:s?,s:s,s:s}", "kind", STATES[i].kind, "icon", STATES[i].icon, "text",
                     req_text(rq, STATES[i].text));
}

static json_t *dispatch_json(struct req *rq, const struct dispatch *d)
{
    const char *path = arena_printf(rq->cx.mem, "/desk/dispatches/%s", id_text(rq->cx.mem, d->id));

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:b,s:b,s:s}", "id", id_text(rq->cx.mem, d->id), "to",
        id_is_zero(d->person_id) ? d->team_name : d->person_name, "by",
        *d->by_name != '\0' ? d->by_name : req_text(rq, T("A rule")), "note", d->note, "answer",
        d->answer, "chip", state_json(rq, d), "at", page_time(rq, d->created_at), "due",
        page_time(rq, d->due_at), "answered", page_time(rq, d->answered_at), "may_answer",
        d->may_answer, "may_withdraw", d->may_withdraw, "action", path);
}

static json_t *people_json(struct req *rq, const struct team_person *people, size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, json_pack("{s:s,s:s,s:b}", "value",
                           arena_printf(rq->cx.mem, "p:%s", id_text(rq->cx.mem, people[i].id)),
                           "text", people[i].full_name, "is_away", people[i].is_away));
    return all;
}

/* Of the teams that the page has read already. */
static json_t *teams_json(struct req *rq, const json_t *teams)
{
    json_t *all = json_array(), *team;
    size_t i;

    json_array_foreach (teams, i, team)
        json_array_append_new(
            all, json_pack("{s:s,s:s}", "value",
                           arena_printf(rq->cx.mem, "t:%s", json_get_text(team, "value", "")),
                           "text", json_get_text(team, "text", "")));
    return all;
}

bool dispatch_page_of_ticket(struct req *rq, const struct ticket *t,
                             const struct team_person *people, size_t people_count, json_t *context)
{
    json_t *rows = json_array();
    struct dispatch *list;
    size_t count;

    json_object_set_new(context, "dispatches", rows);
    json_object_set_new(context, "dispatch_people", people_json(rq, people, people_count));
    json_object_set_new(context, "dispatch_teams",
                        teams_json(rq, json_object_get(context, "teams")));
    if (!dispatch_of_ticket(&rq->cx, t->id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, dispatch_json(rq, &list[i]));
    json_object_set_new(context, "is_dispatched",
                        json_boolean(count > 0 && strcmp(list[0].state, "open") == 0));
    return true;
}

/* What was wrong is said on the ticket's page; who sees the ticket no longer, on the queue. */
static bool back(struct req *rq, const struct form *form, struct id ticket_id, const char *said)
{
    const char *path = arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, ticket_id));
    struct ticket *t;

    if (!ticket_get(&rq->cx, ticket_id, &t)) {
        if (rq->cx.err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&rq->cx.err);
        path = "/desk";
    }
    return form_flash(rq, form, said) && reply_see_other(rq, path);
}

bool dispatch_page_send(struct req *rq)
{
    struct dispatch_fields f = {0};
    struct dispatch_new what = {.note = NULL};
    struct form *form;
    struct ticket *t;
    struct id id;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (form_read(rq, form, SEND_FIELDS, COUNT(SEND_FIELDS), &f)) {
        struct id *to = strncmp(f.to, "t:", 2) == 0 ? &what.team_id : &what.person_id;

        what.note = f.note;
        if (strlen(f.to) < 2 || !id_parse(f.to + 2, to))
            form_fault(rq, form, "to", T("To"), T("Choose one of the list."));
        else if (!dispatch_send(&rq->cx, rq->id, &what, &id) &&
                 !form_take_err(rq, form, SEND_FIELDS, COUNT(SEND_FIELDS)))
            return false;
    }
    if (json_array_size(form->fault_list) > 0)
        return queue_page_answer(rq, form, "is_dispatch", "");
    return back(rq, form, rq->id, T("The ticket is dispatched."));
}

/* Somebody else's dispatch is told like a fault: the page may be an old one. */
static bool take_err(struct req *rq, struct form *form)
{
    if (rq->cx.err.kind == &ERR_DENIED) {
        err_clear(&rq->cx.err);
        form_fault(rq, form, "answer", T("Your answer"), T("This dispatch is for somebody else."));
        return true;
    }
    return form_take_err(rq, form, ANSWER_FIELDS, COUNT(ANSWER_FIELDS));
}

bool dispatch_page_accept(struct req *rq)
{
    struct dispatch_fields f = {0};
    struct id ticket_id;
    struct form *form;

    if (!form_parse(rq, &form) || !dispatch_ticket(&rq->cx, rq->id, &ticket_id))
        return false;
    if (form_read(rq, form, ANSWER_FIELDS, COUNT(ANSWER_FIELDS), &f) &&
        !dispatch_accept(&rq->cx, rq->id, f.answer) && !take_err(rq, form))
        return false;
    return back(rq, form, ticket_id, T("The ticket is yours."));
}

bool dispatch_page_decline(struct req *rq)
{
    struct dispatch_fields f = {0};
    struct id ticket_id;
    struct form *form;

    if (!form_parse(rq, &form) || !dispatch_ticket(&rq->cx, rq->id, &ticket_id))
        return false;
    if (form_read(rq, form, REASON_FIELDS, COUNT(REASON_FIELDS), &f) &&
        !dispatch_decline(&rq->cx, rq->id, f.answer) && !take_err(rq, form))
        return false;
    return back(rq, form, ticket_id, T("The ticket went back to the queue."));
}

bool dispatch_page_withdraw(struct req *rq)
{
    struct id ticket_id;
    struct form *form;

    if (!form_parse(rq, &form) || !dispatch_ticket(&rq->cx, rq->id, &ticket_id))
        return false;
    if (!dispatch_withdraw(&rq->cx, rq->id) && !take_err(rq, form))
        return false;
    return back(rq, form, ticket_id, T("The dispatch is withdrawn."));
}
