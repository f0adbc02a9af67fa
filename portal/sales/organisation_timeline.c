#include "portal/sales/organisation_timeline.h"

#include "portal/sales/organisation.h"

/* Each kind of subject names its rows by its own number; every part stops at the limit, so the
 * whole reads a few index ranges however old the organisation is. */
static const char SQL_ORGANISATION_TIMELINE[] =
    "SELECT x.name, x.subject_id, x.subject, x.number, p.full_name, x.at FROM ("
    "(SELECT e.id, e.name, e.subject_id, e.actor_id, e.at, 'organisation' AS subject, "
    "'' AS number FROM event e WHERE e.tenant_id = ? AND e.subject_id = ? "
    "ORDER BY e.id DESC LIMIT ?) UNION ALL "
    "(SELECT e.id, e.name, e.subject_id, e.actor_id, e.at, 'ticket', t.number FROM ticket t "
    "JOIN event e ON e.tenant_id = t.tenant_id AND e.subject_id = t.id "
    "WHERE t.tenant_id = ? AND t.organisation_id = ? AND ? ORDER BY e.id DESC LIMIT ?) UNION ALL "
    "(SELECT e.id, e.name, e.subject_id, e.actor_id, e.at, 'order', s.number FROM sales_order s "
    "JOIN event e ON e.tenant_id = s.tenant_id AND e.subject_id = s.id "
    "WHERE s.tenant_id = ? AND s.organisation_id = ? ORDER BY e.id DESC LIMIT ?) UNION ALL "
    "(SELECT e.id, e.name, e.subject_id, e.actor_id, e.at, 'licence', l.serial FROM licence l "
    "JOIN event e ON e.tenant_id = l.tenant_id AND e.subject_id = l.id "
    "WHERE l.tenant_id = ? AND l.organisation_id = ? ORDER BY e.id DESC LIMIT ?)) AS x "
    "LEFT JOIN person p ON p.tenant_id = ? AND p.id = x.actor_id ORDER BY x.id DESC LIMIT ?";

bool organisation_timeline(struct ctx *cx, struct id id, struct organisation_event **out,
                           size_t *count)
{
    struct organisation *o;
    struct organisation_event *list;
    struct db_rows rows;
    const struct db_arg limit = DB_INT(ORGANISATION_TIMELINE_MAX);
    /* Whoever sees some of the tickets only is told of none here. */
    const bool sees_tickets = !viewer_has(&cx->viewer, RIGHT_DESK_READ) ||
                              viewer_scope(&cx->viewer, MODULE_DESK) == SCOPE_ALL;
    size_t n = 0;

    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return err_set(&cx->err, &ERR_NOT_FOUND, "the timeline is for staff");
    if (!organisation_get(cx, id, &o))
        return false;
    if (!db_query(cx, &rows, SQL_ORGANISATION_TIMELINE, DB_ID(cx->tenant_id), DB_ID(id), limit,
                  DB_ID(cx->tenant_id), DB_ID(id), DB_BOOL(sees_tickets), limit,
                  DB_ID(cx->tenant_id), DB_ID(id), limit, DB_ID(cx->tenant_id), DB_ID(id), limit,
                  DB_ID(cx->tenant_id), limit))
        return false;
    list = arena_array(cx->mem, struct organisation_event, rows.count ? rows.count : 1);
    while (db_next(&rows)) {
        struct organisation_event *e = &list[n++];

        e->name = db_text(&rows.row, 0);
        e->subject_id = db_id(&rows.row, 1);
        e->subject = db_text(&rows.row, 2);
        e->number = db_text(&rows.row, 3);
        e->actor = db_text(&rows.row, 4);
        e->at = db_time(&rows.row, 5);
    }
    *out = list;
    *count = n;
    return true;
}
