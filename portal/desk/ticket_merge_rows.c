#include "portal/desk/ticket_merge_rows.h"

#include "db/db.h"
#include "portal/desk/ticket_status.h"

static const char SQL_TICKET_MERGE_ADD[] =
    "INSERT INTO ticket_merge (tenant_id, id, source_id, target_id, line_id, merged_by, merged_at, "
    "was_status, was_category, was_resolved_at, was_closed_at, was_asked_at, was_due_at, "
    "was_solve_spent, was_solve_since, was_solve_due_at, was_status_at, was_updated_at, "
    "target_updated_at, target_asked_at, target_due_at, set_asked_at, set_due_at) "
    "SELECT s.tenant_id, ?, s.id, t.id, ?, ?, ?, s.status, s.category, s.resolved_at, s.closed_at, "
    "s.asked_at, s.due_at, s.solve_spent, s.solve_since, s.solve_due_at, s.status_at, "
    "s.updated_at, t.updated_at, t.asked_at, t.due_at, ?, ? FROM ticket s "
    "JOIN ticket t ON t.tenant_id = s.tenant_id AND t.id = ? WHERE s.tenant_id = ? AND s.id = ?";
static const char SQL_TICKET_MERGE_CLOSE[] =
    "UPDATE ticket SET merged_into = ?, status = ?, category = ?, closed_at = ?, asked_at = NULL, "
    "due_at = NULL, solve_since = NULL, solve_due_at = NULL, status_at = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_MERGE_TARGET[] =
    "UPDATE ticket SET asked_at = ?, due_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";

/* The right-hand sides see the columns as they were set so far: ticket_id comes last. */
static const char SQL_MESSAGE_MERGE[] =
    "UPDATE message SET home_key = COALESCE(home_key, request_key), request_key = NULL, "
    "home_id = COALESCE(home_id, ticket_id), ticket_id = ? WHERE tenant_id = ? AND ticket_id = ?";
static const char SQL_ATTACHMENT_MERGE[] =
    "UPDATE attachment SET ticket_id = ? WHERE tenant_id = ? AND ticket_id = ?";
static const char SQL_PARTICIPANT_MERGE[] =
    "INSERT IGNORE INTO participant (tenant_id, ticket_id, person_id, can_reply, added_by, "
    "added_at, merge_id) SELECT tenant_id, ?, person_id, can_reply, ?, ?, ? FROM participant "
    "WHERE tenant_id = ? AND ticket_id = ? AND NOT person_id <=> ?";
/* Who filed the merged one, or reported it by the address of an account. */
static const char SQL_PARTICIPANT_MERGE_FILER[] =
    "INSERT IGNORE INTO participant (tenant_id, ticket_id, person_id, can_reply, added_by, "
    "added_at, merge_id) SELECT m.tenant_id, ?, m.person_id, TRUE, ?, ?, ? FROM membership m "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "WHERE m.tenant_id = ? AND m.organisation_id = ? AND NOT m.person_id <=> ? "
    "AND (m.person_id <=> ? OR (p.email = ? AND p.email <> ''))";
static const char SQL_TICKET_TAG_MERGE[] =
    "INSERT IGNORE INTO ticket_tag (tenant_id, ticket_id, tag, merge_id) "
    "SELECT tenant_id, ?, tag, ? FROM ticket_tag WHERE tenant_id = ? AND ticket_id = ?";
static const char SQL_TICKET_LINK_MERGE[] =
    "INSERT IGNORE INTO ticket_link (tenant_id, ticket_id, other_id, kind, created_at, merge_id) "
    "SELECT tenant_id, ?, other_id, kind, ?, ? FROM ticket_link "
    "WHERE tenant_id = ? AND ticket_id = ? AND other_id <> ?";
static const char SQL_TICKET_LINK_MERGE_BACK[] =
    "INSERT IGNORE INTO ticket_link (tenant_id, ticket_id, other_id, kind, created_at, merge_id) "
    "SELECT tenant_id, ticket_id, ?, kind, ?, ? FROM ticket_link "
    "WHERE tenant_id = ? AND other_id = ? AND ticket_id <> ?";

static const char SQL_MESSAGE_PART[] =
    "UPDATE message SET ticket_id = ?, request_key = COALESCE(home_key, request_key), "
    "home_key = NULL, home_id = NULL WHERE tenant_id = ? AND ticket_id = ? AND home_id = ?";
/* Of what had been merged into the merged one before. */
static const char SQL_MESSAGE_PART_FURTHER[] =
    "UPDATE message m JOIN (WITH RECURSIVE s AS (SELECT id FROM ticket WHERE tenant_id = ? "
    "AND merged_into = ? UNION SELECT t.id FROM ticket t JOIN s ON t.merged_into = s.id "
    "WHERE t.tenant_id = ?) SELECT id FROM s) f ON f.id = m.home_id "
    "SET m.ticket_id = ? WHERE m.tenant_id = ? AND m.ticket_id = ?";
