#include "portal/pages/leave_month.h"

#include "base/clock.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"

#include <string.h>

enum { DAYS_MAX = 31, MONTHS_OF_YEAR = 12, SATURDAY = 6 };

struct month {
    int year, month;
    int days;
    const char *on[DAYS_MAX]; /* "2026-03-01", by day */
    bool is_free[DAYS_MAX];   /* Saturdays and Sundays */
    const char *today;
    struct leave *leaves;
    size_t leave_count;
};

static const char *code_of(struct req *rq, int year, int month)
{
    return arena_printf(rq->cx.mem, "%04d-%02d", year, month);
}

static struct civil day_of(const struct month *m, int day)
{
    const struct civil plain = {.year = m->year, .month = m->month, .day = day};

    return clock_civil(clock_from_civil(&plain));
}

/* What is no month is the present one. */
static void read_month(struct req *rq, const char *today, struct month *m)
{
    const char *asked = req_query(rq, "month");
    struct civil c = clock_civil(rq->cx.now);
    int64_t us;

    if (clock_parse_iso(today, &us))
        c = clock_civil(us);
    if (asked != NULL && strlen(asked) == strlen("2026-03") &&
        clock_parse_iso(arena_printf(rq->cx.mem, "%s-01", asked), &us))
        c = clock_civil(us);
    m->year = c.year;
    m->month = c.month;
    m->today = today;
    for (m->days = 0; m->days < DAYS_MAX; m->days++) {
        c = day_of(m, m->days + 1);
        if (c.month != m->month)
            break;
        m->on[m->days] = arena_printf(rq->cx.mem, "%04d-%02d-%02d", c.year, c.month, c.day);
        m->is_free[m->days] = c.weekday == 0 || c.weekday == SATURDAY;
    }
}

static const struct leave *leave_on(const struct month *m, struct id person_id, const char *day)
{
    for (size_t i = 0; i < m->leave_count; i++)
        if (id_equal(m->leaves[i].person_id, person_id) && strcmp(m->leaves[i].from_on, day) <= 0 &&
            strcmp(m->leaves[i].to_on, day) >= 0)
            return &m->leaves[i];
    return NULL;
}

static json_t *row_json(struct req *rq, const struct month *m, const struct team_member *who)
{
    json_t *cells = json_array();

    for (int i = 0; i < m->days; i++) {
        const struct leave *l = leave_on(m, who->person_id, m->on[i]);
        const char *text =
            l == NULL ? NULL
            : *l->substitute_name != '\0'
                ? lang_fill1(rq->cx.mem, rq->lang, T("Away, {} stands in"), l->substitute_name)
                : req_text(rq, T("Away"));

        json_array_append_new(cells, json_pack("{s:b,s:b,s:b,s:s?}", "is_away", l != NULL,
                                               "is_free", m->is_free[i], "is_today",
                                               strcmp(m->on[i], m->today) == 0, "text", text));
    }
    return json_pack("{s:s,s:o}", "name", who->full_name, "cells", cells);
}

static json_t *days_json(struct req *rq, const struct month *m)
{
    json_t *days = json_array();

    for (int i = 0; i < m->days; i++)
        json_array_append_new(
            days, json_pack("{s:s,s:b,s:b}", "text", arena_printf(rq->cx.mem, "%d", i + 1),
                            "is_free", m->is_free[i], "is_today", strcmp(m->on[i], m->today) == 0));
    return days;
}

/* For a phone, which has no room for the table. */
static json_t *list_json(struct req *rq, const struct month *m)
{
    json_t *list = json_array();

    for (size_t i = 0; i < m->leave_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:s}", "name", m->leaves[i].person_name,
                                              "from", page_date(rq, m->leaves[i].from_on), "to",
                                              page_date(rq, m->leaves[i].to_on), "substitute",
                                              m->leaves[i].substitute_name));
    return list;
}

bool leave_month_add(struct req *rq, json_t *page)
{
    const struct id everybody = {{0}};
    struct month *m = arena_new(rq->cx.mem, struct month);
    struct team_member *members;
    json_t *rows = json_array(), *month;
    const char *today;
    size_t count;

    if (!leave_today(&rq->cx, &today))
        return false;
    read_month(rq, today, m);
    month = json_pack("{s:s,s:s,s:s,s:o,s:o}", "title", code_of(rq, m->year, m->month), "before",
                      code_of(rq, m->month == 1 ? m->year - 1 : m->year,
                              m->month == 1 ? MONTHS_OF_YEAR : m->month - 1),
                      "after",
                      code_of(rq, m->month == MONTHS_OF_YEAR ? m->year + 1 : m->year,
                              m->month == MONTHS_OF_YEAR ? 1 : m->month + 1),
                      "days", days_json(rq, m), "rows", rows);
    json_object_set_new(page, "month", month);
    if (!leave_between(&rq->cx, m->on[0], m->on[m->days - 1], &m->leaves, &m->leave_count) ||
        !team_members(&rq->cx, everybody, &members, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, row_json(rq, m, &members[i]));
    json_object_set_new(month, "list", list_json(rq, m));
    json_object_set_new(month, "is_empty", json_boolean(m->leave_count == 0));
    return true;
}
