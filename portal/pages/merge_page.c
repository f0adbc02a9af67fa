#include "portal/pages/merge_page.h"

#include "base/clock.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

struct merge_fields {
    const char *number;
    bool is_sure, even_apart;
    struct id source_id;
};

static const struct form_field FIELDS[] = {
    {"number", T("Ticket number"), FORM_TEXT, true, 1, 40, NULL,
     offsetof(struct merge_fields, number)},
    {"sure", T("Confirm"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct merge_fields, is_sure)},
    {"even_apart", T("Confirm"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct merge_fields, even_apart)},
};
static const struct form_field UNDO_FIELDS[] = {
    {"source", T("Ticket number"), FORM_ID, true, 0, 0, NULL,
     offsetof(struct merge_fields, source_id)},
};

bool merge_page_find(struct req *rq, struct ticket **out, bool *is_elsewhere)
{
    struct ticket *t;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_merge_final(&rq->cx, t, out))
        return false;
    *is_elsewhere = *out != t;
    rq->id = (*out)->id;
    return true;
}

/* Of one message there is nothing to take out. */
static bool has_two_messages(const json_t *context)
{
    json_t *line;
    size_t i, said = 0;

    json_array_foreach (json_object_get(context, "thread"), i, line)
        said += !json_get_bool(line, "is_event", false);
    return said > 1;
}

bool merge_page_add(struct req *rq, const struct ticket *t, json_t *context)
{
    const int64_t days = rq->app->config.desk_merge_days;
    struct ticket_merge *list;
    size_t count;
    json_t *merges = json_array();

    json_object_set_new(context, "merges", merges);
    if (!ticket_merge_list(&rq->cx, t->id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const int64_t until = list[i].merged_at + days * CLOCK_DAY;

        json_array_append_new(merges, json_pack("{s:s, s:s, s:s, s:s, s:o, s:b}", "id",
                                                id_text(rq->cx.mem, list[i].source_id), "number",
                                                list[i].number, "subject", list[i].subject, "by",
                                                list[i].by_name, "until", page_day(rq, until),
                                                "can_undo", days > 0 && rq->cx.now <= until));
    }
    json_object_set_new(context, "has_merges", json_boolean(count > 0));
    json_object_set_new(context, "can_split", json_boolean(has_two_messages(context)));
    return true;
}

static json_t *side_json(struct req *rq, const struct ticket_words *words, const struct ticket *t)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o}", "number", t->number, "subject", t->subject, "customer",
        t->organisation_name[0] != '\0' ? t->organisation_name : t->reporter_name, "reporter",
        t->reporter_name, "status", ticket_context_status(rq, words, t->status), "created",
        page_time(rq, t->created_at));
}

/* The other ticket, as ticket_merge would find it. */
static bool find_other(struct req *rq, const char *number, struct ticket **out)
{
    struct ticket *found;

    if (!ticket_find_typed(&rq->cx, number, &found))
        return false;
    if (found == NULL)
        return err_set_at(&rq->cx.err, &ERR_TICKET_LINK, "number", "no such ticket");
    if (!ticket_merge_final(&rq->cx, found, out))
        return false;
    if (id_equal((*out)->id, rq->id))
        return err_set_at(&rq->cx.err, &ERR_TICKET_MERGE_SELF, "number", "the same ticket");
    return true;
}

static bool ask(struct req *rq, struct form *form, const char *number)
{
    struct ticket_words words;
    struct ticket *source, *target;
    json_t *context;

    if (!ticket_context_words(rq, true, &words) || !ticket_get(&rq->cx, rq->id, &source))
        return false;
    if (!find_other(rq, number, &target))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) &&
               queue_page_answer(rq, form, "is_merge", "");
    context = json_own(
        rq->cx.mem,
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:s}", "id", id_text(rq->cx.mem, rq->id),
                  "number", number, "view", form_value(form, "view"), "source",
                  side_json(rq, &words, source), "target", side_json(rq, &words, target),
                  "is_apart", ticket_merge_is_apart(source, target), "can_undo",
                  rq->app->config.desk_merge_days > 0, "days",
                  format_number(rq->cx.mem, &rq->format, rq->app->config.desk_merge_days)));
    return form->faults != NULL && json_object_size(form->faults) > 0
               ? page_render_form(rq, "ticket_merge", context, form)
               : page_render(rq, "ticket_merge", context);
}

bool merge_page_merge(struct req *rq)
{
    struct form *form;
    struct merge_fields f = {0};
    struct id into;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return queue_page_answer(rq, form, "is_merge", "");
    if (!f.is_sure)
        return ask(rq, form, f.number);
    if (!ticket_merge(&rq->cx, rq->id, f.number, f.even_apart, &into))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && ask(rq, form, f.number);
    rq->id = into;
    return reply_flash(rq, "ok",
                       req_text(rq, T("The tickets are merged. This is the one that stays."))) &&
           reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
}

bool merge_page_undo(struct req *rq)
{
    struct form *form;
    struct merge_fields f = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, UNDO_FIELDS, COUNT(UNDO_FIELDS), &f))
        return queue_page_again(rq, form);
    if (!ticket_merge_undo(&rq->cx, f.source_id, rq->app->config.desk_merge_days))
        return form_take_err(rq, form, UNDO_FIELDS, COUNT(UNDO_FIELDS)) &&
               queue_page_again(rq, form);
    rq->id = f.source_id;
    return reply_flash(
               rq, "ok",
               req_text(rq, T("The merge is undone. This is the ticket that was merged."))) &&
           reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
}
