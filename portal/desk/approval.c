#include "portal/desk/approval.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/account/membership.h"
#include "portal/desk/leave.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

const struct err_kind ERR_APPROVAL_OVER = {ERR_CLASS_CONFLICT, "APPROVAL_OVER",
                                           "This was decided already, or its time ran out."};
const struct err_kind ERR_APPROVAL_OPEN = {
    ERR_CLASS_CONFLICT, "APPROVAL_OPEN",
    "This is asked of that person already, and waits for the decision."};
const struct err_kind ERR_APPROVAL_OWN = {
    ERR_CLASS_INVALID, "APPROVAL_OWN",
    "Nobody approves what was asked by themselves. Choose somebody else."};
const struct err_kind ERR_APPROVAL_BLIND = {
    ERR_CLASS_INVALID, "APPROVAL_BLIND",
    "That person may not see this ticket. Choose somebody else."};

static const char *const KINDS[] = {"ticket", "order", "discount", "activation"};

#define APPROVAL_SELECT                                                                       \
    "SELECT a.id, a.ticket_id, a.person_id, a.asked_by, t.number, t.subject, a.kind, "        \
    "a.question, a.opinion, p.full_name, COALESCE(b.full_name, ''), "                         \
    "COALESCE(d.full_name, ''), a.state, a.created_at, a.due_at, a.decided_at, a.decided_by " \
    "FROM approval a JOIN ticket t ON t.tenant_id = a.tenant_id AND t.id = a.ticket_id "      \
    "JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id "                      \
    "LEFT JOIN person b ON b.tenant_id = a.tenant_id AND b.id = a.asked_by "                  \
    "LEFT JOIN person d ON d.tenant_id = a.tenant_id AND d.id = a.decided_by "                \
    "WHERE a.tenant_id = ? AND t.deleted_at IS NULL "
static const char SQL_APPROVAL_GET[] = APPROVAL_SELECT "AND a.id = ?";
static const char SQL_APPROVAL_OF_TICKET[] =
    APPROVAL_SELECT "AND a.ticket_id = ? ORDER BY a.id DESC LIMIT ?";
static const char SQL_APPROVAL_WAITING[] = APPROVAL_SELECT
    "AND a.state = 'waiting' AND a.person_id = ? AND (a.due_at IS NULL OR "
    "a.due_at > ?) ORDER BY a.due_at IS NULL, a.due_at, a.id LIMIT ?";
static const char SQL_APPROVAL_AWAY[] =
    "SELECT DISTINCT a.person_id FROM approval a JOIN staff_leave l ON l.tenant_id = a.tenant_id "
    "AND l.person_id = a.person_id AND l.from_on <= ? AND l.to_on >= ? "
    "WHERE a.tenant_id = ? AND a.state = 'waiting' AND a.person_id <> ? LIMIT ?";
static const char SQL_APPROVAL_ADD[] =
    "INSERT INTO approval (tenant_id, id, ticket_id, kind, question, person_id, asked_by, due_at, "
    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_APPROVAL_IS_OPEN[] =
    "SELECT 1 FROM approval WHERE tenant_id = ? AND ticket_id = ? AND kind = ? AND person_id = ? "
    "AND state = 'waiting' LIMIT 1";
/* Once: whoever comes second finds nothing that waits. */
static const char SQL_APPROVAL_END[] =
    "UPDATE approval SET state = ?, opinion = ?, decided_by = ?, decided_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'waiting'";
static const char SQL_APPROVAL_STAFF[] =
    "SELECT p.full_name FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id "
    "AND p.id = s.person_id WHERE s.tenant_id = ? AND s.person_id = ? AND p.is_disabled = FALSE "
    "AND p.deleted_at IS NULL";
static const char SQL_APPROVAL_DUE[] =
    "SELECT a.id FROM approval a JOIN ticket t ON t.tenant_id = a.tenant_id "
    "AND t.id = a.ticket_id WHERE a.tenant_id = ? AND a.state = 'waiting' AND a.due_at <= ? "
    "AND t.deleted_at IS NULL ORDER BY a.due_at LIMIT ?";

/* --- reading --- */

static void from_row(const struct db_row *row, struct approval *a)
{
    *a = (struct approval){.id = db_id(row, 0),
                           .ticket_id = db_id(row, 1),
                           .person_id = db_id(row, 2),
                           .asked_by = db_id(row, 3),
                           .number = db_text(row, 4),
                           .subject = db_text(row, 5),
                           .kind = db_text(row, 6),
                           .question = db_text(row, 7),
                           .opinion = db_text(row, 8),
                           .approver = db_text(row, 9),
                           .asked_name = db_text(row, 10),
                           .decided_name = db_text(row, 11),
                           .state = db_text(row, 12),
                           .created_at = db_time(row, 13),
                           .due_at = db_time(row, 14),
                           .decided_at = db_time(row, 15),
                           .decided_by = db_id(row, 16)};
}

