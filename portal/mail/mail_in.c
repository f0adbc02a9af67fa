#include "portal/mail/mail_in.h"

#include "base/store.h"
#include "base/utf8.h"
#include "db/where.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { FAULT_MAX = 200, SWEEP_DAYS = 1, FOLDER_MODE = 0700 };

const struct err_kind ERR_MAIL_SIZE = {ERR_CLASS_INVALID, "MAIL_SIZE",
                                       "This mail is larger than 64 MiB."};

#define COLUMNS                                                                                  \
    "m.tenant_id, m.id, m.hash, m.bytes, m.route, m.state, m.reason, m.sender, "                 \
    "m.sender_name, m.subject, m.message_id, m.ticket_id, m.thread_id, COALESCE(t.number, ''), " \
    "m.attempts, m.last_fault, m.created_at, m.lease"
#define FROM \
    " FROM mail_in m LEFT JOIN ticket t ON t.tenant_id = m.tenant_id AND t.id = m.ticket_id "
static const char SQL_MAIL_IN_ADD[] =
    "INSERT INTO mail_in (tenant_id, id, hash, bytes, route, due_at, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_MAIL_IN_BY_HASH[] = "SELECT id FROM mail_in WHERE tenant_id = ? AND hash = ?";
static const char SQL_MAIL_IN_LIST[] =
    "SELECT " COLUMNS FROM "WHERE m.tenant_id = ? AND m.state = ?";
static const char SQL_MAIL_IN_GET[] = "SELECT " COLUMNS FROM "WHERE m.tenant_id = ? AND m.id = ?";
static const char SQL_MAIL_IN_OF_TICKET[] =
    "SELECT " COLUMNS FROM "WHERE m.tenant_id = ? AND m.ticket_id = ? ORDER BY m.id LIMIT ?";
static const char SQL_MAIL_IN_COUNT[] =
    "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ? AND state = ?";
static const char SQL_MAIL_IN_SETTLE[] =
    "UPDATE mail_in SET state = ?, reason = ?, sender = COALESCE(?, sender), "
    "sender_name = COALESCE(?, sender_name), subject = COALESCE(?, subject), "
    "message_id = COALESCE(?, message_id), ticket_id = ?, thread_id = ?, due_at = NULL, "
    "lease = NULL, last_fault = '', acted_by = ?, acted_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state = ? AND lease <=> ?";
static const char SQL_MAIL_IN_POSTPONE[] =
    "UPDATE mail_in SET state = ?, reason = ?, due_at = ?, lease = NULL, last_fault = ? "
    "WHERE tenant_id = ? AND id = ? AND lease <=> ?";
/* The claims are the house's own: they work for all tenants, so they bind none. */
static const char SQL_MAIL_IN_CLAIM_ANY_TENANT[] =
    "UPDATE mail_in SET lease = ?, due_at = ?, attempts = attempts + 1 "
    "WHERE due_at <= ? ORDER BY due_at LIMIT ?";
static const char SQL_MAIL_IN_CLAIMED_ANY_TENANT[] =
    "SELECT " COLUMNS FROM "WHERE m.lease = ? ORDER BY m.id";
static const char SQL_MAIL_IN_STORED_ANY_TENANT[] = "SELECT 1 FROM mail_in WHERE hash = ? LIMIT 1";
static const char SQL_MAIL_IGNORED[] =
    "SELECT 1 FROM mail_ignored WHERE tenant_id = ? AND address = ?";
static const char SQL_MAIL_IGNORE[] =
    "INSERT IGNORE INTO mail_ignored (tenant_id, address, added_by, added_at) VALUES (?, ?, ?, ?)";
static const char SQL_MAIL_UNIGNORE[] =
    "DELETE FROM mail_ignored WHERE tenant_id = ? AND address = ?";
static const char SQL_MAIL_IN_TURN[] =
    "UPDATE mail_in SET state = ?, reason = ?, acted_by = ?, acted_at = ? "
    "WHERE tenant_id = ? AND sender = ? AND state = ? AND reason LIKE ?";

const char *mail_in_folder(struct arena *mem, const char *storage_path)
{
    return arena_printf(mem, "%s/mail", storage_path);
}

/* --- keeping --- */

struct keeping {
    const struct store_content *content;
    const char *route;
    struct id id;
};

