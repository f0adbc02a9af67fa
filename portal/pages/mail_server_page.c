#include "portal/pages/mail_server_page.h"

#include "portal/http/page.h"
#include "portal/mail/mail_imap.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_relay.h"

#include <string.h>

static const char SERVER[] = "/desk/settings/mail/server";
static const char INBOX[] = "/desk/settings/mail/inbox";

enum { HOST_MAX = 253, NAME_MAX = 200, PORT_MAX = 65535, ADDRESS_MAX = 254, HOURLY_MAX = 10000 };

static const char *const TLS[] = {"always", "starttls", "never", NULL};
static const char *const TLS_WORDS[] = {T("From the first byte (TLS)"),
                                        T("After a plain beginning (STARTTLS)"),
                                        T("None: passwords and mails can be read on the way")};
static const char *const FATES[] = {"ticket", "tray", NULL};
static const char *const FATE_WORDS[] = {T("It becomes a ticket"),
                                         T("It waits in the mail tray for somebody")};

static const char *or_none(const char *text)
{
    return text == NULL ? "" : text;
}

static json_t *choices_json(struct req *rq, const char *const *values, const char *const *words,
                            const char *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; values[i] != NULL; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", values[i], "text",
                                              req_text(rq, words[i]), "is_chosen",
                                              strcmp(values[i], chosen) == 0));
    return list;
}

static const char *number_text(struct arena *mem, int64_t n)
{
    return arena_printf(mem, "%lld", (long long)n);
}

/* What a try came to, with the server's own words behind ours. */
static bool reply_try(struct req *rq, const char *what, const char *detail, const char *well,
                      const char *next)
{
    const char *text = req_text(rq, what == NULL ? well : what);

    if (what != NULL && *detail != '\0')
        text = arena_printf(rq->cx.mem, "%s (%s)", text, detail);
    return reply_flash(rq, what == NULL ? "ok" : "bad", text) && reply_see_other(rq, next);
}

/* --- the server --- */

struct server_fields {
    const char *host, *tls, *user, *password;
    int64_t port;
};

static const struct form_field SERVER_FIELDS[] = {
    {"host", T("Server"), FORM_TEXT, false, 0, HOST_MAX, NULL,
     offsetof(struct server_fields, host)},
    {"port", T("Port"), FORM_INT, true, 1, PORT_MAX, NULL, offsetof(struct server_fields, port)},
    {"tls", T("Encryption"), FORM_CHOICE, true, 0, 0, TLS, offsetof(struct server_fields, tls)},
    {"user", T("User name"), FORM_TEXT, false, 0, NAME_MAX, NULL,
     offsetof(struct server_fields, user)},
    {"password", T("Password"), FORM_TEXT, false, 0, MAIL_RELAY_PASSWORD_MAX, NULL,
     offsetof(struct server_fields, password)},
};

static bool show_server(struct req *rq, const struct form *form)
{
    struct mail_relay r;
    json_t *page;

    if (!mail_relay_get(&rq->cx, &r))
        return false;
    page = json_own(
        rq->cx.mem,
        json_pack("{s:b,s:s,s:s,s:s,s:o,s:b,s:b,s:b}", "on_mail", 1, "host",
                  form != NULL ? form_value(form, "host") : r.host, "port",
                  form != NULL ? form_value(form, "port") : number_text(rq->cx.mem, r.port), "user",
                  form != NULL ? form_value(form, "user") : r.user, "tls",
                  choices_json(rq, TLS, TLS_WORDS, form != NULL ? form_value(form, "tls") : r.tls),
                  "has_password", r.sealed.len > 0, "is_own", *r.host != '\0', "has_relay",
                  *rq->app->config.mail_relay != '\0'));
    return form != NULL ? page_render_form(rq, "mail_server", page, form)
                        : page_render(rq, "mail_server", page);
}

bool mail_server_page_view(struct req *rq)
{
    return show_server(rq, NULL);
}

