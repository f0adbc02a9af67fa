#include "portal/api/bulk_api.h"

#include "portal/api/rest.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_bulk_act.h"

#include <string.h>

enum { BULK_TICKETS_MAX = 1000 };

static const char *const STATES[] = {
    [TICKET_BULK_CHOSEN] = "chosen",       [TICKET_BULK_READY] = "ready",
    [TICKET_BULK_RUNNING] = "running",     [TICKET_BULK_DONE] = "done",
    [TICKET_BULK_CANCELLED] = "cancelled", [TICKET_BULK_STOPPED] = "stopped",
};
_Static_assert(COUNT(STATES) == TICKET_BULK_STATES, "name every state");

/* --- showing --- */

/* The members that a body would have; null takes off. */
static json_t *act_json(struct req *rq, const struct ticket_bulk_act *act)
{
    const struct ticket_values *v = &act->values;
    const struct {
        const char *name, *text;
    } texts[] = {{"status", v->status}, {"topic", v->topic}, {"tag", act->tag},
                 {"untag", act->untag}, {"text", act->text}, {"number", act->merge_number}};
    json_t *json = json_object();

    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].text != NULL)
            json_object_set_new(json, texts[i].name, json_string(texts[i].text));
    if (v->level != 0)
        json_object_set_new(json, "level", json_integer(v->level));
    if (v->has_assignee)
        json_object_set_new(json, "assignee_id", rest_id_json(rq, v->assignee_id));
    if (v->has_team)
        json_object_set_new(json, "team_id", rest_id_json(rq, v->team_id));
    if (act->even_apart)
        json_object_set_new(json, "even_apart", json_true());
    return json;
}

static bool bulk_json(struct req *rq, const struct ticket_bulk *b, json_t **out)
{
    struct ticket_bulk_act act;

    if (!ticket_bulk_act_read(&rq->cx, b->act, &act))
        return false;
    *out = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:o,s:s,s:s,s:o,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "id",
                  id_text(rq->cx.mem, b->id), "state", STATES[b->state], "starter_id",
                  rest_id_json(rq, b->starter_id), "starter_name", b->starter_name, "origin",
                  b->origin, "set", act_json(rq, &act), "total", (json_int_t)b->total, "is_cut",
                  b->is_cut, "waiting", (json_int_t)b->waiting, "changed", (json_int_t)b->changed,
                  "same", (json_int_t)b->same, "refused", (json_int_t)b->refused, "left",
                  (json_int_t)b->left, "undo_of", rest_id_json(rq, b->undo_of), "undone_by",
                  rest_id_json(rq, b->undone_by), "created_at", rest_time(b->created_at),
                  "started_at", rest_time(b->started_at), "ended_at", rest_time(b->ended_at)));
    return true;
}

static bool add_preview(struct req *rq, const struct ticket_bulk *b, json_t *json)
{
    struct ticket_bulk_preview p;
    json_t *reasons;

    if (!ticket_bulk_look(&rq->cx, b, &p))
        return false;
    reasons = json_array();
    for (size_t i = 0; i < p.reason_count; i++)
        json_array_append_new(reasons,
                              json_pack("{s:s,s:I}", "reason", req_text(rq, p.reasons[i].reason),
                                        "count", (json_int_t)p.reasons[i].count));
    json_object_set_new(json, "preview",
                        json_pack("{s:I,s:I,s:I,s:o}", "changes", (json_int_t)p.changes, "same",
                                  (json_int_t)p.same, "refused", (json_int_t)p.refused, "reasons",
                                  reasons));
    return true;
}

