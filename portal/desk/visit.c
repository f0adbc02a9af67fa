#include "portal/desk/visit.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "db/where.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

enum { DAY_SIZE = 11 };

const struct err_kind ERR_VISIT_DONE = {ERR_CLASS_CONFLICT, "VISIT_DONE",
                                        "The outcome of this visit is kept already."};

static const char SQL_VISIT_ADD[] =
    "INSERT INTO visit (tenant_id, id, ticket_id, assignee_id, due_on, created_by, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_VISIT_STAFF[] =
    "SELECT p.full_name FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id "
    "AND p.id = s.person_id WHERE s.tenant_id = ? AND s.person_id = ?";
static const char SQL_VISIT_GIVE[] =
    "UPDATE visit SET assignee_id = ? WHERE tenant_id = ? AND "
    "id = ? AND done_at IS NULL";
static const char SQL_VISIT_IS_OPEN[] =
    "SELECT done_at IS NULL FROM visit WHERE tenant_id = ? AND id = ?";
static const char SQL_VISIT_TICKET[] = "SELECT ticket_id FROM visit WHERE tenant_id = ? AND id = ?";
static const char SQL_VISIT_FINISH[] =
    "UPDATE visit SET outcome = ?, result = ?, done_by = ?, done_at = ?, next_id = ? "
    "WHERE tenant_id = ? AND id = ? AND done_at IS NULL";
static const char SQL_VISIT_LIST[] =
    "SELECT v.id, v.ticket_id, t.number, t.subject, o.name, COALESCE(a.full_name, b.full_name), "
    "v.due_on, v.outcome, v.result, v.done_at, v.assignee_id FROM visit v "
    "JOIN ticket t ON t.tenant_id = v.tenant_id AND t.id = v.ticket_id "
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id "
    "LEFT JOIN person a ON a.tenant_id = v.tenant_id AND a.id = v.assignee_id "
    "LEFT JOIN person b ON b.tenant_id = t.tenant_id AND b.id = t.assignee_id "
    "WHERE v.tenant_id = ? AND t.deleted_at IS NULL";
static const char SQL_VISIT_UNTOLD[] =
    "SELECT id, ticket_id FROM visit WHERE tenant_id = ? AND is_open = TRUE AND due_on <= ? AND "
    "told_at IS NULL ORDER BY due_on, id LIMIT ?";
static const char SQL_VISIT_TOLD[] =
    "UPDATE visit SET told_at = ? WHERE tenant_id = ? AND id = ? AND told_at IS NULL";

/* --- days --- */

