#include "portal/api/ticket_act_api.h"

#include "base/clock.h"
#include "portal/api/rest.h"
#include "portal/api/ticket_api.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_split.h"

struct merge_body {
    const char *number;
    bool even_apart;
};

static const struct rest_member MERGE[] = {
    {"number", REST_TEXT, true, 0, 0, offsetof(struct merge_body, number)},
    {"even_apart", REST_BOOL, false, 0, 0, offsetof(struct merge_body, even_apart)},
};

bool ticket_act_api_merge(struct req *rq)
{
    struct merge_body body = {.number = NULL};
    struct id into;

    return rest_read(rq, MERGE, COUNT(MERGE), &body, NULL) &&
           ticket_merge(&rq->cx, rq->id, body.number, body.even_apart, &into) &&
           ticket_api_show(rq, 200, into);
}

static json_t *merge_json(struct req *rq, const struct ticket_merge *m)
{
    const int64_t days = rq->app->config.desk_merge_days;
    const int64_t until = m->merged_at + days * CLOCK_DAY;

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o}", "id", id_text(rq->cx.mem, m->source_id), "number",
                     m->number, "subject", m->subject, "by_name", m->by_name, "merged_at",
                     rest_time(m->merged_at), "undo_until",
                     rest_time(days > 0 && rq->cx.now <= until ? until : 0));
}

bool ticket_act_api_merges(struct req *rq)
{
    struct ticket_merge *list;
    struct ticket *t;
    json_t *data;
    size_t count;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_merge_list(&rq->cx, t->id, &list, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, merge_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

bool ticket_act_api_unmerge(struct req *rq)
{
    return ticket_merge_undo(&rq->cx, rq->id, rq->app->config.desk_merge_days) &&
           ticket_api_show(rq, 200, rq->id);
}

struct split_body {
    const char *subject;
    const json_t *messages;
};

static const struct rest_member SPLIT[] = {
    {"subject", REST_TEXT, true, 0, 0, offsetof(struct split_body, subject)},
    {"messages", REST_LIST, true, 0, 0, offsetof(struct split_body, messages)},
};

bool ticket_act_api_split(struct req *rq)
{
    struct split_body body = {.subject = NULL};
    struct id *ids, made;
    size_t count;

    if (!rest_read(rq, SPLIT, COUNT(SPLIT), &body, NULL) ||
        !rest_ids(rq, "messages", body.messages, TICKET_SPLIT_MAX, &ids, &count) ||
        !ticket_split(&rq->cx, rq->id, ids, count, body.subject, &made))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/tickets/%s", id_text(rq->cx.mem, made)));
    return ticket_api_show(rq, 201, made);
}
