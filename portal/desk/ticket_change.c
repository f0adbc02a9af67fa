#include "portal/desk/ticket_change.h"

#include "portal/desk/sla.h"
#include "portal/desk/ticket_clock.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_rebuild.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

static const char SQL_TICKET_LOCK[] =
    "UPDATE ticket SET version = version + 1 "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_TICKET_TOUCH[] =
    "UPDATE ticket SET updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_CHANGE_MAY[] =
    "SELECT can_reply FROM participant WHERE tenant_id = ? AND ticket_id = ? AND person_id = ?";
static const char SQL_TICKET_CHANGE_REPORTED[] =
    "SELECT 1 FROM reporter r JOIN person p ON p.tenant_id = r.tenant_id AND (p.email = r.email "
    "OR EXISTS (SELECT 1 FROM person_address a WHERE a.tenant_id = p.tenant_id "
    "AND a.person_id = p.id AND a.email = r.email)) "
    "WHERE r.tenant_id = ? AND r.id = ? AND p.id = ?";

static const char SQL_TICKET_STATUS[] =
    "UPDATE ticket SET status = ?, category = ?, resolved_at = ?, closed_at = ?, asked_at = ?, "
    "due_at = ?, disputed_at = COALESCE(?, disputed_at) WHERE tenant_id = ? AND id = ?";

bool ticket_change_undo(struct ctx *cx)
{
    db_rollback(cx);
    return false;
}

bool ticket_change_nothing(struct ctx *cx)
{
    return db_commit(cx);
}

/* Somebody who was added to read only does not write, unless he may see all tickets anyway. */
static bool may_write(struct ctx *cx, const struct ticket *t)
{
    struct db_rows rows;

    if (ticket_sees_notes(cx))
        return viewer_has(&cx->viewer, RIGHT_DESK_UPDATE) ||
               err_set(&cx->err, &ERR_DENIED, "ticket %s: reads only", id_text(cx->mem, t->id));
    if (!viewer_acts_on_tickets(&cx->viewer))
        return err_set(&cx->err, &ERR_DENIED, "ticket %s: sees only", id_text(cx->mem, t->id));
    if (viewer_acts(&cx->viewer, RIGHT_TICKET_ALL) || id_equal(t->person_id, cx->viewer.person_id))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_CHANGE_REPORTED, DB_ID(cx->tenant_id),
                  DB_ID(t->reporter_id), DB_ID(cx->viewer.person_id)))
        return false;
    if (rows.count > 0)
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_CHANGE_MAY, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_ID(cx->viewer.person_id)))
        return false;
    if (!db_next(&rows) || !db_bool(&rows.row, 0))
        return err_set(&cx->err, &ERR_DENIED, "ticket %s: reads only", id_text(cx->mem, t->id));
    return true;
}

bool ticket_change_start_any(struct ctx *cx, struct id id, struct ticket **before)
{
    struct ticket *t;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_TICKET_LOCK, DB_ID(cx->tenant_id), DB_ID(id)))
        return ticket_change_undo(cx);
    if (!ticket_get(cx, id, &t) || !may_write(cx, t) || !ticket_to_event_json(cx, t, &t->snapshot))
        return ticket_change_undo(cx);
    *before = t;
    return true;
}

bool ticket_change_start(struct ctx *cx, struct id id, struct ticket **before)
{
    if (!ticket_change_start_any(cx, id, before))
        return false;
    if (id_is_zero((*before)->merged_into))
        return true;
    err_set(&cx->err, &ERR_TICKET_MERGED, "ticket %s", id_text(cx->mem, id));
    return ticket_change_undo(cx);
}

bool ticket_change_start_staff(struct ctx *cx, struct id id, struct ticket **before)
{
    if (!ticket_change_start(cx, id, before))
        return false;
    if (!ticket_sees_notes(cx)) {
        err_set(&cx->err, &ERR_DENIED, "ticket %s: an act of staff", id_text(cx->mem, id));
        return ticket_change_undo(cx);
    }
    return true;
}

/* As the system: whoever has given a ticket away may not see it any more. */
static bool get_after(struct ctx *cx, struct id id, struct ticket **after)
{
    const struct viewer viewer = cx->viewer;
    bool ok;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = ticket_get(cx, id, after);
    cx->viewer = viewer;
    return ok;
}

