#include "portal/desk/calendar.h"
#include "portal/desk/sla.h"
#include "tests/portal/desk/desk_frame.h"

static const struct calendar_day DAYS[] = {
    {2026, 10, 1, -1, "National Day"},
    {2026, 10, 10, 1, "worked as a Monday"},
};

static struct calendar office(void)
{
    struct calendar c = {.name = "Office", .zone = "Asia/Shanghai", .days = DAYS, .day_count = 2};

    for (int i = 1; i <= 5; i++)
        c.week[i] = (struct business_day){.spans = {{540, 720}, {780, 1080}}, .count = 2};
    return c;
}

static void a_calendar_comes_back_as_it_was_saved(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct calendar c = office(), *list, *again;
    size_t count;

    test_ok(cx, calendar_save(cx, &c));
    c.name = "Office hours";
    test_ok(cx, calendar_save(cx, &c));
    test_ok(cx, calendar_list(cx, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, calendar_get(cx, c.id, &again));
    assert_string_equal(again->name, "Office hours");
    assert_int_equal(again->week[3].count, 2);
    assert_int_equal(again->week[3].spans[1].from, 780);
    assert_int_equal(again->week[0].count, 0);
    assert_int_equal(again->day_count, 2);
    assert_int_equal(again->days[1].like_weekday, 1);
    assert_string_equal(again->days[0].label, "National Day");
}

/* 1 October 2026 is a Thursday, the 10th a Saturday. */
static void its_days_are_counted_in_its_zone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct business_hours *h;
    struct calendar c = office();
    int64_t holiday, saturday;

    test_ok(cx, calendar_save(cx, &c));
    test_ok(cx, calendar_hours(cx, c.id, &h));
    assert_true(clock_parse_iso("2026-10-01T00:00:00+08:00", &holiday));
    assert_true(clock_parse_iso("2026-10-10T00:00:00+08:00", &saturday));
    assert_int_equal(business_between(h, holiday, holiday + CLOCK_DAY), 0);
    assert_int_equal(business_between(h, saturday, saturday + CLOCK_DAY), 8 * CLOCK_HOUR);
    assert_int_equal(business_add(h, saturday, CLOCK_HOUR), saturday + 10 * CLOCK_HOUR);
}

static void what_cannot_be_a_calendar_is_refused(void **state)
{
    static const struct calendar_day TWICE[] = {{2026, 10, 1, -1, ""}, {2026, 10, 1, 2, ""}};
    static const struct calendar_day NO_DATE[] = {{2026, 2, 29, -1, ""}};
    struct ctx *cx = test_ctx(state);
    struct calendar c = office();

    c.zone = "Mars/Base";
    test_refused(cx, calendar_save(cx, &c), &ERR_INVALID);
    c = office();
    c.name = "";
    test_refused(cx, calendar_save(cx, &c), &ERR_INVALID);
    c = office();
    c.week[1].spans[1].from = 700;
    test_refused(cx, calendar_save(cx, &c), &ERR_INVALID);
    c = office();
    c.days = TWICE;
    test_refused(cx, calendar_save(cx, &c), &ERR_INVALID);
    c.days = NO_DATE;
    c.day_count = 1;
    test_refused(cx, calendar_save(cx, &c), &ERR_INVALID);
}

static void a_name_is_taken_once_and_a_used_calendar_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct calendar c = office(), other = office();

    test_ok(cx, calendar_save(cx, &c));
    test_refused(cx, calendar_save(cx, &other), &ERR_CONFLICT);
    test_ok(cx, sla_set(cx, &(struct sla){.level = 1, .answer_minutes = 5, .calendar_id = c.id}));
    test_refused(cx, calendar_remove(cx, c.id), &ERR_CONFLICT);
    test_ok(cx, sla_set(cx, &(struct sla){.level = 1, .answer_minutes = 5}));
    test_ok(cx, calendar_remove(cx, c.id));
    test_refused(cx, calendar_remove(cx, c.id), &ERR_NOT_FOUND);
}

static void only_who_may_change_settings_changes_them(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct calendar c = office();

    desk_as_priya(cx, &d);
    test_refused(cx, calendar_save(cx, &c), &ERR_DENIED);
    test_refused(cx, sla_set(cx, &(struct sla){.level = 1, .answer_minutes = 5}), &ERR_DENIED);
}

static void another_tenants_calendar_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct calendar c = office(), *out;

    test_ok(cx, calendar_save(cx, &c));
    cx = test_ctx(state);
    test_refused(cx, calendar_get(cx, c.id, &out), &ERR_NOT_FOUND);
    test_refused(cx, sla_set(cx, &(struct sla){.level = 1, .calendar_id = c.id}), &ERR_INVALID);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_calendar_comes_back_as_it_was_saved),
        cmocka_unit_test(its_days_are_counted_in_its_zone),
        cmocka_unit_test(what_cannot_be_a_calendar_is_refused),
        cmocka_unit_test(a_name_is_taken_once_and_a_used_calendar_stays),
        cmocka_unit_test(only_who_may_change_settings_changes_them),
        cmocka_unit_test(another_tenants_calendar_is_not_there),
    };

    return test_group_run("calendar", TESTS, COUNT(TESTS));
}
