#include "portal/pages/mail_page.h"

#include "portal/http/page.h"
#include "portal/mail/mail_out.h"

#include <string.h>

static const char HERE[] = "/desk/settings/mail";

static json_t *state_chip(struct req *rq, const struct mail_out *m)
{
    static const struct {
        const char *status, *kind, *icon, *text;
    } STATES[] = {
        {"SENT", "ok", "check", T("Sent")},
        {"WAITING", NULL, "clock", T("Waiting to be sent")},
        {"DEAD", "bad", "x", T("Given up")},
    };

    for (size_t i = 0; i < COUNT(STATES); i++)
        if (strcmp(STATES[i].status, m->status) == 0)
            return json_pack("{s:s?,s:s,s:s}", "kind", STATES[i].kind, "icon", STATES[i].icon,
                             "text", req_text(rq, STATES[i].text));
    return json_null();
}

static json_t *mail_json(struct req *rq, const struct mail_out *m)
{
    const char *again =
        strcmp(m->status, "DEAD") != 0
            ? NULL
            : arena_printf(rq->cx.mem, "%s/%s/again", HERE, id_text(rq->cx.mem, m->id));

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:i,s:s?}", "address", m->to_address, "name",
                     m->to_name, "subject", m->subject, "fault", m->last_fault, "chip",
                     state_chip(rq, m), "at", page_time(rq, m->created_at), "tries", m->attempts,
                     "again", again);
}

bool mail_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "mails", rows, "on_mail", 1));
    const struct config *config = &rq->app->config;
    struct mail_out *list;
    size_t count;
    int64_t dead;

    if (!mail_out_list(&rq->cx, NULL, MAIL_LIST_MAX, &list, &count) ||
        !mail_out_count(&rq->cx, "DEAD", &dead))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, mail_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "has_relay", json_boolean(*config->mail_relay != '\0'));
    if (dead > 0)
        json_object_set_new(page, "dead_text",
                            json_string(lang_fill1(rq->cx.mem, rq->lang, T("Mails given up: {}"),
                                                   format_number(rq->cx.mem, &rq->format, dead))));
    return page_render(rq, "mail_list", page);
}

bool mail_page_again(struct req *rq)
{
    const char *text;

    if (mail_out_retry(&rq->cx, rq->id))
        return reply_flash(rq, "ok", req_text(rq, T("The mail is sent once more."))) &&
               reply_see_other(rq, HERE);
    if (rq->cx.err.kind != &ERR_MAIL_TEXT_GONE)
        return false;
    text = req_text(rq, rq->cx.err.kind->text);
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", text) && reply_see_other(rq, HERE);
}
