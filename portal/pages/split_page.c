#include "portal/pages/split_page.h"

#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_split.h"
#include "portal/desk/ticket_thread.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

struct split_fields {
    const char *subject, *messages;
};

static const struct form_field FIELDS[] = {
    {"subject", T("Subject"), FORM_TEXT, true, 1, TICKET_SUBJECT_MAX, NULL,
     offsetof(struct split_fields, subject)},
    {"messages", T("Messages"), FORM_LINES, false, 0, 0, NULL,
     offsetof(struct split_fields, messages)},
};

static bool see(struct req *rq, struct id id)
{
    return reply_see_other(rq,
                           arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, id)));
}

static bool show(struct req *rq, const struct form *form)
{
    const char *chosen = form != NULL ? form_value(form, "messages") : "";
    struct message **messages;
    struct ticket *t;
    json_t *rows, *page;
    size_t count;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_thread_of(&rq->cx, t, &messages, &count))
        return false;
    rows = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct message *m = messages[i];
        const char *id = id_text(rq->cx.mem, m->id);

        if (strcmp(m->kind, "event") != 0)
            json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:o,s:b,s:b,s:b}", "id", id, "name",
                                                  ticket_context_author(rq, m), "body", m->body,
                                                  "at", page_time(rq, m->created_at), "is_note",
                                                  strcmp(m->kind, "note") == 0, "has_files",
                                                  m->file_count > 0, "is_chosen",
                                                  strstr(chosen, id) != NULL));
    }
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, t->id), "number",
                              t->number, "subject", t->subject, "messages", rows));
    return form != NULL ? page_render_form(rq, "ticket_split", page, form)
                        : page_render(rq, "ticket_split", page);
}

bool split_page_show(struct req *rq)
{
    return show(rq, NULL);
}

bool split_page_send(struct req *rq)
{
    struct form *form;
    struct split_fields f = {0};
    struct id ids[TICKET_SPLIT_MAX], made;
    struct span rest, line;
    size_t count = 0;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return show(rq, form);
    rest = span_of(f.messages != NULL ? f.messages : "");
    while (count < TICKET_SPLIT_MAX && span_cut(&rest, '\n', &line))
        if (id_parse(span_dup(rq->cx.mem, line), &ids[count]))
            count++;
    if (!ticket_split(&rq->cx, rq->id, ids, count, f.subject, &made))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("This is the new ticket."))) && see(rq, made);
}

/* --- the parts of a ticket that is over --- */

bool split_page_ask_parts(struct req *rq)
{
    struct ticket_link *parts;
    struct ticket *t;
    size_t count;

    if (rq->redirect == NULL)
        return true;
    if (!ticket_get(&rq->cx, rq->id, &t)) {
        if (rq->cx.err.kind != &ERR_NOT_FOUND) /* given away with the change */
            return false;
        err_clear(&rq->cx.err);
        return true;
    }
    if (t->category != TICKET_SOLVED && t->category != TICKET_CLOSED)
        return true;
    if (!ticket_link_open_parts(&rq->cx, t->id, &parts, &count))
        return false;
    return count == 0 || reply_see_other(rq, arena_printf(rq->cx.mem, "/desk/tickets/%s/parts",
                                                          id_text(rq->cx.mem, t->id)));
}

bool split_page_parts(struct req *rq)
{
    struct ticket_words words;
    struct ticket_link *parts;
    struct ticket *t;
    json_t *rows;
    size_t count;

    if (!ticket_get(&rq->cx, rq->id, &t) || !ticket_context_words(rq, false, &words) ||
        !ticket_link_open_parts(&rq->cx, t->id, &parts, &count))
        return false;
    if (count == 0)
        return see(rq, t->id);
    words.is_staff = true;
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s}", "href",
                                              arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                           id_text(rq->cx.mem, parts[i].other_id)),
                                              "number", parts[i].number, "subject",
                                              parts[i].subject, "status",
                                              ticket_context_status(rq, &words, parts[i].status)));
    return page_render(
        rq, "ticket_parts",
        json_own(rq->cx.mem,
                 json_pack("{s:s,s:s,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, t->id), "number",
                           t->number, "subject", t->subject, "status",
                           ticket_context_status(rq, &words, t->status), "rows", rows)));
}

bool split_page_end_parts(struct req *rq)
{
    return ticket_link_end_parts(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("Its parts are set to the same state."))) &&
           see(rq, rq->id);
}
