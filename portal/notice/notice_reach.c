#include "portal/notice/notice_reach.h"

#include "base/clock.h"
#include "db/where.h"
#include "portal/desk/ticket.h"

/* FORCE INDEX: of the tenant's done tickets only the lately changed ones are looked at. */
static const char SQL_REACH_LIST[] =
    "SELECT t.id, t.number, t.subject, COALESCE(o.name, ''), COALESCE(r.name, p.full_name, ''), "
    "COALESCE(NULLIF(r.phone, ''), NULLIF(p.phone, ''), o.phone, ''), COALESCE(NULLIF(r.email, ''), p.email, ''), "
    "COALESCE(t.resolved_at, t.closed_at), COALESCE((SELECT CASE "
    "WHEN MAX(m.status = 'SENT' AND m.bounced_at IS NULL) THEN 'unread' "
    "WHEN MAX(m.bounced_at IS NOT NULL) THEN 'bounced' WHEN MAX(m.status = 'DEAD') THEN 'dead' "
    "ELSE 'none' END FROM mail_out m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id "
    "AND m.kind IN ('ticket.solved', 'ticket.closed')), 'none'), "
    "COALESCE((SELECT MAX(IF(m.bounce <> '', m.bounce, m.last_fault)) FROM mail_out m "
    "WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id "
    "AND m.kind IN ('ticket.solved', 'ticket.closed')), '') "
    "FROM ticket t FORCE INDEX (ticket_category) "
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id "
    "LEFT JOIN reporter r ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "
    "LEFT JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id "
    "WHERE t.tenant_id = ? AND t.category IN ('solved', 'closed') AND t.updated_at > ? "
    "AND t.deleted_at IS NULL AND t.merged_into IS NULL AND COALESCE(t.resolved_at, t.closed_at) > ? "
    "AND NOT EXISTS (SELECT 1 FROM message x WHERE x.tenant_id = t.tenant_id "
    "AND x.ticket_id = t.id AND x.author = 'customer' "
    "AND x.created_at >= COALESCE(t.resolved_at, t.closed_at)) "
    "AND NOT EXISTS (SELECT 1 FROM mail_out m WHERE m.tenant_id = t.tenant_id "
    "AND m.ticket_id = t.id AND (m.opened_at >= COALESCE(t.resolved_at, t.closed_at) "
    "OR (m.kind IN ('ticket.solved', 'ticket.closed') AND m.bounced_at IS NULL "
    "AND m.status <> 'DEAD' AND m.created_at > ?))) "
    "AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.tenant_id = t.tenant_id "
    "AND n.ticket_id = t.id AND n.kind IN ('ticket.solved', 'ticket.closed') "
    "AND (n.read_at IS NOT NULL OR n.due_at IS NOT NULL))";

bool notice_reach_list(struct ctx *cx, struct notice_unreached **out, size_t *count)
{
    const int64_t since = cx->now - NOTICE_REACH_DAYS * CLOCK_DAY;
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(since), DB_TIME(since),
                                  DB_TIME(cx->now - NOTICE_REACH_PATIENCE_DAYS * CLOCK_DAY)};
    struct notice_unreached *list;
    struct db_rows rows;
    struct where w;

    if (cx->viewer.kind != VIEWER_SYSTEM &&
        (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_DESK_READ)))
        return err_set(&cx->err, &ERR_DENIED, "who was not reached");
    where_start(&w, cx, SQL_REACH_LIST, args, COUNT(args));
    ticket_visible(cx, &w);
    where_add(&w, " ORDER BY COALESCE(t.resolved_at, t.closed_at), t.id LIMIT ?",
              DB_INT(NOTICE_REACH_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct notice_unreached, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        list[*count] = (struct notice_unreached){.ticket_id = db_id(&rows.row, 0),
                                                 .number = db_text(&rows.row, 1),
                                                 .subject = db_text(&rows.row, 2),
                                                 .organisation_name = db_text(&rows.row, 3),
                                                 .name = db_text(&rows.row, 4),
                                                 .phone = db_text(&rows.row, 5),
                                                 .address = db_text(&rows.row, 6),
                                                 .closed_at = db_time(&rows.row, 7),
                                                 .why = db_text(&rows.row, 8),
                                                 .detail = db_text(&rows.row, 9)};
    *out = list;
    return true;
}
