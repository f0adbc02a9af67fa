#include "portal/desk/ticket_purge.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/ticket_merge_rows.h"

static const char SQL_TICKET_PURGE_DUE[] =
    "SELECT id FROM ticket FORCE INDEX (ticket_deleted) WHERE tenant_id = ? AND deleted_at <= ? "
    "ORDER BY deleted_at LIMIT ?";
/* The claim: whoever restores it meanwhile waits for the end of this, or was first. */
static const char SQL_TICKET_PURGE_TAKE[] =
    "UPDATE ticket SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at <= ?";
static const char SQL_TICKET_PURGE_READ[] =
    "SELECT number, deleted_at, reporter_id FROM ticket WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_PURGE_MERGED[] =
    "SELECT m.id, m.source_id, m.line_id FROM ticket_merge m JOIN ticket s "
    "ON s.tenant_id = m.tenant_id AND s.id = m.source_id AND s.merged_into = m.target_id "
    "WHERE m.tenant_id = ? AND m.target_id = ? AND m.undone_at IS NULL";

/* Arguments: tenant, ticket. In this order: rows that others refer to go after those. */
static const char *const SQL_TICKET_PURGE_ROWS[] = {
    "DELETE i FROM mail_in i JOIN message m ON m.tenant_id = i.tenant_id AND m.id = i.thread_id "
    "WHERE i.tenant_id = ? AND m.ticket_id = ?",
    /* what waits in the tray stays there; what was merged or split away knows where it is */
    "UPDATE mail_in i LEFT JOIN message m ON m.tenant_id = i.tenant_id AND m.id = i.thread_id "
    "SET i.ticket_id = m.ticket_id WHERE i.tenant_id = ? AND i.ticket_id = ?",
    "DELETE FROM mail_thread WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM mail_out WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM notice WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE e FROM message_earlier e JOIN message m ON m.tenant_id = e.tenant_id "
    "AND m.id = e.message_id WHERE e.tenant_id = ? AND m.ticket_id = ?",
    "DELETE a FROM attachment a JOIN message m ON m.tenant_id = a.tenant_id "
    "AND m.id = a.message_id WHERE a.tenant_id = ? AND m.ticket_id = ?",
    "DELETE FROM attachment WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM message WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM participant WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_tag WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_link WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_link WHERE tenant_id = ? AND other_id = ?",
    "DELETE FROM ticket_term WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM feedback WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM follow_link WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_promise WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_escalation WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM survey WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM visit WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_presence WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_merge WHERE tenant_id = ? AND source_id = ?",
    "DELETE FROM ticket_merge WHERE tenant_id = ? AND target_id = ?",
    "DELETE FROM ticket_bulk_row WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM dispatch WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM ticket_article WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM approval WHERE tenant_id = ? AND ticket_id = ?",
    "DELETE FROM custom_value WHERE tenant_id = ? AND subject_id = ?",
    "UPDATE time_entry SET ticket_id = NULL, note = '' WHERE tenant_id = ? AND ticket_id = ?",
    "UPDATE webhook_event w JOIN event e ON e.tenant_id = w.tenant_id AND e.id = w.event_id "
    "SET w.payload = '{}' WHERE w.tenant_id = ? AND e.subject_id = ? AND w.due_at IS NULL",
    "DELETE FROM ticket WHERE tenant_id = ? AND id = ?",
};
/* Whoever reported nothing else and has no account. */
static const char SQL_TICKET_PURGE_REPORTER[] =
    "DELETE r FROM reporter r LEFT JOIN ticket t ON t.tenant_id = r.tenant_id "
    "AND t.reporter_id = r.id WHERE r.tenant_id = ? AND r.id = ? AND r.person_id IS NULL "
    "AND t.id IS NULL";

/* What belongs to others goes back to them first. */
static bool give_back(struct ctx *cx, struct id id)
{
    const struct ticket target = {.id = id};
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_PURGE_MERGED, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    while (db_next(&rows)) {
        const struct ticket source = {.id = db_id(&rows.row, 1)};
        const struct ticket_merge_plan plan = {.id = db_id(&rows.row, 0),
                                               .line_id = db_id(&rows.row, 2),
                                               .source = &source,
                                               .target = &target};

        if (!ticket_merge_rows_leave(cx, &plan))
            return false;
    }
    return ticket_merge_rows_leave_rest(cx, id);
}

static bool remove_rows(struct ctx *cx, struct id id)
{
    struct id reporter;
    struct db_rows rows;
    json_t *data;

    if (!db_query(cx, &rows, SQL_TICKET_PURGE_READ, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s", id_text(cx->mem, id));
    data = json_own(cx->mem, json_pack("{s:s,s:I}", "number", db_text(&rows.row, 0), "deleted_at",
                                       (json_int_t)db_time(&rows.row, 1)));
    reporter = db_id(&rows.row, 2);
    if (!give_back(cx, id))
        return false;
    for (size_t i = 0; i < COUNT(SQL_TICKET_PURGE_ROWS); i++)
        if (!db_exec(cx, NULL, SQL_TICKET_PURGE_ROWS[i], DB_ID(cx->tenant_id), DB_ID(id)))
            return false;
    return db_exec(cx, NULL, SQL_TICKET_PURGE_REPORTER, DB_ID(cx->tenant_id),
                   DB_ID_OR_NULL(reporter)) &&
           event_erase(cx, id) && event_emit(cx, EVENT_TICKET_PURGED, id, data);
}

static bool purge(struct ctx *cx, struct id id, int64_t until, unsigned *done)
{
    int64_t taken;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &taken, SQL_TICKET_PURGE_TAKE, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_TIME(until)) ||
        (taken > 0 && !remove_rows(cx, id))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *done += taken > 0;
    return true;
}

bool ticket_purge_work(struct ctx *cx, unsigned *done)
{
    struct id due[TICKET_PURGE_BATCH];
    struct desk_flow flow;
    struct db_rows rows;
    size_t count = 0;
    int64_t until;

    *done = 0;
    if (!desk_flow_get(cx, &flow))
        return false;
    if (flow.trash_days == 0)
        return true;
    until = cx->now - flow.trash_days * CLOCK_DAY;
    if (!db_query(cx, &rows, SQL_TICKET_PURGE_DUE, DB_ID(cx->tenant_id), DB_TIME(until),
                  DB_INT(TICKET_PURGE_BATCH)))
        return false;
    while (db_next(&rows))
        due[count++] = db_id(&rows.row, 0);
    for (size_t i = 0; i < count; i++) {
        if (purge(cx, due[i], until, done))
            continue;
        if (cx->err.kind == &ERR_BUSY)
            return false;
        log_warn(cx->trace, "emptying the bin of ticket %s: %s", id_text(cx->mem, due[i]),
                 cx->err.oper);
        err_clear(&cx->err);
    }
    return true;
}
