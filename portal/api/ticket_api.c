#include "portal/api/ticket_api.h"

#include "portal/api/rest.h"
#include "portal/desk/saved_view.h"
#include "portal/desk/ticket_create.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_list.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

/* --- reading --- */

static const char *const STATES[] = {
    [TICKET_TAB_OPEN] = "open",     [TICKET_TAB_WAITING] = "waiting",
    [TICKET_TAB_SOLVED] = "solved", [TICKET_TAB_ALL] = "all",
    [TICKET_TABS] = NULL,
};
_Static_assert(COUNT(STATES) == TICKET_TABS + 1, "name every state");

static bool read_state(struct req *rq, enum ticket_tab *out)
{
    const char *text;

    if (!rest_choice(rq, "state", STATES, &text))
        return false;
    *out = TICKET_TAB_ALL;
    for (size_t i = 0; text != NULL && i < TICKET_TABS; i++)
        if (strcmp(STATES[i], text) == 0)
            *out = (enum ticket_tab)i;
    return true;
}

/* Staff's own figures beside what the customer may know. */
static json_t *ticket_json(struct req *rq, const struct ticket *t)
{
    json_t *json = json_copy(ticket_to_json(&rq->cx, t));

    if (ticket_sees_notes(&rq->cx)) {
        json_object_set_new(json, "level", json_integer(t->level));
        json_object_set_new(json, "needs_review", json_boolean(t->needs_review));
        json_object_set_new(json, "fields_missing", json_boolean(t->fields_missing));
        json_object_set_new(json, "team_id", rest_id_json(rq, t->team_id));
    }
    return json;
}

bool ticket_api_show(struct req *rq, int status, struct id id)
{
    struct ticket *t;

    return ticket_get(&rq->cx, id, &t) && ticket_field_load(&rq->cx, &t, 1) &&
           rest_answer(rq, status, ticket_json(rq, t));
}

/* The desk's search line for whoever reads notes; words alone for others. */
static bool read_search(struct req *rq, struct ticket_filter *filter)
{
    struct ticket_query *query;

    filter->search = req_query(rq, "q");
    if (filter->search == NULL || !ticket_sees_notes(&rq->cx))
        return true;
    if (!saved_view_query(&rq->cx, filter->search, &query))
        return false;
    filter->query = query;
    filter->search = query->words;
    return true;
}

bool ticket_api_list(struct req *rq)
{
    struct ticket_filter filter = {.after = req_query(rq, "after")};
    struct ticket_page_of page;
    json_t *data;

    if (!read_state(rq, &filter.tab) || !read_search(rq, &filter) ||
        !rest_limit(rq, &filter.limit) ||
        !rest_id(rq, "organisation_id", &filter.organisation_id) ||
        !rest_id(rq, "licence_id", &filter.licence_id) || !ticket_list(&rq->cx, &filter, &page) ||
        !ticket_field_load(&rq->cx, page.rows, page.count))
        return false;
    data = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(data, ticket_json(rq, page.rows[i]));
    return rest_answer_list(rq, data, page.next);
}

/* A merged ticket is answered as the one that it was merged into. */
static bool find(struct req *rq, struct ticket **out)
{
    struct ticket *t;

    return ticket_get(&rq->cx, rq->id, &t) && ticket_merge_final(&rq->cx, t, out);
}

bool ticket_api_view(struct req *rq)
{
    struct ticket *t;

    return find(rq, &t) && ticket_field_load(&rq->cx, &t, 1) &&
           rest_answer(rq, 200, ticket_json(rq, t));
}

static json_t *message_json(struct req *rq, const struct message *m)
{
    json_t *files = json_array();

    for (size_t i = 0; i < m->file_count; i++)
        json_array_append_new(files, json_pack("{s:s,s:s,s:I,s:s}", "id",
                                               id_text(rq->cx.mem, m->files[i]->id), "name",
                                               m->files[i]->name, "bytes",
                                               (json_int_t)m->files[i]->bytes, "href",
                                               arena_printf(rq->cx.mem, "/api/v1/files/%s",
                                                            id_text(rq->cx.mem, m->files[i]->id))));
    return json_pack("{s:s,s:s,s:b,s:s,s:o,s:s,s:s,s:s,s:O?,s:o,s:o}", "id",
                     id_text(rq->cx.mem, m->id), "kind", m->kind, "is_public", m->is_public,
                     "author", m->author, "author_id", rest_id_json(rq, m->author_id),
                     "author_name", m->author_name, "source", m->source, "text", m->body, "change",
                     m->data, "created_at", rest_time(m->created_at), "files", files);
}

