#include "portal/api/ticket_relation_api.h"

#include "portal/api/rest.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_thread.h"

/* --- other tickets --- */

static json_t *link_json(struct req *rq, const struct ticket_link *l)
{
    return json_pack("{s:s,s:b,s:{s:s,s:s,s:s,s:s,s:s}}", "kind", ticket_link_name(l->kind),
                     "is_reverse", l->is_reverse, "ticket", "id", id_text(rq->cx.mem, l->other_id),
                     "number", l->number, "subject", l->subject, "status", l->status, "category",
                     ticket_category_name(l->category));
}

static bool answer_links(struct req *rq, int status)
{
    struct ticket_link *links;
    json_t *data;
    size_t count;

    if (!ticket_link_list(&rq->cx, rq->id, &links, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, link_json(rq, &links[i]));
    rest_answer_list(rq, data, NULL);
    rq->status = status;
    return true;
}

bool ticket_relation_api_links(struct req *rq)
{
    return answer_links(rq, 200);
}

struct link_body {
    const char *kind, *number;
};

static const struct rest_member LINK[] = {
    {"kind", REST_TEXT, true, 0, 0, offsetof(struct link_body, kind)},
    {"number", REST_TEXT, true, 0, 0, offsetof(struct link_body, number)},
};

bool ticket_relation_api_link(struct req *rq)
{
    const char *kinds[TICKET_LINK_KINDS + 1] = {NULL};
    struct link_body body = {.kind = NULL};
    enum ticket_link_kind kind;

    for (int i = 0; i < TICKET_LINK_KINDS; i++)
        kinds[i] = ticket_link_name((enum ticket_link_kind)i);
    if (!rest_read(rq, LINK, COUNT(LINK), &body, NULL) ||
        !rest_word(rq, "kind", body.kind, kinds) || !ticket_link_parse(body.kind, &kind))
        return false;
    return ticket_link_add(&rq->cx, rq->id, kind, body.number) && answer_links(rq, 201);
}

bool ticket_relation_api_unlink(struct req *rq)
{
    enum ticket_link_kind kind;
    struct id other;

    if (!ticket_link_parse(rq->args[1], &kind))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "link %.40s", rq->args[1]);
    if (!rest_path_id(rq, 2, &other) || !ticket_link_remove(&rq->cx, rq->id, kind, other))
        return false;
    rq->status = 204;
    return true;
}

/* --- tags --- */

static bool answer_tags(struct req *rq, int status)
{
    struct ticket *t;
    json_t *tags;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_tags(&rq->cx, t->id, &tags))
        return false;
    rest_answer_list(rq, json_incref(tags), NULL);
    rq->status = status;
    return true;
}

bool ticket_relation_api_tags(struct req *rq)
{
    return answer_tags(rq, 200);
}

struct tag_body {
    const char *tag;
};

static const struct rest_member TAG[] = {
    {"tag", REST_TEXT, true, 0, 0, offsetof(struct tag_body, tag)},
};

bool ticket_relation_api_tag(struct req *rq)
{
    struct tag_body body = {.tag = NULL};

    return rest_read(rq, TAG, COUNT(TAG), &body, NULL) && ticket_tag(&rq->cx, rq->id, body.tag) &&
           answer_tags(rq, 201);
}

bool ticket_relation_api_untag(struct req *rq)
{
    if (!ticket_untag(&rq->cx, rq->id, rq->args[1]))
        return false;
    rq->status = 204;
    return true;
}

/* --- people --- */

static bool answer_people(struct req *rq, int status)
{
    struct participant *people;
    struct ticket *t;
    json_t *data;
    size_t count;

    if (!ticket_get(&rq->cx, rq->id, &t) ||
        !ticket_thread_participants(&rq->cx, t, &people, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, json_pack("{s:s,s:s,s:b}", "person_id",
                                              id_text(rq->cx.mem, people[i].person_id), "full_name",
                                              people[i].name, "can_reply", people[i].can_reply));
    rest_answer_list(rq, data, NULL);
    rq->status = status;
    return true;
}

bool ticket_relation_api_people(struct req *rq)
{
    return answer_people(rq, 200);
}

struct person_body {
    struct id person_id;
    bool can_reply;
};

static const struct rest_member PERSON[] = {
    {"person_id", REST_ID, true, 0, 0, offsetof(struct person_body, person_id)},
    {"can_reply", REST_BOOL, false, 0, 0, offsetof(struct person_body, can_reply)},
};

bool ticket_relation_api_person_add(struct req *rq)
{
    struct person_body body = {.can_reply = true};

    return rest_read(rq, PERSON, COUNT(PERSON), &body, NULL) &&
           ticket_thread_add_participant(&rq->cx, rq->id, body.person_id, body.can_reply) &&
           answer_people(rq, 201);
}

bool ticket_relation_api_person_drop(struct req *rq)
{
    struct id person_id;

    if (!rest_path_id(rq, 1, &person_id) ||
        !ticket_thread_remove_participant(&rq->cx, rq->id, person_id))
        return false;
    rq->status = 204;
    return true;
}
