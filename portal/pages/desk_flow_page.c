#include "portal/pages/desk_flow_page.h"

#include "base/parse.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/thanks.h"
#include "portal/desk/ticket_topic.h"
#include "portal/http/form.h"
#include "portal/http/reply.h"
#include "portal/pages/service_text.h"

#include <string.h>

enum { TOPICS_MAX = 50 };

static const char FLOW_PATH[] = "/desk/settings/flow";

struct flow_fields {
    int64_t close_days, remind_days, trash_days;
    const char *thanks, *beside, *dispatch;
};

static const struct form_field FIELDS[] = {
    {"close_days", T("Close after days"), FORM_INT, true, 0, DESK_FLOW_DAYS_MAX, NULL,
     offsetof(struct flow_fields, close_days)},
    {"remind_days", T("Mail before, days"), FORM_INT, true, 0, DESK_FLOW_REMIND_MAX, NULL,
     offsetof(struct flow_fields, remind_days)},
    {"trash_days", T("Empty the recycle bin after days"), FORM_INT, true, 0, DESK_FLOW_TRASH_MAX,
     NULL, offsetof(struct flow_fields, trash_days)},
    {"thanks", T("Words of thanks"), FORM_LINES, false, 0, DESK_FLOW_WORDS_MAX, NULL,
     offsetof(struct flow_fields, thanks)},
    {"beside", T("Words that may stand beside them"), FORM_LINES, false, 0, DESK_FLOW_WORDS_MAX,
     NULL, offsetof(struct flow_fields, beside)},
    {"dispatch_minutes", T("Answer a dispatch within"), FORM_TEXT, false, 0, 20, NULL,
     offsetof(struct flow_fields, dispatch)},
};

static const char *topic_field(struct req *rq, const char *code)
{
    return arena_printf(rq->cx.mem, "close_%s", code);
}

static json_t *fault_of(const struct form *form, const char *name)
{
    return form != NULL ? json_object_get(form->faults, name) : NULL;
}

static const char *number_text(struct req *rq, int64_t n)
{
    return arena_printf(rq->cx.mem, "%lld", (long long)n);
}

static bool add_topics(struct req *rq, const struct form *form, json_t *page)
{
    const struct ticket_topic *topics;
    struct desk_flow_topic *own;
    size_t count, own_count;
    json_t *rows = json_array();

    json_object_set_new(page, "topics", rows);
    if (!ticket_topic_list(&rq->cx, &topics, &count) ||
        !desk_flow_topics(&rq->cx, &own, &own_count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = topic_field(rq, topics[i].code), *days = "";

        for (size_t o = 0; o < own_count; o++)
            if (strcmp(own[o].topic, topics[i].code) == 0)
                days = number_text(rq, own[o].close_days);
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:O?}", "field", name, "label",
                                              req_text(rq, topics[i].label), "days",
                                              form != NULL ? form_value(form, name) : days, "fault",
                                              fault_of(form, name)));
    }
    return true;
}

static bool show(struct req *rq, const struct form *form)
{
    struct desk_flow f;
    json_t *page;

    if (!desk_flow_get(&rq->cx, &f))
        return false;
    page = json_own(
        rq->cx.mem,
        json_pack("{s:b,s:b,s:s,s:s,s:s,s:s,s:s,s:s}", "on_flow", 1, "is_shipped", f.is_shipped,
                  "trash_days",
                  form != NULL ? form_value(form, "trash_days") : number_text(rq, f.trash_days),
                  "close_days",
                  form != NULL ? form_value(form, "close_days") : number_text(rq, f.close_days),
                  "remind_days",
                  form != NULL ? form_value(form, "remind_days") : number_text(rq, f.remind_days),
                  "thanks", form != NULL ? form_value(form, "thanks") : f.thanks, "beside",
                  form != NULL ? form_value(form, "beside") : f.beside, "dispatch_minutes",
                  form != NULL ? form_value(form, "dispatch_minutes")
                               : service_text_of_length(rq->cx.mem, f.dispatch_minutes)));
    if (!add_topics(rq, form, page))
        return false;
    return form != NULL ? page_render_form(rq, "desk_flow", page, form)
                        : page_render(rq, "desk_flow", page);
}

bool desk_flow_page_view(struct req *rq)
{
    return show(rq, NULL);
}

static bool read_topics(struct req *rq, struct form *form, struct desk_flow_topic *out,
                        size_t *count)
{
    const struct ticket_topic *topics;
    size_t n;

    *count = 0;
    if (!ticket_topic_list(&rq->cx, &topics, &n))
        return false;
    for (size_t i = 0; i < n && *count < TOPICS_MAX; i++) {
        const char *name = topic_field(rq, topics[i].code), *typed = form_value(form, name);
        struct desk_flow_topic *topic = &out[*count];

        if (*typed == '\0')
            continue;
        topic->topic = topics[i].code;
        if (parse_i64(typed, 0, DESK_FLOW_DAYS_MAX, &topic->close_days))
            (*count)++;
        else
            form_fault(rq, form, name, topics[i].label, T("Type a number of days, up to 365."));
    }
    return true;
}

/* The shipped words stay the shipped ones, also of a later version, while nobody changes them. */
static const char *own_words(const char *typed, const char *shipped)
{
    const size_t len = strlen(shipped) - 1; /* without its last line end */

    if (typed == NULL)
        return "";
    return strlen(typed) == len && strncmp(typed, shipped, len) == 0 ? NULL : typed;
}

bool desk_flow_page_save(struct req *rq)
{
    struct desk_flow_topic topics[TOPICS_MAX];
    struct flow_fields f = {0};
    struct desk_flow flow;
    struct form *form;
    int64_t minutes = 0;
    size_t count;

    if (!form_parse(rq, &form))
        return false;
    if (!service_text_length(form_value(form, "dispatch_minutes"), &minutes) ||
        minutes > DESK_FLOW_MINUTES_MAX)
        form_fault(rq, form, "dispatch_minutes", T("Answer a dispatch within"),
                   T("Type a time such as 30m, 8h or 1h 30m."));
    if (!read_topics(rq, form, topics, &count))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f) || json_object_size(form->faults) > 0)
        return show(rq, form);
    flow = (struct desk_flow){.close_days = f.close_days,
                              .remind_days = f.remind_days,
                              .thanks = own_words(f.thanks, THANKS_WORDS),
                              .beside = own_words(f.beside, THANKS_BESIDE),
                              .dispatch_minutes = minutes,
                              .trash_days = f.trash_days};
    if (f.close_days > 0 && f.remind_days >= f.close_days)
        form_fault(rq, form, "remind_days", T("Mail before, days"),
                   T("The mail has to come before the close."));
    if (json_object_size(form->faults) > 0)
        return show(rq, form);
    if (!desk_flow_set(&rq->cx, &flow, topics, count))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, FLOW_PATH);
}
