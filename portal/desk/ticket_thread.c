#include "portal/desk/ticket_thread.h"

#include "db/event.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

#define MESSAGE_COLUMNS                                                \
    "m.id, m.kind, m.is_public, m.author, m.author_id, "               \
    "COALESCE(p.full_name, m.author_name), m.source, m.body, m.data, " \
    "m.created_at, m.edited_at"

/* Notes and internal lines are left out here, in the statement, for whoever may not read them. The
 * latest come first and are turned round in C: a derived table with texts would go to disk. The
 * index is named, since for the LIMIT's sake the optimizer walks the tenant's messages backwards.
 */
static const char SQL_MESSAGE_LIST[] =
    "SELECT " MESSAGE_COLUMNS
    " FROM message m FORCE INDEX (message_ticket) "
    "LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.author_id "
    "WHERE m.tenant_id = ? AND m.ticket_id = ? AND (m.is_public = TRUE OR ? = TRUE) "
    "ORDER BY m.id DESC LIMIT ?";
/* Of a merged ticket, for whoever must not read the other one: what was said in this one. */
static const char SQL_MESSAGE_LIST_HOME[] =
    "SELECT " MESSAGE_COLUMNS
    " FROM message m LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.author_id "
    "WHERE m.tenant_id = ? AND m.home_id = ? "
    "AND (m.is_public = TRUE OR ? = TRUE) ORDER BY m.id DESC LIMIT ?";

static const char SQL_MESSAGE_INSERT[] =
    "INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, author_id, source, "
    "body, data, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char SQL_PARTICIPANT_LIST[] =
    "SELECT x.person_id, p.full_name, x.can_reply FROM participant x "
    "JOIN person p ON p.tenant_id = x.tenant_id AND p.id = x.person_id "
    "WHERE x.tenant_id = ? AND x.ticket_id = ? ORDER BY x.added_at, x.person_id LIMIT 100";
static const char SQL_PARTICIPANT_ADD[] =
    "INSERT INTO participant (tenant_id, ticket_id, person_id, can_reply, added_by, added_at) "
    "SELECT m.tenant_id, ?, m.person_id, ?, ?, ? FROM membership m "
    "WHERE m.tenant_id = ? AND m.person_id = ? AND m.organisation_id = ? "
    "ON DUPLICATE KEY UPDATE can_reply = VALUES(can_reply)";
static const char SQL_PARTICIPANT_REMOVE[] =
    "DELETE FROM participant WHERE tenant_id = ? AND ticket_id = ? AND person_id = ?";

static const char *author_of(const struct ctx *cx)
{
    switch (cx->viewer.kind) {
    case VIEWER_NOBODY:
    case VIEWER_CUSTOMER:
        return "customer";
    case VIEWER_STAFF:
        return "staff";
    case VIEWER_SYSTEM:
        break;
    }
    return id_is_zero(cx->actor_id) ? "system" : "script";
}

static const char *source_of(const struct ctx *cx)
{
    switch (cx->viewer.kind) {
    case VIEWER_NOBODY:
    case VIEWER_CUSTOMER:
        return "portal";
    case VIEWER_STAFF:
        return "desk";
    case VIEWER_SYSTEM:
        break;
    }
    return id_is_zero(cx->actor_id) ? "program" : "rule";
}

bool ticket_thread_insert(struct ctx *cx, const struct message_new *what, struct id *id)
{
    const struct id made = ctx_new_id(cx);
    const struct id author = cx->viewer.kind == VIEWER_SYSTEM ? cx->actor_id : cx->viewer.person_id;
    const char *data = what->data != NULL ? json_write(cx->mem, what->data) : "{}";

    if (!db_exec(cx, NULL, SQL_MESSAGE_INSERT, DB_ID(cx->tenant_id), DB_ID(made),
                 DB_ID(what->ticket_id), DB_TEXT(what->kind), DB_BOOL(what->is_public),
                 DB_TEXT(author_of(cx)), DB_ID_OR_NULL(author),
                 DB_TEXT(what->source != NULL ? what->source : source_of(cx)), DB_TEXT(what->body),
                 DB_TEXT(data), DB_TIME(cx->now)))
        return false;
    *id = made;
    return true;
}

