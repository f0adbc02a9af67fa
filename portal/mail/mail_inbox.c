#include "portal/mail/mail_inbox.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "portal/mail/mail_message.h"

#include <string.h>

enum { FAULT_MAX = 200, HOST_MAX = 253, TEXT_MAX = 200, PORT_MAX = 65535, HOURLY_MAX = 10000 };

#define COLUMNS                                                                                  \
    "tenant_id, address, unknown_sender, known_sender, hourly, host, port, tls, login, folder, " \
    "done_folder, sealed, uid_validity, last_uid, last_fault, lease, is_paused, is_guarded, "    \
    "checked_at"
static const char SQL_MAIL_INBOX_ADDRESS[] = "SELECT address FROM mail_inbox WHERE tenant_id = ?";
static const char SQL_MAIL_INBOX_GET[] = "SELECT " COLUMNS " FROM mail_inbox WHERE tenant_id = ?";
static const char SQL_MAIL_INBOX_SET[] =
    "INSERT INTO mail_inbox (tenant_id, address, unknown_sender, known_sender, hourly, host, port, "
    "tls, login, folder, done_folder, sealed, due_at, updated_at, is_paused, is_guarded) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE "
    "uid_validity = IF(host = VALUES(host) AND login = VALUES(login) AND folder = VALUES(folder), "
    "uid_validity, 0), address = VALUES(address), unknown_sender = VALUES(unknown_sender), "
    "known_sender = VALUES(known_sender), hourly = VALUES(hourly), host = VALUES(host), "
    "port = VALUES(port), tls = VALUES(tls), login = VALUES(login), folder = VALUES(folder), "
    "done_folder = VALUES(done_folder), sealed = COALESCE(VALUES(sealed), sealed), "
    "due_at = VALUES(due_at), lease = NULL, last_fault = '', updated_at = VALUES(updated_at), "
    "is_paused = VALUES(is_paused), is_guarded = VALUES(is_guarded)";
/* The claims are the house's own: they work for all tenants, so they bind none. */
static const char SQL_MAIL_INBOX_CLAIM_ANY_TENANT[] =
    "UPDATE mail_inbox SET lease = ?, due_at = ? WHERE due_at <= ? ORDER BY due_at LIMIT ?";
static const char SQL_MAIL_INBOX_CLAIMED_ANY_TENANT[] =
    "SELECT " COLUMNS " FROM mail_inbox WHERE lease = ?";
static const char SQL_MAIL_INBOX_PROGRESS[] =
    "UPDATE mail_inbox SET uid_validity = ?, last_uid = ? WHERE tenant_id = ? AND lease = ?";
static const char SQL_MAIL_INBOX_SETTLE[] =
    "UPDATE mail_inbox SET due_at = ?, lease = NULL, last_fault = ?, checked_at = ? "
    "WHERE tenant_id = ? AND lease = ?";

const char *mail_inbox_context(struct arena *mem, struct id tenant_id)
{
    return arena_printf(mem, "mail_inbox:%s", id_text(mem, tenant_id));
}

bool mail_inbox_address(struct ctx *cx, const struct config *config, const char **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_INBOX_ADDRESS, DB_ID(cx->tenant_id)))
        return false;
    *out = config->mail_inbound;
    if (db_next(&rows) && *db_text(&rows.row, 0) != '\0')
        *out = db_text(&rows.row, 0);
    return true;
}

static struct mail_inbox from_row(const struct db_row *row)
{
    return (struct mail_inbox){.tenant_id = db_id(row, 0),
                               .address = db_text(row, 1),
                               .unknown_sender = db_text(row, 2),
                               .known_sender = db_text(row, 3),
                               .hourly = db_i64(row, 4),
                               .host = db_text(row, 5),
                               .port = db_i64(row, 6),
                               .tls = db_text(row, 7),
                               .login = db_text(row, 8),
                               .folder = db_text(row, 9),
                               .done_folder = db_text(row, 10),
                               .sealed = db_bytes(row, 11),
                               .uid_validity = db_i64(row, 12),
                               .last_uid = db_i64(row, 13),
                               .last_fault = db_text(row, 14),
                               .lease = db_id(row, 15),
                               .is_paused = db_bool(row, 16),
                               .is_guarded = db_bool(row, 17),
                               .checked_at = db_time(row, 18)};
}

bool mail_inbox_get(struct ctx *cx, struct mail_inbox *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_INBOX_GET, DB_ID(cx->tenant_id)))
        return false;
    *out = db_next(&rows) ? from_row(&rows.row)
                          : (struct mail_inbox){.tenant_id = cx->tenant_id,
                                                .address = "",
                                                .unknown_sender = "tray",
                                                .known_sender = "ticket",
                                                .hourly = 30,
                                                .host = "",
                                                .port = 993,
                                                .tls = "always",
                                                .login = "",
                                                .folder = "INBOX",
                                                .done_folder = "",
                                                .last_fault = ""};
    return true;
}

/* These go into commands of the protocol: a line stays a line. */
static bool is_line(const char *text, size_t max)
{
    if (strlen(text) > max || !utf8_valid(text, strlen(text)))
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f || *text == '"' || *text == '\\')
            return false;
    return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, text) == 0)
            return true;
    return false;
}

