#include "portal/desk/time_entry.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "db/db.h"
#include "db/where.h"
#include "portal/desk/hours.h"
#include "portal/desk/leave.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

enum { DAY_SIZE = 11 };
#define COST_MAX INT64_C(100000000000) /* minor units */

#define TIME_ENTRY_SELECT                                                            \
    "SELECT e.id, e.ticket_id, COALESCE(t.number, ''), COALESCE(t.subject, ''), "    \
    "COALESCE(p.full_name, ''), e.done_on, "                                         \
    "e.minutes, e.is_billable, e.cost_minor, e.currency, e.note, r.id IS NOT NULL, " \
    "e.reverses_id IS NOT NULL FROM time_entry e "                                   \
    "LEFT JOIN ticket t ON t.tenant_id = e.tenant_id AND t.id = e.ticket_id "        \
    "LEFT JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id "        \
    "LEFT JOIN time_entry r ON r.tenant_id = e.tenant_id AND r.reverses_id = e.id "
static const char SQL_TIME_ENTRY_OF_TICKET[] =
    TIME_ENTRY_SELECT "WHERE e.tenant_id = ? AND e.ticket_id = ? ORDER BY e.id DESC LIMIT ?";
static const char SQL_TIME_ENTRY_OF_ORGANISATION[] = TIME_ENTRY_SELECT
    "WHERE e.tenant_id = ? AND e.organisation_id = ? AND e.is_billable = TRUE "
    "ORDER BY e.id DESC LIMIT ?";
static const char SQL_TIME_ENTRY_ADD[] =
    "INSERT INTO time_entry (tenant_id, id, ticket_id, organisation_id, person_id, done_on, "
    "minutes, is_billable, cost_minor, currency, note, reverses_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_TIME_ENTRY_GET[] =
    "SELECT ticket_id, organisation_id, done_on, minutes, is_billable, cost_minor, currency, "
    "reverses_id IS NOT NULL FROM time_entry WHERE tenant_id = ? AND id = ?";
static const char SQL_TIME_ENTRY_CURRENCY[] = "SELECT currency FROM tenant WHERE id = ?";

struct row { /* one about to be written */
    struct id id, organisation_id, reverses_id;
    const char *done_on, *note;
    int64_t minutes;
    bool is_billable;
    struct money cost;
};

static bool check(struct ctx *cx, const struct time_entry_new *w)
{
    int64_t us;

    if (w->minutes < 0 || w->minutes > TIME_ENTRY_MINUTES_MAX ||
        (w->minutes == 0 && w->cost.minor == 0))
        return err_set_at(&cx->err, &ERR_INVALID, "minutes", "%lld", (long long)w->minutes);
    if (w->cost.minor < 0 || w->cost.minor > COST_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "cost", "%lld", (long long)w->cost.minor);
    if (w->note != NULL && utf8_count(w->note) > TIME_ENTRY_NOTE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "note", "too long");
    if (w->done_on != NULL && (strlen(w->done_on) != DAY_SIZE - 1 ||
                               !clock_parse_iso(w->done_on, &us) || us > cx->now + CLOCK_DAY))
        return err_set_at(&cx->err, &ERR_INVALID, "done_on", "no day, or one to come");
    return true;
}

static bool find_currency(struct ctx *cx, struct money *cost)
{
    const char *code;
    struct db_rows rows;

    if (cost->currency[0] != '\0')
        return true;
    if (!db_query(cx, &rows, SQL_TIME_ENTRY_CURRENCY, DB_ID(cx->tenant_id)) || !db_next(&rows))
        return false;
    code = db_text(&rows.row, 0);
    for (size_t i = 0; i < sizeof cost->currency - 1 && code[i] != '\0'; i++)
        cost->currency[i] = code[i];
    return true;
}

/* The balance before and after, so that a rule can tell the entry that crosses a bound. */
static bool extra_json(struct ctx *cx, const struct row *r, json_t **out)
{
    struct hours_balance now, was;
    json_t *hours, *before;

    *out = json_own(cx->mem, json_pack("{s:{s:I,s:b}}", "time", "minutes", (json_int_t)r->minutes,
                                       "is_billable", r->is_billable));
    if (id_is_zero(r->organisation_id))
        return true;
    if (!hours_balance_of(cx, r->organisation_id, &now))
        return false;
    was = now;
    was.billed -= r->is_billable ? r->minutes : 0;
    was.left = was.bought - was.billed;
    hours = hours_to_json(cx, &now);
    before = hours_to_json(cx, &was);
    if (hours == NULL || before == NULL)
        return true;
    json_object_set(hours, "was_percent", json_object_get(before, "left_percent"));
    json_object_set(*out, "hours", hours);
    return true;
}

static bool write(struct ctx *cx, const struct ticket *t, const struct row *r)
{
    json_t *extra;

    if (!db_exec(cx, NULL, SQL_TIME_ENTRY_ADD, DB_ID(cx->tenant_id), DB_ID(r->id), DB_ID(t->id),
                 DB_ID_OR_NULL(r->organisation_id), DB_ID_OR_NULL(cx->viewer.person_id),
                 DB_TEXT(r->done_on), DB_INT(r->minutes), DB_BOOL(r->is_billable),
                 DB_INT(r->cost.minor), DB_TEXT(r->cost.currency), DB_TEXT(r->note),
                 DB_ID_OR_NULL(r->reverses_id), DB_TIME(cx->now)) ||
        !ticket_change_line(cx, t->id, false, "time", NULL,
                            arena_printf(cx->mem, "%lld", (long long)r->minutes)) ||
        !extra_json(cx, r, &extra))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_TIME_ADDED, t, extra);
}

