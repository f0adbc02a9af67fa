#include "portal/api/view_api.h"

#include "portal/api/rest.h"
#include "portal/desk/saved_view.h"
#include "portal/desk/ticket_counts.h"

#include <string.h>

/* --- views --- */

/* "subject,field.till" as a list. */
static json_t *columns_json(struct req *rq, const char *kept)
{
    json_t *list = json_array();
    struct span rest = span_of(kept != NULL ? kept : ""), code;

    while (rest.len > 0 && span_cut(&rest, ',', &code))
        json_array_append_new(list, json_string(span_dup(rq->cx.mem, code)));
    return list;
}

static json_t *view_json(struct req *rq, const struct saved_view *v)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:o,s:s,s:b,s:b}", "id",
                     id_text(rq->cx.mem, v->id), "name", v->name, "q", v->query, "sort",
                     ticket_sort_name(v->sort), "scope", saved_view_scope_name(v->scope), "columns",
                     columns_json(rq, v->columns), "owner_id", rest_id_json(rq, v->owner_id),
                     "owner_name", v->owner_name, "team_id", rest_id_json(rq, v->team_id),
                     "team_name", v->team_name, "is_pinned", v->is_pinned, "may_change",
                     v->may_change);
}

bool view_api_list(struct req *rq)
{
    struct saved_view *list;
    json_t *data;
    size_t count;

    if (!saved_view_list(&rq->cx, &list, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, view_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

static bool show(struct req *rq, int status, struct id id)
{
    struct saved_view *v;
    json_t *json;
    int64_t found;

    if (!saved_view_get(&rq->cx, id, &v) || !saved_view_count(&rq->cx, v, &found))
        return false;
    json = view_json(rq, v);
    json_object_set_new(json, "count", json_integer(found));
    json_object_set_new(json, "is_count_capped", json_boolean(found >= TICKET_COUNTS_CAP));
    return rest_answer(rq, status, json);
}

bool view_api_view(struct req *rq)
{
    return show(rq, 200, rq->id);
}

struct view_body {
    const char *name, *query, *sort, *scope;
    const json_t *columns;
    bool is_pinned;
};

enum { VIEW_NAME, VIEW_QUERY, VIEW_SORT, VIEW_SCOPE, VIEW_COLUMNS, VIEW_PINNED };
static const struct rest_member VIEW[] = {
    [VIEW_NAME] = {"name", REST_TEXT, false, 0, 0, offsetof(struct view_body, name)},
    [VIEW_QUERY] = {"q", REST_TEXT, false, 0, 0, offsetof(struct view_body, query)},
    [VIEW_SORT] = {"sort", REST_TEXT, false, 0, 0, offsetof(struct view_body, sort)},
    [VIEW_SCOPE] = {"scope", REST_TEXT, false, 0, 0, offsetof(struct view_body, scope)},
    [VIEW_COLUMNS] = {"columns", REST_LIST, false, 0, 0, offsetof(struct view_body, columns)},
    [VIEW_PINNED] = {"is_pinned", REST_BOOL, false, 0, 0, offsetof(struct view_body, is_pinned)},
};

/* A code in each line, as saved_view_save takes them. */
static bool read_columns(struct req *rq, const json_t *list, const char **out)
{
    struct str lines = str_new(rq->cx.mem);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *code = json_string_value(json_array_get(list, i));

        if (code == NULL || strchr(code, '\n') != NULL)
            return rest_refuse_as(rq, "columns", T("The member {} has to be a list of texts."), "");
        str_fmt(&lines, "%s%s", i > 0 ? "\n" : "", code);
    }
    *out = lines.p;
    return true;
}

/* What the body does not name stays as *v has it. */
static bool read_view(struct req *rq, struct view_body *body, struct saved_view *v, uint64_t *given)
{
    const char *sorts[TICKET_SORTS + 1] = {NULL}, *scopes[SAVED_VIEW_SCOPES + 1] = {NULL};

    for (int i = 0; i < TICKET_SORTS; i++)
        sorts[i] = ticket_sort_name((enum ticket_sort)i);
    for (int i = 0; i < SAVED_VIEW_SCOPES; i++)
        scopes[i] = saved_view_scope_name((enum saved_view_scope)i);
    if (!rest_read(rq, VIEW, COUNT(VIEW), body, given))
        return false;
    if (body->name != NULL)
        v->name = body->name;
    if (body->query != NULL)
        v->query = body->query;
    if (!rest_word(rq, "sort", body->sort, sorts) || !rest_word(rq, "scope", body->scope, scopes))
        return false;
    if ((body->sort != NULL && !ticket_sort_parse(body->sort, &v->sort)) ||
        (body->scope != NULL && !saved_view_scope_parse(body->scope, &v->scope)))
        return err_set(&rq->cx.err, &ERR_INTERNAL, "a word without a meaning");
    return body->columns == NULL || read_columns(rq, body->columns, &v->columns);
}

static bool save(struct req *rq, struct saved_view *v, const struct view_body *body, uint64_t given)
{
    const uint64_t pin = UINT64_C(1) << VIEW_PINNED;

    if (!db_begin(&rq->cx))
        return false;
    if (((given & ~pin) != 0 && !saved_view_save(&rq->cx, v)) ||
        ((given & pin) != 0 && !saved_view_pin(&rq->cx, v->id, body->is_pinned))) {
        db_rollback(&rq->cx);
        return false;
    }
    return db_commit(&rq->cx);
}

bool view_api_add(struct req *rq)
{
    struct view_body body = {.is_pinned = true};
    struct saved_view v = {.columns = ""};
    uint64_t given;

    if (!rest_person(rq) || !read_view(rq, &body, &v, &given))
        return false;
    if (v.name == NULL || v.query == NULL)
        return rest_missing(rq, v.name == NULL ? "name" : "q");
    if (!save(rq, &v, &body, given))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/views/%s", id_text(rq->cx.mem, v.id)));
    return show(rq, 201, v.id);
}

/* Kept columns come back with commas: saving takes lines. */
static const char *as_lines(struct req *rq, const char *kept)
{
    char *text = arena_printf(rq->cx.mem, "%s", kept != NULL ? kept : "");

    for (char *p = text; *p != '\0'; p++)
        if (*p == ',')
            *p = '\n';
    return text;
}

bool view_api_change(struct req *rq)
{
    struct view_body body = {.name = NULL};
    struct saved_view *v;
    uint64_t given;

    if (!saved_view_get(&rq->cx, rq->id, &v) || !rest_person(rq))
        return false;
    v->columns = as_lines(rq, v->columns);
    return read_view(rq, &body, v, &given) && save(rq, v, &body, given) && show(rq, 200, rq->id);
}

bool view_api_remove(struct req *rq)
{
    if (!saved_view_remove(&rq->cx, rq->id))
        return false;
    rq->status = 204;
    return true;
}

/* Rows of a queue have less than a ticket: reading a million whole ones would be slow. */
static json_t *line_json(struct req *rq, const struct ticket *t)
{
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "id",
        id_text(rq->cx.mem, t->id), "number", t->number, "subject", t->subject, "topic", t->topic,
        "status", t->status, "category", ticket_category_name(t->category), "level", t->level,
        "city", t->city, "store", t->store, "organisation_name",
        t->organisation_name != NULL ? t->organisation_name : "", "reporter_name",
        t->reporter_name != NULL ? t->reporter_name : "", "due_at", rest_time(t->due_at),
        "created_at", rest_time(t->created_at), "updated_at", rest_time(t->updated_at));
}

bool view_api_tickets(struct req *rq)
{
    struct ticket_page_of page;
    struct ticket_query *query;
    struct saved_view *v;
    unsigned limit;
    json_t *data;

    if (!rest_limit(rq, &limit) || !saved_view_get(&rq->cx, rq->id, &v) ||
        !saved_view_query(&rq->cx, v->query, &query) ||
        !ticket_list_query(&rq->cx, query, v->sort, req_query(rq, "after"), limit, &page))
        return false;
    data = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(data, line_json(rq, page.rows[i]));
    return rest_answer_list(rq, data, page.next);
}
