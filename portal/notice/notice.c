#include "portal/notice/notice.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "db/where.h"
#include "portal/desk/ticket.h"

#include <string.h>

enum { ACTOR_MAX_BYTES = 200 };

static const char SQL_NOTICE_ADD[] =
    "INSERT INTO notice (tenant_id, id, kind, event_id, person_id, address, ticket_id, licence_id, "
    "message_id, actor_name, data, is_shown, is_digest, due_at, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/* What the person chose and when he sleeps, in one go: the notices of a ticket are many. */
static const char SQL_NOTICE_WANTED[] =
    "SELECT c.by_mail, c.in_portal, h.digest_hour, h.quiet_from, h.quiet_until, "
    "COALESCE(NULLIF(p.time_zone, ''), t.time_zone), COALESCE(s.window_seconds, ?) "
    "FROM tenant t LEFT JOIN mail_setting s ON s.tenant_id = ? "
    "LEFT JOIN person p ON p.tenant_id = ? AND p.id = ? "
    "LEFT JOIN notice_choice c ON c.tenant_id = ? AND c.person_id = p.id AND c.kind = ? "
    "LEFT JOIN notice_habit h ON h.tenant_id = ? AND h.person_id = p.id WHERE t.id = ?";
static const char SQL_NOTICE_STOPPED[] =
    "SELECT 1 FROM mail_stop WHERE tenant_id = ? AND address = ?";
/* A customer's notice has no text of a note, whatever its row says. */
const char NOTICE_SELECT[] =
    "SELECT n.id, n.person_id, n.ticket_id, n.licence_id, n.message_id, n.kind, n.actor_name, "
    "n.data, n.read_at, n.created_at, COALESCE(t.number, ''), COALESCE(t.subject, ''), "
    "COALESCE(m.body, ''), COALESCE(m.is_public, FALSE) FROM notice n "
    "LEFT JOIN ticket t ON t.tenant_id = n.tenant_id AND t.id = n.ticket_id "
    "AND t.deleted_at IS NULL "
    "LEFT JOIN message m ON m.tenant_id = n.tenant_id AND m.id = n.message_id "
    "WHERE n.tenant_id = ?";
static const char SQL_NOTICE_UNREAD[] =
    "SELECT COUNT(*) FROM notice n LEFT JOIN ticket t ON t.tenant_id = n.tenant_id "
    "AND t.id = n.ticket_id AND t.deleted_at IS NULL WHERE n.tenant_id = ?";
static const char SQL_NOTICE_READ[] =
    "UPDATE notice SET read_at = ? WHERE tenant_id = ? AND person_id = ? AND is_shown = TRUE "
    "AND read_at IS NULL AND ticket_id = ?";
static const char SQL_NOTICE_READ_NEWS[] =
    "UPDATE notice SET read_at = ? WHERE tenant_id = ? AND person_id = ? AND is_shown = TRUE "
    "AND read_at IS NULL AND kind IN ('news', 'desk.news') "
    "AND JSON_VALUE(data, '$.announcement') = ?";
static const char SQL_NOTICE_READ_ALL[] =
    "UPDATE notice SET read_at = ? WHERE tenant_id = ? AND person_id = ? AND is_shown = TRUE "
    "AND read_at IS NULL";
static const char SQL_NOTICE_PURGE_ANY_TENANT[] =
    "DELETE FROM notice WHERE created_at < ? ORDER BY created_at LIMIT ?";

/* --- adding --- */

struct wanted {
    bool by_mail, in_portal, is_digest;
    int64_t due_at;
};

static int64_t hour_or_none(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? NOTICE_NO_HOUR : db_i64(row, column);
}

/* What many changes tell is due at the same few instants, so that one mail has it all. */
static int64_t gathered(int64_t since, int64_t ready)
{
    const int64_t step = NOTICE_GATHER_SECONDS * CLOCK_SECOND;

    return since + (ready - since + step - 1) / step * step;
}

static bool find_wanted(struct ctx *cx, const struct notice_new *n, struct wanted *out)
{
    const struct notice_words *words = notice_kind_words(n->kind);
    struct notice_habit habit;
    struct db_rows rows;
    int64_t ready;

    if (!db_query(cx, &rows, SQL_NOTICE_WANTED, DB_INT(NOTICE_WINDOW_SECONDS), DB_ID(cx->tenant_id),
                  DB_ID(cx->tenant_id), DB_ID(n->person_id), DB_ID(cx->tenant_id),
                  DB_TEXT(words->name), DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant %s", id_text(cx->mem, cx->tenant_id));
    out->by_mail = db_is_null(&rows.row, 0) ? words->by_mail : db_bool(&rows.row, 0);
    out->in_portal = db_is_null(&rows.row, 1) ? true : db_bool(&rows.row, 1);
    habit = (struct notice_habit){.digest_hour = hour_or_none(&rows.row, 2),
                                  .quiet_from = hour_or_none(&rows.row, 3),
                                  .quiet_until = hour_or_none(&rows.row, 4)};
    ready = cx->now + db_i64(&rows.row, 6) * CLOCK_SECOND;
    if (n->gathered_at != 0)
        ready = gathered(n->gathered_at, ready);
    out->is_digest = out->by_mail && (habit.digest_hour != NOTICE_NO_HOUR || n->gathered_at != 0);
    out->due_at = out->by_mail ? notice_due(&habit, db_text(&rows.row, 5), ready) : 0;
    return true;
}

static bool is_stopped(struct ctx *cx, const char *address, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_NOTICE_STOPPED, DB_ID(cx->tenant_id), DB_TEXT(address)))
        return false;
    *out = rows.count > 0;
    return true;
}

