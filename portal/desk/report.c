#include "portal/desk/report.h"

#include "db/db.h"
#include "portal/desk/ticket_status.h"

#include <stdlib.h>
#include <string.h>

const struct err_kind ERR_REPORT_TOO_LARGE = {
    ERR_CLASS_INVALID, "REPORT_TOO_LARGE",
    "This period has more tickets than one report holds. Choose a shorter one."};

static const char SQL_REPORT_ROWS[] =
    "SELECT STRAIGHT_JOIN t.id, t.number, t.subject, t.topic, t.status, t.category, t.level, "
    "o.name, r.name, t.assignee_id, a.full_name, t.team_id, m.name, t.city, t.store, s.name, "
    "pr.name, t.product_version, t.created_at, t.first_answer_at, t.resolved_at, "
    "(SELECT COALESCE(SUM(e.minutes), 0) FROM time_entry e WHERE e.tenant_id = t.tenant_id AND "
    "e.ticket_id = t.id) FROM ticket t "
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id "
    "LEFT JOIN reporter r ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "
    "LEFT JOIN person a ON a.tenant_id = t.tenant_id AND a.id = t.assignee_id "
    "LEFT JOIN team m ON m.tenant_id = t.tenant_id AND m.id = t.team_id "
    "LEFT JOIN site s ON s.tenant_id = t.tenant_id AND s.id = t.site_id "
    "LEFT JOIN product pr ON pr.tenant_id = t.tenant_id AND pr.id = t.product_id "
    "WHERE t.tenant_id = ? AND t.created_at >= ? AND t.created_at < ? AND t.deleted_at IS NULL "
    "AND t.merged_into IS NULL";
/* In the order of the rows, so that one walk joins them. */
static const char SQL_REPORT_STATES[] =
    "SELECT t.id, JSON_VALUE(l.data, '$.from'), JSON_VALUE(l.data, '$.to') FROM ticket t "
    "JOIN message l ON l.tenant_id = t.tenant_id AND l.ticket_id = t.id AND l.kind = 'event' "
    "AND JSON_VALUE(l.data, '$.change') = 'status' "
    "WHERE t.tenant_id = ? AND t.created_at >= ? AND t.created_at < ? AND t.deleted_at IS NULL "
    "AND t.merged_into IS NULL";

bool report_visible(struct ctx *cx, struct where *w)
{
    const struct viewer is = cx->viewer;

    if (is.kind != VIEWER_SYSTEM &&
        (is.kind != VIEWER_STAFF || !viewer_has(&is, RIGHT_REPORTS_READ)))
        return err_set(&cx->err, &ERR_DENIED, "reports are for staff with that right");
    /* Figures reach as far as the right to reports, whatever may be read at the desk. */
    cx->viewer.rights = RIGHT_DESK_READ;
    if (viewer_scope(&is, MODULE_REPORTS) == SCOPE_ALL)
        cx->viewer.rights |= RIGHT_ALL_OF(MODULE_DESK);
    else if (viewer_scope(&is, MODULE_REPORTS) == SCOPE_TEAM)
        cx->viewer.rights |= RIGHT_TEAM_OF(MODULE_DESK);
    ticket_visible(cx, w);
    cx->viewer = is;
    return true;
}

static const char *text_of(const struct db_row *row, unsigned column)
{
    const char *text = db_text(row, column);

    return text != NULL ? text : "";
}

static struct report_row row_read(const struct db_row *row)
{
    struct report_row r = {
        .id = db_id(row, 0),
        .number = text_of(row, 1),
        .subject = text_of(row, 2),
        .topic = text_of(row, 3),
        .status = text_of(row, 4),
        .level = (int)db_i64(row, 6),
        .organisation = text_of(row, 7),
        .reporter = text_of(row, 8),
        .assignee_id = db_id(row, 9),
        .assignee = text_of(row, 10),
        .team_id = db_id(row, 11),
        .team = text_of(row, 12),
        .city = text_of(row, 13),
        .store = text_of(row, 14),
        .site = text_of(row, 15),
        .product = text_of(row, 16),
        .version = text_of(row, 17),
        .created_at = db_time(row, 18),
        .first_answer_at = db_time(row, 19),
        .resolved_at = db_time(row, 20),
        .minutes = db_i64(row, 21),
    };

    if (!ticket_category_parse(text_of(row, 5), &r.category))
        r.category = TICKET_OPEN;
    return r;
}

static bool start(struct ctx *cx, struct where *w, const char *head,
                  const struct report_period *period)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(period->from),
                                  DB_TIME(period->until)};

    where_start(w, cx, head, args, COUNT(args));
    return report_visible(cx, w);
}

