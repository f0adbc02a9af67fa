#include "base/clock.h"
#include "tests/support/unit.h"

static void the_calendar_goes_both_ways(void **state)
{
    static const struct {
        int64_t seconds;
        struct civil c;
    } CASES[] = {
        {0, {1970, 1, 1, 0, 0, 0, 0, 4}},
        {-1, {1969, 12, 31, 23, 59, 59, 0, 3}},
        {951782400, {2000, 2, 29, 0, 0, 0, 0, 2}},  /* 400 divides */
        {4107542400, {2100, 3, 1, 0, 0, 0, 0, 1}},  /* 100 does, so no 29th */
        {1709164800, {2024, 2, 29, 0, 0, 0, 0, 4}}, /* 4 does */
        {-2203977600, {1900, 2, 28, 0, 0, 0, 0, 3}},
        {-62135596800, {1, 1, 1, 0, 0, 0, 0, 1}},
        {253402300799, {9999, 12, 31, 23, 59, 59, 0, 5}},
        {1767323045, {2026, 1, 2, 3, 4, 5, 0, 5}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct civil c = clock_civil(CASES[i].seconds * CLOCK_SECOND);

        assert_memory_equal(&c, &CASES[i].c, sizeof c);
        assert_int_equal(clock_from_civil(&c), CASES[i].seconds * CLOCK_SECOND);
    }
}

static void every_day_of_eight_centuries_follows_the_one_before(void **state)
{
    struct civil c = clock_civil(-11676096000 * CLOCK_SECOND); /* 1600-01-01 */
    int64_t us = clock_from_civil(&c);

    (void)state;
    assert_int_equal(c.year, 1600);
    for (int i = 0; i < 2 * 146097; i++) {
        struct civil next = clock_civil(us += CLOCK_DAY);
        bool month_ends = c.day == clock_month_days(c.year, c.month);

        assert_int_equal(next.day, month_ends ? 1 : c.day + 1);
        assert_int_equal(next.month, month_ends ? c.month % 12 + 1 : c.month);
        assert_int_equal(next.year, c.year + (month_ends && c.month == 12));
        assert_int_equal(next.weekday, (c.weekday + 1) % 7);
        assert_int_equal(clock_from_civil(&next), us);
        c = next;
    }
    assert_int_equal(c.year, 2400);
}

static void days_and_months_beyond_the_end_count_on(void **state)
{
    struct civil c = {.year = 2026, .month = 2, .day = 31};

    (void)state;
    assert_int_equal(clock_civil(clock_from_civil(&c)).day, 3);
    assert_int_equal(clock_civil(clock_from_civil(&c)).month, 3);
    c = (struct civil){.year = 2026, .month = 14, .day = 1};
    assert_int_equal(clock_civil(clock_from_civil(&c)).year, 2027);
    assert_int_equal(clock_civil(clock_from_civil(&c)).month, 2);
}

static void months_have_their_days(void **state)
{
    (void)state;
    assert_int_equal(clock_month_days(2024, 2), 29);
    assert_int_equal(clock_month_days(2025, 2), 28);
    assert_int_equal(clock_month_days(2000, 2), 29);
    assert_int_equal(clock_month_days(1900, 2), 28);
    assert_int_equal(clock_month_days(2026, 4), 30);
    assert_int_equal(clock_month_days(2026, 12), 31);
}

static void durations_follow_the_calendar_rule(void **state)
{
    static const struct {
        const char *from;
        int64_t seconds;
        const char *to;
    } CASES[] = {
        {"2026-01-02T03:04:05.678Z", 31556952, "2027-01-02T03:04:05.678Z"},
        {"2024-02-29T12:00:00.000Z", 31556952, "2025-02-28T12:00:00.000Z"},
        {"2024-02-29T12:00:00.000Z", 4 * 31556952LL, "2028-02-29T12:00:00.000Z"},
        {"2026-01-31T00:00:00.000Z", 2629746, "2026-02-28T00:00:00.000Z"},
        {"2026-12-15T00:00:00.000Z", 2629746, "2027-01-15T00:00:00.000Z"},
        {"2026-03-28T12:00:00.000Z", 86400, "2026-03-29T12:00:00.000Z"},
        {"2026-01-01T00:00:00.000Z", 1209600, "2026-01-15T00:00:00.000Z"},
        /* 365 days are 11 months, 4 weeks, 2 days, 4 h 39 min 54 s */
        {"2026-01-01T00:00:00.000Z", 31536000, "2026-12-31T04:39:54.000Z"},
        {"2026-01-01T00:00:00.000Z", 0, "2026-01-01T00:00:00.000Z"},
        {"2027-01-02T03:04:05.678Z", -31556952, "2026-01-02T03:04:05.678Z"},
        {"2026-03-31T00:00:00.000Z", -2629746, "2026-02-28T00:00:00.000Z"},
        {"2026-01-01T00:00:00.000Z", INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {"9999-06-01T00:00:00.000Z", 31556952, "9999-12-31T23:59:59.999Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t from;
        char to[CLOCK_ISO_SIZE];

        assert_true(clock_parse_iso(CASES[i].from, &from));
        clock_iso(clock_add_duration(from, CASES[i].seconds), to);
        assert_string_equal(to, CASES[i].to);
    }
}

static void instants_are_written_for_iso_and_http(void **state)
{
    char iso[CLOCK_ISO_SIZE];
    char http[CLOCK_HTTP_SIZE];

    (void)state;
    clock_iso(INT64_C(1767323045678999), iso);
    clock_http(INT64_C(1767323045678999), http);
    assert_string_equal(iso, "2026-01-02T03:04:05.678Z");
    assert_string_equal(http, "Fri, 02 Jan 2026 03:04:05 GMT");
    clock_iso(INT64_MAX, iso);
    assert_string_equal(iso, "9999-12-31T23:59:59.999Z");
    clock_iso(INT64_MIN, iso);
    assert_string_equal(iso, "0000-01-01T00:00:00.000Z");
}

static void iso_dates_are_read_in_their_forms(void **state)
{
    static const struct {
        const char *text;
        const char *same;
    } CASES[] = {
        {"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"},
        {"2026-01-02", "2026-01-02T00:00:00.000Z"},
        {"20260102", "2026-01-02T00:00:00.000Z"},
        {"2026-01-02T03:04Z", "2026-01-02T03:04:00.000Z"},
        {"20260102T030405Z", "2026-01-02T03:04:05.000Z"},
        {"2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.500Z"},
        {"2026-01-02T03:04:05.1234567891Z", "2026-01-02T03:04:05.123Z"},
        {"2026-01-02 03:04:05+08:00", "2026-01-01T19:04:05.000Z"},
        {"2026-01-02t03:04:05-0330", "2026-01-02T06:34:05.000Z"},
        {"2026-01-02T03:04:05+01", "2026-01-02T02:04:05.000Z"},
        {"2026-12-31T24:00:00Z", "2027-01-01T00:00:00.000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2024-02-29T00:00:00z", "2024-02-29T00:00:00.000Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t us;
        char iso[CLOCK_ISO_SIZE];

        assert_true(clock_parse_iso(CASES[i].text, &us));
        clock_iso(us, iso);
        assert_string_equal(iso, CASES[i].same);
    }
}

static void what_is_no_iso_date_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "2026",
        "2026-1-2",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "2026-04-31",
        "2026-01-00",
        "2026-01-02T",
        "2026-01-02T03Z",
        "2026-01-02T03:04:05", /* local time of nobody knows where */
        "2026-01-02T24:00:01Z",
        "2026-01-02T25:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05Zx",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+1",
        "2026-0102",
        "202601-02",
        " 2026-01-02",
        "-2026-01-02",
    };
    int64_t us = 42;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        assert_false(clock_parse_iso(BAD[i], &us));
        assert_int_equal(us, 42);
    }
}

static void the_clocks_go_on(void **state)
{
    int64_t a = clock_mono_us();

    (void)state;
    assert_true(clock_mono_us() >= a);
    assert_true(clock_now() > INT64_C(1700000000) * CLOCK_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_goes_both_ways),
        cmocka_unit_test(every_day_of_eight_centuries_follows_the_one_before),
        cmocka_unit_test(days_and_months_beyond_the_end_count_on),
        cmocka_unit_test(months_have_their_days),
        cmocka_unit_test(durations_follow_the_calendar_rule),
        cmocka_unit_test(instants_are_written_for_iso_and_http),
        cmocka_unit_test(iso_dates_are_read_in_their_forms),
        cmocka_unit_test(what_is_no_iso_date_is_refused),
        cmocka_unit_test(the_clocks_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
