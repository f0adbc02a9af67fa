#include "portal/pages/topic_settings_page.h"

#include "base/parse.h"
#include "portal/desk/ticket.h"
#include "portal/desk/ticket_topic.h"
#include "portal/field/custom_field_words.h"
#include "portal/http/page.h"

#include <string.h>

enum { ARTICLE_MAX = 9999999, ICON_MAX = 32 };

static const char LIST_PATH[] = "/desk/settings/topics";

struct topic_fields {
    const char *code, *label, *label_zh, *hint, *hint_zh, *body, *body_zh, *notice, *notice_zh;
    const char *type, *audience;
    int64_t level, article;
    bool is_active;
};

static const char *const TYPES[] = {"question", "fault",    "feedback", "complaint",
                                    "repair",   "training", NULL};
static const char *const AUDIENCES[] = {"everybody", "staff", NULL};

static const struct form_field FIELDS[] = {
    {"label", T("Label"), FORM_TEXT, true, 1, TICKET_TOPIC_LABEL_MAX, NULL,
     offsetof(struct topic_fields, label)},
    {"label_zh", T("Label in Chinese"), FORM_TEXT, false, 0, TICKET_TOPIC_LABEL_MAX, NULL,
     offsetof(struct topic_fields, label_zh)},
    {"code", T("Identifier"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct topic_fields, code)},
    {"hint", T("Hint"), FORM_TEXT, false, 0, TICKET_TOPIC_HINT_MAX, NULL,
     offsetof(struct topic_fields, hint)},
    {"hint_zh", T("Hint in Chinese"), FORM_TEXT, false, 0, TICKET_TOPIC_HINT_MAX, NULL,
     offsetof(struct topic_fields, hint_zh)},
    {"type", T("Type"), FORM_CHOICE, true, 0, 0, TYPES, offsetof(struct topic_fields, type)},
    {"level", T("Urgency"), FORM_INT, true, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, NULL,
     offsetof(struct topic_fields, level)},
    {"audience", T("Who chooses it"), FORM_CHOICE, true, 0, 0, AUDIENCES,
     offsetof(struct topic_fields, audience)},
    {"notice", T("Notice above the form"), FORM_LINES, false, 0, TICKET_TOPIC_NOTICE_MAX, NULL,
     offsetof(struct topic_fields, notice)},
    {"notice_zh", T("Notice in Chinese"), FORM_LINES, false, 0, TICKET_TOPIC_NOTICE_MAX, NULL,
     offsetof(struct topic_fields, notice_zh)},
    {"body", T("What the text begins with"), FORM_LINES, false, 0, TICKET_TOPIC_BODY_MAX, NULL,
     offsetof(struct topic_fields, body)},
    {"body_zh", T("The same in Chinese"), FORM_LINES, false, 0, TICKET_TOPIC_BODY_MAX, NULL,
     offsetof(struct topic_fields, body_zh)},
    {"article", T("Only an article"), FORM_INT, false, 1, ARTICLE_MAX, NULL,
     offsetof(struct topic_fields, article)},
    {"active", T("In use"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct topic_fields, is_active)},
};

static json_t *choice(const char *value, const char *text, bool is_chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen", is_chosen);
}

bool topic_settings_page_list(struct req *rq)
{
    const struct ticket_topic *all;
    size_t count;
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "topics", rows, "on_topics", 1));

    if (!ticket_topic_all(&rq->cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct ticket_topic *t = &all[i];

        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s,s:s,s:i,s:b,s:b,s:s?}", "href",
                            arena_printf(rq->cx.mem, "%s/%s", LIST_PATH, t->code), "label",
                            req_text(rq, custom_field_words_label(rq->lang, t->label, t->label_zh)),
                            "code", t->code, "type", req_text(rq, ticket_topic_type_label(t->type)),
                            "level", t->level, "is_staffs", t->is_staffs, "is_active", t->is_active,
                            "article", t->article));
    }
    return page_render(rq, "topic_list", page);
}

/* --- one --- */

