#include "portal/pages/mail_tray_page.h"

#include "portal/desk/ticket.h"
#include "portal/http/page.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_route.h"
#include "portal/pages/upload_context.h"

#include <string.h>

static const char HERE[] = "/desk/mail";
enum { NUMBER_MAX = 40 };

static const struct {
    const char *state, *param, *tab, *kind, *icon, *chip;
} STATES[] = {
    {"PARKED", "", T("To be decided"), "warn", "circle-alert", T("To be decided")},
    {"IGNORED", "aside", T("Put aside"), NULL, "archive", T("Put aside")},
    {"DONE", "done", T("In tickets"), "ok", "check", T("In a ticket")},
    {"READ", "read", T("Reports and copies"), NULL, "info", T("Report or copy")},
    {"NEW", "new", T("Being read"), NULL, "clock", T("Being read")},
};

static const struct {
    const char *reason, *text;
} REASONS[] = {
    {"no_sender", T("It names no sender.")},
    {"own", T("It comes from our own address, so it may run in a circle.")},
    {"flood", T("Its sender wrote more mails in an hour than the limit.")},
    {"thanks", T("It only thanked: the state stayed as it was.")},
    {"automatic", T("A program wrote it, not a person.")},
    {"bad_token", T("The address it was sent to was forged, or its ticket is gone.")},
    {"not_participant", T("Its sender has no part in the ticket it answers.")},
    {"unknown_sender", T("Its sender has no account.")},
    {"disabled", T("Its sender's account is disabled.")},
    {"to_be_read", T("Every mail is looked at first: so it is set.")},
    {"bounce_unknown", T("Something could not be delivered, but it was no mail of ours.")},
    {"unreadable", T("It could not be read. The original is kept.")},
    {"failed", T("It failed several times.")},
    {"refused", T("The rules for tickets refused it.")},
    {"taken_back", T("It was put aside, and taken back.")},
    {"reply", T("It is an answer in its ticket.")},
    {"ticket", T("A ticket was made of it.")},
    {"files_left_out",
     T("Some of its files were too large or too many; they are in the original.")},
    {"by_hand", T("Decided by hand.")},
    {"repeated", T("A second copy of a mail.")},
    {"bounce", T("A mail of ours could not be delivered.")},
    {"report", T("A report of delivery or reading.")},
    {"ignored_sender", T("Its sender is ignored.")},
};

static const char *reason_text(struct req *rq, const struct mail_in *m)
{
    for (size_t i = 0; i < COUNT(REASONS); i++)
        if (strcmp(REASONS[i].reason, m->reason) == 0)
            return req_text(rq, REASONS[i].text);
    return "";
}

static json_t *state_chip(struct req *rq, const struct mail_in *m)
{
    for (size_t i = 0; i < COUNT(STATES); i++)
        if (strcmp(STATES[i].state, m->state) == 0)
            return json_pack("{s:s?,s:s,s:s}", "kind", STATES[i].kind, "icon", STATES[i].icon,
                             "text", req_text(rq, STATES[i].chip));
    return json_null();
}

static const char *href_of(struct req *rq, const struct mail_in *m, const char *act)
{
    return arena_printf(rq->cx.mem, "%s/%s%s", HERE, id_text(rq->cx.mem, m->id), act);
}

static json_t *mail_json(struct req *rq, const struct mail_in *m)
{
    const char *ticket = id_is_zero(m->ticket_id) ? NULL
                                                  : arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                                 id_text(rq->cx.mem, m->ticket_id));

    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s?,s:s}", "href", href_of(rq, m, ""),
                     "subject", *m->subject != '\0' ? m->subject : req_text(rq, T("No subject")),
                     "name", m->sender_name, "address", m->sender, "reason", reason_text(rq, m),
                     "chip", state_chip(rq, m), "at", page_time(rq, m->created_at), "ticket",
                     ticket, "number", m->ticket_number);
}

static size_t chosen(struct req *rq)
{
    const char *param = req_query(rq, "state");

    for (size_t i = 0; param != NULL && i < COUNT(STATES); i++)
        if (strcmp(STATES[i].param, param) == 0)
            return i;
    return 0;
}

