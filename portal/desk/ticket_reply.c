#include "base/utf8.h"
#include "portal/desk/attachment.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_article.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_clock.h"
#include "portal/desk/ticket_gap.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

static const char SQL_TICKET_REPLY_ANSWERED[] =
    "UPDATE ticket SET first_answer_at = COALESCE(first_answer_at, ?), asked_at = NULL, "
    "due_at = NULL WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_REPLY_ASKED[] =
    "UPDATE ticket SET asked_at = ?, due_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_BY_REQUEST[] =
    "SELECT id FROM message WHERE tenant_id = ? AND ticket_id = ? AND request_key = ? "
    "AND author_id = ?";
static const char SQL_MESSAGE_SINCE[] =
    "SELECT COALESCE(p.full_name, m.author_name) FROM message m FORCE INDEX (message_ticket) "
    "LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.author_id "
    "WHERE m.tenant_id = ? AND m.ticket_id = ? AND m.id > ? AND m.kind = 'reply' "
    "AND m.is_public = TRUE AND NOT (m.author_id <=> ?) ORDER BY m.id DESC LIMIT 1";
static const char SQL_MESSAGE_KEEP_REQUEST[] =
    "UPDATE message SET request_key = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_KEEP_SOURCE[] =
    "UPDATE message SET source = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_KEEP_REPORTER[] =
    "UPDATE message SET author = 'customer', author_name = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_KEEP_HOME[] =
    "UPDATE message SET home_id = ? WHERE tenant_id = ? AND id = ?";

/* Where something is said: in the ticket, or in the one that it was merged into (home is then the
 * merged one, else NULL). */
struct saying {
    struct id id;
    const struct ticket *home;
    const struct ticket_answer *answer;
};

static bool place(struct ctx *cx, struct id id, const struct ticket_answer *answer,
                  struct saying *out)
{
    struct ticket *t, *final;

    if (!ticket_get(cx, id, &t) || !ticket_merge_final(cx, t, &final))
        return false;
    *out = (struct saying){.id = final->id, .home = final != t ? t : NULL, .answer = answer};
    return true;
}

/* When the merge is undone it goes where it was addressed to. */
static bool keep_home(struct ctx *cx, const struct saying *what, struct id message_id)
{
    return what->home == NULL || db_exec(cx, NULL, SQL_MESSAGE_KEEP_HOME, DB_ID(what->home->id),
                                         DB_ID(cx->tenant_id), DB_ID(message_id));
}

/* What the answer does to the clock and the state. */
static bool take_turn(struct ctx *cx, const struct ticket *t, bool is_customers, const char *status,
                      bool *changed)
{
    const struct ticket_status *open;
    int64_t due_at;

    *changed = false;
    if (!is_customers) {
        struct ticket answered = *t;

        if (!db_exec(cx, NULL, SQL_TICKET_REPLY_ANSWERED, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                     DB_ID(t->id)) ||
            !ticket_clock_answered(cx, t))
            return false;
        answered.asked_at = answered.due_at = 0;
        return status == NULL || ticket_change_status(cx, &answered, status, changed);
    }
    if (t->category == TICKET_CLOSED)
        return err_set(&cx->err, &ERR_TICKET_CLOSED, "ticket %s", id_text(cx->mem, t->id));
    if (t->category != TICKET_OPEN)
        return ticket_status_first(cx, TICKET_OPEN, &open) &&
               ticket_change_status_customers(cx, t, open->code, changed);
    if (t->asked_at != 0)
        return true;
    return sla_due(cx, t->level, cx->now, &due_at) &&
           db_exec(cx, NULL, SQL_TICKET_REPLY_ASKED, DB_TIME(cx->now), DB_TIME(due_at),
                   DB_ID(cx->tenant_id), DB_ID(t->id));
}

static bool keep_author(struct ctx *cx, const struct ticket *t, struct id message_id)
{
    return db_exec(cx, NULL, SQL_MESSAGE_KEEP_REPORTER, DB_TEXT(t->reporter_name),
                   DB_ID(cx->tenant_id), DB_ID(message_id));
}

/* Two answers to one question help nobody: the second writer reads the first one's before. */
static bool is_abreast(struct ctx *cx, struct id id, const struct ticket_answer *answer)
{
    struct db_rows rows;

    if (id_is_zero(answer->seen_id))
        return true;
    if (!db_query(cx, &rows, SQL_MESSAGE_SINCE, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_ID(answer->seen_id), DB_ID(cx->viewer.person_id)))
        return false;
    if (!db_next(&rows))
        return true;
    err_set_at(&cx->err, &ERR_TICKET_OVERTAKEN, "text", "ticket %s", id_text(cx->mem, id));
    err_arg(&cx->err, db_text(&rows.row, 0));
    return false;
}