/* The same wherever they are: the other one may have been merged further before it went. */
static const char SQL_MESSAGE_LEAVE[] =
    "UPDATE message SET ticket_id = ?, request_key = COALESCE(home_key, request_key), "
    "home_key = NULL, home_id = NULL WHERE tenant_id = ? AND home_id = ?";
static const char SQL_MESSAGE_LEAVE_FURTHER[] =
    "UPDATE message m JOIN (WITH RECURSIVE s AS (SELECT id FROM ticket WHERE tenant_id = ? "
    "AND merged_into = ? UNION SELECT t.id FROM ticket t JOIN s ON t.merged_into = s.id "
    "WHERE t.tenant_id = ?) SELECT id FROM s) f ON f.id = m.home_id "
    "SET m.ticket_id = ? WHERE m.tenant_id = ?";
/* Of those whose merge is told nowhere any more. */
static const char SQL_MESSAGE_LEAVE_REST[] =
    "UPDATE message SET request_key = COALESCE(home_key, request_key), home_key = NULL, "
    "ticket_id = home_id, home_id = NULL WHERE tenant_id = ? AND ticket_id = ? AND home_id <> ? "
    "AND home_id IN (SELECT h.id FROM ticket h WHERE h.tenant_id = ?)";
static const char SQL_ATTACHMENT_LEAVE[] =
    "UPDATE attachment a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id "
    "SET a.ticket_id = m.ticket_id WHERE a.tenant_id = ? AND m.ticket_id = ? "
    "AND a.ticket_id <> m.ticket_id";
static const char SQL_ATTACHMENT_LEAVE_REST[] =
    "UPDATE attachment a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id "
    "SET a.ticket_id = m.ticket_id WHERE a.tenant_id = ? AND a.ticket_id = ? "
    "AND m.ticket_id <> a.ticket_id";
static const char SQL_MESSAGE_PART_LINE[] = "DELETE FROM message WHERE tenant_id = ? AND id = ?";
static const char SQL_ATTACHMENT_PART[] =
    "UPDATE attachment a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id "
    "SET a.ticket_id = m.ticket_id WHERE a.tenant_id = ? AND a.ticket_id = ? AND m.ticket_id = ?";
static const char SQL_PARTICIPANT_PART[] =
    "DELETE FROM participant WHERE tenant_id = ? AND ticket_id = ? AND merge_id = ?";
static const char SQL_TICKET_TAG_PART[] =
    "DELETE FROM ticket_tag WHERE tenant_id = ? AND ticket_id = ? AND merge_id = ?";
static const char SQL_TICKET_LINK_PART[] =
    "DELETE FROM ticket_link WHERE tenant_id = ? AND (ticket_id = ? OR other_id = ?) "
    "AND merge_id = ?";
static const char SQL_TICKET_MERGE_RESTORE[] =
    "UPDATE ticket t JOIN ticket_merge m ON m.tenant_id = t.tenant_id AND m.source_id = t.id "
    "SET t.merged_into = NULL, t.status = m.was_status, t.category = m.was_category, "
    "t.resolved_at = m.was_resolved_at, t.closed_at = m.was_closed_at, "
    "t.asked_at = m.was_asked_at, t.due_at = m.was_due_at, t.solve_spent = m.was_solve_spent, "
    "t.solve_since = m.was_solve_since, t.solve_due_at = m.was_solve_due_at, "
    "t.status_at = m.was_status_at, t.updated_at = m.was_updated_at "
    "WHERE t.tenant_id = ? AND m.id = ?";
/* The other one's promise only if nobody answered, asked or moved it since. */
static const char SQL_TICKET_MERGE_PROMISE[] =
    "UPDATE ticket t JOIN ticket_merge m ON m.tenant_id = t.tenant_id AND m.target_id = t.id "
    "SET t.asked_at = m.target_asked_at, t.due_at = m.target_due_at "
    "WHERE t.tenant_id = ? AND m.id = ? AND t.category = 'open' "
    "AND t.asked_at <=> m.set_asked_at AND t.due_at <=> m.set_due_at";
static const char SQL_TICKET_MERGE_TOUCH[] =
    "UPDATE ticket t JOIN ticket_merge m ON m.tenant_id = t.tenant_id AND m.target_id = t.id "
    "SET t.updated_at = IF(t.updated_at = m.merged_at, m.target_updated_at, t.updated_at) "
    "WHERE t.tenant_id = ? AND m.id = ?";
static const char SQL_TICKET_MERGE_LEAVE[] =
    "UPDATE ticket SET merged_into = NULL, version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_MERGE_END[] =
    "UPDATE ticket_merge SET undone_at = ?, undone_by = ? WHERE tenant_id = ? AND id = ?";

/* The earlier of two instants, 0 being none. */
static int64_t earlier(int64_t one, int64_t other)
{
    if (one == 0 || other == 0)
        return one != 0 ? one : other;
    return one < other ? one : other;
}

