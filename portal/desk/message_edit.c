#include "portal/desk/message_edit.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_gap.h"

#include <string.h>

const struct err_kind ERR_MESSAGE_CLASH = {
    ERR_CLASS_CONFLICT, "MESSAGE_CHANGED",
    "The message was changed in another window. Both texts are below."};

static const char SQL_MESSAGE_EARLIER_ADD[] =
    "INSERT INTO message_earlier (tenant_id, id, ticket_id, message_id, body, replaced_at) "
    "SELECT tenant_id, ?, ticket_id, id, body, ? FROM message WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_EDIT[] =
    "UPDATE message SET body = ?, edited_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_EARLIER_LIST[] =
    "SELECT message_id, body, replaced_at FROM message_earlier "
    "WHERE tenant_id = ? AND ticket_id = ? ORDER BY id LIMIT 500";

bool message_edit_may(const struct ctx *cx, const struct ticket *t, const struct message *m)
{
    const bool is_written = strcmp(m->kind, "reply") == 0 || strcmp(m->kind, "note") == 0;

    if (!is_written || id_is_zero(cx->viewer.person_id) ||
        !id_equal(m->author_id, cx->viewer.person_id) || strcmp(m->source, "mail") == 0 ||
        t->category == TICKET_CLOSED)
        return false;
    return cx->viewer.kind == VIEWER_STAFF ||
           (cx->viewer.kind == VIEWER_CUSTOMER &&
            cx->now - m->created_at < MESSAGE_EDIT_MINUTES * CLOCK_MINUTE);
}

static bool find(struct ctx *cx, const struct ticket *t, struct id message_id, struct message **out)
{
    struct message **all;
    size_t count;

    if (!ticket_thread_of(cx, t, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!id_equal(all[i]->id, message_id))
            continue;
        *out = all[i];
        return true;
    }
    return err_set(&cx->err, &ERR_NOT_FOUND, "message %s", id_text(cx->mem, message_id));
}

static bool decide(struct ctx *cx, const struct ticket *t, const struct message *m, int64_t seen_at)
{
    if (!message_edit_may(cx, t, m))
        return err_set(&cx->err, &ERR_DENIED, "message %s is not theirs to change",
                       id_text(cx->mem, m->id));
    if (m->edited_at != seen_at)
        return err_set_at(&cx->err, &ERR_MESSAGE_CLASH, "body", "message %s",
                          id_text(cx->mem, m->id));
    return true;
}

static bool write(struct ctx *cx, const struct ticket *t, const struct message *m, const char *text)
{
    json_t *extra = json_own(cx->mem, json_pack("{s:{s:s, s:b, s:s, s:s}}", "message_edited", "id",
                                                id_text(cx->mem, m->id), "public", m->is_public,
                                                "before", m->body, "after", text));

    if (!db_exec(cx, NULL, SQL_MESSAGE_EARLIER_ADD, DB_ID(ctx_new_id(cx)), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(m->id)) ||
        !db_exec(cx, NULL, SQL_MESSAGE_EDIT, DB_TEXT(text), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(m->id)))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra);
}

bool message_edit(struct ctx *cx, struct id ticket_id, struct id message_id, const char *text,
                  int64_t seen_at)
{
    const size_t length = text != NULL ? utf8_count(text) : 0;
    struct ticket *t;
    struct message *m;

    if (length == 0 || length > TICKET_BODY_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "body", "%zu characters", length);
    if (cx->viewer.kind == VIEWER_STAFF && ticket_gap_is_in(text))
        return err_set_at(&cx->err, &ERR_TICKET_GAP, "body", "a gap is left");
    if (!ticket_change_start(cx, ticket_id, &t))
        return false;
    if (!find(cx, t, message_id, &m) || !decide(cx, t, m, seen_at))
        return ticket_change_undo(cx);
    if (strcmp(m->body, text) == 0)
        return ticket_change_nothing(cx);
    return write(cx, t, m, text);
}

bool message_earlier_list(struct ctx *cx, const struct ticket *t, struct message_earlier **out,
                          size_t *count)
{
    struct db_rows rows;
    struct message_earlier *all;
    size_t n = 0;

    *count = 0;
    *out = NULL;
    if (!ticket_sees_notes(cx))
        return true;
    if (!db_query(cx, &rows, SQL_MESSAGE_EARLIER_LIST, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    all = arena_array(cx->mem, struct message_earlier, rows.count + 1);
    for (; db_next(&rows); n++)
        all[n] = (struct message_earlier){.message_id = db_id(&rows.row, 0),
                                          .body = db_text(&rows.row, 1),
                                          .replaced_at = db_time(&rows.row, 2)};
    *out = all;
    *count = n;
    return true;
}
