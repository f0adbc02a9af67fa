#include "portal/desk/ticket_merge.h"

#include "base/clock.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge_rows.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

const struct err_kind ERR_TICKET_MERGE_SELF = {ERR_CLASS_INVALID, "MERGE_SELF",
                                               "A ticket cannot be merged into itself."};
const struct err_kind ERR_TICKET_MERGE_CLOSED = {
    ERR_CLASS_CONFLICT, "MERGE_CLOSED",
    "That ticket is closed. Open it again first, or link the two as duplicates."};
const struct err_kind ERR_TICKET_MERGE_APART = {
    ERR_CLASS_CONFLICT, "MERGE_APART",
    "The two tickets are of different customers. Confirm that the one may read what the other "
    "wrote."};
const struct err_kind ERR_TICKET_MERGE_LATE = {
    ERR_CLASS_CONFLICT, "MERGE_LATE", "The time in which this merge could be undone is over."};
const struct err_kind ERR_TICKET_MERGE_LATER = {
    ERR_CLASS_CONFLICT, "MERGE_LATER",
    "The ticket was merged further since. Undo that merge first."};

static const char SQL_TICKET_MERGE_OF[] =
    "SELECT id, target_id, line_id, merged_at FROM ticket_merge "
    "WHERE tenant_id = ? AND source_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1";
static const char SQL_TICKET_MERGE_LIST[] =
    "SELECT STRAIGHT_JOIN m.source_id, s.number, s.subject, COALESCE(p.full_name, ''), m.merged_at "
    "FROM ticket_merge m JOIN ticket s FORCE INDEX (PRIMARY) ON s.tenant_id = m.tenant_id AND s.id = m.source_id "
    "LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.merged_by "
    "WHERE m.tenant_id = ? AND m.target_id = ? AND m.undone_at IS NULL "
    "AND s.deleted_at IS NULL ORDER BY m.id DESC LIMIT ?";
static const char SQL_TICKET_MERGE_SOURCES[] =
    "WITH RECURSIVE s AS (SELECT id FROM ticket WHERE tenant_id = ? AND merged_into = ? UNION "
    "SELECT t.id FROM ticket t JOIN s ON t.merged_into = s.id WHERE t.tenant_id = ?) "
    "SELECT id FROM s";

bool ticket_merge_is_apart(const struct ticket *one, const struct ticket *other)
{
    if (!id_equal(one->organisation_id, other->organisation_id))
        return true;
    if (!id_is_zero(one->organisation_id))
        return false;
    if (*one->reporter_email != '\0' || *other->reporter_email != '\0')
        return strcmp(one->reporter_email, other->reporter_email) != 0;
    return id_is_zero(one->person_id) || !id_equal(one->person_id, other->person_id);
}

bool ticket_merge_final(struct ctx *cx, struct ticket *t, struct ticket **out)
{
    struct ticket *next;

    for (int i = 0; i < TICKET_MERGE_CHAIN_MAX && !id_is_zero(t->merged_into); i++) {
        if (!ticket_get(cx, t->merged_into, &next)) {
            if (cx->err.kind != &ERR_NOT_FOUND)
                return false;
            err_clear(&cx->err);
            break;
        }
        if (cx->viewer.kind != VIEWER_STAFF && ticket_merge_is_apart(t, next))
            break;
        t = next;
    }
    *out = t;
    return true;
}

bool ticket_merge_sources(struct ctx *cx, struct id id, struct id **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_MERGE_SOURCES, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_ID(cx->tenant_id)))
        return false;
    *out = arena_array(cx->mem, struct id, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = db_id(&rows.row, 0);
    return true;
}

bool ticket_merge_list(struct ctx *cx, struct id id, struct ticket_merge **out, size_t *count)
{
    struct db_rows rows;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "merges are for staff");
    if (!db_query(cx, &rows, SQL_TICKET_MERGE_LIST, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_INT(TICKET_MERGE_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct ticket_merge, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct ticket_merge){.source_id = db_id(&rows.row, 0),
                                               .number = db_text(&rows.row, 1),
                                               .subject = db_text(&rows.row, 2),
                                               .by_name = db_text(&rows.row, 3),
                                               .merged_at = db_time(&rows.row, 4)};
    return true;
}

/* --- merging --- */

/* Both rows are written in the order of their ids, so that two merges wait and do not block each
 * other. False: nothing is open. */
static bool start_both(struct ctx *cx, struct id source, struct id target, struct ticket **s,
                       struct ticket **t)
{
    const bool is_first = memcmp(&source, &target, sizeof source) < 0;

    if (!ticket_change_start_any(cx, is_first ? source : target, is_first ? s : t))
        return false;
    return ticket_change_start_any(cx, is_first ? target : source, is_first ? t : s) ||
           ticket_change_undo(cx);
}

static bool undo_both(struct ctx *cx)
{
    db_rollback(cx);
    return ticket_change_undo(cx);
}

static bool check(struct ctx *cx, const struct ticket *s, const struct ticket *t, bool even_apart)
{
    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "merging is for staff");
    if (!id_is_zero(s->merged_into) || !id_is_zero(t->merged_into))
        return err_set_at(&cx->err, &ERR_TICKET_MERGED, "number", "ticket %s is merged",
                          id_text(cx->mem, id_is_zero(s->merged_into) ? t->id : s->id));
    if (t->category == TICKET_CLOSED)
        return err_set_at(&cx->err, &ERR_TICKET_MERGE_CLOSED, "number", "ticket %s is closed",
                          id_text(cx->mem, t->id));
    if (!even_apart && ticket_merge_is_apart(s, t))
        return err_set_at(&cx->err, &ERR_TICKET_MERGE_APART, "number", "%s and %s",
                          id_text(cx->mem, s->id), id_text(cx->mem, t->id));
    return true;
}