static bool close_source(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct ticket *s = p->source, *t = p->target;
    const bool both_wait = s->category == TICKET_OPEN && t->category == TICKET_OPEN;
    const int64_t asked_at = both_wait ? earlier(s->asked_at, t->asked_at) : t->asked_at;
    const int64_t due_at = both_wait ? earlier(s->due_at, t->due_at) : t->due_at;
    const struct ticket_status *closed;

    return ticket_status_first(cx, TICKET_CLOSED, &closed) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_ADD, DB_ID(p->id), DB_ID(p->line_id),
                   DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_TIME(asked_at),
                   DB_TIME(due_at), DB_ID(t->id), DB_ID(cx->tenant_id), DB_ID(s->id)) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_CLOSE, DB_ID(t->id), DB_TEXT(closed->code),
                   DB_TEXT(ticket_category_name(closed->category)), DB_TIME(cx->now),
                   DB_TIME(cx->now), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(s->id)) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_TARGET, DB_TIME(asked_at), DB_TIME(due_at),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(t->id));
}

static bool join_people(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct ticket *s = p->source, *t = p->target;
    const struct db_arg by = DB_ID_OR_NULL(cx->viewer.person_id);

    return p->is_apart || (db_exec(cx, NULL, SQL_PARTICIPANT_MERGE, DB_ID(t->id), by,
                                   DB_TIME(cx->now), DB_ID(p->id), DB_ID(cx->tenant_id),
                                   DB_ID(s->id), DB_ID_OR_NULL(t->person_id)) &&
                           db_exec(cx, NULL, SQL_PARTICIPANT_MERGE_FILER, DB_ID(t->id), by,
                                   DB_TIME(cx->now), DB_ID(p->id), DB_ID(cx->tenant_id),
                                   DB_ID(t->organisation_id), DB_ID_OR_NULL(t->person_id),
                                   DB_ID_OR_NULL(s->person_id), DB_TEXT(s->reporter_email)));
}

bool ticket_merge_rows_join(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), merge = DB_ID(p->id);
    const struct db_arg source = DB_ID(p->source->id), target = DB_ID(p->target->id);

    return close_source(cx, p) && db_exec(cx, NULL, SQL_MESSAGE_MERGE, target, tenant, source) &&
           db_exec(cx, NULL, SQL_ATTACHMENT_MERGE, target, tenant, source) && join_people(cx, p) &&
           db_exec(cx, NULL, SQL_TICKET_TAG_MERGE, target, merge, tenant, source) &&
           db_exec(cx, NULL, SQL_TICKET_LINK_MERGE, target, DB_TIME(cx->now), merge, tenant, source,
                   target) &&
           db_exec(cx, NULL, SQL_TICKET_LINK_MERGE_BACK, target, DB_TIME(cx->now), merge, tenant,
                   source, target);
}

/* What had been merged into the source before keeps its home, and lies in the source again. */
static bool part_messages(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg source = DB_ID(p->source->id), target = DB_ID(p->target->id);

    return db_exec(cx, NULL, SQL_MESSAGE_PART, source, tenant, target, source) &&
           db_exec(cx, NULL, SQL_MESSAGE_PART_FURTHER, tenant, source, tenant, source, tenant,
                   target) &&
           db_exec(cx, NULL, SQL_MESSAGE_PART_LINE, tenant, DB_ID(p->line_id)) &&
           db_exec(cx, NULL, SQL_ATTACHMENT_PART, tenant, target, source);
}

bool ticket_merge_rows_part(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), merge = DB_ID(p->id);
    const struct db_arg target = DB_ID(p->target->id);

    return part_messages(cx, p) && db_exec(cx, NULL, SQL_PARTICIPANT_PART, tenant, target, merge) &&
           db_exec(cx, NULL, SQL_TICKET_TAG_PART, tenant, target, merge) &&
           db_exec(cx, NULL, SQL_TICKET_LINK_PART, tenant, target, target, merge) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_RESTORE, tenant, merge) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_PROMISE, tenant, merge) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_TOUCH, tenant, merge) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_END, DB_TIME(cx->now),
                   DB_ID_OR_NULL(cx->viewer.person_id), tenant, merge);
}

bool ticket_merge_rows_leave(struct ctx *cx, const struct ticket_merge_plan *p)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), source = DB_ID(p->source->id);

    return db_exec(cx, NULL, SQL_MESSAGE_LEAVE, source, tenant, source) &&
           db_exec(cx, NULL, SQL_MESSAGE_LEAVE_FURTHER, tenant, source, tenant, source, tenant) &&
           db_exec(cx, NULL, SQL_MESSAGE_PART_LINE, tenant, DB_ID(p->line_id)) &&
           db_exec(cx, NULL, SQL_ATTACHMENT_LEAVE, tenant, source) &&
           db_exec(cx, NULL, SQL_TICKET_MERGE_LEAVE, tenant, source);
}

bool ticket_merge_rows_leave_rest(struct ctx *cx, struct id target)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), id = DB_ID(target);

    return db_exec(cx, NULL, SQL_MESSAGE_LEAVE_REST, tenant, id, id, tenant) &&
           db_exec(cx, NULL, SQL_ATTACHMENT_LEAVE_REST, tenant, id);
}
