/* Working time against a count of its minutes, one by one, over random calendars and instants. */
#include "portal/desk/business_time.h"
#include "tests/support/test.h"

enum { REFERENCE_ROUNDS = 120, REFERENCE_DAYS = 9 };

/* A generator of its own, so that each run asks the same. */
static uint32_t seed = 20260102;
static int pick(int below)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)below);
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    struct civil c = {.year = year, .month = month, .day = day, .hour = hour, .minute = minute};

    return clock_from_civil(&c);
}

static struct business_day day_of(int from_hour, int to_hour)
{
    return (struct business_day){.spans = {{from_hour * 60, to_hour * 60}}, .count = 1};
}

static struct business_hours office(void)
{
    struct business_hours h = {.zone = NULL};

    for (int i = 1; i <= 5; i++)
        h.week[i] = day_of(9, 17);
    return h;
}

/* --- the reference: a minute works or it does not --- */

static bool minute_works(const struct business_hours *h, int64_t us)
{
    struct civil c = h->zone != NULL ? zone_civil(h->zone, us) : clock_civil(us);
    const struct business_day *day = business_day_of(h, &c);
    int minute = c.hour * 60 + c.minute;

    for (unsigned i = 0; i < day->count; i++)
        if (minute >= day->spans[i].from && minute < day->spans[i].to)
            return true;
    return false;
}

static int64_t count_minutes(const struct business_hours *h, int64_t from, int64_t to)
{
    int64_t minutes = 0;

    for (int64_t us = from; us < to; us += CLOCK_MINUTE)
        minutes += minute_works(h, us);
    return minutes;
}

/* Whole hours, so that no span begins within an hour that a clock change repeats. */
static struct business_day random_day(void)
{
    struct business_day day = {.count = 0};
    int hour = pick(8);

    while (day.count < BUSINESS_SPANS_MAX && hour < 23 && pick(4) > 0) {
        int end = hour + 1 + pick(6);

        end = end > 24 ? 24 : end;
        day.spans[day.count++] = (struct business_span){hour * 60, end * 60};
        hour = end + 1 + pick(4);
    }
    return day;
}

static void compare(const struct business_hours *h, int64_t begin)
{
    int64_t from = begin + pick(24 * 60) * CLOCK_MINUTE;
    int64_t to = from + pick(REFERENCE_DAYS * 24 * 60) * CLOCK_MINUTE;
    int64_t minutes = count_minutes(h, from, to);

    assert_int_equal(business_between(h, from, to), minutes * CLOCK_MINUTE);
    if (minutes > 0) {
        int64_t reached = business_add(h, from, minutes * CLOCK_MINUTE);

        assert_true(reached <= to);
        assert_int_equal(count_minutes(h, from, reached), minutes);
        assert_int_equal(count_minutes(h, from, reached - CLOCK_MINUTE), minutes - 1);
    }
}

static void it_equals_a_count_of_its_minutes(void **state)
{
    static const char *const ZONES[] = {"Europe/London", "Asia/Shanghai", "America/New_York"};
    struct zone *zones[COUNT(ZONES)];

    (void)state;
    for (size_t i = 0; i < COUNT(ZONES); i++)
        assert_true(zone_load(ZONES[i], &zones[i]));
    for (int round = 0; round < REFERENCE_ROUNDS; round++) {
        struct business_exception other[3];
        struct business_hours h = {.zone = zones[round % (int)COUNT(ZONES)]};

        for (int i = 0; i < 7; i++)
            h.week[i] = random_day();
        for (int i = 0; i < 3; i++)
            other[i] = (struct business_exception){2026, 3, 27 + i, random_day()};
        h.other = other;
        h.other_count = 3;
        compare(&h, at(2026, 3, 5 + pick(24), 0, 0));   /* American and British change to summer */
        compare(&h, at(2026, 10, 20 + pick(11), 0, 0)); /* and back */
    }
    for (size_t i = 0; i < COUNT(ZONES); i++)
        zone_free(zones[i]);
}

/* --- cases to read --- */

static void nights_and_weekends_do_not_count(void **state)
{
    struct business_hours h = office();

    (void)state;
    /* Friday 16:00 to Monday 10:00 */
    assert_int_equal(business_between(&h, at(2026, 1, 2, 16, 0), at(2026, 1, 5, 10, 0)),
                     2 * CLOCK_HOUR);
    assert_int_equal(business_add(&h, at(2026, 1, 2, 16, 0), 2 * CLOCK_HOUR),
                     at(2026, 1, 5, 10, 0));
    assert_int_equal(business_add(&h, at(2026, 1, 3, 12, 0), CLOCK_HOUR), at(2026, 1, 5, 10, 0));
    assert_int_equal(business_between(&h, at(2026, 1, 5, 10, 0), at(2026, 1, 2, 16, 0)), 0);
}

static void a_span_ends_the_working_time_exactly(void **state)
{
    struct business_hours h = office();

    (void)state;
    assert_int_equal(business_add(&h, at(2026, 1, 2, 9, 0), 8 * CLOCK_HOUR), at(2026, 1, 2, 17, 0));
}

/* China works on a weekend to have a longer holiday. */
static void a_working_weekend_and_a_holiday_are_known_by_date(void **state)
{
    const struct business_exception other[] = {
        {2026, 2, 14, day_of(9, 17)}, /* a Saturday that is worked */
        {2026, 2, 16, {.count = 0}},  /* a Monday that is not */
    };
    struct business_hours h = office();

    (void)state;
    h.other = other;
    h.other_count = COUNT(other);
    assert_int_equal(business_add(&h, at(2026, 2, 13, 16, 0), 2 * CLOCK_HOUR),
                     at(2026, 2, 14, 10, 0));
    assert_int_equal(business_add(&h, at(2026, 2, 14, 16, 30), CLOCK_HOUR), at(2026, 2, 17, 9, 30));
}

static void without_a_calendar_all_time_works(void **state)
{
    (void)state;
    assert_int_equal(business_add(NULL, 1000, 5), 1005);
    assert_int_equal(business_between(NULL, 1000, 1005), 5);
}

static void a_calendar_that_never_opens_reaches_nothing(void **state)
{
    struct business_hours h = {.zone = NULL};

    (void)state;
    assert_int_equal(business_add(&h, at(2026, 1, 1, 0, 0), CLOCK_MINUTE), 0);
    assert_int_equal(business_between(&h, at(2026, 1, 1, 0, 0), at(2026, 12, 1, 0, 0)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_a_count_of_its_minutes),
        cmocka_unit_test(nights_and_weekends_do_not_count),
        cmocka_unit_test(a_span_ends_the_working_time_exactly),
        cmocka_unit_test(a_working_weekend_and_a_holiday_are_known_by_date),
        cmocka_unit_test(without_a_calendar_all_time_works),
        cmocka_unit_test(a_calendar_that_never_opens_reaches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