static void add_choices(struct req *rq, const struct ticket_topic *t, json_t *page)
{
    json_t *types = json_array(), *levels = json_array(), *audiences = json_array();

    for (int i = 0; i < TICKET_TOPIC_TYPES; i++)
        json_array_append_new(
            types,
            choice(TYPES[i], req_text(rq, ticket_topic_type_label((enum ticket_topic_type)i)),
                   t->type == (enum ticket_topic_type)i));
    for (int i = TICKET_LEVEL_MIN; i <= TICKET_LEVEL_MAX; i++) {
        const char *text = arena_printf(rq->cx.mem, "%d", i);

        json_array_append_new(levels, choice(text, text, t->level == i));
    }
    json_array_append_new(audiences,
                          choice(AUDIENCES[0], req_text(rq, T("Everybody")), !t->is_staffs));
    json_array_append_new(audiences,
                          choice(AUDIENCES[1], req_text(rq, T("Staff only")), t->is_staffs));
    json_object_set_new(page, "types", types);
    json_object_set_new(page, "levels", levels);
    json_object_set_new(page, "audiences", audiences);
}

static bool show(struct req *rq, const struct ticket_topic *t, bool is_new, const struct form *form)
{
    json_t *page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "action",
                  is_new ? "/desk/settings/topics/new"
                         : arena_printf(rq->cx.mem, "%s/%s", LIST_PATH, t->code),
                  "code", t->code, "label", t->label, "label_zh", t->label_zh, "hint", t->hint,
                  "hint_zh", t->hint_zh, "notice", t->notice, "notice_zh", t->notice_zh, "body",
                  t->body, "body_zh", t->body_zh, "article", t->article != NULL ? t->article : "",
                  "is_active", t->is_active, "is_new", is_new));

    add_choices(rq, t, page);
    return form != NULL ? page_render_form(rq, "topic_edit", page, form)
                        : page_render(rq, "topic_edit", page);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void take(struct req *rq, const struct topic_fields *in, struct ticket_topic *t)
{
    t->label = or_empty(in->label);
    t->label_zh = or_empty(in->label_zh);
    t->hint = or_empty(in->hint);
    t->hint_zh = or_empty(in->hint_zh);
    t->notice = or_empty(in->notice);
    t->notice_zh = or_empty(in->notice_zh);
    t->body = or_empty(in->body);
    t->body_zh = or_empty(in->body_zh);
    t->level = (int)in->level;
    t->is_active = in->is_active;
    t->is_staffs = in->audience != NULL && strcmp(in->audience, AUDIENCES[1]) == 0;
    t->article = in->article != 0 ? arena_printf(rq->cx.mem, "%lld", (long long)in->article) : NULL;
    if (!ticket_topic_type_parse(in->type, &t->type))
        t->type = TICKET_TOPIC_QUESTION;
}

static bool save(struct req *rq, struct ticket_topic *t, bool is_new)
{
    struct topic_fields in = {0};
    struct form *form;
    bool is_read;

    if (!form_parse(rq, &form))
        return false;
    is_read = form_read(rq, form, FIELDS, COUNT(FIELDS), &in);
    if (is_new)
        t->code = or_empty(in.code);
    take(rq, &in, t);
    if (!is_read)
        return show(rq, t, is_new, form);
    if (!ticket_topic_save(&rq->cx, t, is_new))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, t, is_new, form);
    return reply_flash(rq, "ok", req_text(rq, T("The topic is saved."))) &&
           reply_see_other(rq, LIST_PATH);
}

static struct ticket_topic fresh(void)
{
    return (struct ticket_topic){.code = "",
                                 .label = "",
                                 .hint = "",
                                 .icon = "",
                                 .level = 3,
                                 .label_zh = "",
                                 .hint_zh = "",
                                 .body = "",
                                 .body_zh = "",
                                 .notice = "",
                                 .notice_zh = "",
                                 .is_active = true};
}

/* The one in the address, as it is. */
static bool find(struct req *rq, struct ticket_topic *out)
{
    const struct ticket_topic *all;
    size_t count;

    if (!ticket_topic_all(&rq->cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].code, rq->args[0]) == 0) {
            *out = all[i];
            return true;
        }
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "topic %.40s", rq->args[0]);
}

bool topic_settings_page_new(struct req *rq)
{
    const struct ticket_topic t = fresh();

    return show(rq, &t, true, NULL);
}

bool topic_settings_page_add(struct req *rq)
{
    struct ticket_topic t = fresh();

    return save(rq, &t, true);
}

bool topic_settings_page_view(struct req *rq)
{
    struct ticket_topic t;

    return find(rq, &t) && show(rq, &t, false, NULL);
}

bool topic_settings_page_save(struct req *rq)
{
    struct ticket_topic t;

    return find(rq, &t) && save(rq, &t, false);
}

bool topic_settings_page_move(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           ticket_topic_move(&rq->cx, rq->args[0], strcmp(form_value(form, "to"), "up") == 0) &&
           reply_see_other(rq, LIST_PATH);
}