bool mail_server_page_save(struct req *rq)
{
    struct server_fields in = {.host = NULL};
    struct mail_relay r;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, SERVER_FIELDS, COUNT(SERVER_FIELDS), &in))
        return show_server(rq, form);
    r = (struct mail_relay){
        .host = or_none(in.host), .port = in.port, .tls = in.tls, .user = or_none(in.user)};
    if (!mail_relay_set(&rq->cx, &r, in.password))
        return form_take_err(rq, form, SERVER_FIELDS, COUNT(SERVER_FIELDS)) &&
               show_server(rq, form);
    return reply_flash(rq, "ok",
                       *r.host == '\0'
                           ? req_text(rq, T("Saved. Mails go out by the installation's server."))
                           : req_text(rq, T("Saved. Try the server, then send yourself a test "
                                            "mail."))) &&
           reply_see_other(rq, SERVER);
}

bool mail_server_page_try(struct req *rq)
{
    struct mail_sender *sender;
    const char *detail, *what;

    if (!mail_relay_sender(&rq->cx, &rq->app->config, &sender))
        return false;
    if (sender == NULL)
        return reply_try(rq, T("Name a server first."), "", "", SERVER);
    what = mail_send_look(sender, rq->cx.mem, &detail);
    mail_sender_free(sender);
    return reply_try(rq, what, detail, T("The server takes mails."), SERVER);
}

/* --- the mailbox --- */

struct inbox_fields {
    const char *address, *unknown, *known, *host, *tls, *login, *password, *folder, *done_folder;
    int64_t hourly, port;
};

static const struct form_field INBOX_FIELDS[] = {
    {"address", T("Address"), FORM_TEXT, false, 0, ADDRESS_MAX, NULL,
     offsetof(struct inbox_fields, address)},
    {"unknown_sender", T("Mail of somebody unknown"), FORM_CHOICE, true, 0, 0, FATES,
     offsetof(struct inbox_fields, unknown)},
    {"known_sender", T("Mail of somebody known"), FORM_CHOICE, true, 0, 0, FATES,
     offsetof(struct inbox_fields, known)},
    {"hourly", T("Mails of one sender in an hour"), FORM_INT, true, 1, HOURLY_MAX, NULL,
     offsetof(struct inbox_fields, hourly)},
    {"host", T("Server"), FORM_TEXT, false, 0, HOST_MAX, NULL, offsetof(struct inbox_fields, host)},
    {"port", T("Port"), FORM_INT, true, 1, PORT_MAX, NULL, offsetof(struct inbox_fields, port)},
    {"tls", T("Encryption"), FORM_CHOICE, true, 0, 0, TLS, offsetof(struct inbox_fields, tls)},
    {"login", T("User name"), FORM_TEXT, false, 0, NAME_MAX, NULL,
     offsetof(struct inbox_fields, login)},
    {"password", T("Password"), FORM_TEXT, false, 0, MAIL_INBOX_PASSWORD_MAX, NULL,
     offsetof(struct inbox_fields, password)},
    {"folder", T("Folder"), FORM_TEXT, true, 1, NAME_MAX, NULL,
     offsetof(struct inbox_fields, folder)},
    {"done_folder", T("Folder for mails that were read"), FORM_TEXT, false, 0, NAME_MAX, NULL,
     offsetof(struct inbox_fields, done_folder)},
};

static void add_inbox(struct req *rq, const struct mail_inbox *box, const struct form *form,
                      json_t *page)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"address", box->address},
                 {"hourly", number_text(rq->cx.mem, box->hourly)},
                 {"host", box->host},
                 {"port", number_text(rq->cx.mem, box->port)},
                 {"login", box->login},
                 {"folder", box->folder},
                 {"done_folder", box->done_folder}};
    const struct {
        const char *name, *value;
        const char *const *values, *const *words;
    } lists[] = {{"unknown_sender", box->unknown_sender, FATES, FATE_WORDS},
                 {"known_sender", box->known_sender, FATES, FATE_WORDS},
                 {"tls", box->tls, TLS, TLS_WORDS}};

    for (size_t i = 0; i < COUNT(texts); i++)
        json_object_set_new(
            page, texts[i].name,
            json_string(form != NULL ? form_value(form, texts[i].name) : texts[i].value));
    for (size_t i = 0; i < COUNT(lists); i++)
        json_object_set_new(
            page, lists[i].name,
            choices_json(rq, lists[i].values, lists[i].words,
                         form != NULL ? form_value(form, lists[i].name) : lists[i].value));
}

