#include "portal/pages/message_page.h"

#include "portal/desk/message_edit.h"
#include "portal/desk/presence.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/ticket_page.h"

#include <string.h>

struct message_fields {
    struct id message_id;
    const char *body;
    int64_t seen;
};

static const struct form_field FIELDS[] = {
    {"body", T("Your message"), FORM_LINES, true, 1, TICKET_BODY_MAX, NULL,
     offsetof(struct message_fields, body)},
    {"message", T("Form"), FORM_ID, true, 0, 0, NULL, offsetof(struct message_fields, message_id)},
    {"seen", T("Form"), FORM_INT, false, 0, INT64_MAX, NULL, offsetof(struct message_fields, seen)},
};

static bool edit(struct req *rq, bool (*again)(struct req *rq, const struct form *form),
                 struct form **form, bool *is_done)
{
    struct message_fields f = {0};

    *is_done = false;
    if (!form_parse(rq, form))
        return false;
    if (!form_read(rq, *form, FIELDS, COUNT(FIELDS), &f))
        return again(rq, *form);
    if (!message_edit(&rq->cx, rq->id, f.message_id, f.body, f.seen))
        return form_take_err(rq, *form, FIELDS, COUNT(FIELDS)) && again(rq, *form);
    *is_done = true;
    return reply_flash(rq, "ok", req_text(rq, T("The message is changed.")));
}

static bool see_message(struct req *rq, const struct form *form, const char *address)
{
    return reply_see_other(
        rq, arena_printf(rq->cx.mem, "%s#m-%s", address, form_value(form, "message")));
}

bool message_page_edit(struct req *rq)
{
    struct form *form;
    bool is_done;

    return edit(rq, ticket_page_again, &form, &is_done) &&
           (!is_done ||
            see_message(rq, form,
                        arena_printf(rq->cx.mem, "/tickets/%s", id_text(rq->cx.mem, rq->id))));
}

bool message_page_desk_edit(struct req *rq)
{
    struct form *form;
    bool is_done;

    return edit(rq, queue_page_again, &form, &is_done) &&
           (!is_done || see_message(rq, form, queue_page_address(rq, form_value(form, "view"))));
}

void message_page_keep(json_t *thread, const struct form *form)
{
    json_t *message, *change, *fault = json_object_get(form->faults, "body");
    size_t i;

    json_array_foreach (thread, i, message) {
        if (strcmp(json_get_text(message, "id", ""), form_value(form, "message")) != 0)
            continue;
        change = json_object_get(message, "change");
        if (!json_is_object(change))
            continue;
        json_object_set_new(change, "text", json_string(form_value(form, "body")));
        json_object_set_new(change, "is_open", json_true());
        if (fault != NULL)
            json_object_set(change, "fault", fault);
    }
}

/* --- who else is here --- */

static json_t *others_json(struct req *rq, const struct presence *others, size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, json_pack("{s:s}", "text",
                           lang_fill1(rq->cx.mem, rq->lang,
                                      others[i].is_writing ? T("{} is writing an answer")
                                                           : T("{} has this ticket open"),
                                      others[i].name)));
    return all;
}

const char *message_page_latest(const json_t *thread)
{
    for (size_t i = json_array_size(thread); i > 0; i--) {
        const char *id = json_get_text(json_array_get(thread, i - 1), "id", "");

        if (id[0] != '\0')
            return id;
    }
    return "";
}

/* The part of the thread that came after a message. */
static json_t *newer_json(json_t *thread, const char *since)
{
    json_t *all = json_array(), *message;
    size_t i;

    json_array_foreach (thread, i, message)
        if (strcmp(json_get_text(message, "id", ""), since) > 0)
            json_array_append(all, message);
    return all;
}

bool message_page_presence(struct req *rq)
{
    const char *since = req_query(rq, "since"), *writing = req_query(rq, "writing");
    struct ticket_words words;
    struct presence *others;
    struct ticket *t;
    struct id latest;
    json_t *thread, *files, *newer;
    size_t count;

    if (!ticket_get(&rq->cx, rq->id, &t) ||
        !presence_note(&rq->cx, t, writing != NULL && writing[0] == '1', &others, &count) ||
        !ticket_context_words(rq, false, &words) ||
        !ticket_context_thread(rq, &words, t, &thread, &files))
        return false;
    newer = since != NULL && id_parse(since, &latest) ? newer_json(thread, since) : json_array();
    thread = json_own(rq->cx.mem, thread);
    return page_render(
        rq, "presence",
        json_own(rq->cx.mem,
                 json_pack("{s:o, s:b, s:s, s:o}", "others", others_json(rq, others, count),
                           "has_new", json_array_size(newer) > 0, "latest",
                           message_page_latest(thread), "thread", newer)));
}