static bool add_tabs(struct req *rq, size_t current, json_t *page)
{
    json_t *tabs = json_array();

    json_object_set_new(page, "tabs", tabs);
    json_object_set_new(page, "label", json_string(req_text(rq, T("State"))));
    for (size_t i = 0; i < COUNT(STATES); i++) {
        int64_t count;

        if (!mail_in_count(&rq->cx, STATES[i].state, &count))
            return false;
        json_array_append_new(
            tabs,
            json_pack("{s:s,s:s,s:s,s:b}", "href",
                      i == 0 ? HERE
                             : arena_printf(rq->cx.mem, "%s?state=%s", HERE, STATES[i].param),
                      "label", req_text(rq, STATES[i].tab), "count",
                      format_number(rq->cx.mem, &rq->format, count), "is_current", i == current));
    }
    return true;
}

bool mail_tray_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "mails", rows));
    size_t state = chosen(rq);
    struct id before = {{0}};
    struct mail_in *list;
    size_t count;

    if (req_query(rq, "before") != NULL && !id_parse(req_query(rq, "before"), &before))
        before = (struct id){{0}};
    if (!add_tabs(rq, state, page) ||
        !mail_in_list(&rq->cx, STATES[state].state, before, MAIL_IN_LIST_MAX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, mail_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    if (count == MAIL_IN_LIST_MAX)
        json_object_set_new(
            page, "older",
            json_string(arena_printf(rq->cx.mem, "%s?state=%s&before=%s", HERE, STATES[state].param,
                                     id_text(rq->cx.mem, list[count - 1].id))));
    return page_render(rq, "mail_tray_list", page);
}

/* What cannot be read has no text here, only its original. */
static bool read_mail(struct req *rq, const struct mail_in *m, json_t **out)
{
    *out = NULL;
    if (mail_route_parse(&rq->cx, upload_context_storage(rq), m, out))
        return true;
    if (rq->cx.err.kind != &ERR_INTERNAL && rq->cx.err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&rq->cx.err);
    return true;
}

static bool is_open(const struct mail_in *m)
{
    return strcmp(m->state, "PARKED") == 0 || strcmp(m->state, "IGNORED") == 0;
}

bool mail_tray_page_view(struct req *rq)
{
    struct mail_in *m;
    json_t *parsed, *page;
    bool is_ignored;

    if (!mail_in_get(&rq->cx, rq->id, &m) || !read_mail(rq, m, &parsed) ||
        !mail_in_is_ignored(&rq->cx, m->sender, &is_ignored))
        return false;
    page = json_own(rq->cx.mem, mail_json(rq, m));
    json_object_set_new(page, "text", json_string(json_get_text(parsed, "text", "")));
    json_object_set_new(page, "is_unread", json_boolean(parsed == NULL));
    json_object_set_new(page, "is_open", json_boolean(is_open(m)));
    json_object_set_new(page, "is_parked", json_boolean(strcmp(m->state, "PARKED") == 0));
    json_object_set_new(
        page, "is_aside",
        json_boolean(strcmp(m->state, "IGNORED") == 0 && strcmp(m->reason, "by_hand") == 0));
    json_object_set_new(page, "may_ignore", json_boolean(!is_ignored && *m->sender != '\0'));
    json_object_set_new(page, "is_ignored", json_boolean(is_ignored));
    json_object_set_new(page, "raw", json_string(href_of(rq, m, "/raw")));
    json_object_set_new(page, "size", json_string(format_bytes(rq->cx.mem, &rq->format, m->bytes)));
    return page_render(rq, "mail_tray_view", page);
}

bool mail_tray_page_raw(struct req *rq)
{
    struct mail_in *m;
    int64_t bytes;
    int fd;

    if (!mail_in_get(&rq->cx, rq->id, &m) ||
        !mail_in_open(&rq->cx, upload_context_storage(rq), m, &fd, &bytes))
        return false;
    reply_header(rq, "Cache-Control", "private, no-store");
    return reply_file(rq, fd, bytes, "mail.eml", "message/rfc822");
}

/* --- acts --- */

/* Refusals that a person can do something about are told on the mail's page. */
static bool refused(struct req *rq, const struct mail_in *m)
{
    const char *text;

    if (rq->cx.err.kind->class != ERR_CLASS_INVALID && rq->cx.err.kind != &ERR_CONFLICT)
        return false;
    text = rq->cx.err.kind == &ERR_CONFLICT
               ? req_text(rq, T("Somebody else has decided about this mail meanwhile."))
               : req_text(rq, rq->cx.err.kind->text);
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", text) && reply_see_other(rq, href_of(rq, m, ""));
}

static bool done(struct req *rq, const char *said, const char *to)
{
    return reply_flash(rq, "ok", req_text(rq, said)) && reply_see_other(rq, to);
}

static bool prepare(struct req *rq, struct mail_in **m, json_t **parsed, struct mail_route *how)
{
    *how = (struct mail_route){.storage_path = upload_context_storage(rq),
                               .sender = rq->app->config.mail_sender};
    return mail_in_get(&rq->cx, rq->id, m) && read_mail(rq, *m, parsed) &&
           mail_inbox_address(&rq->cx, &rq->app->config, &how->inbound);
}

static const char *ticket_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, id));
}