static bool add_row(struct ctx *cx, void *arg)
{
    struct keeping *k = arg;
    struct db_rows rows;

    k->id = ctx_new_id(cx);
    if (db_exec(cx, NULL, SQL_MAIL_IN_ADD, DB_ID(cx->tenant_id), DB_ID(k->id),
                DB_TEXT(k->content->hash), DB_INT(k->content->bytes), DB_TEXT(k->route),
                DB_TIME(cx->now), DB_TIME(cx->now)))
        return true;
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err);
    if (!db_query(cx, &rows, SQL_MAIL_IN_BY_HASH, DB_ID(cx->tenant_id), DB_TEXT(k->content->hash)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_BUSY, "a mail that was there is gone");
    k->id = db_id(&rows.row, 0);
    return true;
}

bool mail_in_keep(struct ctx *cx, const char *storage_path, const char *route, struct span raw,
                  struct id *out)
{
    struct store_content content;
    struct keeping k = {.content = &content, .route = route};
    const char *folder = mail_in_folder(cx->mem, storage_path);

    if (raw.len > MAIL_IN_BYTES_MAX)
        return err_set(&cx->err, &ERR_MAIL_SIZE, "%zu bytes", raw.len);
    store_hash(cx->mem, raw, &content);
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return err_set(&cx->err,
                       errno == ENOSPC || errno == EDQUOT ? &ERR_STORE_FULL : &ERR_INTERNAL,
                       "mkdir %s: %s", folder, strerror(errno));
    if (!store_put(&cx->err, cx->mem, folder, raw, &content) || !db_retry(cx, add_row, &k))
        return false;
    *out = k.id;
    return true;
}

/* --- reading --- */

static struct mail_in from_row(const struct db_row *row)
{
    return (struct mail_in){.tenant_id = db_id(row, 0),
                            .id = db_id(row, 1),
                            .hash = db_text(row, 2),
                            .bytes = db_i64(row, 3),
                            .route = db_text(row, 4),
                            .state = db_text(row, 5),
                            .reason = db_text(row, 6),
                            .sender = db_text(row, 7),
                            .sender_name = db_text(row, 8),
                            .subject = db_text(row, 9),
                            .message_id = db_text(row, 10),
                            .ticket_id = db_id(row, 11),
                            .thread_id = db_id(row, 12),
                            .ticket_number = db_text(row, 13),
                            .attempts = (int)db_i64(row, 14),
                            .last_fault = db_text(row, 15),
                            .created_at = db_time(row, 16),
                            .lease = db_id(row, 17)};
}

static void from_rows(struct ctx *cx, struct db_rows *rows, struct mail_in **out, size_t *count)
{
    struct mail_in *list = arena_array(cx->mem, struct mail_in, rows->count);

    while (db_next(rows))
        list[rows->next - 1] = from_row(&rows->row);
    *out = list;
    *count = rows->count;
}

static bool may(struct ctx *cx, enum right_action action)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_DESK, action))) ||
           err_set(&cx->err, &ERR_DENIED, "the tray");
}

bool mail_in_list(struct ctx *cx, const char *state, struct id before, unsigned limit,
                  struct mail_in **out, size_t *count)
{
    struct db_rows rows;
    struct where w;

