#include "portal/pages/follow_page.h"

#include "portal/desk/follow_link.h"
#include "portal/pages/notice_page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

static json_t *entry_json(struct req *rq, const struct message *m)
{
    bool is_customer = strcmp(m->author, "customer") == 0;
    const char *name = m->author_name;

    if (*name == '\0')
        name = is_customer ? req_text(rq, T("You")) : rq->tenant->name;
    return json_pack("{s:s,s:o,s:s,s:b,s:b,s:s,s:o}", "name", name, "initials", page_initials(name),
                     "side", req_text(rq, is_customer ? T("reported this") : T("Support")),
                     "is_customer", is_customer, "is_staff", !is_customer, "body", m->body, "at",
                     page_time(rq, m->created_at));
}

/* The address is the right: it must not be told to other pages, nor be kept by anybody between. */
bool follow_page_show(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    json_t *thread = json_own(cx->mem, json_array());
    struct ticket_words words;
    struct message **replies;
    struct ticket *t;
    size_t count;

    if (!follow_link_open(cx, rq->args[0], &t, &replies, &count) ||
        !ticket_context_words(rq, false, &words))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(thread, entry_json(rq, replies[i]));
    if (!notice_page_opened(rq, t->id))
        return false;
    reply_header(rq, "Cache-Control", "private, no-store");
    return page_render(
        rq, "follow",
        json_own(cx->mem, json_pack("{s:s,s:s,s:o,s:o,s:O}", "subject", t->subject, "number",
                                    t->number, "chip", ticket_context_chip(rq, &words, t), "due",
                                    ticket_context_due(rq, t), "thread", thread)));
}
