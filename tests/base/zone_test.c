#include "base/zone.h"
#include "tests/support/unit.h"

#include <string.h>

static struct zone *zone_of(const char *name)
{
    struct zone *zone = NULL;

    assert_true(zone_load(name, &zone));
    return zone;
}

static int64_t utc(const char *text)
{
    int64_t us;

    assert_true(clock_parse_iso(text, &us));
    return us;
}

struct zone_case {
    const char *zone, *utc, *local; /* local time in the form of UTC */
};

/* What zdump(8) says of these instants. */
static const struct zone_case CASES[] = {
    {"UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000Z"},
    {"Europe/London", "2026-01-15T12:00:00Z", "2026-01-15T12:00:00.000Z"},
    {"Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59.000Z"},
    {"Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00.000Z"},
    {"Europe/London", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59.000Z"},
    {"Europe/London", "2026-10-25T01:00:00Z", "2026-10-25T01:00:00.000Z"},
    {"Europe/London", "1970-06-01T12:00:00Z", "1970-06-01T13:00:00.000Z"}, /* +1 all year */
    {"Europe/London", "1941-06-01T12:00:00Z", "1941-06-01T14:00:00.000Z"}, /* double summer */
    {"Europe/London", "1840-01-01T00:01:15Z", "1840-01-01T00:00:00.000Z"}, /* local mean time */
    {"Asia/Shanghai", "2026-07-01T12:00:00Z", "2026-07-01T20:00:00.000Z"},
    {"Asia/Shanghai", "1988-07-01T12:00:00Z", "1988-07-01T21:00:00.000Z"},
    {"America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59.000Z"},
    {"America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00.000Z"},
    {"America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T01:59:59.000Z"},
    {"America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00.000Z"},
    /* after the last transition that any file lists: the rule at its end */
    {"Europe/London", "2120-07-01T12:00:00Z", "2120-07-01T13:00:00.000Z"},
    {"Europe/London", "2120-12-01T12:00:00Z", "2120-12-01T12:00:00.000Z"},
    {"America/New_York", "2120-07-01T12:00:00Z", "2120-07-01T08:00:00.000Z"},
    {"Australia/Sydney", "2120-01-01T12:00:00Z", "2120-01-01T23:00:00.000Z"},
    {"Australia/Sydney", "2120-07-01T12:00:00Z", "2120-07-01T22:00:00.000Z"},
    {"Asia/Shanghai", "2120-07-01T12:00:00Z", "2120-07-01T20:00:00.000Z"},
    {"Asia/Kathmandu", "2026-07-01T12:00:00Z", "2026-07-01T17:45:00.000Z"},
};

static void instants_have_their_local_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct zone *zone = zone_of(CASES[i].zone);
        struct civil local = zone_civil(zone, utc(CASES[i].utc));
        char iso[CLOCK_ISO_SIZE];

        clock_iso(clock_from_civil(&local), iso);
        assert_string_equal(iso, CASES[i].local);
        zone_free(zone);
    }
}

static void local_times_have_their_first_instant(void **state)
{
    static const struct zone_case BACK[] = {
        {"Europe/London", "2026-07-01T11:00:00.000Z", "2026-07-01T12:00:00Z"},
        {"Europe/London", "2026-01-01T12:00:00.000Z", "2026-01-01T12:00:00Z"},
        /* an hour that comes twice: the first */
        {"Europe/London", "2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00Z"},
        {"Europe/London", "2026-10-25T02:00:00.000Z", "2026-10-25T02:00:00Z"},
        {"America/New_York", "2026-11-01T05:30:00.000Z", "2026-11-01T01:30:00Z"},
        /* an hour that never comes: as much later */
        {"Europe/London", "2026-03-29T01:30:00.000Z", "2026-03-29T01:30:00Z"},
        {"America/New_York", "2026-03-08T07:30:00.000Z", "2026-03-08T02:30:00Z"},
        {"America/New_York", "2120-03-10T07:30:00.000Z", "2120-03-10T02:30:00Z"},
        /* Samoa left out a whole day */
        {"Pacific/Apia", "2011-12-30T22:00:00.000Z", "2011-12-30T12:00:00Z"},
        {"Pacific/Apia", "2011-12-30T10:00:00.000Z", "2011-12-31T00:00:00Z"},
        {"Asia/Shanghai", "2026-07-01T04:00:00.000Z", "2026-07-01T12:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(BACK); i++) {
        struct zone *zone = zone_of(BACK[i].zone);
        struct civil local = clock_civil(utc(BACK[i].local));
        char iso[CLOCK_ISO_SIZE];

        clock_iso(zone_from_civil(zone, &local), iso);
        assert_string_equal(iso, BACK[i].utc);
        zone_free(zone);
    }
}

static void both_ways_agree_for_every_hour_of_two_years(void **state)
{
    static const char *const ZONES[] = {"Europe/London", "America/New_York", "Asia/Shanghai",
                                        "Australia/Lord_Howe", "Africa/Casablanca"};

    (void)state;
    for (size_t i = 0; i < COUNT(ZONES); i++) {
        struct zone *zone = zone_of(ZONES[i]);
        int64_t from = utc("2036-01-01"); /* both sides of 2037, where long files end */

        for (int64_t us = from; us < from + 730 * CLOCK_DAY; us += CLOCK_HOUR / 2) {
            struct civil local = zone_civil(zone, us);
            int64_t back = zone_from_civil(zone, &local);
            struct civil again = zone_civil(zone, back);

            assert_true(back <= us); /* the first of two */
            assert_memory_equal(&again, &local, sizeof local);
        }
        zone_free(zone);
    }
}

static void fractions_are_kept(void **state)
{
    struct zone *zone = zone_of("Asia/Shanghai");
    struct civil c = zone_civil(zone, -1);

    (void)state;
    assert_int_equal(c.us, 999999);
    assert_int_equal(c.hour, 7);
    assert_int_equal(zone_from_civil(zone, &c), -1);
    zone_free(zone);
}

static void names_that_are_no_zone_are_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "Nowhere/City",
        "/etc/passwd",
        "../zoneinfo/UTC",
        "Europe/../UTC",
        "Europe",
        "Europe/",
        "Europe//London",
        "Europe/London\n",
        "tzdata.zi",
        "zone1970.tab",
        "AVeryLongNameAVeryLongNameAVeryLongNameAVeryLongNameAVeryLongNameAVeryLongName",
    };
    struct zone *zone = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(zone_load(BAD[i], &zone));
    assert_null(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_have_their_local_time),
        cmocka_unit_test(local_times_have_their_first_instant),
        cmocka_unit_test(both_ways_agree_for_every_hour_of_two_years),
        cmocka_unit_test(fractions_are_kept),
        cmocka_unit_test(names_that_are_no_zone_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