static struct message *message_from_row(struct ctx *cx, struct id ticket_id,
                                        const struct db_row *row)
{
    struct message *m = arena_new(cx->mem, struct message);
    const char *data = db_text(row, 8);
    struct err ignored = {0}; /* our own JSON: a row that cannot be read shows as a bare line */
    json_t *json;

    m->ticket_id = ticket_id;
    m->id = db_id(row, 0);
    m->kind = db_text(row, 1);
    m->is_public = db_bool(row, 2);
    m->author = db_text(row, 3);
    m->author_id = db_id(row, 4);
    m->author_name = db_text(row, 5);
    m->source = db_text(row, 6);
    m->body = db_text(row, 7);
    m->created_at = db_time(row, 9);
    m->edited_at = db_time(row, 10);
    if (json_read(cx->mem, &ignored, data, strlen(data), &json))
        m->data = json;
    return m;
}

static void hand_out_files(struct ctx *cx, struct message **messages, size_t count,
                           struct attachment **files, size_t file_count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;

        for (size_t f = 0; f < file_count; f++)
            n += id_equal(files[f]->message_id, messages[i]->id);
        messages[i]->files = arena_array(cx->mem, struct attachment *, n + 1);
        for (size_t f = 0; f < file_count; f++)
            if (id_equal(files[f]->message_id, messages[i]->id))
                messages[i]->files[messages[i]->file_count++] = files[f];
    }
}

bool ticket_thread(struct ctx *cx, struct id ticket_id, struct message ***out, size_t *count)
{
    struct ticket *t;

    return ticket_get(cx, ticket_id, &t) && ticket_thread_of(cx, t, out, count);
}

bool ticket_thread_of(struct ctx *cx, const struct ticket *t, struct message ***out, size_t *count)
{
    struct db_rows rows;
    struct message **all;
    struct attachment **files;
    size_t file_count, n;

    if (!attachment_list_of(cx, t, &files, &file_count) ||
        !db_query(cx, &rows, id_is_zero(t->merged_into) ? SQL_MESSAGE_LIST : SQL_MESSAGE_LIST_HOME,
                  DB_ID(cx->tenant_id), DB_ID(t->id), DB_BOOL(ticket_sees_notes(cx)),
                  DB_INT(TICKET_THREAD_MAX)))
        return false;
    all = arena_array(cx->mem, struct message *, rows.count + 1);
    for (n = rows.count; db_next(&rows); n--)
        all[n - 1] = message_from_row(cx, t->id, &rows.row);
    hand_out_files(cx, all, rows.count, files, file_count);
    *out = all;
    *count = rows.count;
    return true;
}

bool ticket_thread_participants(struct ctx *cx, const struct ticket *t, struct participant **out,
                                size_t *count)
{
    struct db_rows rows;
    struct participant *all;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_PARTICIPANT_LIST, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    all = arena_array(cx->mem, struct participant, rows.count + 1);
    while (db_next(&rows))
        all[n++] = (struct participant){
            .person_id = db_id(&rows.row, 0),
            .name = db_text(&rows.row, 1),
            .can_reply = db_bool(&rows.row, 2),
        };
    *out = all;
    *count = n;
    return true;
}

bool ticket_thread_add_participant(struct ctx *cx, struct id ticket_id, struct id person_id,
                                   bool can_reply)
{
    struct ticket *t;
    int64_t changed = 0;
    json_t *extra;

    if (!ticket_change_start(cx, ticket_id, &t))
        return false;
    if (!db_exec(cx, &changed, SQL_PARTICIPANT_ADD, DB_ID(t->id), DB_BOOL(can_reply),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(person_id), DB_ID(t->organisation_id)))
        return ticket_change_undo(cx);
    if (changed == 0) {
        err_set_at(&cx->err, &ERR_INVALID, "person", "person %s is no member",
                   id_text(cx->mem, person_id));
        return ticket_change_undo(cx);
    }
    extra = json_own(cx->mem, json_pack("{s:s}", "participant_added", id_text(cx->mem, person_id)));
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra);
}

bool ticket_thread_remove_participant(struct ctx *cx, struct id ticket_id, struct id person_id)
{
    struct ticket *t;
    int64_t changed = 0;
    json_t *extra;

    if (!ticket_change_start(cx, ticket_id, &t))
        return false;
    if (!db_exec(cx, &changed, SQL_PARTICIPANT_REMOVE, DB_ID(cx->tenant_id), DB_ID(t->id),
                 DB_ID(person_id)))
        return ticket_change_undo(cx);
    if (changed == 0)
        return ticket_change_nothing(cx);
    extra =
        json_own(cx->mem, json_pack("{s:s}", "participant_removed", id_text(cx->mem, person_id)));
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra);
}