static bool check_looks(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_STAFF || cx->viewer.kind == VIEWER_SYSTEM ||
           err_set(&cx->err, &ERR_DENIED, "approvals are for staff");
}

static bool is_waiting(const struct ctx *cx, const struct approval *a)
{
    return strcmp(a->state, "waiting") == 0 && (a->due_at == 0 || a->due_at > cx->now);
}

bool approval_may_decide(struct ctx *cx, const struct approval *a, struct id person_id, bool *out)
{
    struct id stand_in;

    *out = false;
    if (!is_waiting(cx, a) || id_is_zero(person_id) || id_equal(a->asked_by, person_id))
        return true;
    *out = id_equal(a->person_id, person_id);
    if (*out)
        return true;
    if (!leave_stand_in(cx, a->person_id, &stand_in))
        return false;
    *out = id_equal(stand_in, person_id);
    return true;
}

/* What the viewer may do with it. */
static bool settle_rights(struct ctx *cx, struct approval *a)
{
    a->may_withdraw = is_waiting(cx, a) && cx->viewer.kind == VIEWER_STAFF &&
                      (viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE) ||
                       (!id_is_zero(a->asked_by) && id_equal(a->asked_by, cx->viewer.person_id)));
    return approval_may_decide(cx, a, cx->viewer.person_id, &a->may_decide);
}

/* Being asked shows the question, whatever else one sees of tickets. */
static bool check_seen(struct ctx *cx, const struct approval *a)
{
    const struct id me = cx->viewer.person_id;
    struct ticket *t;

    return cx->viewer.kind == VIEWER_SYSTEM || a->may_decide ||
           (!id_is_zero(me) && (id_equal(a->person_id, me) || id_equal(a->decided_by, me))) ||
           ticket_get(cx, a->ticket_id, &t);
}

