#include "portal/pages/survey_page.h"

#include "portal/desk/survey.h"

struct survey_fields {
    int64_t score;
    const char *comment;
};

static const struct form_field FIELDS[] = {
    {"score", T("How content are you?"), FORM_INT, true, SURVEY_SCORE_MIN, SURVEY_SCORE_MAX, NULL,
     offsetof(struct survey_fields, score)},
    {"comment", T("What should be better?"), FORM_LINES, false, 0, SURVEY_COMMENT_MAX, NULL,
     offsetof(struct survey_fields, comment)},
};

static json_t *scores_json(struct req *rq)
{
    static const char *const WORDS[] = {T("very poor"), T("poor"), T("fair"), T("good"),
                                        T("very good")};
    json_t *list = json_array();

    for (int i = SURVEY_SCORE_MAX; i >= SURVEY_SCORE_MIN; i--)
        json_array_append_new(list, json_pack("{s:i,s:s}", "value", i, "text",
                                              req_text(rq, WORDS[i - SURVEY_SCORE_MIN])));
    return list;
}

static json_t *survey_json(struct req *rq, const struct survey *s)
{
    if (s == NULL)
        return json_pack("{s:o,s:n,s:n}", "scores", scores_json(rq), "score_text", "comment");
    return json_pack("{s:[],s:s,s:s}", "scores", "score_text",
                     lang_fill1(rq->cx.mem, rq->lang, T("Rated {} of 5"),
                                format_number(rq->cx.mem, &rq->format, s->score)),
                     "comment", s->comment);
}

bool survey_page_add(struct req *rq, const struct ticket *t, json_t *context)
{
    struct survey *s;
    json_t *survey;

    if (t->category != TICKET_SOLVED && t->category != TICKET_CLOSED)
        return true;
    if (!survey_find(&rq->cx, t, &s))
        return false;
    survey = survey_json(rq, s);
    json_object_set_new(
        survey, "action",
        json_string(arena_printf(rq->cx.mem, "/tickets/%s/survey", id_text(rq->cx.mem, t->id))));
    json_object_set_new(context, "survey", survey);
    return true;
}

/* --- by link --- */

static bool link_context(struct req *rq, json_t **out)
{
    struct ticket *t;

    if (!survey_open(&rq->cx, rq->args[0], &t))
        return false;
    *out =
        json_own(rq->cx.mem, json_pack("{s:s,s:s,s:b}", "subject", t->subject, "number", t->number,
                                       "is_staff_here", rq->cx.viewer.kind == VIEWER_STAFF));
    /* The address is the right: it must not be kept by anybody between. */
    reply_header(rq, "Cache-Control", "private, no-store");
    return survey_page_add(rq, t, *out) &&
           json_object_set_new(json_object_get(*out, "survey"), "action", json_string(rq->path)) ==
               0;
}

bool survey_page_view(struct req *rq)
{
    json_t *page;

    return link_context(rq, &page) && page_render(rq, "survey", page);
}

static bool show_again(struct req *rq, const struct form *form)
{
    json_t *page;

    return link_context(rq, &page) && page_render_form(rq, "survey", page, form);
}

bool survey_page_send(struct req *rq)
{
    struct survey_fields f = {0};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return show_again(rq, form);
    return survey_answer_link(&rq->cx, rq->args[0], f.score, f.comment) &&
           reply_flash(rq, "ok", req_text(rq, T("Thank you. Your answer is kept."))) &&
           reply_see_other(rq, rq->path);
}

/* --- in the portal --- */

bool survey_page_answer(struct req *rq)
{
    const char *ticket = arena_printf(rq->cx.mem, "/tickets/%s", id_text(rq->cx.mem, rq->id));
    struct survey_fields f = {0};
    struct form *form;
    struct ticket *t;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return reply_flash(rq, "bad", req_text(rq, T("Choose how content you are."))) &&
               reply_see_other(rq, ticket);
    return survey_answer(&rq->cx, rq->id, f.score, f.comment) &&
           reply_flash(rq, "ok", req_text(rq, T("Thank you. Your answer is kept."))) &&
           reply_see_other(rq, ticket);
}
