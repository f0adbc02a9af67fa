#include "portal/desk/ticket_split.h"

#include "base/utf8.h"
#include "db/series.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_clock.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_rebuild.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_term.h"

const struct err_kind ERR_TICKET_SPLIT_NONE = {ERR_CLASS_INVALID, "SPLIT_NONE",
                                               "Choose the messages that become a new ticket."};
const struct err_kind ERR_TICKET_SPLIT_ALL = {ERR_CLASS_INVALID, "SPLIT_ALL",
                                              "At least one message has to stay."};
const struct err_kind ERR_TICKET_SPLIT_APART = {
    ERR_CLASS_CONFLICT, "SPLIT_APART",
    "Some of these messages came with a merged ticket of another customer. Undo that merge first."};

#define CHOSEN "JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"

static const char SQL_TICKET_SPLIT_COUNT[] =
    "SELECT COUNT(*), COALESCE(SUM(id IN (SELECT j.id FROM " CHOSEN
    ")), 0) FROM message "
    "WHERE tenant_id = ? AND ticket_id = ? AND kind <> 'event'";
/* They would be the new ticket's for good, and the one they were written in would never have them
 * back. */
static const char SQL_TICKET_SPLIT_APART[] =
    "SELECT COUNT(*) FROM message m JOIN ticket t ON t.tenant_id = m.tenant_id "
    "AND t.id = m.ticket_id JOIN ticket h ON h.tenant_id = m.tenant_id AND h.id = m.home_id "
    "WHERE m.id IN (SELECT j.id FROM " CHOSEN
    ") AND m.tenant_id = ? AND m.ticket_id = ? AND h.id <> t.id "
    "AND NOT COALESCE(h.organisation_id = t.organisation_id, h.organisation_id IS NULL "
    "AND t.organisation_id IS NULL AND COALESCE(h.reporter_id = t.reporter_id, "
    "h.person_id = t.person_id, FALSE))";
static const char SQL_TICKET_SPLIT_INSERT[] =
    "INSERT INTO ticket (tenant_id, id, number, organisation_id, site_id, person_id, reporter_id, "
    "source, subject, topic, product_id, product_version, licence_id, machine_id, status, "
    "category, level, impact, urgency, severity, team_id, assignee_id, city, store, filed, "
    "created_at, updated_at, asked_at, due_at) SELECT tenant_id, ?, ?, organisation_id, site_id, "
    "person_id, reporter_id, 'desk', ?, topic, product_id, product_version, licence_id, "
    "machine_id, ?, 'open', level, impact, urgency, severity, team_id, assignee_id, city, store, "
    "filed, ?, ?, ?, ? FROM ticket WHERE tenant_id = ? AND id = ?";
static const char SQL_MESSAGE_SPLIT[] =
    "UPDATE message SET ticket_id = ?, home_id = NULL, home_key = NULL WHERE tenant_id = ? "
    "AND ticket_id = ? AND kind <> 'event' AND id IN (SELECT j.id FROM " CHOSEN ")";
static const char SQL_ATTACHMENT_SPLIT[] =
    "UPDATE attachment a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id "
    "SET a.ticket_id = m.ticket_id WHERE a.tenant_id = ? AND a.ticket_id = ? AND m.ticket_id = ?";
static const char SQL_PARTICIPANT_SPLIT[] =
    "INSERT INTO participant (tenant_id, ticket_id, person_id, can_reply, added_by, added_at) "
    "SELECT tenant_id, ?, person_id, can_reply, ?, ? FROM participant "
    "WHERE tenant_id = ? AND ticket_id = ?";
static const char SQL_TICKET_TAG_SPLIT[] =
    "INSERT INTO ticket_tag (tenant_id, ticket_id, tag) SELECT tenant_id, ?, tag FROM ticket_tag "
    "WHERE tenant_id = ? AND ticket_id = ?";
static const char SQL_TICKET_LINK_SPLIT[] =
    "INSERT INTO ticket_link (tenant_id, ticket_id, other_id, kind, created_at) "
    "VALUES (?, ?, ?, 'related', ?)";

struct split { /* what is going to be written */
    struct id made;
    const char *number, *subject;
    const char *messages; /* JSON */
    size_t count;
};

