#include "base/parse.h"
#include "tests/support/unit.h"

#include <string.h>

static void numbers_are_read_to_their_bounds(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } CASES[] = {
        {"0", 0},
        {"-0", 0},
        {"007", 7},
        {"-12", -12},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    int64_t value;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_true(parse_i64(CASES[i].text, INT64_MIN, INT64_MAX, &value));
        assert_int_equal(value, CASES[i].value);
    }
    assert_true(parse_i64("10", 10, 20, &value));
    assert_true(parse_i64("20", 10, 20, &value));
}

static void what_is_no_number_or_out_of_bounds_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1a",
        "0x10",
        "1.0",
        "--1",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999",
        "١",
    };
    int64_t value = 42;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(parse_i64(BAD[i], INT64_MIN, INT64_MAX, &value));
    assert_false(parse_i64("9", 10, 20, &value));
    assert_false(parse_i64("21", 10, 20, &value));
    assert_int_equal(value, 42);
}

static void hexadecimal_has_exactly_its_size(void **state)
{
    uint8_t out[3];

    (void)state;
    assert_true(parse_hex("00aBfF", out, 3));
    assert_memory_equal(out, "\x00\xab\xff", 3);
    assert_false(parse_hex("00abf", out, 3));
    assert_false(parse_hex("00abff0", out, 3));
    assert_false(parse_hex("00abfg", out, 3));
    assert_false(parse_hex("", out, 3));
    assert_true(parse_hex("", out, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_to_their_bounds),
        cmocka_unit_test(what_is_no_number_or_out_of_bounds_is_refused),
        cmocka_unit_test(hexadecimal_has_exactly_its_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
