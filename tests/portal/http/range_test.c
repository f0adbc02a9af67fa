#include "portal/http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void ranges_are_read_as_the_standard_says(void **state)
{
    static const struct {
        const char *header;
        enum range_kind kind;
        int64_t from, to;
    } CASES[] = {
        {NULL, RANGE_WHOLE, 0, 0},
        {"bytes=0-0", RANGE_PART, 0, 0},
        {"bytes=10-19", RANGE_PART, 10, 19},
        {"BYTES = 10-", RANGE_PART, 10, 99},
        {"bytes=90-500", RANGE_PART, 90, 99},
        {"bytes=-10", RANGE_PART, 90, 99},
        {"bytes=-500", RANGE_PART, 0, 99},
        {"bytes=-0", RANGE_OUTSIDE, 0, 0},
        {"bytes=100-", RANGE_OUTSIDE, 0, 0},
        {"bytes=20-10", RANGE_WHOLE, 0, 0},
        {"bytes=0-1,5-6", RANGE_WHOLE, 0, 0},
        {"bytes=", RANGE_WHOLE, 0, 0},
        {"bytes=-", RANGE_WHOLE, 0, 0},
        {"bytes=a-b", RANGE_WHOLE, 0, 0},
        {"bytes=99999999999999999999-", RANGE_WHOLE, 0, 0},
        {"lines=1-2", RANGE_WHOLE, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t from = 0;
        int64_t to = 0;
        enum range_kind kind = range_parse(CASES[i].header, 100, &from, &to);

        if (kind != CASES[i].kind ||
            (kind == RANGE_PART && (from != CASES[i].from || to != CASES[i].to)))
            fail_msg("%s: %d %lld-%lld", CASES[i].header, (int)kind, (long long)from,
                     (long long)to);
    }
}

static void an_empty_file_has_no_part(void **state)
{
    int64_t from;
    int64_t to;

    (void)state;
    assert_int_equal(range_parse("bytes=0-", 0, &from, &to), RANGE_OUTSIDE);
    assert_int_equal(range_parse("bytes=-5", 0, &from, &to), RANGE_OUTSIDE);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(ranges_are_read_as_the_standard_says),
        cmocka_unit_test(an_empty_file_has_no_part),
    };

    return cmocka_run_group_tests_name("range", TESTS, NULL, NULL);
}