bool mail_tray_page_ticket(struct req *rq)
{
    struct mail_route how;
    struct mail_in *m;
    json_t *parsed;
    struct id id;

    if (!prepare(rq, &m, &parsed, &how))
        return false;
    if (!mail_route_make_ticket(&rq->cx, &how, m, parsed, &id))
        return refused(rq, m);
    return done(rq, T("A ticket was made of the mail."), ticket_href(rq, id));
}

bool mail_tray_page_attach(struct req *rq)
{
    struct mail_route how;
    struct mail_in *m;
    struct ticket *t;
    struct form *form;
    const char *number;
    json_t *parsed;

    if (!form_parse(rq, &form) || !prepare(rq, &m, &parsed, &how))
        return false;
    number = form_value(form, "number");
    if (!ticket_find_number(&rq->cx, strlen(number) <= NUMBER_MAX ? number : "", &t))
        return false;
    if (t == NULL)
        return reply_flash(rq, "bad", req_text(rq, T("There is no ticket with this number."))) &&
               reply_see_other(rq, href_of(rq, m, ""));
    if (!mail_route_attach(&rq->cx, &how, m, parsed, t->id))
        return refused(rq, m);
    return done(rq, T("The mail is a note on this ticket now."), ticket_href(rq, t->id));
}

static bool turn(struct req *rq, const char *from, const char *state, const char *reason,
                 const char *said)
{
    struct mail_in *m;

    if (!mail_in_get(&rq->cx, rq->id, &m))
        return false;
    if (strcmp(m->state, from) != 0)
        err_set(&rq->cx.err, &ERR_CONFLICT, "mail %s is %s", id_text(rq->cx.mem, m->id), m->state);
    if (rq->cx.err.kind != NULL ||
        !mail_in_settle(
            &rq->cx, m,
            &(struct mail_fate){.state = state, .reason = reason, .ticket_id = m->ticket_id}))
        return refused(rq, m);
    return done(rq, said, HERE);
}

bool mail_tray_page_aside(struct req *rq)
{
    return turn(rq, "PARKED", "IGNORED", "by_hand",
                T("The mail was put aside. It can be taken back."));
}

bool mail_tray_page_back(struct req *rq)
{
    return turn(rq, "IGNORED", "PARKED", "taken_back", T("The mail is in the tray again."));
}

static bool set_ignored(struct req *rq, bool (*set)(struct ctx *cx, const char *address),
                        const char *said)
{
    struct mail_in *m;

    if (!mail_in_get(&rq->cx, rq->id, &m))
        return false;
    if (!set(&rq->cx, m->sender))
        return refused(rq, m);
    return done(rq, said, HERE);
}

bool mail_tray_page_ignore(struct req *rq)
{
    return set_ignored(rq, mail_in_ignore,
                       T("Mails of this sender are put aside from now on. They are kept."));
}

bool mail_tray_page_unignore(struct req *rq)
{
    return set_ignored(rq, mail_in_unignore, T("Mails of this sender are taken again."));
}
