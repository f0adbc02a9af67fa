#include "base/clock.h"
#include "base/zone_rule.h"
#include "tests/support/unit.h"

static void offsets_follow_the_rule(void **state)
{
    static const struct {
        const char *rule, *utc;
        int32_t offset;
    } CASES[] = {
        {"CST-8", "2050-07-01", 8 * 3600},
        {"<+0545>-5:45", "2050-07-01", 5 * 3600 + 45 * 60},
        {"GMT0BST,M3.5.0/1,M10.5.0", "2050-03-27T00:59:59Z", 0},
        {"GMT0BST,M3.5.0/1,M10.5.0", "2050-03-27T01:00:00Z", 3600},
        {"GMT0BST,M3.5.0/1,M10.5.0", "2050-10-30T00:59:59Z", 3600},
        {"GMT0BST,M3.5.0/1,M10.5.0", "2050-10-30T01:00:00Z", 0},
        {"EST5EDT,M3.2.0,M11.1.0", "2050-03-13T06:59:59Z", -5 * 3600},
        {"EST5EDT,M3.2.0,M11.1.0", "2050-03-13T07:00:00Z", -4 * 3600},
        /* south of the equator summer spans the new year */
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-01-01", 11 * 3600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-07-01", 10 * 3600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2049-12-31T23:00:00Z", 11 * 3600},
        /* half an hour of summer time */
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-01-01", 11 * 3600},
        /* hours outside the day: Saturday before the last Sunday, 22:00 */
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T00:59:59Z", -2 * 3600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00:00Z", -3600},
        /* days of the year: J60 is the first of March always, 59 only without a leap day */
        {"AAA0BBB,J60/0,J300/0", "2048-03-01", 3600},
        {"AAA0BBB,J60/0,J300/0", "2048-02-29", 0},
        {"AAA0BBB,59/0,300/0", "2048-02-29", 3600},
        {"AAA0BBB,59/0,300/0", "2049-02-28", 0},
        {"AAA0BBB,59/0,300/0", "2049-03-01", 3600},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct zone_rule rule;
        int64_t us;

        assert_true(zone_rule_parse(CASES[i].rule, &rule));
        assert_true(clock_parse_iso(CASES[i].utc, &us));
        assert_int_equal(zone_rule_offset(&rule, us / CLOCK_SECOND), CASES[i].offset);
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "CST",
        "CS-8",
        "<+08-8",
        "CST-8x",
        "CST-25",
        "GMT0BST",
        "GMT0BST,M3.5.0",
        "GMT0BST,M13.5.0,M10.5.0",
        "GMT0BST,M0.5.0,M10.5.0",
        "GMT0BST,M3.6.0,M10.5.0",
        "GMT0BST,M3.0.0,M10.5.0",
        "GMT0BST,M3.5.7,M10.5.0",
        "GMT0BST,M3.5.0/168,M10.5.0",
        "GMT0BST,J0,J300",
        "GMT0BST,J366,J300",
        "GMT0BST,M3.5.0,M10.5.0,",
        "GMT99999999999BST,M3.5.0,M10.5.0",
    };
    struct zone_rule rule;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(zone_rule_parse(BAD[i], &rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_follow_the_rule),
        cmocka_unit_test(what_is_no_rule_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