static bool tell(struct ctx *cx, enum event_kind kind, const char *word, const struct ticket *s,
                 const struct ticket *t)
{
    json_t *target =
        json_own(cx->mem, json_pack("{s:{s:s, s:s}, s:b}", "target", "id", id_text(cx->mem, t->id),
                                    "number", t->number, "is_apart", ticket_merge_is_apart(s, t)));
    json_t *source = json_own(cx->mem, json_pack("{s:{s:s, s:s}}", word, "id",
                                                 id_text(cx->mem, s->id), "number", s->number));

    return ticket_change_emit(cx, kind, s, target) &&
           ticket_change_emit(cx, EVENT_TICKET_UPDATED, t, source);
}

static bool join(struct ctx *cx, const struct ticket *s, const struct ticket *t)
{
    struct ticket_merge_plan plan = {
        .id = ctx_new_id(cx), .source = s, .target = t, .is_apart = ticket_merge_is_apart(s, t)};
    const struct message_new line = {
        .ticket_id = t->id,
        .kind = "event",
        .is_public = !plan.is_apart,
        .body = "",
        .data = json_own(cx->mem,
                         json_pack("{s:s, s:n, s:s}", "change", "merge", "from", "to", s->number))};

    return ticket_thread_insert(cx, &line, &plan.line_id) && ticket_merge_rows_join(cx, &plan) &&
           tell(cx, EVENT_TICKET_MERGED, "merged", s, t);
}

bool ticket_merge(struct ctx *cx, struct id id, const char *number, bool even_apart,
                  struct id *into)
{
    struct ticket *found, *final, *s, *t;

    if (!ticket_find_typed(cx, number, &found))
        return false;
    if (found == NULL)
        return err_set_at(&cx->err, &ERR_TICKET_LINK, "number", "no such ticket");
    if (!ticket_merge_final(cx, found, &final))
        return false;
    if (id_equal(final->id, id) || id_equal(found->id, id))
        return err_set_at(&cx->err, &ERR_TICKET_MERGE_SELF, "number", "ticket %s",
                          id_text(cx->mem, id));
    if (!start_both(cx, id, final->id, &s, &t))
        return false;
    if (!check(cx, s, t, even_apart) || !join(cx, s, t))
        return undo_both(cx);
    *into = t->id;
    return db_commit(cx) && db_commit(cx);
}

/* --- and back --- */

static bool part(struct ctx *cx, struct ticket_merge_plan *plan, int64_t merged_at, int64_t days)
{
    const struct ticket *s = plan->source, *t = plan->target;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "merging is for staff");
    if (!id_equal(s->merged_into, t->id)) /* another was quicker */
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s is not merged",
                       id_text(cx->mem, s->id));
    if (cx->now > merged_at + days * CLOCK_DAY)
        return err_set(&cx->err, &ERR_TICKET_MERGE_LATE, "ticket %s", id_text(cx->mem, s->id));
    if (!id_is_zero(t->merged_into))
        return err_set(&cx->err, &ERR_TICKET_MERGE_LATER, "ticket %s", id_text(cx->mem, t->id));
    return ticket_merge_rows_part(cx, plan) && tell(cx, EVENT_TICKET_UNMERGED, "unmerged", s, t);
}

bool ticket_merge_undo(struct ctx *cx, struct id id, int64_t days)
{
    struct ticket_merge_plan plan = {.is_apart = false};
    struct db_rows rows;
    struct ticket *s, *t;

    if (!ticket_get(cx, id, &s) ||
        !db_query(cx, &rows, SQL_TICKET_MERGE_OF, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s is not merged", id_text(cx->mem, id));
    plan.id = db_id(&rows.row, 0);
    plan.line_id = db_id(&rows.row, 2);
    if (!start_both(cx, id, db_id(&rows.row, 1), &s, &t))
        return false;
    plan.source = s;
    plan.target = t;
    if (!part(cx, &plan, db_time(&rows.row, 3), days))
        return undo_both(cx);
    return db_commit(cx) && db_commit(cx);
}