static bool check(struct ctx *cx, const struct mail_inbox *w)
{
    static const char *const FATES[] = {"ticket", "tray", NULL};
    static const char *const TLS[] = {"always", "starttls", "never", NULL};
    const struct {
        const char *field;
        bool is_good;
    } checks[] = {
        {"address", *w->address == '\0' || mail_message_address_is_good(w->address)},
        {"unknown_sender", is_one_of(w->unknown_sender, FATES)},
        {"known_sender", is_one_of(w->known_sender, FATES)},
        {"hourly", w->hourly >= 1 && w->hourly <= HOURLY_MAX},
        {"host", is_line(w->host, HOST_MAX) && strpbrk(w->host, "/@?# ") == NULL},
        {"port", w->port >= 1 && w->port <= PORT_MAX},
        {"tls", is_one_of(w->tls, TLS)},
        {"login", is_line(w->login, TEXT_MAX)},
        {"folder", is_line(w->folder, TEXT_MAX) && *w->folder != '\0'},
        {"done_folder", is_line(w->done_folder, TEXT_MAX)},
    };

    for (size_t i = 0; i < COUNT(checks); i++)
        if (!checks[i].is_good)
            return err_set_at(&cx->err, &ERR_INVALID, checks[i].field, "mailbox: %s",
                              checks[i].field);
    return true;
}

bool mail_inbox_set(struct ctx *cx, const struct mail_inbox *w, const char *password)
{
    struct db_arg sealed = DB_NULL;
    uint8_t *bytes;
    size_t len;

    if (cx->viewer.kind != VIEWER_SYSTEM &&
        !(cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)))
        return err_set(&cx->err, &ERR_DENIED, "the mailbox");
    if (!check(cx, w))
        return false;
    if (password != NULL) {
        if (strlen(password) > MAIL_INBOX_PASSWORD_MAX || cx->master == NULL)
            return err_set_at(&cx->err, &ERR_INVALID, "password", "too long, or no master key");
        crypto_seal(cx->master, cx->mem, mail_inbox_context(cx->mem, cx->tenant_id), password,
                    strlen(password), &bytes, &len);
        sealed = DB_BYTES(bytes, len);
    }
    return db_exec(cx, NULL, SQL_MAIL_INBOX_SET, DB_ID(cx->tenant_id), DB_TEXT(w->address),
                   DB_TEXT(w->unknown_sender), DB_TEXT(w->known_sender), DB_INT(w->hourly),
                   DB_TEXT(w->host), DB_INT(w->port), DB_TEXT(w->tls), DB_TEXT(w->login),
                   DB_TEXT(w->folder), DB_TEXT(w->done_folder), sealed,
                   DB_TIME(*w->host != '\0' && !w->is_paused ? cx->now : 0), DB_TIME(cx->now),
                   DB_BOOL(w->is_paused), DB_BOOL(cx->viewer.kind != VIEWER_SYSTEM));
}

/* --- the jobs role --- */

bool mail_inbox_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_inbox **out,
                      size_t *count)
{
    struct id lease = id_make(cx->now); /* a claim that is tried again is another claim */
    struct db_rows rows;
    int64_t claimed;

    *out = NULL;
    *count = 0;
    if (!db_exec(cx, &claimed, SQL_MAIL_INBOX_CLAIM_ANY_TENANT, DB_ID(lease),
                 DB_TIME(cx->now + lease_us), DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed == 0)
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_INBOX_CLAIMED_ANY_TENANT, DB_ID(lease)))
        return false;
    *out = arena_array(cx->mem, struct mail_inbox, rows.count);
    *count = rows.count;
    while (db_next(&rows))
        (*out)[rows.next - 1] = from_row(&rows.row);
    return true;
}

bool mail_inbox_password(struct ctx *cx, const struct mail_inbox *box, const char **out)
{
    uint8_t *text;
    size_t len;

    *out = "";
    if (box->sealed.p == NULL || box->sealed.len == 0)
        return true;
    if (cx->master == NULL ||
        !crypto_open(cx->master, cx->mem, mail_inbox_context(cx->mem, box->tenant_id),
                     (const uint8_t *)box->sealed.p, box->sealed.len, &text, &len))
        return err_set(&cx->err, &ERR_INTERNAL, "the mailbox's password does not open");
    *out = arena_dup_bytes(cx->mem, (const char *)text, len);
    return true;
}

bool mail_inbox_progress(struct ctx *cx, const struct mail_inbox *box, int64_t uid_validity,
                         int64_t last_uid)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_MAIL_INBOX_PROGRESS, DB_INT(uid_validity), DB_INT(last_uid),
                 DB_ID(cx->tenant_id), DB_ID(box->lease)))
        return false;
    return changed == 1 || err_set(&cx->err, &ERR_CONFLICT, "mailbox: the lease was lost");
}

bool mail_inbox_settle(struct ctx *cx, const struct mail_inbox *box, const char *fault)
{
    struct span kept = {fault, utf8_prefix(fault, FAULT_MAX)};

    return db_exec(cx, NULL, SQL_MAIL_INBOX_SETTLE,
                   DB_TIME(cx->now + MAIL_INBOX_EVERY_SECONDS * CLOCK_SECOND),
                   DB_TEXT(span_dup(cx->mem, kept)), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(box->lease));
}
