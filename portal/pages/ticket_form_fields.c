#include "portal/pages/ticket_form_fields.h"

#include "base/parse.h"
#include "portal/desk/ticket_level.h"
#include "portal/desk/ticket_status.h"

#include <string.h>

/* What a condition would look at if the ticket were filed now. */
static bool facts_of(struct req *rq, const struct form *form, const struct ticket_topic *topic,
                     struct field_facts *out)
{
    const char *impact = form != NULL ? form_value(form, "impact") : "";
    const char *level = form != NULL ? form_value(form, "level") : "";
    const struct ticket_status *status;
    struct ticket_weight weight = {0};
    int64_t said = 0, asked = 0;

    if (!parse_i64(impact, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, &said))
        said = 0;
    if (!parse_i64(level, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, &asked))
        asked = 0;
    if (!ticket_status_first(&rq->cx, TICKET_OPEN, &status) ||
        (topic != NULL && !ticket_level_decide(&rq->cx, said, topic->level, asked, &weight)))
        return false;
    *out = (struct field_facts){.topic = topic != NULL ? topic->code : NULL,
                                .status = status->code,
                                .category = ticket_category_name(status->category),
                                .level = weight.level,
                                .is_customer = rq->cx.viewer.kind == VIEWER_CUSTOMER};
    return true;
}

/* The text that was typed, unless it is only what a topic began it with. */
static bool begin_text(struct req *rq, const struct form *form, const struct ticket_topic *topic,
                       json_t *context)
{
    const char *typed = form != NULL ? form_value(form, "text") : "";
    const struct ticket_topic *all;
    bool is_untouched = *typed == '\0';
    size_t count;

    if (!ticket_topic_list(&rq->cx, &all, &count))
        return false;
    for (size_t i = 0; i < count && !is_untouched; i++)
        is_untouched = (*all[i].body != '\0' && strcmp(all[i].body, typed) == 0) ||
                       (*all[i].body_zh != '\0' && strcmp(all[i].body_zh, typed) == 0);
    json_object_set_new(
        context, "topic_begins",
        json_string(
            topic == NULL ? "" : custom_field_words_label(rq->lang, topic->body, topic->body_zh)));
    if (is_untouched)
        typed =
            topic == NULL ? "" : custom_field_words_label(rq->lang, topic->body, topic->body_zh);
    json_object_set_new(context, "text", json_string(typed));
    return true;
}

bool ticket_form_fields_add(struct req *rq, const struct form *form, const char *topic_code,
                            const char *action, json_t *context)
{
    const struct ticket_topic *topic;
    struct field_form fields = {.form = form};
    struct field_set set;
    const char *notice;

    if (!ticket_topic_find(&rq->cx, topic_code, &topic))
        return false;
    if (topic != NULL && topic->article == NULL && !ticket_topic_is_open(&rq->cx, topic))
        topic = NULL; /* not the reader's to choose */
    if (!custom_field_set(&rq->cx, FIELD_TICKET, &set) ||
        !facts_of(rq, form, topic, &fields.facts) || !begin_text(rq, form, topic, context))
        return false;
    if (topic == NULL || topic->article != NULL)
        set.count = 0; /* nothing is asked before there is a topic */
    fields.set = &set;
    notice =
        topic != NULL ? custom_field_words_label(rq->lang, topic->notice, topic->notice_zh) : "";
    json_object_set_new(context, "topic_notice", json_text(*notice != '\0' ? notice : NULL));
    json_object_set_new(context, "topic_article",
                        json_text(topic != NULL && topic->article != NULL
                                      ? arena_printf(rq->cx.mem, "/kb/article/%s", topic->article)
                                      : NULL));
    json_object_set_new(context, "fields_form", json_string(action));
    field_form_add(rq, &fields, context);
    return true;
}