bool time_entry_add(struct ctx *cx, struct id ticket_id, const struct time_entry_new *what,
                    struct id *out)
{
    struct row r = {.id = ctx_new_id(cx),
                    .done_on = what->done_on,
                    .note = what->note != NULL ? what->note : "",
                    .minutes = what->minutes,
                    .is_billable = what->is_billable,
                    .cost = what->cost};
    struct ticket *t;

    if (!ticket_change_start_staff(cx, ticket_id, &t))
        return false;
    r.organisation_id = t->organisation_id;
    if (!check(cx, what) || !find_currency(cx, &r.cost) ||
        (r.done_on == NULL && !leave_today(cx, &r.done_on)))
        return ticket_change_undo(cx);
    *out = r.id;
    return write(cx, t, &r);
}

bool time_entry_reverse(struct ctx *cx, struct id id, struct id *ticket_id)
{
    struct row r = {.id = ctx_new_id(cx), .reverses_id = id, .note = ""};
    struct db_rows rows;
    struct ticket *t;

    if (!db_query(cx, &rows, SQL_TIME_ENTRY_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "time entry %s", id_text(cx->mem, id));
    *ticket_id = db_id(&rows.row, 0);
    r.organisation_id = db_id(&rows.row, 1);
    r.done_on = db_text(&rows.row, 2);
    r.minutes = -db_i64(&rows.row, 3);
    r.is_billable = db_bool(&rows.row, 4);
    r.cost.minor = -db_i64(&rows.row, 5);
    for (size_t i = 0; i < sizeof r.cost.currency - 1 && db_text(&rows.row, 6)[i] != '\0'; i++)
        r.cost.currency[i] = db_text(&rows.row, 6)[i];
    if (!ticket_change_start_staff(cx, *ticket_id, &t))
        return false;
    if (db_bool(&rows.row, 7)) {
        err_set(&cx->err, &ERR_HOURS_REVERSED, "a reversal");
        return ticket_change_undo(cx);
    }
    if (write(cx, t, &r))
        return true;
    if (cx->err.kind == &ERR_CONFLICT)
        cx->err.kind = &ERR_HOURS_REVERSED;
    return false;
}

/* --- lists --- */

static bool read_all(struct ctx *cx, const char *sql, struct id id, struct time_entry **out,
                     size_t *count)
{
    const bool is_customer = cx->viewer.kind == VIEWER_CUSTOMER;
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(id), DB_INT(TIME_ENTRY_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct time_entry, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++) {
        struct time_entry *e = &(*out)[*count];
        const char *code = db_text(&rows.row, 9);

        *e = (struct time_entry){.id = db_id(&rows.row, 0),
                                 .ticket_id = db_id(&rows.row, 1),
                                 .number = db_text(&rows.row, 2),
                                 .subject = db_text(&rows.row, 3),
                                 .person = is_customer ? "" : db_text(&rows.row, 4),
                                 .done_on = db_text(&rows.row, 5),
                                 .minutes = db_i64(&rows.row, 6),
                                 .is_billable = db_bool(&rows.row, 7),
                                 .cost = {.minor = is_customer ? 0 : db_i64(&rows.row, 8)},
                                 .note = ticket_sees_notes(cx) ? db_text(&rows.row, 10) : "",
                                 .is_reversed = db_bool(&rows.row, 11),
                                 .is_reversal = db_bool(&rows.row, 12)};
        for (size_t i = 0; i < sizeof e->cost.currency - 1 && code[i] != '\0'; i++)
            e->cost.currency[i] = code[i];
    }
    return true;
}

bool time_entry_of_ticket(struct ctx *cx, struct id ticket_id, struct time_entry **out,
                          size_t *count)
{
    return (ticket_sees_notes(cx) || err_set(&cx->err, &ERR_DENIED, "time is for the desk")) &&
           read_all(cx, SQL_TIME_ENTRY_OF_TICKET, ticket_id, out, count);
}

static const char SQL_TIME_ENTRY_TICKETS[] =
    "SELECT t.id FROM ticket t WHERE t.tenant_id = ? AND t.id IN (SELECT e.ticket_id FROM "
    "time_entry e WHERE e.tenant_id = ? AND e.organisation_id = ? AND e.is_billable = TRUE)";

static bool is_seen(const struct id *seen, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(seen[i], id))
            return true;
    return false;
}

static struct time_entry unseen(struct time_entry e)
{
    e.ticket_id = (struct id){{0}};
    e.number = e.subject = e.note = "";
    return e;
}

/* Of a ticket that the viewer does not see, the time counts and the words are not shown. */
static bool cover_unseen(struct ctx *cx, struct id organisation_id, struct time_entry *list,
                         size_t count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(cx->tenant_id),
                                  DB_ID(organisation_id)};
    struct db_rows rows;
    struct where w;
    struct id *seen;
    size_t n = 0;

    where_start(&w, cx, SQL_TIME_ENTRY_TICKETS, args, COUNT(args));
    ticket_visible(cx, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    seen = arena_array(cx->mem, struct id, rows.count + 1);
    while (db_next(&rows))
        seen[n++] = db_id(&rows.row, 0);
    for (size_t i = 0; i < count; i++)
        if (!is_seen(seen, n, list[i].ticket_id))
            list[i] = unseen(list[i]);
    return true;
}

bool time_entry_of_organisation(struct ctx *cx, struct id organisation_id, struct time_entry **out,
                                size_t *count)
{
    struct hours_balance ignored; /* its rule decides who may look */

    return hours_balance_of(cx, organisation_id, &ignored) &&
           read_all(cx, SQL_TIME_ENTRY_OF_ORGANISATION, organisation_id, out, count) &&
           cover_unseen(cx, organisation_id, *out, *count);
}