static bool show_inbox(struct req *rq, const struct form *form)
{
    struct mail_inbox box;
    json_t *page;

    if (!mail_inbox_get(&rq->cx, &box))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:b,s:b,s:b,s:b,s:s?,s:o,s:s}", "on_mail", 1,
                                          "has_password", box.sealed.len > 0, "is_box",
                                          *box.host != '\0', "is_paused", box.is_paused, "fault",
                                          *box.last_fault != '\0' ? box.last_fault : NULL,
                                          "checked", page_time(rq, box.checked_at),
                                          "installation_address", rq->app->config.mail_inbound));
    add_inbox(rq, &box, form, page);
    return form != NULL ? page_render_form(rq, "mail_inbox", page, form)
                        : page_render(rq, "mail_inbox", page);
}

bool mail_server_page_inbox(struct req *rq)
{
    return show_inbox(rq, NULL);
}

static struct mail_inbox from_fields(const struct inbox_fields *in, bool is_paused)
{
    return (struct mail_inbox){.address = or_none(in->address),
                               .unknown_sender = in->unknown,
                               .known_sender = in->known,
                               .hourly = in->hourly,
                               .host = or_none(in->host),
                               .port = in->port,
                               .tls = in->tls,
                               .login = or_none(in->login),
                               .folder = in->folder,
                               .done_folder = or_none(in->done_folder),
                               .is_paused = is_paused};
}

bool mail_server_page_inbox_save(struct req *rq)
{
    struct inbox_fields in = {.host = NULL};
    struct mail_inbox before, box;
    struct form *form;

    if (!form_parse(rq, &form) || !mail_inbox_get(&rq->cx, &before))
        return false;
    if (!form_read(rq, form, INBOX_FIELDS, COUNT(INBOX_FIELDS), &in))
        return show_inbox(rq, form);
    box = from_fields(&in, before.is_paused);
    /* A password is never handed to a server that it was not typed for. */
    if (in.password == NULL && *box.host != '\0' &&
        (before.sealed.len == 0 || strcmp(before.host, box.host) != 0 ||
         strcmp(before.login, box.login) != 0)) {
        form_fault(rq, form, "password", T("Password"),
                   T("Type the password again: it was for another server or name."));
        return show_inbox(rq, form);
    }
    if (!mail_inbox_set(&rq->cx, &box, in.password))
        return form_take_err(rq, form, INBOX_FIELDS, COUNT(INBOX_FIELDS)) && show_inbox(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, INBOX);
}

bool mail_server_page_inbox_try(struct req *rq)
{
    const char *password, *detail, *what;
    struct mail_inbox box;
    struct mail_imap *imap;

    if (!mail_inbox_get(&rq->cx, &box) || !mail_inbox_password(&rq->cx, &box, &password))
        return false;
    if (*box.host == '\0')
        return reply_try(rq, T("Name a server first."), "", "", INBOX);
    imap = mail_imap_make(&box, password);
    if (!rq->app->config.mail_allow_private)
        mail_imap_guard(imap);
    what = mail_imap_look(imap, rq->cx.mem, &detail);
    mail_imap_free(imap);
    return reply_try(rq, what, detail, T("The mailbox opens and can be read."), INBOX);
}

bool mail_server_page_inbox_pause(struct req *rq)
{
    struct mail_inbox box;

    if (!mail_inbox_get(&rq->cx, &box))
        return false;
    box.is_paused = !box.is_paused;
    if (!mail_inbox_set(&rq->cx, &box, NULL))
        return false;
    return reply_flash(rq, "ok",
                       req_text(rq, box.is_paused
                                        ? T("The mailbox rests: mails stay there until you let it "
                                            "go on.")
                                        : T("The mailbox is read again."))) &&
           reply_see_other(rq, INBOX);
}
