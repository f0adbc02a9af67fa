#include "portal/mail/mail_out.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/utf8.h"
#include "db/where.h"
#include "portal/mail/mail_message.h"

#include <string.h>

enum { FAULT_MAX = 200, NAME_MAX_BYTES = 200, MAIL_CONTENT_MAX = 4 * MAIL_TEXT_MAX };

const struct err_kind ERR_MAIL_ADDRESS = {ERR_CLASS_INVALID, "MAIL_ADDRESS",
                                          "No mail can be sent to this address."};
const struct err_kind ERR_MAIL_TEXT_GONE = {ERR_CLASS_INVALID, "MAIL_GONE",
                                            "This mail was sent. Its text is no longer kept."};

#define COLUMNS                                                                        \
    "tenant_id, id, kind, to_address, to_name, from_name, subject, status, attempts, " \
    "last_fault, due_at, sent_at, created_at, lease, sealed, from_address, is_rich, "  \
    "opened_at, bounced_at, bounce"
static const char SQL_MAIL_ADD[] =
    "INSERT INTO mail_out (tenant_id, id, kind, person_id, to_address, to_name, from_name, "
    "subject, sealed, due_at, created_at, ticket_id, from_address, is_rich) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE)";
static const char SQL_MAIL_LIST[] = "SELECT " COLUMNS " FROM mail_out WHERE tenant_id = ?";
static const char SQL_MAIL_OF_TICKET[] = "SELECT " COLUMNS
                                         " FROM mail_out WHERE tenant_id = ? AND ticket_id = ? "
                                         "ORDER BY id DESC LIMIT ?";
static const char SQL_MAIL_OPENED[] =
    "UPDATE mail_out SET opened_at = ? "
    "WHERE tenant_id = ? AND id = ? AND ticket_id = ? AND opened_at IS NULL";
static const char SQL_MAIL_COUNT[] =
    "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND status = ?";
static const char SQL_MAIL_RETRY[] =
    "UPDATE mail_out SET status = 'WAITING', attempts = 0, due_at = ?, lease = NULL "
    "WHERE tenant_id = ? AND id = ? AND sealed IS NOT NULL";
static const char SQL_MAIL_EXISTS[] = "SELECT 1 FROM mail_out WHERE tenant_id = ? AND id = ?";
/* The claims are the house's own: they work for all tenants, so they bind none. */
static const char SQL_MAIL_CLAIM_ANY_TENANT[] =
    "UPDATE mail_out SET lease = ?, due_at = ?, attempts = attempts + 1 "
    "WHERE due_at <= ? ORDER BY due_at LIMIT ?";
static const char SQL_MAIL_CLAIMED_ANY_TENANT[] =
    "SELECT " COLUMNS " FROM mail_out WHERE lease = ? ORDER BY id";
static const char SQL_MAIL_SENT[] =
    "UPDATE mail_out SET status = 'SENT', sent_at = ?, due_at = NULL, lease = NULL, sealed = NULL, "
    "last_fault = '' WHERE tenant_id = ? AND id = ? AND lease = ?";
static const char SQL_MAIL_FAILED[] =
    "UPDATE mail_out SET status = ?, due_at = ?, lease = NULL, last_fault = ? "
    "WHERE tenant_id = ? AND id = ? AND lease = ?";
static const char SQL_MAIL_PURGE_ANY_TENANT[] =
    "DELETE FROM mail_out WHERE ticket_id IS NULL AND created_at < ? ORDER BY created_at LIMIT ?";
static const char SQL_MAIL_PURGE_TICKETS_ANY_TENANT[] =
    "DELETE FROM mail_out WHERE created_at < ? ORDER BY created_at LIMIT ?";

static const char *context_of(struct ctx *cx, struct id id)
{
    return arena_printf(cx->mem, "mail_out:%s", id_text(cx->mem, id));
}

static const char *cut(struct ctx *cx, const char *text, size_t max)
{
    struct span kept = {text, utf8_prefix(text, max)};

    return span_dup(cx->mem, kept);
}

/* What must not lie about in the database, as one sealed value. */
static bool seal(struct ctx *cx, const struct mail_draft *d, struct id id, uint8_t **out,
                 size_t *len)
{
    json_t *all = json_own(cx->mem, json_pack("{s:s,s:s?,s:s?,s:s?,s:s?}", "text", d->text, "html",
                                              d->html, "reply_to", d->reply_to, "references",
                                              d->references, "stop_url", d->stop_url));
    const char *text = all != NULL ? json_write(cx->mem, all) : NULL;

    if (text == NULL || strlen(text) > MAIL_CONTENT_MAX || cx->master == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "a mail too long, or without a master key");
    crypto_seal(cx->master, cx->mem, context_of(cx, id), text, strlen(text), out, len);
    return true;
}

