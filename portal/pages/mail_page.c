#include "portal/pages/mail_page.h"

#include "portal/http/page.h"
#include "portal/mail/mail_out.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_reach.h"
#include "portal/pages/setup_page.h"

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

static bool add_settings(struct req *rq, const struct form *form, json_t *page)
{
    struct mail_setting s;

    if (!notice_setting_get(&rq->cx, &s))
        return false;
    json_object_set_new(page, "sender_name",
                        json_string(form ? form_value(form, "sender_name") : s.sender_name));
    json_object_set_new(page, "sender_address",
                        json_string(form ? form_value(form, "sender_address") : s.sender_address));
    json_object_set_new(
        page, "window_seconds",
        json_string(form ? form_value(form, "window_seconds")
                         : arena_printf(rq->cx.mem, "%lld", (long long)s.window_seconds)));
    json_object_set_new(page, "installation_address", json_string(rq->app->config.mail_sender));
    json_object_set_new(page, "tenant_name", json_string(rq->tenant->name));
    return true;
}

static bool show_list(struct req *rq, const struct form *form)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "mails", rows, "on_mail", 1));
    const struct config *config = &rq->app->config;
    struct mail_out *list;
    size_t count;
    int64_t dead;

    if (!add_settings(rq, form, page) ||
        !mail_out_list(&rq->cx, NULL, MAIL_LIST_MAX, &list, &count) ||
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
    return form ? page_render_form(rq, "mail_list", page, form)
                : page_render(rq, "mail_list", page);
}

bool mail_page_list(struct req *rq)
{
    return show_list(rq, NULL);
}

struct setting_fields {
    const char *sender_name, *sender_address;
    int64_t window_seconds;
};

static const struct form_field SETTING_FIELDS[] = {
    {"sender_name", T("Sender's name"), FORM_TEXT, false, 0, 100, NULL,
     offsetof(struct setting_fields, sender_name)},
    {"sender_address", T("Sender's address"), FORM_TEXT, false, 0, 254, NULL,
     offsetof(struct setting_fields, sender_address)},
    {"window_seconds", T("Changes within so many seconds are one mail"), FORM_INT, true, 0, 3600,
     NULL, offsetof(struct setting_fields, window_seconds)},
};

bool mail_page_save(struct req *rq)
{
    struct setting_fields in = {0};
    struct mail_setting setting;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, SETTING_FIELDS, COUNT(SETTING_FIELDS), &in))
        return show_list(rq, form);
    setting = (struct mail_setting){in.sender_name != NULL ? in.sender_name : "",
                                    in.sender_address != NULL ? in.sender_address : "",
                                    in.window_seconds};
    if (!notice_setting_set(&rq->cx, &setting))
        return form_take_err(rq, form, SETTING_FIELDS, COUNT(SETTING_FIELDS)) &&
               show_list(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The mail settings are saved."))) &&
           setup_page_next(rq, SETUP_MAIL, HERE);
}

bool mail_page_test(struct req *rq)
{
    struct mail_setting setting;
    struct mail_draft draft = {.kind = "test"};
    struct id id;

    if (!notice_setting_get(&rq->cx, &setting))
        return false;
    draft.person_id = rq->session->person_id;
    draft.to_address = rq->session->email;
    draft.to_name = rq->session->person_name;
    draft.from_name = *setting.sender_name != '\0' ? setting.sender_name : rq->tenant->name;
    draft.from_address = setting.sender_address;
    draft.subject = req_text(rq, T("A test mail"));
    draft.text = arena_printf(rq->cx.mem, "%s\n",
                              req_text(rq, T("This mail shows that mails leave and arrive.")));
    return mail_out_add(&rq->cx, &draft, &id) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("A test mail to you waits below. Load this page "
                                      "again to see what became of it."))) &&
           reply_see_other(rq, HERE);
}

/* --- of tickets --- */

enum { LOG_MAX = 20 };

static json_t *log_chip(struct req *rq, const struct mail_out *m)
{
    if (m->bounced_at != 0)
        return json_pack("{s:s,s:s,s:s}", "kind", "bad", "icon", "x", "text",
                         req_text(rq, T("Came back")));
    if (m->opened_at != 0)
        return json_pack("{s:s,s:s,s:s}", "kind", "ok", "icon", "check", "text",
                         req_text(rq, T("Link opened")));
    return state_chip(rq, m);
}

bool mail_page_log(struct req *rq, struct id ticket_id, json_t *context)
{
    json_t *rows = json_array();
    struct mail_out *list;
    size_t count;

    json_object_set_new(context, "mails", rows);
    if (!mail_out_of_ticket(&rq->cx, ticket_id, LOG_MAX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mail_out *m = &list[i];
        const enum notice_kind kind = notice_kind_parse(m->kind);
        const char *fault = m->bounced_at != 0 ? m->bounce : m->last_fault;

        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:o,s:o,s:s?}", "address", m->to_address, "what",
                                        kind == NOTICE_KIND_COUNT
                                            ? m->subject
                                            : req_text(rq, notice_kind_words(kind)->label),
                                        "chip", log_chip(rq, m), "at",
                                        page_time(rq, m->sent_at != 0 ? m->sent_at : m->created_at),
                                        "fault", *fault != '\0' ? fault : NULL));
    }
    json_object_set_new(context, "has_mails", json_boolean(count > 0));
    return true;
}

static const char *why_text(const char *why)
{
    static const struct {
        const char *why, *text;
    } WHY[] = {
        {"bounced", T("The mail came back")},
        {"dead", T("The mail could not be sent")},
        {"unread", T("The mail went out, and nobody has looked")},
    };

    for (size_t i = 0; i < COUNT(WHY); i++)
        if (strcmp(WHY[i].why, why) == 0)
            return WHY[i].text;
    return T("No mail went out");
}

bool mail_page_unreached(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "tickets", rows));
    struct notice_unreached *list;
    size_t count;

    if (!notice_reach_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct notice_unreached *u = &list[i];

        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:s,s:s,s:s,s:o}", "href",
                                        arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                     id_text(rq->cx.mem, u->ticket_id)),
                                        "number", u->number, "subject", u->subject, "organisation",
                                        u->organisation_name, "name", u->name, "phone",
                                        *u->phone != '\0' ? u->phone : NULL, "address", u->address,
                                        "why", req_text(rq, why_text(u->why)), "detail", u->detail,
                                        "at", page_time(rq, u->closed_at)));
    }
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "unreached", page);
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
