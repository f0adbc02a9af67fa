#include "portal/api/macro_api.h"

#include "portal/api/rest.h"
#include "portal/api/ticket_api.h"
#include "portal/desk/macro.h"

#include <string.h>

static json_t *macro_json(struct req *rq, const struct macro *m)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:b,s:o,s:o,s:b,s:o,s:s,s:b}", "id",
                     id_text(rq->cx.mem, m->id), "name", m->name, "language", m->language, "text",
                     m->body, "is_note", m->is_note, "status",
                     json_text(*m->status != '\0' ? m->status : NULL), "level",
                     m->level != 0 ? json_integer(m->level) : json_null(), "takes_it", m->takes_it,
                     "tag", json_text(*m->tag != '\0' ? m->tag : NULL), "scope",
                     saved_view_scope_name(m->scope), "may_change", m->may_change);
}

bool macro_api_list(struct req *rq)
{
    struct macro *list;
    json_t *data;
    size_t count;

    if (!macro_list(&rq->cx, &list, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, macro_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

static bool show(struct req *rq, int status, struct id id)
{
    struct macro *m;

    return macro_get(&rq->cx, id, &m) && rest_answer(rq, status, macro_json(rq, m));
}

bool macro_api_view(struct req *rq)
{
    return show(rq, 200, rq->id);
}

/* --- keeping --- */

struct macro_body {
    struct macro macro;
    const char *scope;
};

enum { MACRO_NAME, MACRO_STATUS, MACRO_LEVEL, MACRO_TAG, MACRO_OTHER };
static const struct rest_member MACRO[] = {
    [MACRO_NAME] = {"name", REST_TEXT, false, 0, 0, offsetof(struct macro_body, macro.name)},
    [MACRO_STATUS] = {"status", REST_TEXT, false, 0, 0, offsetof(struct macro_body, macro.status)},
    [MACRO_LEVEL] = {"level", REST_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX,
                     offsetof(struct macro_body, macro.level)},
    [MACRO_TAG] = {"tag", REST_TEXT, false, 0, 0, offsetof(struct macro_body, macro.tag)},
    [MACRO_OTHER] = {"text", REST_TEXT, false, 0, 0, offsetof(struct macro_body, macro.body)},
    {"language", REST_TEXT, false, 0, 0, offsetof(struct macro_body, macro.language)},
    {"is_note", REST_BOOL, false, 0, 0, offsetof(struct macro_body, macro.is_note)},
    {"takes_it", REST_BOOL, false, 0, 0, offsetof(struct macro_body, macro.takes_it)},
    {"scope", REST_TEXT, false, 0, 0, offsetof(struct macro_body, scope)},
};

/* Saves what the body says over *is; null takes away what the macro sets. */
static bool save(struct req *rq, const struct macro *is, struct id *id)
{
    const char *scopes[SAVED_VIEW_SCOPES + 1] = {NULL};
    struct macro_body body = {.macro = *is, .scope = NULL}, read;
    uint64_t given;

    for (int i = 0; i < SAVED_VIEW_SCOPES; i++)
        scopes[i] = saved_view_scope_name((enum saved_view_scope)i);
    read = (struct macro_body){.macro = {.status = "", .tag = ""}};
    read.macro.id = is->id;
    if (!rest_read(rq, MACRO, COUNT(MACRO), &body, &given) ||
        !rest_read(rq, MACRO, COUNT(MACRO), &read, NULL) ||
        !rest_word(rq, "scope", body.scope, scopes))
        return false;
    if ((given >> MACRO_STATUS & 1) != 0)
        body.macro.status = read.macro.status;
    if ((given >> MACRO_TAG & 1) != 0)
        body.macro.tag = read.macro.tag;
    if ((given >> MACRO_LEVEL & 1) != 0)
        body.macro.level = read.macro.level;
    if (body.macro.name == NULL)
        return rest_missing(rq, "name");
    if (body.scope != NULL && !saved_view_scope_parse(body.scope, &body.macro.scope))
        return err_set(&rq->cx.err, &ERR_INTERNAL, "a word without a meaning");
    if (!macro_save(&rq->cx, &body.macro)) {
        if (rq->cx.err.source != NULL && strcmp(rq->cx.err.source, "body") == 0)
            rq->cx.err.source = "text";
        return false;
    }
    *id = body.macro.id;
    return true;
}

bool macro_api_add(struct req *rq)
{
    static const struct macro NOTHING = {.language = "", .body = "", .status = "", .tag = ""};
    struct id id;

    if (!rest_person(rq) || !save(rq, &NOTHING, &id))
        return false;
    reply_header(rq, "Location",
                 arena_printf(rq->cx.mem, "/api/v1/macros/%s", id_text(rq->cx.mem, id)));
    return show(rq, 201, id);
}

bool macro_api_change(struct req *rq)
{
    struct macro *is;
    struct id id;

    return macro_get(&rq->cx, rq->id, &is) && rest_person(rq) && save(rq, is, &id) &&
           show(rq, 200, id);
}

bool macro_api_remove(struct req *rq)
{
    if (!macro_remove(&rq->cx, rq->id))
        return false;
    rq->status = 204;
    return true;
}

/* --- using: as the desk's page does (portal/pages/macro_page.c) --- */

static bool find_both(struct req *rq, struct ticket **t, struct macro **m)
{
    struct id macro_id;

    return rest_path_id(rq, 1, &macro_id) && ticket_get(&rq->cx, rq->id, t) &&
           macro_get(&rq->cx, macro_id, m);
}

bool macro_api_look(struct req *rq)
{
    const char *text;
    struct ticket *t;
    struct macro *m;
    json_t *json;

    if (!find_both(rq, &t, &m) || !macro_fill(&rq->cx, m, t, &text))
        return false;
    json = macro_json(rq, m);
    json_object_set_new(json, "text", json_string(text));
    return rest_answer(rq, 200, json);
}

static bool apply(struct ctx *cx, const struct macro *m, struct id ticket_id,
                  const struct ticket_answer *answer)
{
    const char *status = *m->status != '\0' ? m->status : NULL;
    struct id message_id;

    if (answer->text != NULL && !ticket_reply_send(cx, ticket_id, answer, &message_id))
        return false;
    return macro_apply(cx, m, ticket_id) &&
           (answer->text != NULL || status == NULL || ticket_set_status(cx, ticket_id, status));
}

struct use_body {
    const char *text;
    struct id seen_id;
};

static const struct rest_member APPLY[] = {
    {"text", REST_TEXT, false, 0, 0, offsetof(struct use_body, text)},
    {"seen_id", REST_ID, false, 0, 0, offsetof(struct use_body, seen_id)},
};

bool macro_api_apply(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct use_body body = {.text = NULL};
    struct ticket_answer answer = {.text = NULL};
    struct ticket *t;
    struct macro *m;

    if (!find_both(rq, &t, &m) || !rest_read(rq, APPLY, COUNT(APPLY), &body, NULL))
        return false;
    answer.seen_id = body.seen_id;
    answer.is_note = m->is_note;
    answer.status = *m->status != '\0' ? m->status : NULL;
    answer.text = body.text;
    if (body.text == NULL && *m->body != '\0' && !macro_fill(cx, m, t, &answer.text))
        return false;
    if (!db_begin(cx))
        return false;
    if (!apply(cx, m, rq->id, &answer)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx) && ticket_api_show(rq, 200, rq->id);
}