bool notice_add(struct ctx *cx, const struct notice_new *n)
{
    const bool is_person = !id_is_zero(n->person_id);
    const char *actor = n->actor_name != NULL ? n->actor_name : "";
    struct wanted w;
    bool has_stopped = false;

    if (!find_wanted(cx, n, &w) || (!is_person && !is_stopped(cx, n->address, &has_stopped)))
        return false;
    w.in_portal = w.in_portal && is_person;
    if (has_stopped || n->is_quiet)
        w.due_at = 0;
    if (!w.in_portal && w.due_at == 0)
        return true;
    return db_exec(
        cx, NULL, SQL_NOTICE_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
        DB_TEXT(notice_kind_words(n->kind)->name), DB_ID_OR_NULL(n->event_id),
        DB_ID_OR_NULL(n->person_id), DB_TEXT(is_person ? "" : n->address),
        DB_ID_OR_NULL(n->ticket_id), DB_ID_OR_NULL(n->licence_id), DB_ID_OR_NULL(n->message_id),
        DB_TEXT(span_dup(cx->mem, (struct span){actor, utf8_prefix(actor, ACTOR_MAX_BYTES)})),
        DB_TEXT(n->data != NULL ? json_write(cx->mem, n->data) : "{}"), DB_BOOL(w.in_portal),
        DB_BOOL(w.is_digest), DB_TIME(w.due_at), DB_TIME(cx->now));
}

/* --- reading --- */

void notice_rows(struct ctx *cx, struct db_rows *rows, struct notice **out, size_t *count)
{
    struct notice *list = arena_array(cx->mem, struct notice, rows->count);

    *count = 0;
    while (db_next(rows)) {
        const struct db_row *row = &rows->row;
        const enum notice_kind kind = notice_kind_parse(db_text(row, 5));
        struct notice *n = &list[*count];
        json_t *data = NULL;

        if (kind == NOTICE_KIND_COUNT) /* of a newer program */
            continue;
        *n = (struct notice){.id = db_id(row, 0),
                             .person_id = db_id(row, 1),
                             .ticket_id = db_id(row, 2),
                             .licence_id = db_id(row, 3),
                             .message_id = db_id(row, 4),
                             .kind = kind,
                             .actor_name = db_text(row, 6),
                             .read_at = db_time(row, 8),
                             .created_at = db_time(row, 9),
                             .number = db_text(row, 10),
                             .subject = db_text(row, 11)};
        n->text = db_bool(row, 13) || notice_kind_words(kind)->is_staff ? db_text(row, 12) : "";
        if (!json_read(cx->mem, &cx->err, db_text(row, 7), strlen(db_text(row, 7)), &data))
            err_clear(&cx->err);
        n->data = data;
        (*count)++;
    }
    *out = list;
}

/* His own, and of tickets only those that he may see (in this organisation, still). */
static void own_and_visible(struct ctx *cx, struct where *w)
{
    where_add(w, " AND n.person_id = ? AND n.is_shown = TRUE", DB_ID(cx->viewer.person_id));
    where_add(w, " AND (n.ticket_id IS NULL OR (t.id IS NOT NULL", DB_NONE);
    ticket_visible(cx, w);
    where_add(w, "))", DB_NONE);
}

bool notice_list(struct ctx *cx, unsigned limit, struct notice **out, size_t *count)
{
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, NOTICE_SELECT, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    own_and_visible(cx, &w);
    where_add(&w, " ORDER BY n.id DESC LIMIT ?",
              DB_INT(limit == 0 || limit > NOTICE_LIST_MAX ? NOTICE_LIST_MAX : limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    notice_rows(cx, &rows, out, count);
    return true;
}

bool notice_count_unread(struct ctx *cx, int64_t *out)
{
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, SQL_NOTICE_UNREAD, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    where_add(&w, " AND n.read_at IS NULL", DB_NONE);
    own_and_visible(cx, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}

bool notice_read_ticket(struct ctx *cx, struct id ticket_id, int64_t *changed)
{
    return db_exec(cx, changed, SQL_NOTICE_READ, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(cx->viewer.person_id), DB_ID(ticket_id));
}

bool notice_read_news(struct ctx *cx, struct id announcement_id)
{
    return db_exec(cx, NULL, SQL_NOTICE_READ_NEWS, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(cx->viewer.person_id), DB_TEXT(id_text(cx->mem, announcement_id)));
}

bool notice_read_all(struct ctx *cx)
{
    return db_exec(cx, NULL, SQL_NOTICE_READ_ALL, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(cx->viewer.person_id));
}

bool notice_purge(struct ctx *cx, unsigned limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_NOTICE_PURGE_ANY_TENANT,
                   DB_TIME(cx->now - NOTICE_KEPT_DAYS * CLOCK_DAY), DB_INT(limit));
}
