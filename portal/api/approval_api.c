#include "portal/api/approval_api.h"

#include "portal/api/rest.h"
#include "portal/desk/approval.h"

static json_t *approval_json(struct req *rq, const struct approval *a)
{
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:b}", "id",
        id_text(rq->cx.mem, a->id), "ticket_id", id_text(rq->cx.mem, a->ticket_id), "number",
        a->number, "subject", a->subject, "kind", a->kind, "question", a->question, "state",
        a->state, "approver_id", rest_id_json(rq, a->person_id), "approver", a->approver,
        "asked_by", rest_id_json(rq, a->asked_by), "asked_name", a->asked_name, "decided_name",
        a->decided_name, "opinion", a->opinion, "created_at", rest_time(a->created_at), "due_at",
        rest_time(a->due_at), "decided_at", rest_time(a->decided_at), "may_decide", a->may_decide);
}

static bool answer_list(struct req *rq, const struct approval *list, size_t count)
{
    json_t *data = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, approval_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

bool approval_api_of_ticket(struct req *rq)
{
    struct approval *list;
    struct ticket *t;
    size_t count;

    return ticket_get(&rq->cx, rq->id, &t) && approval_of_ticket(&rq->cx, t->id, &list, &count) &&
           answer_list(rq, list, count);
}

bool approval_api_waiting(struct req *rq)
{
    struct approval *list;
    size_t count;

    return approval_waiting(&rq->cx, &list, &count) && answer_list(rq, list, count);
}

static bool show(struct req *rq, int status, struct id id)
{
    struct approval *a;

    return approval_get(&rq->cx, id, &a) && rest_answer(rq, status, approval_json(rq, a));
}

bool approval_api_view(struct req *rq)
{
    return show(rq, 200, rq->id);
}

static const char *const KINDS[] = {"ticket", "order", "discount", "activation", NULL};

static const struct rest_member ASK[] = {
    {"kind", REST_TEXT, true, 0, 0, offsetof(struct approval_new, kind)},
    {"question", REST_TEXT, true, 0, 0, offsetof(struct approval_new, question)},
    {"approver_id", REST_ID, true, 0, 0, offsetof(struct approval_new, person_id)},
    {"days", REST_INT, false, 0, APPROVAL_DAYS_MAX, offsetof(struct approval_new, days)},
};

bool approval_api_ask(struct req *rq)
{
    struct approval_new what = {.kind = NULL};
    struct ticket *t;
    struct id id;

    if (!ticket_get(&rq->cx, rq->id, &t) || !rest_person(rq) ||
        !rest_read(rq, ASK, COUNT(ASK), &what, NULL) || !rest_word(rq, "kind", what.kind, KINDS) ||
        !approval_ask(&rq->cx, rq->id, &what, &id))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/approvals/%s", id_text(rq->cx.mem, id)));
    return show(rq, 201, id);
}

struct decision {
    bool is_approved;
    const char *opinion;
};

static const struct rest_member DECIDE[] = {
    {"is_approved", REST_BOOL, true, 0, 0, offsetof(struct decision, is_approved)},
    {"opinion", REST_TEXT, false, 0, 0, offsetof(struct decision, opinion)},
};

bool approval_api_decide(struct req *rq)
{
    struct decision d = {.opinion = NULL};
    struct approval *a;

    return approval_get(&rq->cx, rq->id, &a) && rest_read(rq, DECIDE, COUNT(DECIDE), &d, NULL) &&
           approval_decide(&rq->cx, rq->id, d.is_approved, d.opinion) &&
           approval_get(&rq->cx, rq->id, &a) && rest_answer(rq, 200, approval_json(rq, a));
}