bool ticket_api_messages(struct req *rq)
{
    struct message **messages;
    struct ticket *t;
    size_t count;
    json_t *data;

    if (!find(rq, &t) || !ticket_thread_of(&rq->cx, t, &messages, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, message_json(rq, messages[i]));
    return rest_answer_list(rq, data, NULL);
}

/* --- writing --- */

static const struct rest_member CREATE[] = {
    {"organisation_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, organisation_id)},
    {"site_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, site_id)},
    {"person_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, person_id)},
    {"subject", REST_TEXT, true, 0, 0, offsetof(struct ticket_new, subject)},
    {"text", REST_TEXT, true, 0, 0, offsetof(struct ticket_new, text)},
    {"topic", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, topic)},
    {"product_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, product_id)},
    {"product_version", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, product_version)},
    {"licence_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, licence_id)},
    {"machine_id", REST_ID, false, 0, 0, offsetof(struct ticket_new, machine_id)},
    {"impact", REST_INT, false, 1, 4, offsetof(struct ticket_new, impact)},
    {"level", REST_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX,
     offsetof(struct ticket_new, level)},
    {"city", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, city)},
    {"store", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, store)},
    {"reporter_name", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, reporter_name)},
    {"reporter_phone", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, reporter_phone)},
    {"reporter_email", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, reporter_email)},
    {"reporter_store", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, reporter_store)},
    {"reporter_address", REST_TEXT, false, 0, 0, offsetof(struct ticket_new, reporter_address)},
    {"fields", REST_OBJECT, false, 0, 0, offsetof(struct ticket_new, fields)},
};

bool ticket_api_create(struct req *rq)
{
    struct ticket_new what = {.source = "api"};
    struct ticket *t;

    if (!rest_read(rq, CREATE, COUNT(CREATE), &what, NULL) || !ticket_create(&rq->cx, &what, &t) ||
        !ticket_field_load(&rq->cx, &t, 1))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/tickets/%s", id_text(rq->cx.mem, t->id)));
    return rest_answer(rq, 201, ticket_json(rq, t));
}

struct change_body {
    struct ticket_values values;
    const json_t *was;
};

enum {
    CHANGE_STATUS,
    CHANGE_TOPIC,
    CHANGE_LEVEL,
    CHANGE_ASSIGNEE,
    CHANGE_TEAM,
    CHANGE_FIELDS,
    CHANGE_WAS
};
static const struct rest_member CHANGE[] = {
    [CHANGE_STATUS] = {"status", REST_TEXT, false, 0, 0,
                       offsetof(struct change_body, values.status)},
    [CHANGE_TOPIC] = {"topic", REST_TEXT, false, 0, 0, offsetof(struct change_body, values.topic)},
    [CHANGE_LEVEL] = {"level", REST_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX,
                      offsetof(struct change_body, values.level)},
    [CHANGE_ASSIGNEE] = {"assignee_id", REST_ID, false, 0, 0,
                         offsetof(struct change_body, values.assignee_id)},
    [CHANGE_TEAM] = {"team_id", REST_ID, false, 0, 0, offsetof(struct change_body, values.team_id)},
    [CHANGE_FIELDS] = {"fields", REST_OBJECT, false, 0, 0,
                       offsetof(struct change_body, values.fields)},
    [CHANGE_WAS] = {"was", REST_VALUE, false, 0, 0, offsetof(struct change_body, was)},
};

/* The present value as the pages' forms carry it; null is nobody and no team. It goes with one
 * member alone: what else is set would be set on what nobody looked at. */
static bool read_was(struct req *rq, const json_t *was, uint64_t given, struct ticket_values *v)
{
    const uint64_t one = given & ~(UINT64_C(1) << CHANGE_WAS);

    if ((given >> CHANGE_WAS & 1) == 0)
        return true;
    if (one == 0 || (one & (one - 1)) != 0 || v->fields != NULL)
        return rest_refuse_as(rq, "was",
                              T("The member {} goes with one of status, topic, level, assignee_id "
                                "and team_id alone."),
                              "");
    if (json_is_integer(was))
        v->was = arena_printf(rq->cx.mem, "%lld", (long long)json_integer_value(was));
    else
        v->was = json_is_string(was) ? json_string_value(was) : "";
    return true;
}

bool ticket_api_change(struct req *rq)
{
    struct change_body body = {.was = NULL};
    struct ticket_values *values = &body.values;
    uint64_t given;

    if (!rest_read(rq, CHANGE, COUNT(CHANGE), &body, &given))
        return false;
    values->has_assignee = (given >> CHANGE_ASSIGNEE & 1) != 0; /* null takes him off */
    values->has_team = (given >> CHANGE_TEAM & 1) != 0;
    return read_was(rq, body.was, given, values) && ticket_set_values(&rq->cx, rq->id, values) &&
           ticket_api_show(rq, 200, rq->id);
}

static const struct rest_member ANSWER[] = {
    {"text", REST_TEXT, true, 0, 0, offsetof(struct ticket_answer, text)},
    {"is_note", REST_BOOL, false, 0, 0, offsetof(struct ticket_answer, is_note)},
    {"status", REST_TEXT, false, 0, 0, offsetof(struct ticket_answer, status)},
    {"seen_id", REST_ID, false, 0, 0, offsetof(struct ticket_answer, seen_id)},
};

bool ticket_api_answer(struct req *rq)
{
    struct ticket_answer answer = {.text = NULL};
    struct id message_id;

    if (!rest_read(rq, ANSWER, COUNT(ANSWER), &answer, NULL) ||
        !ticket_reply_send(&rq->cx, rq->id, &answer, &message_id))
        return false;
    return rest_answer(rq, 201, json_pack("{s:s}", "id", id_text(rq->cx.mem, message_id)));
}
