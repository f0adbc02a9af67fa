#include "portal/desk/ticket_trash.h"

#include "db/where.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_rebuild.h"

const struct err_kind ERR_TICKET_TRASH_MERGED = {
    ERR_CLASS_CONFLICT, "TRASH_MERGED",
    "This ticket was merged into another one. Put that one into the recycle bin, or undo the merge "
    "first."};

static const char SQL_TICKET_TRASH_ADD[] =
    "UPDATE ticket SET deleted_at = ?, deleted_by = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_TRASH_RESTORE[] =
    "UPDATE ticket SET deleted_at = NULL, deleted_by = NULL, updated_at = ?, version = version + 1 "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NOT NULL";
static const char SQL_TICKET_TRASH_LIST[] =
    "SELECT t.id, t.number, t.subject, COALESCE(o.name, ''), COALESCE(p.full_name, ''), "
    "t.deleted_at FROM ticket t FORCE INDEX (ticket_deleted) "
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id "
    "LEFT JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.deleted_by "
    "WHERE t.tenant_id = ? AND t.deleted_at IS NOT NULL";

static bool check_right(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_DESK_DELETE)) ||
           err_set(&cx->err, &ERR_DENIED, "no right to the recycle bin");
}

/* before and after are one but for the bin, which stands in "row". */
static bool tell(struct ctx *cx, enum event_kind kind, struct id id, json_t *snapshot)
{
    json_t *data =
        json_own(cx->mem, json_pack("{s:O, s:O}", "before", snapshot, "after", snapshot));

    return ticket_rebuild_add(cx, id, data) && event_emit(cx, kind, id, data);
}

bool ticket_trash_add(struct ctx *cx, struct id id)
{
    struct ticket *t;

    if (!check_right(cx) || !ticket_change_start_any(cx, id, &t))
        return false;
    if (!id_is_zero(t->merged_into)) { /* what was merged into it would lose its way home */
        err_set(&cx->err, &ERR_TICKET_TRASH_MERGED, "ticket %s", id_text(cx->mem, id));
        return ticket_change_undo(cx);
    }
    if (!db_exec(cx, NULL, SQL_TICKET_TRASH_ADD, DB_TIME(cx->now),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !tell(cx, EVENT_TICKET_DELETED, id, t->snapshot))
        return ticket_change_undo(cx);
    return db_commit(cx);
}

bool ticket_trash_restore(struct ctx *cx, struct id id)
{
    struct ticket *t;
    json_t *snapshot;
    int64_t changed;

    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TICKET_TRASH_RESTORE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        (changed == 0 &&
         !err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s is not in the bin", id_text(cx->mem, id))) ||
        !ticket_get(cx, id, &t) || !ticket_to_event_json(cx, t, &snapshot) ||
        !tell(cx, EVENT_TICKET_RESTORED, id, snapshot))
        return ticket_change_undo(cx);
    return db_commit(cx);
}

bool ticket_trash_list(struct ctx *cx, const char *search, int64_t before,
                       struct ticket_trash **out, size_t *count)
{
    struct where w;
    struct db_rows rows;

    if (!check_right(cx))
        return false;
    where_start(&w, cx, SQL_TICKET_TRASH_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, &w);
    if (search != NULL && *search != '\0') {
        where_add(&w, " AND (t.number = ?", DB_TEXT(search));
        where_add(&w, " OR LOCATE(LOWER(?), LOWER(t.subject)) > 0)", DB_TEXT(search));
    }
    if (before != 0)
        where_add(&w, " AND t.deleted_at < ?", DB_TIME(before));
    where_add(&w, " ORDER BY t.deleted_at DESC LIMIT ?", DB_INT(TICKET_TRASH_PAGE));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct ticket_trash, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct ticket_trash){.id = db_id(&rows.row, 0),
                                               .number = db_text(&rows.row, 1),
                                               .subject = db_text(&rows.row, 2),
                                               .organisation_name = db_text(&rows.row, 3),
                                               .by_name = db_text(&rows.row, 4),
                                               .deleted_at = db_time(&rows.row, 5)};
    return true;
}
