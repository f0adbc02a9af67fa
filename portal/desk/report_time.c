#include "portal/desk/report_time.h"

#include "db/db.h"

#include <string.h>

/* One row for each name and currency; those of one name follow each other. */
#define TIME_SUMS                                                                             \
    ", e.currency, SUM(e.minutes), SUM(IF(e.is_billable, e.minutes, 0)), SUM(e.cost_minor), " \
    "SUM(SUM(e.minutes)) OVER (PARTITION BY "
#define TIME_FROM                                                        \
    "FROM time_entry e LEFT JOIN ticket t ON t.tenant_id = e.tenant_id " \
    "AND t.id = e.ticket_id "
#define TIME_WHERE "WHERE e.tenant_id = ? AND e.done_on >= ? AND e.done_on <= ?"

static const struct {
    const char *code, *sql, *end;
} TIMES[] = {
    [REPORT_TIME_ORGANISATION] =
        {"organisation",
         "SELECT COALESCE(o.name, ''), e.organisation_id" TIME_SUMS "e.organisation_id) " TIME_FROM
         "LEFT JOIN organisation o ON o.tenant_id = e.tenant_id AND o.id = e.organisation_id " TIME_WHERE,
         " GROUP BY e.organisation_id, e.currency ORDER BY 7 DESC, 1, 2, 3 LIMIT ?"},
    [REPORT_TIME_PERSON] =
        {"person",
         "SELECT COALESCE(p.full_name, ''), e.person_id" TIME_SUMS "e.person_id) " TIME_FROM
         "LEFT JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id " TIME_WHERE,
         " GROUP BY e.person_id, e.currency ORDER BY 7 DESC, 1, 2, 3 LIMIT ?"},
    [REPORT_TIME_MONTH] = {"month",
                           "SELECT DATE_FORMAT(e.done_on, '%Y-%m'), NULL" TIME_SUMS
                           "DATE_FORMAT(e.done_on, '%Y-%m')) " TIME_FROM TIME_WHERE,
                           " GROUP BY 1, e.currency ORDER BY 1, 3 LIMIT ?"},
};
_Static_assert(COUNT(TIMES) == REPORT_TIME_COUNT, "define every grouping");

static const char SQL_REPORT_TIME_HOURS[] =
    "SELECT b.organisation_id, SUM(b.minutes), COALESCE((SELECT SUM(e.minutes) FROM time_entry e "
    "WHERE e.tenant_id = b.tenant_id AND e.organisation_id = b.organisation_id "
    "AND e.is_billable = TRUE), 0) FROM prepaid_hours b WHERE b.tenant_id = ? "
    "GROUP BY b.organisation_id LIMIT ?";

const char *report_time_code(enum report_time_by by)
{
    return TIMES[by].code;
}

bool report_time_parse(const char *code, enum report_time_by *out)
{
    for (size_t i = 0; i < COUNT(TIMES); i++)
        if (code != NULL && strcmp(code, TIMES[i].code) == 0) {
            *out = (enum report_time_by)i;
            return true;
        }
    return false;
}

static void add_cost(struct report_time *r, const char *currency, int64_t minor)
{
    struct money m = {.minor = minor};

    if (minor == 0 || r->cost_count == REPORT_TIME_CURRENCIES)
        return;
    for (size_t i = 0; i < sizeof m.currency - 1 && currency[i] != '\0'; i++)
        m.currency[i] = currency[i];
    r->costs[r->cost_count++] = m;
}

static void collect(struct db_rows *rows, struct report_time *list, struct id *ids, size_t *count)
{
    for (*count = 0; db_next(rows);) {
        const char *name = db_text(&rows->row, 0);
        const struct id id = db_is_null(&rows->row, 1) ? (struct id){{0}} : db_id(&rows->row, 1);
        const bool is_same =
            *count > 0 && id_equal(ids[*count - 1], id) && strcmp(list[*count - 1].name, name) == 0;
        struct report_time *r = &list[is_same ? *count - 1 : *count];

        if (!is_same) {
            *r = (struct report_time){.name = name};
            ids[(*count)++] = id;
        }
        r->minutes += db_i64(&rows->row, 3);
        r->billed += db_i64(&rows->row, 4);
        add_cost(r, db_text(&rows->row, 2), db_i64(&rows->row, 5));
    }
}

static bool add_hours(struct ctx *cx, struct report_time *list, const struct id *ids, size_t count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_REPORT_TIME_HOURS, DB_ID(cx->tenant_id), DB_INT(REPORT_ROWS_MAX)))
        return false;
    while (db_next(&rows)) {
        const struct id id = db_id(&rows.row, 0);

        for (size_t i = 0; i < count; i++) {
            if (!id_equal(ids[i], id))
                continue;
            list[i].has_hours = true;
            list[i].bought = db_i64(&rows.row, 1);
            list[i].left = list[i].bought - db_i64(&rows.row, 2);
        }
    }
    return true;
}

bool report_time(struct ctx *cx, const char *from_on, const char *until_on, enum report_time_by by,
                 struct report_time **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TEXT(from_on), DB_TEXT(until_on)};
    struct where w;
    struct db_rows rows;
    struct id *ids;

    where_start(&w, cx, TIMES[by].sql, args, COUNT(args));
    if (!report_visible(cx, &w))
        return false;
    where_add(&w, TIMES[by].end, DB_INT(REPORT_TIME_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct report_time, rows.count + 1);
    ids = arena_array(cx->mem, struct id, rows.count + 1);
    collect(&rows, *out, ids, count);
    return by != REPORT_TIME_ORGANISATION || add_hours(cx, *out, ids, *count);
}