static bool add_failed(struct req *rq, const struct ticket_bulk *b, json_t *json)
{
    struct ticket_bulk_row *rows;
    json_t *failed;
    size_t count;

    if (!ticket_bulk_rows(&rq->cx, b->id, &rows, &count))
        return false;
    failed = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(failed,
                              json_pack("{s:s,s:s,s:s,s:s,s:s}", "ticket_id",
                                        id_text(rq->cx.mem, rows[i].ticket_id), "number",
                                        rows[i].number, "subject", rows[i].subject, "state",
                                        rows[i].state, "reason", req_text(rq, rows[i].reason)));
    json_object_set_new(json, "failed", failed);
    return true;
}

static bool show(struct req *rq, int status, struct id id)
{
    struct ticket_bulk *b;
    json_t *json;

    if (!ticket_bulk_get(&rq->cx, id, &b) || !bulk_json(rq, b, &json))
        return false;
    if (b->state == TICKET_BULK_READY && !add_preview(rq, b, json))
        return false;
    if (b->state > TICKET_BULK_READY && !add_failed(rq, b, json))
        return false;
    return rest_answer(rq, status, json_incref(json));
}

bool bulk_api_list(struct req *rq)
{
    struct ticket_bulk *list;
    json_t *data = json_own(rq->cx.mem, json_array()), *row;
    size_t count;

    if (!ticket_bulk_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!bulk_json(rq, &list[i], &row))
            return false;
        json_array_append(data, row);
    }
    return rest_answer_list(rq, json_incref(data), NULL);
}

bool bulk_api_view(struct req *rq)
{
    return show(rq, 200, rq->id);
}

/* --- choosing and saying --- */

struct bulk_body {
    const json_t *tickets;
    const char *view, *search;
    struct ticket_bulk_act act;
    struct id macro_id;
};

enum { BULK_TICKETS, BULK_VIEW, BULK_SEARCH, BULK_ASSIGNEE, BULK_TEAM, BULK_OTHER };
/* The first three say which tickets: a change of what is to be done leaves them out. */
static const struct rest_member BULK[] = {
    [BULK_TICKETS] = {"tickets", REST_LIST, false, 0, 0, offsetof(struct bulk_body, tickets)},
    [BULK_VIEW] = {"view", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, view)},
    [BULK_SEARCH] = {"q", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, search)},
    [BULK_ASSIGNEE] = {"assignee_id", REST_ID, false, 0, 0,
                       offsetof(struct bulk_body, act.values.assignee_id)},
    [BULK_TEAM] = {"team_id", REST_ID, false, 0, 0, offsetof(struct bulk_body, act.values.team_id)},
    [BULK_OTHER] = {"status", REST_TEXT, false, 0, 0,
                    offsetof(struct bulk_body, act.values.status)},
    {"topic", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, act.values.topic)},
    {"level", REST_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX,
     offsetof(struct bulk_body, act.values.level)},
    {"tag", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, act.tag)},
    {"untag", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, act.untag)},
    {"text", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, act.text)},
    {"macro_id", REST_ID, false, 0, 0, offsetof(struct bulk_body, macro_id)},
    {"number", REST_TEXT, false, 0, 0, offsetof(struct bulk_body, act.merge_number)},
    {"even_apart", REST_BOOL, false, 0, 0, offsetof(struct bulk_body, act.even_apart)},
};

/* first: BULK_TICKETS, or BULK_ASSIGNEE for what is to be done alone. */
static bool read_body(struct req *rq, size_t first, struct bulk_body *body)
{
    struct macro *macro;
    uint64_t given;

    if (!rest_read(rq, BULK + first, COUNT(BULK) - first, body, &given))
        return false;
    given <<= first;
    body->act.values.has_assignee = (given >> BULK_ASSIGNEE & 1) != 0;
    body->act.values.has_team = (given >> BULK_TEAM & 1) != 0;
    if (body->act.text == NULL && !id_is_zero(body->macro_id)) {
        if (!macro_get(&rq->cx, body->macro_id, &macro))
            return false;
        body->act.text = macro->body;
    }
    return true;
}

static bool read_view(struct req *rq, const struct bulk_body *body,
                      struct ticket_bulk_choice *choice, const char **line)
{
    struct saved_view *saved;
    struct id id;