bool approval_get(struct ctx *cx, struct id id, struct approval **out)
{
    struct db_rows rows;

    if (!check_looks(cx) || !db_query(cx, &rows, SQL_APPROVAL_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "approval %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct approval);
    from_row(&rows.row, *out);
    return settle_rights(cx, *out) && check_seen(cx, *out);
}

bool approval_of_ticket(struct ctx *cx, struct id ticket_id, struct approval **out, size_t *count)
{
    struct db_rows rows;

    if (!check_looks(cx) || !db_query(cx, &rows, SQL_APPROVAL_OF_TICKET, DB_ID(cx->tenant_id),
                                      DB_ID(ticket_id), DB_INT(APPROVAL_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct approval, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        from_row(&rows.row, &(*out)[*count]);
    for (size_t i = 0; i < *count; i++)
        if (!settle_rights(cx, &(*out)[i]))
            return false;
    return true;
}

/* What is asked of that person, but for what the viewer asked himself. */
static bool add_waiting(struct ctx *cx, struct id person_id, struct approval *list, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_APPROVAL_WAITING, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_TIME(cx->now), DB_INT(APPROVAL_LIST_MAX)))
        return false;
    while (*count < APPROVAL_LIST_MAX && db_next(&rows)) {
        from_row(&rows.row, &list[*count]);
        list[*count].may_decide = true;
        *count += !id_equal(list[*count].asked_by, cx->viewer.person_id);
    }
    return true;
}

bool approval_waiting(struct ctx *cx, struct approval **out, size_t *count)
{
    const struct id me = cx->viewer.person_id;
    struct id away[APPROVAL_LIST_MAX], stand_in;
    const char *today;
    struct db_rows rows;
    size_t away_count = 0;

    *count = 0;
    *out = arena_array(cx->mem, struct approval, APPROVAL_LIST_MAX);
    if (!check_looks(cx) || !leave_today(cx, &today) || !add_waiting(cx, me, *out, count) ||
        !db_query(cx, &rows, SQL_APPROVAL_AWAY, DB_TEXT(today), DB_TEXT(today),
                  DB_ID(cx->tenant_id), DB_ID(me), DB_INT(APPROVAL_LIST_MAX)))
        return false;
    while (db_next(&rows))
        away[away_count++] = db_id(&rows.row, 0);
    for (size_t i = 0; i < away_count; i++) {
        if (!leave_stand_in(cx, away[i], &stand_in) ||
            (id_equal(stand_in, me) && !add_waiting(cx, away[i], *out, count)))
            return false;
    }
    return true;
}

/* --- asking --- */

static json_t *extra_json(struct ctx *cx, const struct approval *a, const char *state)
{
    return json_own(cx->mem,
                    json_pack("{s:{s:s,s:s,s:s,s:s,s:s}}", "approval", "id",
                              id_text(cx->mem, a->id), "kind", a->kind, "state", state, "person",
                              id_text(cx->mem, a->person_id), "by", id_text(cx->mem, a->asked_by)));
}

static bool check_text(struct ctx *cx, const char *text, const char *source, bool is_needed)
{
    const size_t length = text != NULL ? utf8_count(text) : 0;

    return (length <= APPROVAL_TEXT_MAX && (length > 0 || !is_needed)) ||
           err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", length);
}

static bool check_said(struct ctx *cx, const struct approval_new *w)
{
    bool is_known = false;

    for (size_t i = 0; i < COUNT(KINDS); i++)
        is_known = is_known || (w->kind != NULL && strcmp(w->kind, KINDS[i]) == 0);
    if (!is_known)
        return err_set_at(&cx->err, &ERR_INVALID, "kind", "no such kind");
    if (!check_text(cx, w->question, "question", true))
        return false;
    if (w->days < 0 || w->days > APPROVAL_DAYS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "days", "%lld", (long long)w->days);
    if (!id_is_zero(cx->viewer.person_id) && id_equal(cx->viewer.person_id, w->person_id))
        return err_set_at(&cx->err, &ERR_APPROVAL_OWN, "approver", "whoever asks");
    return true;
}

/* Who decides about a ticket must be able to read it. */
static bool check_sees(struct ctx *cx, struct id ticket_id, struct id person_id)
{
    const struct viewer asker = cx->viewer;
    const struct id none = {{0}};
    struct viewer viewer;
    struct ticket *t;
    bool sees;

    if (!membership_viewer(cx, person_id, none, &viewer))
        return false;
    cx->viewer = viewer;
    sees = viewer.kind == VIEWER_STAFF && viewer_has(&viewer, RIGHT_DESK_READ) &&
           ticket_get(cx, ticket_id, &t);
    cx->viewer = asker;
    if (sees)
        return true;
    if (cx->err.kind != NULL && cx->err.kind != &ERR_NOT_FOUND && cx->err.kind != &ERR_DENIED)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_APPROVAL_BLIND, "approver", "sees no such ticket");
}

static bool check_approver(struct ctx *cx, struct id ticket_id, const struct approval_new *w,
                           const char **name)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_APPROVAL_STAFF, DB_ID(cx->tenant_id), DB_ID(w->person_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "approver", "no member of staff");
    *name = db_text(&rows.row, 0);
    if (!db_query(cx, &rows, SQL_APPROVAL_IS_OPEN, DB_ID(cx->tenant_id), DB_ID(ticket_id),
                  DB_TEXT(w->kind), DB_ID(w->person_id)))
        return false;
    if (rows.count > 0)
        return err_set_at(&cx->err, &ERR_APPROVAL_OPEN, "approver", "asked already");
    return check_sees(cx, ticket_id, w->person_id);
}

bool approval_ask(struct ctx *cx, struct id ticket_id, const struct approval_new *what,
                  struct id *out)
{
    const struct approval a = {.id = ctx_new_id(cx),
                               .kind = what->kind,
                               .person_id = what->person_id,
                               .asked_by = cx->viewer.person_id};
    const int64_t due_at = what->days > 0 ? cx->now + what->days * CLOCK_DAY : 0;
    const char *approver;
    struct ticket *t;

    if (!viewer_has(&cx->viewer, RIGHT_DESK_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "asking for an approval changes a ticket");
    if (!ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    if (!check_said(cx, what) || !check_approver(cx, ticket_id, what, &approver) ||
        !db_exec(cx, NULL, SQL_APPROVAL_ADD, DB_ID(cx->tenant_id), DB_ID(a.id), DB_ID(ticket_id),
                 DB_TEXT(a.kind), DB_TEXT(what->question), DB_ID(a.person_id),
                 DB_ID_OR_NULL(a.asked_by), DB_TIME(due_at), DB_TIME(cx->now)) ||
        !ticket_change_line(cx, ticket_id, false, "approval", NULL, approver))
        return ticket_change_undo(cx);
    *out = a.id;
    return ticket_change_finish(cx, EVENT_TICKET_APPROVAL_ASKED, t, extra_json(cx, &a, "waiting"));
}

/* --- deciding --- */

struct verdict {
    const char *state, *opinion;
    struct id person_id; /* zero: nobody, its time ran out */
};

static bool settle(struct ctx *cx, const struct approval *a, const struct verdict *v)
{
    const bool is_withdrawn = strcmp(v->state, "withdrawn") == 0;
    const char *opinion = v->opinion != NULL ? v->opinion : "";
    struct ticket *t;
    int64_t changed;

    /* It may have become another one's part since: the question stands where it was asked. */
    if (!ticket_change_start_any(cx, a->ticket_id, &t))
        return false;
    if (!db_exec(cx, &changed, SQL_APPROVAL_END, DB_TEXT(v->state), DB_TEXT(opinion),
                 DB_ID_OR_NULL(v->person_id), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(a->id)))
        return ticket_change_undo(cx);
    if (changed == 0) {
        (void)err_set(&cx->err, &ERR_APPROVAL_OVER, "approval %s", id_text(cx->mem, a->id));
        return ticket_change_undo(cx);
    }
    if (!ticket_change_line(cx, t->id, false, is_withdrawn ? "approval_withdrawn" : v->state, NULL,
                            *opinion != '\0' ? opinion : NULL) ||
        (id_is_zero(v->person_id) && id_is_zero(t->merged_into) &&
         !ticket_set_review(cx, t->id, true)))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx,
                                is_withdrawn ? EVENT_TICKET_APPROVAL_WITHDRAWN
                                : strcmp(v->state, "approved") == 0 ? EVENT_TICKET_APPROVED
                                                                    : EVENT_TICKET_REFUSED,
                                t, extra_json(cx, a, v->state));
}

/* Whoever was asked may decide, whatever else he may do with tickets; the change is in his name. */
static bool decide_as(struct ctx *cx, const struct approval *a, const struct verdict *v)
{
    const struct viewer by = cx->viewer;
    const struct id actor = cx->actor_id;
    bool may, ok;

    if (!is_waiting(cx, a))
        return err_set(&cx->err, &ERR_APPROVAL_OVER, "approval %s", id_text(cx->mem, a->id));
    if (!approval_may_decide(cx, a, v->person_id, &may))
        return false;
    if (!may)
        return err_set(&cx->err, &ERR_DENIED, "somebody else's approval");
    if (!check_text(cx, v->opinion, "opinion", strcmp(v->state, "refused") == 0))
        return false;
    cx->viewer =
        (struct viewer){.kind = VIEWER_STAFF, .person_id = v->person_id, .rights = RIGHT_DESK};
    cx->actor_id = v->person_id;
    ok = settle(cx, a, v);
    cx->viewer = by;
    cx->actor_id = actor;
    return ok;
}

bool approval_decide(struct ctx *cx, struct id id, bool is_approved, const char *opinion)
{
    const struct verdict v = {.state = is_approved ? "approved" : "refused",
                              .opinion = opinion,
                              .person_id = cx->viewer.person_id};
    struct approval *a;

    return approval_get(cx, id, &a) && decide_as(cx, a, &v);
}

bool approval_decide_link(struct ctx *cx, const char *token, bool is_approved, const char *opinion)
{
    struct verdict v = {.state = is_approved ? "approved" : "refused", .opinion = opinion};
    struct approval *a;

    if (!approval_open(cx, token, &a))
        return false;
    v.person_id = approval_link_person(token);
    return decide_as(cx, a, &v);
}

bool approval_withdraw(struct ctx *cx, struct id id, const char *reason)
{
    const struct verdict v = {
        .state = "withdrawn", .opinion = reason, .person_id = cx->viewer.person_id};
    struct approval *a;

    if (!approval_get(cx, id, &a))
        return false;
    if (!is_waiting(cx, a))
        return err_set(&cx->err, &ERR_APPROVAL_OVER, "approval %s", id_text(cx->mem, id));
    if (!a->may_withdraw)
        return err_set(&cx->err, &ERR_DENIED, "somebody else's question");
    return check_text(cx, reason, "opinion", true) && settle(cx, a, &v);
}

bool approval_work(struct ctx *cx, unsigned *done)
{
    static const struct verdict EXPIRED = {.state = "expired"};
    struct id due[APPROVAL_BATCH];
    struct approval *a;
    struct db_rows rows;
    size_t count = 0;

    *done = 0;
    if (!db_query(cx, &rows, SQL_APPROVAL_DUE, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                  DB_INT(APPROVAL_BATCH)))
        return false;
    while (db_next(&rows))
        due[count++] = db_id(&rows.row, 0);
    for (size_t i = 0; i < count; i++) {
        if (approval_get(cx, due[i], &a) && settle(cx, a, &EXPIRED)) {
            (*done)++;
            continue;
        }
        if (cx->err.kind != &ERR_NOT_FOUND && cx->err.kind != &ERR_APPROVAL_OVER)
            return false;
        err_clear(&cx->err); /* its ticket is gone, or somebody was just in time */
    }
    return true;
}