static bool is_done(const struct ticket_status *states, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (code != NULL && strcmp(states[i].code, code) == 0)
            return states[i].category == TICKET_SOLVED || states[i].category == TICKET_CLOSED;
    return false;
}

static bool add_reopened(struct ctx *cx, const struct report_period *period,
                         struct report_row *rows, size_t count)
{
    const struct ticket_status *states;
    size_t state_count, at = 0;
    struct where w;
    struct db_rows lines;

    if (!ticket_status_list(cx, &states, &state_count) || !start(cx, &w, SQL_REPORT_STATES, period))
        return false;
    where_add(&w, " ORDER BY t.created_at, t.id", DB_NONE);
    if (!db_query_args(cx, &lines, w.text.p, w.args, w.count))
        return false;
    while (db_next(&lines)) {
        const struct id id = db_id(&lines.row, 0);
        const bool is_again = is_done(states, state_count, db_text(&lines.row, 1)) &&
                              !is_done(states, state_count, db_text(&lines.row, 2));

        while (at < count && !id_equal(rows[at].id, id))
            at++;
        if (at == count)
            break;
        rows[at].reopened += is_again ? 1 : 0;
    }
    return true;
}

bool report_rows(struct ctx *cx, const struct report_period *period, struct report_row **out,
                 size_t *count)
{
    struct where w;
    struct db_rows rows;
    struct report_row *list;
    size_t n = 0;

    if (!start(cx, &w, SQL_REPORT_ROWS, period))
        return false;
    where_add(&w, " ORDER BY t.created_at, t.id LIMIT ?", DB_INT(REPORT_ROWS_MAX + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (rows.count > REPORT_ROWS_MAX)
        return err_set_at(&cx->err, &ERR_REPORT_TOO_LARGE, "from", "more than %d tickets",
                          REPORT_ROWS_MAX);
    list = arena_array(cx->mem, struct report_row, rows.count + 1);
    while (db_next(&rows))
        list[n++] = row_read(&rows.row);
    if (!add_reopened(cx, period, list, n))
        return false;
    *out = list;
    *count = n;
    return true;
}

/* --- figures --- */

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int64_t report_percentile(int64_t *values, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;

    if (count == 0)
        return 0;
    qsort(values, count, sizeof(*values), by_size);
    return values[rank > 0 ? rank - 1 : 0];
}

static int by_taken(const void *a, const void *b)
{
    const struct report_figures *x = a, *y = b;

    if (id_is_zero(x->id) != id_is_zero(y->id))
        return id_is_zero(x->id) ? 1 : -1;
    if (x->taken != y->taken)
        return x->taken > y->taken ? -1 : 1;
    return strcmp(x->name, y->name);
}

static struct id whose(const struct report_row *row, bool by_team)
{
    return by_team ? row->team_id : row->assignee_id;
}

/* answers and solutions: room for every row. */
static void count_one(struct report_figures *f, const struct report_row *rows, size_t count,
                      bool by_team, int64_t *times)
{
    size_t solutions = 0;

    for (size_t i = 0; i < count; i++) {
        const struct report_row *r = &rows[i];

        if (!id_equal(whose(r, by_team), f->id))
            continue;
        f->taken++;
        f->reopened += r->reopened > 0 ? 1 : 0;
        if (r->first_answer_at != 0)
            times[f->answered++] = r->first_answer_at - r->created_at;
        if (r->category == TICKET_SOLVED || r->category == TICKET_CLOSED)
            f->solved++;
    }
    f->answer_median = report_percentile(times, (size_t)f->answered, 50);
    f->answer_90 = report_percentile(times, (size_t)f->answered, 90);
    for (size_t i = 0; i < count; i++)
        if (id_equal(whose(&rows[i], by_team), f->id) && rows[i].resolved_at != 0)
            times[solutions++] = rows[i].resolved_at - rows[i].created_at;
    f->solve_median = report_percentile(times, solutions, 50);
    f->solve_90 = report_percentile(times, solutions, 90);
}

void report_figures_of(struct ctx *cx, const struct report_row *rows, size_t count, bool by_team,
                       struct report_figures **out, size_t *figure_count)
{
    struct report_figures *list = arena_array(cx->mem, struct report_figures, count + 1);
    int64_t *times = arena_array(cx->mem, int64_t, count + 1);
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const struct id id = whose(&rows[i], by_team);
        size_t at = 0;

        while (at < n && !id_equal(list[at].id, id))
            at++;
        if (at < n)
            continue;
        list[n] =
            (struct report_figures){.id = id, .name = by_team ? rows[i].team : rows[i].assignee};
        count_one(&list[n++], rows, count, by_team, times);
    }
    qsort(list, n, sizeof(*list), by_taken);
    *out = list;
    *figure_count = n;
}