bool ticket_change_emit(struct ctx *cx, enum event_kind kind, const struct ticket *before,
                        const json_t *extra)
{
    struct ticket *after;
    json_t *is, *data;
    const char *key, *text = json_get_text(before->snapshot, "text", "");
    json_t *value;

    if (json_object_get(extra, "message_edited") != NULL)
        text = NULL; /* the first message's, which may be the one that was changed */
    if (!get_after(cx, before->id, &after) || !ticket_snapshot(cx, after, text, NULL, &is))
        return false;
    data = json_own(cx->mem, json_pack("{s:O, s:O}", "before", before->snapshot, "after", is));
    if (cx->gathered_at != 0)
        json_object_set_new(data, "gathered_at", json_integer(cx->gathered_at));
    if (extra != NULL)
        json_object_foreach ((json_t *)(uintptr_t)extra, key, value) /* Jansson's cast; read only */
            json_object_set(data, key, value);
    return ticket_rebuild_add(cx, before->id, data) && event_emit(cx, kind, before->id, data);
}

bool ticket_change_finish(struct ctx *cx, enum event_kind kind, const struct ticket *before,
                          const json_t *extra)
{
    if (!db_exec(cx, NULL, SQL_TICKET_TOUCH, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(before->id)) ||
        !ticket_change_emit(cx, kind, before, extra))
        return ticket_change_undo(cx);
    return db_commit(cx);
}

bool ticket_change_line(struct ctx *cx, struct id id, bool is_public, const char *what,
                        const char *from, const char *to)
{
    struct id line;
    json_t *data =
        json_own(cx->mem, json_pack("{s:s, s:s?, s:s?}", "change", what, "from", from, "to", to));
    const struct message_new event = {
        .ticket_id = id,
        .kind = "event",
        .is_public = is_public,
        .body = "",
        .data = data,
    };

    return ticket_thread_insert(cx, &event, &line);
}

/* The customer waits only while it is our turn; what he waited for stays when it was so before. */
static bool next_due(struct ctx *cx, const struct ticket *t, enum ticket_category to,
                     int64_t *asked_at, int64_t *due_at)
{
    *asked_at = 0;
    *due_at = 0;
    if (to != TICKET_OPEN)
        return true;
    if (t->category == TICKET_OPEN) {
        *asked_at = t->asked_at;
        *due_at = t->due_at;
        return true;
    }
    *asked_at = cx->now;
    return sla_due(cx, t->level, cx->now, due_at);
}

static bool set_status(struct ctx *cx, const struct ticket *t, const char *status,
                       bool is_customers, bool *changed)
{
    const struct ticket_status *to;
    int64_t resolved_at = 0, closed_at = 0, disputed_at = 0, asked_at, due_at;

    *changed = false;
    if (!ticket_status_find(cx, status, &to))
        return false;
    if (to == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "status", "no state %s", status);
    if (strcmp(to->code, t->status) == 0)
        return true;
    if (!ticket_status_decide(cx->viewer.kind, t->category, to->category))
        return err_set_at(&cx->err, &ERR_TICKET_TRANSITION, "status", "ticket %s: %s to %s",
                          id_text(cx->mem, t->id), t->status, to->code);
    if (!ticket_field_allows(cx, t, to->code, to->category))
        return false;
    if (to->category == TICKET_SOLVED || to->category == TICKET_CLOSED)
        resolved_at = t->resolved_at != 0 ? t->resolved_at : cx->now;
    if (to->category == TICKET_CLOSED)
        closed_at = cx->now;
    if (to->category == TICKET_OPEN && is_customers &&
        (t->category == TICKET_SOLVED || t->category == TICKET_CLOSED))
        disputed_at = cx->now;
    if (!next_due(cx, t, to->category, &asked_at, &due_at))
        return false;
    if (!db_exec(cx, NULL, SQL_TICKET_STATUS, DB_TEXT(to->code),
                 DB_TEXT(ticket_category_name(to->category)), DB_TIME(resolved_at),
                 DB_TIME(closed_at), DB_TIME(asked_at), DB_TIME(due_at), DB_TIME(disputed_at),
                 DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    *changed = true;
    return ticket_clock_category(cx, t, to->category) && ticket_field_judge_again(cx, t->id) &&
           ticket_change_line(cx, t->id, true, "status", t->status, to->code) &&
           ticket_link_follow(cx, t, to->code, to->category);
}

bool ticket_change_status(struct ctx *cx, const struct ticket *t, const char *status, bool *changed)
{
    return set_status(cx, t, status, cx->viewer.kind == VIEWER_CUSTOMER, changed);
}

bool ticket_change_status_customers(struct ctx *cx, const struct ticket *t, const char *status,
                                    bool *changed)
{
    return set_status(cx, t, status, true, changed);
}
