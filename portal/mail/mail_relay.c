#include "portal/mail/mail_relay.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/event.h"

#include <string.h>

enum { HOST_MAX = 253, USER_MAX = 200, PORT_MAX = 65535 };

const struct err_kind ERR_MAIL_RELAY_PASSWORD = {
    ERR_CLASS_INVALID, "MAIL_RELAY_PASSWORD",
    "Type the password again: it was for another server or name."};

static const char SQL_RELAY_GET[] =
    "SELECT relay_host, relay_port, relay_tls, relay_user, relay_sealed FROM mail_setting "
    "WHERE tenant_id = ?";
static const char SQL_RELAY_SET[] =
    "INSERT INTO mail_setting (tenant_id, relay_host, relay_port, relay_tls, relay_user, "
    "relay_sealed) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "relay_host = VALUES(relay_host), relay_port = VALUES(relay_port), "
    "relay_tls = VALUES(relay_tls), relay_user = VALUES(relay_user), "
    "relay_sealed = VALUES(relay_sealed)";

const char *mail_relay_context(struct arena *mem, struct id tenant_id)
{
    return arena_printf(mem, "mail_setting.relay:%s", id_text(mem, tenant_id));
}

bool mail_relay_get(struct ctx *cx, struct mail_relay *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_RELAY_GET, DB_ID(cx->tenant_id)))
        return false;
    *out = (struct mail_relay){.host = "", .port = 587, .tls = "starttls", .user = ""};
    if (db_next(&rows))
        *out = (struct mail_relay){.host = db_text(&rows.row, 0),
                                   .port = db_i64(&rows.row, 1),
                                   .tls = db_text(&rows.row, 2),
                                   .user = db_text(&rows.row, 3),
                                   .sealed = db_bytes(&rows.row, 4)};
    return true;
}

/* These go into an address and into commands: a line stays a line. */
static bool is_line(const char *text, size_t max)
{
    if (strlen(text) > max || !utf8_valid(text, strlen(text)))
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool is_host(const char *text)
{
    return strlen(text) <= HOST_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
               strlen(text);
}

static bool check(struct ctx *cx, const struct mail_relay *r, const char *password)
{
    const struct {
        const char *field;
        bool is_good;
    } checks[] = {
        {"host", is_host(r->host)},
        {"port", r->port >= 1 && r->port <= PORT_MAX},
        {"tls", strcmp(r->tls, "always") == 0 || strcmp(r->tls, "starttls") == 0 ||
                    strcmp(r->tls, "never") == 0},
        {"user", is_line(r->user, USER_MAX)},
        {"password", password == NULL || is_line(password, MAIL_RELAY_PASSWORD_MAX)},
    };

    for (size_t i = 0; i < COUNT(checks); i++)
        if (!checks[i].is_good)
            return err_set_at(&cx->err, &ERR_INVALID, checks[i].field, "relay: %s",
                              checks[i].field);
    return true;
}

/* A password is never handed to a server that it was not typed for. */
static bool seal(struct ctx *cx, const struct mail_relay *r, const char *password,
                 struct db_arg *out)
{
    struct mail_relay before;
    uint8_t *bytes;
    size_t len;

    *out = DB_NULL;
    if (*r->host == '\0' || *r->user == '\0')
        return true;
    if (password == NULL) {
        if (!mail_relay_get(cx, &before))
            return false;
        if (before.sealed.len == 0 || strcmp(before.host, r->host) != 0 ||
            strcmp(before.user, r->user) != 0)
            return err_set_at(&cx->err, &ERR_MAIL_RELAY_PASSWORD, "password", "another server");
        *out = DB_BYTES(before.sealed.p, before.sealed.len);
        return true;
    }
    if (cx->master == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "no master key");
    crypto_seal(cx->master, cx->mem, mail_relay_context(cx->mem, cx->tenant_id), password,
                strlen(password), &bytes, &len);
    *out = DB_BYTES(bytes, len);
    return true;
}

bool mail_relay_set(struct ctx *cx, const struct mail_relay *r, const char *password)
{
    struct db_arg sealed;

    if (cx->viewer.kind != VIEWER_SYSTEM &&
        (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)))
        return err_set(&cx->err, &ERR_DENIED, "mail server");
    if (!check(cx, r, password) || !seal(cx, r, password, &sealed) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_RELAY_SET, DB_ID(cx->tenant_id), DB_TEXT(r->host), DB_INT(r->port),
                DB_TEXT(r->tls), DB_TEXT(r->user), sealed) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:{s:s,s:I,s:s,s:s}}", "after", "mail_server",
                                               r->host, "port", (json_int_t)r->port, "tls", r->tls,
                                               "user", r->user))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool mail_relay_sender(struct ctx *cx, const struct config *config, struct mail_sender **out)
{
    struct mail_way way = {.is_guarded = !config->mail_allow_private};
    struct mail_relay r;
    uint8_t *text;
    size_t len;

    *out = NULL;
    if (!mail_relay_get(cx, &r))
        return false;
    if (*r.host == '\0')
        return true;
    way.url = arena_printf(cx->mem, "%s://%s:%lld", strcmp(r.tls, "always") == 0 ? "smtps" : "smtp",
                           r.host, (long long)r.port);
    way.tls = strcmp(r.tls, "never") == 0 ? "never" : "required";
    way.user = r.user;
    way.password = "";
    if (r.sealed.len > 0) {
        if (cx->master == NULL ||
            !crypto_open(cx->master, cx->mem, mail_relay_context(cx->mem, cx->tenant_id),
                         (const uint8_t *)r.sealed.p, r.sealed.len, &text, &len))
            return err_set(&cx->err, &ERR_INTERNAL, "the mail server's password does not open");
        way.password = arena_dup_bytes(cx->mem, (const char *)text, len);
        crypto_wipe(text, len);
    }
    *out = mail_sender_make_way(config, &way);
    return true;
}