bool mail_out_add(struct ctx *cx, const struct mail_draft *d, struct id *out)
{
    struct id id = d->mail_id != NULL ? *d->mail_id : ctx_new_id(cx);
    uint8_t *sealed;
    size_t len;

    if (!mail_message_address_is_good(d->to_address))
        return err_set(&cx->err, &ERR_MAIL_ADDRESS, "a mail of kind %s", d->kind);
    if (!seal(cx, d, id, &sealed, &len))
        return false;
    if (!db_exec(cx, NULL, SQL_MAIL_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(d->kind),
                 DB_ID_OR_NULL(d->person_id), DB_TEXT(d->to_address),
                 DB_TEXT(cut(cx, d->to_name != NULL ? d->to_name : "", NAME_MAX_BYTES)),
                 DB_TEXT(cut(cx, d->from_name != NULL ? d->from_name : "", NAME_MAX_BYTES)),
                 DB_TEXT(cut(cx, d->subject, MAIL_SUBJECT_MAX)), DB_BYTES(sealed, len),
                 DB_TIME(cx->now), DB_TIME(cx->now), DB_ID_OR_NULL(d->ticket_id),
                 DB_TEXT(d->from_address != NULL ? d->from_address : "")))
        return false;
    *out = id;
    return true;
}

/* --- reading --- */

static struct mail_out from_row(const struct db_row *row)
{
    return (struct mail_out){.tenant_id = db_id(row, 0),
                             .id = db_id(row, 1),
                             .kind = db_text(row, 2),
                             .to_address = db_text(row, 3),
                             .to_name = db_text(row, 4),
                             .from_name = db_text(row, 5),
                             .subject = db_text(row, 6),
                             .status = db_text(row, 7),
                             .attempts = (int)db_i64(row, 8),
                             .last_fault = db_text(row, 9),
                             .due_at = db_time(row, 10),
                             .sent_at = db_time(row, 11),
                             .created_at = db_time(row, 12),
                             .lease = db_id(row, 13),
                             .sealed = db_bytes(row, 14),
                             .from_address = db_text(row, 15),
                             .is_rich = db_bool(row, 16),
                             .opened_at = db_time(row, 17),
                             .bounced_at = db_time(row, 18),
                             .bounce = db_text(row, 19)};
}

static void from_rows(struct ctx *cx, struct db_rows *rows, struct mail_out **out, size_t *count)
{
    struct mail_out *list = arena_array(cx->mem, struct mail_out, rows->count);

    while (db_next(rows))
        list[rows->next - 1] = from_row(&rows->row);
    *out = list;
    *count = rows->count;
}

static bool may(struct ctx *cx, enum right_action action)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action))) ||
           err_set(&cx->err, &ERR_DENIED, "reading mails");
}