static bool reply_with(struct ctx *cx, const struct saying *what, struct id *message_id)
{
    const struct ticket_answer *answer = what->answer;
    const char *text = answer->text;
    bool is_reporters = answer->is_reporters && cx->viewer.kind == VIEWER_SYSTEM;
    bool is_customers = is_reporters || cx->viewer.kind == VIEWER_CUSTOMER;
    struct ticket *t;
    struct message_new reply = {.ticket_id = what->id,
                                .kind = "reply",
                                .is_public = true,
                                .body = text,
                                .source = answer->source};
    size_t length = text != NULL ? utf8_count(text) : 0;
    const bool is_thanks = is_customers && answer->is_thanks;
    bool changed = false;
    json_t *extra;

    if (length == 0 || length > TICKET_BODY_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "text", "%zu characters", length);
    if (cx->viewer.kind == VIEWER_STAFF && ticket_gap_is_in(text))
        return err_set_at(&cx->err, &ERR_TICKET_GAP, "text", "a gap is left");
    if (!ticket_change_start(cx, what->id, &t))
        return false;
    if (!is_abreast(cx, what->id, answer) || !ticket_thread_insert(cx, &reply, message_id) ||
        !keep_home(cx, what, *message_id) ||
        (!is_customers && !ticket_article_note(cx, what->id, text)) ||
        (is_reporters && !keep_author(cx, what->home != NULL ? what->home : t, *message_id)) ||
        !(is_thanks ? ticket_change_line(cx, what->id, false, "thanks", NULL, NULL)
                    : take_turn(cx, t, is_customers, answer->status, &changed)))
        return ticket_change_undo(cx);
    extra = json_own(cx->mem, json_pack("{s:{s:s, s:s, s:b, s:s}}", "message", "id",
                                        id_text(cx->mem, *message_id), "text", text, "public", 1,
                                        "author", is_customers ? "customer" : "staff"));
    if (!changed)
        return ticket_change_finish(cx, EVENT_TICKET_REPLIED, t, extra);
    if (!ticket_change_emit(cx, EVENT_TICKET_REPLIED, t, extra))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_STATUS_CHANGED, t, NULL);
}

bool ticket_reply(struct ctx *cx, struct id id, const char *text, const char *status,
                  struct id *message_id)
{
    struct saying what;

    return place(cx, id, &(struct ticket_answer){.text = text, .status = status}, &what) &&
           reply_with(cx, &what, message_id);
}

/* *message_id stays zero when nothing was written under that key. */
static bool find_request(struct ctx *cx, struct id id, const char *key, struct id *message_id)
{
    struct db_rows rows;

    *message_id = (struct id){{0}};
    if (key == NULL)
        return true;
    if (!db_query(cx, &rows, SQL_MESSAGE_BY_REQUEST, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(key),
                  DB_ID(cx->viewer.person_id)))
        return false;
    if (db_next(&rows))
        *message_id = db_id(&rows.row, 0);
    return true;
}

static bool write_note(struct ctx *cx, const struct saying *what, struct id *message_id)
{
    const struct ticket_answer *answer = what->answer;

    return ticket_note(cx, what->id, answer->text, message_id) &&
           keep_home(cx, what, *message_id) &&
           (answer->source == NULL ||
            db_exec(cx, NULL, SQL_MESSAGE_KEEP_SOURCE, DB_TEXT(answer->source),
                    DB_ID(cx->tenant_id), DB_ID(*message_id)));
}

static bool send(struct ctx *cx, const struct saying *what, struct id *message_id)
{
    const struct ticket_answer *answer = what->answer;

    if (!db_begin(cx))
        return false;
    if (!(answer->is_note ? write_note(cx, what, message_id) : reply_with(cx, what, message_id)) ||
        !attachment_add(cx, what->id, *message_id, answer->files, answer->file_count) ||
        (answer->request_key != NULL &&
         !db_exec(cx, NULL, SQL_MESSAGE_KEEP_REQUEST, DB_TEXT(answer->request_key),
                  DB_ID(cx->tenant_id), DB_ID(*message_id))))
        return ticket_change_undo(cx);
    return db_commit(cx);
}

bool ticket_reply_send(struct ctx *cx, struct id id, const struct ticket_answer *answer,
                       struct id *message_id)
{
    struct saying what;

    if (!place(cx, id, answer, &what) ||
        !find_request(cx, what.id, answer->request_key, message_id))
        return false;
    if (!id_is_zero(*message_id) || send(cx, &what, message_id))
        return true;
    if (cx->err.kind != &ERR_CONFLICT || answer->request_key == NULL)
        return false;
    err_clear(&cx->err); /* the same form came twice at once */
    return find_request(cx, what.id, answer->request_key, message_id) &&
           (!id_is_zero(*message_id) ||
            err_set(&cx->err, &ERR_CONFLICT, "ticket %s: another's key", id_text(cx->mem, id)));
}