static bool check(struct ctx *cx, const struct split *s, const struct ticket *t)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_SPLIT_COUNT, DB_TEXT(s->messages), DB_ID(cx->tenant_id),
                  DB_ID(t->id)) ||
        !db_next(&rows))
        return false;
    if (db_i64(&rows.row, 1) != (int64_t)s->count)
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s: a message of another",
                       id_text(cx->mem, t->id));
    if (db_i64(&rows.row, 0) <= (int64_t)s->count)
        return err_set_at(&cx->err, &ERR_TICKET_SPLIT_ALL, "messages", "all of them");
    if (!db_query(cx, &rows, SQL_TICKET_SPLIT_APART, DB_TEXT(s->messages), DB_ID(cx->tenant_id),
                  DB_ID(t->id)) ||
        !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) == 0 ||
           err_set_at(&cx->err, &ERR_TICKET_SPLIT_APART, "messages", "%lld of another customer",
                      (long long)db_i64(&rows.row, 0));
}

static bool insert(struct ctx *cx, const struct split *s, const struct ticket *t)
{
    const struct ticket_status *open;
    int64_t due_at;

    return ticket_status_first(cx, TICKET_OPEN, &open) && sla_due(cx, t->level, cx->now, &due_at) &&
           db_exec(cx, NULL, SQL_TICKET_SPLIT_INSERT, DB_ID(s->made), DB_TEXT(s->number),
                   DB_TEXT(s->subject), DB_TEXT(open->code), DB_TIME(cx->now), DB_TIME(cx->now),
                   DB_TIME(cx->now), DB_TIME(due_at), DB_ID(cx->tenant_id), DB_ID(t->id)) &&
           ticket_clock_start(cx, s->made, t->level) && ticket_term_add(cx, s->made, s->subject);
}

static bool move(struct ctx *cx, const struct split *s, const struct ticket *t)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), old = DB_ID(t->id), new = DB_ID(s->made);

    return db_exec(cx, NULL, SQL_MESSAGE_SPLIT, new, tenant, old, DB_TEXT(s->messages)) &&
           db_exec(cx, NULL, SQL_ATTACHMENT_SPLIT, tenant, old, new) &&
           db_exec(cx, NULL, SQL_PARTICIPANT_SPLIT, new, DB_ID_OR_NULL(cx->viewer.person_id),
                   DB_TIME(cx->now), tenant, old) &&
           db_exec(cx, NULL, SQL_TICKET_TAG_SPLIT, new, tenant, old) &&
           db_exec(cx, NULL, SQL_TICKET_LINK_SPLIT, tenant, new, old, DB_TIME(cx->now)) &&
           ticket_field_copy(cx, t, s->made) &&
           ticket_change_line(cx, s->made, true, "split_from", NULL, t->number) &&
           ticket_change_line(cx, t->id, true, "split", NULL, s->number);
}

static bool tell_created(struct ctx *cx, const struct split *s, const struct ticket *t)
{
    struct ticket *made;
    json_t *is, *data;

    if (!ticket_get(cx, s->made, &made) || !ticket_to_event_json(cx, made, &is))
        return false;
    data = json_own(cx->mem, json_pack("{s:O, s:{s:s, s:s}}", "after", is, "split_from", "id",
                                       id_text(cx->mem, t->id), "number", t->number));
    return ticket_rebuild_add(cx, s->made, data) &&
           event_emit(cx, EVENT_TICKET_CREATED, s->made, data);
}

static bool read_ids(struct ctx *cx, const struct id *messages, size_t count, struct split *s)
{
    json_t *ids = json_own(cx->mem, json_array());

    for (size_t i = 0; i < count; i++)
        json_array_append_new(ids, json_string(id_text(cx->mem, messages[i])));
    s->messages = json_write(cx->mem, ids);
    s->count = count;
    return (count > 0 && count <= TICKET_SPLIT_MAX) ||
           err_set_at(&cx->err, &ERR_TICKET_SPLIT_NONE, "messages", "%zu messages", count);
}

bool ticket_split(struct ctx *cx, struct id id, const struct id *messages, size_t count,
                  const char *subject, struct id *made)
{
    const size_t length = subject != NULL ? utf8_count(subject) : 0;
    struct split s = {.made = ctx_new_id(cx), .subject = subject};
    struct ticket *t;
    json_t *extra;
    int64_t counted;

    if (!viewer_has(&cx->viewer, RIGHT_DESK_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "no right to file tickets");
    if (length == 0 || length > TICKET_SUBJECT_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "subject", "%zu characters", length);
    if (!read_ids(cx, messages, count, &s) || !series_next(cx, "ticket", &s.number, &counted) ||
        !ticket_change_start_staff(cx, id, &t))
        return false;
    if (!check(cx, &s, t) || !insert(cx, &s, t) || !move(cx, &s, t) || !tell_created(cx, &s, t))
        return ticket_change_undo(cx);
    *made = s.made;
    extra = json_own(cx->mem, json_pack("{s:{s:s, s:s}}", "into", "id", id_text(cx->mem, s.made),
                                        "number", s.number));
    return ticket_change_finish(cx, EVENT_TICKET_SPLIT, t, extra);
}