bool mail_out_list(struct ctx *cx, const char *status, unsigned limit, struct mail_out **out,
                   size_t *count)
{
    struct db_rows rows;
    struct where w;

    if (!may(cx, ACTION_READ))
        return false;
    where_start(&w, cx, SQL_MAIL_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (status != NULL)
        where_add(&w, " AND status = ?", DB_TEXT(status));
    where_add(&w, " ORDER BY id DESC LIMIT ?",
              DB_INT(limit == 0 || limit > MAIL_LIST_MAX ? MAIL_LIST_MAX : limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_out_count(struct ctx *cx, const char *status, int64_t *out)
{
    struct db_rows rows;

    if (!may(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_MAIL_COUNT, DB_ID(cx->tenant_id), DB_TEXT(status)) ||
        !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}

bool mail_out_retry(struct ctx *cx, struct id id)
{
    struct db_rows rows;
    int64_t changed;

    if (!may(cx, ACTION_UPDATE) ||
        !db_exec(cx, &changed, SQL_MAIL_RETRY, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed > 0)
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_EXISTS, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return err_set(&cx->err, rows.count > 0 ? &ERR_MAIL_TEXT_GONE : &ERR_NOT_FOUND, "mail %s",
                   id_text(cx->mem, id));
}

bool mail_out_of_ticket(struct ctx *cx, struct id ticket_id, unsigned limit, struct mail_out **out,
                        size_t *count)
{
    struct db_rows rows;

    if (cx->viewer.kind != VIEWER_SYSTEM &&
        (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_DESK_READ)))
        return err_set(&cx->err, &ERR_DENIED, "reading a ticket's mails");
    if (!db_query(cx, &rows, SQL_MAIL_OF_TICKET, DB_ID(cx->tenant_id), DB_ID(ticket_id),
                  DB_INT(limit == 0 || limit > MAIL_LIST_MAX ? MAIL_LIST_MAX : limit)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_out_opened(struct ctx *cx, struct id ticket_id, struct id mail_id)
{
    return db_exec(cx, NULL, SQL_MAIL_OPENED, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(mail_id), DB_ID(ticket_id));
}

/* --- the jobs role --- */

bool mail_out_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_out **out,
                    size_t *count)
{
    struct id lease = id_make(cx->now); /* a claim that is tried again is another claim */
    struct db_rows rows = {0};
    int64_t claimed;

    *out = NULL;
    *count = 0;
    if (!db_exec(cx, &claimed, SQL_MAIL_CLAIM_ANY_TENANT, DB_ID(lease), DB_TIME(cx->now + lease_us),
                 DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed == 0)
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_CLAIMED_ANY_TENANT, DB_ID(lease)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_out_content(struct ctx *cx, const struct mail_out *m, struct mail_content *out)
{
    uint8_t *bytes;
    const char *text;
    json_t *all;
    size_t len;

    if (m->sealed.p == NULL || cx->master == NULL ||
        !crypto_open(cx->master, cx->mem, context_of(cx, m->id), (const uint8_t *)m->sealed.p,
                     m->sealed.len, &bytes, &len))
        return err_set(&cx->err, &ERR_INTERNAL, "mail %s does not open", id_text(cx->mem, m->id));
    text = arena_dup_bytes(cx->mem, (const char *)bytes, len);
    *out = (struct mail_content){.text = text};
    if (!m->is_rich) /* queued by a version that had plain ones only */
        return true;
    if (!json_read(cx->mem, &cx->err, text, len, &all))
        return false;
    out->text = json_get_text(all, "text", "");
    out->html = json_get_text(all, "html", NULL);
    out->reply_to = json_get_text(all, "reply_to", NULL);
    out->references = json_get_text(all, "references", NULL);
    out->stop_url = json_get_text(all, "stop_url", NULL);
    return true;
}

int64_t mail_out_pause(int attempts)
{
    int64_t pause = CLOCK_MINUTE;

    for (int i = 1; i < attempts && pause < 4 * CLOCK_HOUR; i++)
        pause *= 3;
    return pause < 4 * CLOCK_HOUR ? pause : 4 * CLOCK_HOUR;
}

bool mail_out_settle(struct ctx *cx, const struct mail_out *m, const struct mail_outcome *outcome)
{
    bool is_dead = outcome->is_final || m->attempts >= MAIL_TRIES_MAX;
    const char *fault = outcome->fault != NULL ? outcome->fault : "";
    int64_t changed;

    if (!(outcome->is_sent
              ? db_exec(cx, &changed, SQL_MAIL_SENT, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                        DB_ID(m->id), DB_ID(m->lease))
              : db_exec(cx, &changed, SQL_MAIL_FAILED, DB_TEXT(is_dead ? "DEAD" : "WAITING"),
                        DB_TIME(is_dead ? 0 : cx->now + mail_out_pause(m->attempts)),
                        DB_TEXT(cut(cx, fault, FAULT_MAX)), DB_ID(cx->tenant_id), DB_ID(m->id),
                        DB_ID(m->lease))))
        return false;
    return changed == 1 ||
           err_set(&cx->err, &ERR_CONFLICT, "mail %s: the lease was lost", id_text(cx->mem, m->id));
}

bool mail_out_purge(struct ctx *cx, unsigned limit, int64_t *removed)
{
    int64_t of_tickets;

    if (!db_exec(cx, removed, SQL_MAIL_PURGE_ANY_TENANT,
                 DB_TIME(cx->now - MAIL_KEPT_DAYS * CLOCK_DAY), DB_INT(limit)) ||
        !db_exec(cx, &of_tickets, SQL_MAIL_PURGE_TICKETS_ANY_TENANT,
                 DB_TIME(cx->now - MAIL_TICKET_KEPT_DAYS * CLOCK_DAY), DB_INT(limit)))
        return false;
    *removed = *removed > of_tickets ? *removed : of_tickets;
    return true;
}