static const char *day_of(struct ctx *cx, int64_t us)
{
    const struct civil c = clock_civil(us);

    return arena_printf(cx->mem, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* Today of any zone is let through: a day that began in Auckland is tomorrow in UTC. */
static bool check_day(struct ctx *cx, const char *day, const char *source)
{
    int64_t us;

    if (day == NULL || strlen(day) != DAY_SIZE - 1 || !clock_parse_iso(day, &us) ||
        us < cx->now - 2 * CLOCK_DAY || us > cx->now + VISIT_DAYS_MAX * CLOCK_DAY)
        return err_set_at(&cx->err, &ERR_INVALID, source, "a visit on %s", day ? day : "no day");
    return true;
}

/* --- adding --- */

/* *name is NULL for nobody. */
static bool check_staff(struct ctx *cx, struct id person_id, const char **name)
{
    struct db_rows rows;

    *name = NULL;
    if (id_is_zero(person_id))
        return true;
    if (!db_query(cx, &rows, SQL_VISIT_STAFF, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "assignee", "not of the staff");
    *name = db_text(&rows.row, 0);
    return true;
}

/* Inside a change of the ticket. */
static bool insert(struct ctx *cx, struct id ticket_id, const char *due_on, struct id assignee_id,
                   struct id *out)
{
    *out = ctx_new_id(cx);
    return db_exec(cx, NULL, SQL_VISIT_ADD, DB_ID(cx->tenant_id), DB_ID(*out), DB_ID(ticket_id),
                   DB_ID_OR_NULL(assignee_id), DB_TEXT(due_on), DB_ID_OR_NULL(cx->viewer.person_id),
                   DB_TIME(cx->now)) &&
           ticket_change_line(cx, ticket_id, false, "visit", NULL, due_on);
}

bool visit_add(struct ctx *cx, struct id ticket_id, const char *due_on, struct id assignee_id,
               struct id *out)
{
    const char *name;
    struct ticket *t;
    json_t *extra;

    if (!ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    if (!check_day(cx, due_on, "due") || !check_staff(cx, assignee_id, &name) ||
        !insert(cx, ticket_id, due_on, assignee_id, out))
        return ticket_change_undo(cx);
    extra = json_own(cx->mem, json_pack("{s:{s:s}}", "visit", "due_on", due_on));
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra);
}

bool visit_add_days(struct ctx *cx, struct id ticket_id, int64_t days)
{
    const struct id whoever = {{0}};
    struct id id;

    if (days < 0 || days > VISIT_DAYS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "days", "a visit in %lld days", (long long)days);
    return visit_add(cx, ticket_id, day_of(cx, cx->now + days * CLOCK_DAY), whoever, &id);
}

/* --- who makes it --- */

static bool give(struct ctx *cx, struct id id, struct id ticket_id, struct id assignee_id)
{
    const char *name;
    struct db_rows rows;

    if (!check_staff(cx, assignee_id, &name) ||
        !db_query(cx, &rows, SQL_VISIT_IS_OPEN, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows) || !db_bool(&rows.row, 0))
        return err_set(&cx->err, &ERR_VISIT_DONE, "visit %s", id_text(cx->mem, id));
    return db_exec(cx, NULL, SQL_VISIT_GIVE, DB_ID_OR_NULL(assignee_id), DB_ID(cx->tenant_id),
                   DB_ID(id)) &&
           ticket_change_line(cx, ticket_id, false, "visitor", NULL, name);
}

bool visit_give(struct ctx *cx, struct id id, struct id assignee_id)
{
    struct id ticket_id;
    struct ticket *t;
    json_t *extra;

    if (!visit_ticket(cx, id, &ticket_id) || !ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    if (!give(cx, id, ticket_id, assignee_id))
        return ticket_change_undo(cx);
    extra = json_own(cx->mem, json_pack("{s:{s:s,s:s}}", "visit", "id", id_text(cx->mem, id),
                                        "assignee", id_text(cx->mem, assignee_id)));
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra);
}

/* --- the outcome --- */

static bool check_outcome(struct ctx *cx, const struct visit_outcome *o)
{
    static const char *const OUTCOMES[] = {"content", "unhappy", "unreached"};
    bool is_known = false;

    for (size_t i = 0; i < COUNT(OUTCOMES); i++)
        is_known = is_known || (o->outcome != NULL && strcmp(o->outcome, OUTCOMES[i]) == 0);
    if (!is_known)
        return err_set_at(&cx->err, &ERR_INVALID, "outcome", "no such outcome of a visit");
    if (o->result != NULL && strlen(o->result) > VISIT_RESULT_MAX * (size_t)4)
        return err_set_at(&cx->err, &ERR_INVALID, "result", "too long");
    return o->next_on == NULL || check_day(cx, o->next_on, "next");
}

bool visit_ticket(struct ctx *cx, struct id id, struct id *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_VISIT_TICKET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "visit %s", id_text(cx->mem, id));
    *out = db_id(&rows.row, 0);
    return true;
}

static bool finish(struct ctx *cx, struct id id, const struct ticket *t,
                   const struct visit_outcome *o)
{
    const char *result = o->result != NULL ? o->result : "";
    const struct id nobody = {{0}};
    struct id next = {{0}}, note;
    int64_t changed;

    if (o->next_on != NULL && !insert(cx, t->id, o->next_on, nobody, &next))
        return false;
    if (!db_exec(cx, &changed, SQL_VISIT_FINISH, DB_TEXT(o->outcome), DB_TEXT(result),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_ID_OR_NULL(next),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed == 0)
        return err_set(&cx->err, &ERR_VISIT_DONE, "visit %s", id_text(cx->mem, id));
    if (!ticket_change_line(cx, t->id, false, "visited", NULL, o->outcome))
        return false;
    if (*result != '\0' && !ticket_note(cx, t->id, result, &note))
        return false;
    return strcmp(o->outcome, "unhappy") != 0 || ticket_set_review(cx, t->id, true);
}

bool visit_finish(struct ctx *cx, struct id id, const struct visit_outcome *o)
{
    struct id ticket_id;
    struct ticket *t;
    json_t *extra;

    if (!visit_ticket(cx, id, &ticket_id) || !ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    if (!check_outcome(cx, o) || !finish(cx, id, t, o))
        return ticket_change_undo(cx);
    extra = json_own(cx->mem, json_pack("{s:{s:s,s:s,s:s?}}", "visit", "id", id_text(cx->mem, id),
                                        "outcome", o->outcome, "next_on", o->next_on));
    return ticket_change_finish(cx, EVENT_TICKET_VISIT_DONE, t, extra);
}

/* --- lists --- */

static bool read_all(struct ctx *cx, const struct where *w, struct visit **out, size_t *count)
{
    const char *today = day_of(cx, cx->now);
    struct db_rows rows;
    struct visit *list;
    size_t n = 0;

    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    list = arena_array(cx->mem, struct visit, rows.count + 1);
    while (db_next(&rows)) {
        const char *organisation = db_text(&rows.row, 4), *assignee = db_text(&rows.row, 5);
        struct visit *v = &list[n++];

        *v = (struct visit){.id = db_id(&rows.row, 0),
                            .ticket_id = db_id(&rows.row, 1),
                            .number = db_text(&rows.row, 2),
                            .subject = db_text(&rows.row, 3),
                            .organisation = organisation != NULL ? organisation : "",
                            .assignee = assignee != NULL ? assignee : "",
                            .due_on = db_text(&rows.row, 6),
                            .outcome = db_text(&rows.row, 7),
                            .result = db_text(&rows.row, 8),
                            .done_at = db_time(&rows.row, 9),
                            .assignee_id = db_id(&rows.row, 10)};
        v->is_late = v->outcome == NULL && strcmp(v->due_on, today) < 0;
    }
    *out = list;
    *count = n;
    return true;
}

static bool start_list(struct ctx *cx, struct where *w)
{
    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "visits are for the desk");
    where_start(w, cx, SQL_VISIT_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, w);
    return true;
}

bool visit_of_ticket(struct ctx *cx, struct id ticket_id, struct visit **out, size_t *count)
{
    struct where w;

    if (!start_list(cx, &w))
        return false;
    where_add(&w, " AND v.ticket_id = ?", DB_ID(ticket_id));
    where_add(&w, " ORDER BY v.is_open DESC, v.id DESC LIMIT ?", DB_INT(VISIT_LIST_MAX));
    return read_all(cx, &w, out, count);
}

bool visit_list(struct ctx *cx, bool only_due, struct visit **out, size_t *count)
{
    struct where w;

    if (!start_list(cx, &w))
        return false;
    where_add(&w, " AND v.is_open = TRUE", DB_NONE);
    if (only_due)
        where_add(&w, " AND v.due_on <= ?", DB_TEXT(day_of(cx, cx->now)));
    where_add(&w, " ORDER BY v.due_on, v.id LIMIT ?", DB_INT(VISIT_LIST_MAX));
    return read_all(cx, &w, out, count);
}

/* --- days that came --- */

static bool tell(struct ctx *cx, struct id id, struct id ticket_id)
{
    json_t *extra = json_own(cx->mem, json_pack("{s:{s:s}}", "visit", "id", id_text(cx->mem, id)));
    struct ticket *t;
    int64_t changed;

    if (!ticket_change_start(cx, ticket_id, &t))
        return cx->err.kind != &ERR_BUSY;
    if (!db_exec(cx, &changed, SQL_VISIT_TOLD, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)))
        return ticket_change_undo(cx);
    if (changed == 0) /* another node was first */
        return ticket_change_nothing(cx);
    return ticket_change_finish(cx, EVENT_TICKET_VISIT_DUE, t, extra);
}

bool visit_work(struct ctx *cx, unsigned *told)
{
    struct db_rows rows;

    *told = 0;
    if (!db_query(cx, &rows, SQL_VISIT_UNTOLD, DB_ID(cx->tenant_id), DB_TEXT(day_of(cx, cx->now)),
                  DB_INT(VISIT_BATCH)))
        return false;
    while (db_next(&rows)) {
        if (!tell(cx, db_id(&rows.row, 0), db_id(&rows.row, 1)))
            return false;
        if (cx->err.kind != NULL) { /* its ticket is gone: the others do not wait for it */
            log_warn(cx->trace, "visit %s: %s", id_text(cx->mem, db_id(&rows.row, 0)),
                     cx->err.oper);
            err_clear(&cx->err);
        } else {
            (*told)++;
        }
    }
    return true;
}