    if (!may(cx, ACTION_READ))
        return false;
    where_start(&w, cx, SQL_MAIL_IN_LIST,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_TEXT(state)}, 2);
    if (!id_is_zero(before))
        where_add(&w, " AND m.id < ?", DB_ID(before));
    where_add(&w, " ORDER BY m.id DESC LIMIT ?",
              DB_INT(limit == 0 || limit > MAIL_IN_LIST_MAX ? MAIL_IN_LIST_MAX : limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_in_count(struct ctx *cx, const char *state, int64_t *out)
{
    struct db_rows rows;

    if (!may(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_MAIL_IN_COUNT, DB_ID(cx->tenant_id), DB_TEXT(state)) ||
        !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}

bool mail_in_get(struct ctx *cx, struct id id, struct mail_in **out)
{
    struct db_rows rows;
    size_t count;

    if (!may(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_MAIL_IN_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (rows.count == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "mail %s", id_text(cx->mem, id));
    from_rows(cx, &rows, out, &count);
    return true;
}

bool mail_in_of_ticket(struct ctx *cx, struct id ticket_id, struct mail_in **out, size_t *count)
{
    struct db_rows rows;

    if (!may(cx, ACTION_READ) || !db_query(cx, &rows, SQL_MAIL_IN_OF_TICKET, DB_ID(cx->tenant_id),
                                           DB_ID(ticket_id), DB_INT(MAIL_IN_LIST_MAX)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_in_open(struct ctx *cx, const char *storage_path, const struct mail_in *mail, int *fd,
                  int64_t *bytes)
{
    return store_open(&cx->err, cx->mem, mail_in_folder(cx->mem, storage_path), mail->hash, fd,
                      bytes);
}

/* --- what became of it --- */

bool mail_in_settle(struct ctx *cx, const struct mail_in *m, const struct mail_fate *f)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_MAIL_IN_SETTLE, DB_TEXT(f->state), DB_TEXT(f->reason),
                 DB_TEXT(f->sender), DB_TEXT(f->sender_name), DB_TEXT(f->subject),
                 DB_TEXT(f->message_id), DB_ID_OR_NULL(f->ticket_id), DB_ID_OR_NULL(f->thread_id),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(m->id), DB_TEXT(m->state), DB_ID_OR_NULL(m->lease)))
        return false;
    return changed == 1 || err_set(&cx->err, &ERR_CONFLICT, "mail %s: somebody else has it",
                                   id_text(cx->mem, m->id));
}

/* --- the jobs role --- */

bool mail_in_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_in **out,
                   size_t *count)
{
    struct id lease = id_make(cx->now); /* a claim that is tried again is another claim */
    struct db_rows rows;
    int64_t claimed;

    *out = NULL;
    *count = 0;
    if (!db_exec(cx, &claimed, SQL_MAIL_IN_CLAIM_ANY_TENANT, DB_ID(lease),
                 DB_TIME(cx->now + lease_us), DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed == 0)
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_IN_CLAIMED_ANY_TENANT, DB_ID(lease)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool mail_in_postpone(struct ctx *cx, const struct mail_in *m, const char *fault)
{
    bool is_last = m->attempts >= MAIL_IN_TRIES_MAX;
    struct span kept = {fault, utf8_prefix(fault, FAULT_MAX)};
    int64_t pause = CLOCK_SECOND << (2 * (m->attempts < MAIL_IN_TRIES_MAX ? m->attempts : 0));

    return db_exec(cx, NULL, SQL_MAIL_IN_POSTPONE, DB_TEXT(is_last ? "PARKED" : "NEW"),
                   DB_TEXT(is_last ? "failed" : ""), DB_TIME(is_last ? 0 : cx->now + pause),
                   DB_TEXT(span_dup(cx->mem, kept)), DB_ID(cx->tenant_id), DB_ID(m->id),
                   DB_ID_OR_NULL(m->lease));
}

static bool is_stored(void *arg, const char *hash, bool *out)
{
    struct ctx *cx = arg;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_IN_STORED_ANY_TENANT, DB_TEXT(hash)))
        return false;
    *out = rows.count > 0;
    return true;
}

bool mail_in_sweep(struct ctx *cx, const char *storage_path, unsigned folder, unsigned *removed)
{
    const struct store_sweep what = {.dir = mail_in_folder(cx->mem, storage_path),
                                     .folder = folder,
                                     .before_us = cx->now - SWEEP_DAYS * CLOCK_DAY,
                                     .is_used = is_stored,
                                     .arg = cx};

    return store_sweep(&cx->err, cx->mem, &what, removed);
}

/* --- ignored senders --- */

bool mail_in_is_ignored(struct ctx *cx, const char *address, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_IGNORED, DB_ID(cx->tenant_id), DB_TEXT(address)))
        return false;
    *out = rows.count > 0;
    return true;
}

static bool turn(struct ctx *cx, const char *address, const char *to, const char *reason,
                 const char *from, const char *only)
{
    return db_exec(cx, NULL, SQL_MAIL_IN_TURN, DB_TEXT(to), DB_TEXT(reason),
                   DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_TEXT(address), DB_TEXT(from), DB_TEXT(only));
}

bool mail_in_ignore(struct ctx *cx, const char *address)
{
    if (*address == '\0')
        return err_set_at(&cx->err, &ERR_INVALID, "address", "no address");
    if (!may(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_MAIL_IGNORE, DB_ID(cx->tenant_id), DB_TEXT(address),
                DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now)) &&
        turn(cx, address, "IGNORED", "ignored_sender", "PARKED", "%"))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool mail_in_unignore(struct ctx *cx, const char *address)
{
    if (!may(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_MAIL_UNIGNORE, DB_ID(cx->tenant_id), DB_TEXT(address)) &&
        turn(cx, address, "PARKED", "taken_back", "IGNORED", "ignored_sender"))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