    if (ticket_view_parse(body->view, &choice->view)) {
        choice->origin = req_text(rq, ticket_view_label(choice->view));
        return true;
    }
    choice->view = TICKET_VIEW_COUNT;
    if (!id_parse(body->view, &id))
        return rest_refuse_as(
            rq, "view", T("The member {} has to be the id of a view or the name of a queue."), "");
    if (!saved_view_get(&rq->cx, id, &saved))
        return false;
    *line = saved->query;
    choice->origin = saved->name;
    return true;
}

/* Exactly one of the three. */
static bool read_choice(struct req *rq, const struct bulk_body *body,
                        struct ticket_bulk_choice *choice)
{
    const char *line = body->search;
    struct ticket_query *query;
    struct id *ids = NULL;
    size_t count = 0;

    if ((body->tickets != NULL) + (body->view != NULL) + (body->search != NULL) != 1)
        return rest_refuse_as(rq, "tickets",
                              T("Exactly one of tickets, view and q says which tickets."), "");
    *choice = (struct ticket_bulk_choice){.view = TICKET_VIEW_COUNT, .origin = line};
    if (!rest_ids(rq, "tickets", body->tickets, BULK_TICKETS_MAX, &ids, &count))
        return false;
    choice->ids = ids;
    choice->id_count = count;
    if (body->view != NULL && !read_view(rq, body, choice, &line))
        return false;
    if (line != NULL && !saved_view_query(&rq->cx, line, &query))
        return false;
    choice->query = line != NULL ? query : NULL;
    return true;
}

/* Nothing stays of a choice about which nothing can be said. */
static bool keep(struct ctx *cx, const struct ticket_bulk_choice *choice,
                 const struct ticket_bulk_act *act, struct id *id)
{
    if (!db_begin(cx))
        return false;
    if (!ticket_bulk_choose(cx, choice, id) || !ticket_bulk_say(cx, *id, act)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool choose(struct req *rq, const struct bulk_body *body,
                   const struct ticket_bulk_choice *choice, struct id *id)
{
    if (keep(&rq->cx, choice, &body->act, id))
        return true;
    if (rq->cx.err.kind == &ERR_TICKET_BULK_NONE)
        rq->cx.err.source = body->view != NULL ? "/view" : body->search != NULL ? "/q" : "/tickets";
    return false;
}

bool bulk_api_choose(struct req *rq)
{
    struct bulk_body body = {.tickets = NULL};
    struct ticket_bulk_choice choice;
    struct id id;

    if (!rest_person(rq) || !read_body(rq, BULK_TICKETS, &body) ||
        !read_choice(rq, &body, &choice) || !choose(rq, &body, &choice, &id))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/bulk/%s", id_text(rq->cx.mem, id)));
    return show(rq, 201, id);
}

bool bulk_api_say(struct req *rq)
{
    struct bulk_body body = {.tickets = NULL};
    struct ticket_bulk *b;

    return ticket_bulk_get(&rq->cx, rq->id, &b) && read_body(rq, BULK_ASSIGNEE, &body) &&
           ticket_bulk_say(&rq->cx, rq->id, &body.act) && show(rq, 200, rq->id);
}

/* --- starting and ending --- */

bool bulk_api_start(struct req *rq)
{
    return ticket_bulk_start(&rq->cx, rq->id) && show(rq, 200, rq->id);
}

bool bulk_api_cancel(struct req *rq)
{
    return ticket_bulk_cancel(&rq->cx, rq->id) && show(rq, 200, rq->id);
}

bool bulk_api_undo(struct req *rq)
{
    struct ticket_bulk *b;
    struct id id;

    return ticket_bulk_get(&rq->cx, rq->id, &b) && rest_person(rq) &&
           ticket_bulk_undo(&rq->cx, rq->id, &id) && show(rq, 201, id);
}
