#include "base/money.h"
#include "tests/support/unit.h"

#include <string.h>

static struct money gbp(int64_t minor)
{
    return (struct money){minor, "GBP"};
}

static void amounts_add_and_multiply_within_their_currency(void **state)
{
    struct money m;

    (void)state;
    assert_true(money_add(gbp(150), gbp(-50), &m));
    assert_int_equal(m.minor, 100);
    assert_string_equal(m.currency, "GBP");
    assert_true(money_multiply(gbp(199), 3, &m));
    assert_int_equal(m.minor, 597);
    assert_false(money_add(gbp(1), (struct money){1, "EUR"}, &m));
    assert_false(money_add(gbp(INT64_MAX), gbp(1), &m));
    assert_false(money_multiply(gbp(INT64_MAX / 2), 3, &m));
    assert_int_equal(m.minor, 597); /* as it was */
}

static void shares_are_rounded_half_away_from_zero(void **state)
{
    static const struct {
        int64_t minor, points, share;
    } CASES[] = {
        {10000, 2000, 2000},
        {999, 2000, 200}, /* 199.8 */
        {25, 1000, 3},    /* 2.5 */
        {24, 1000, 2},    /* 2.4 */
        {-25, 1000, -3},  /* -2.5 */
        {-24, 1000, -2},
        {25, -1000, -3},
        {1, 5000, 1}, /* 0.5 */
        {1, 4999, 0},
        {-1, 5000, -1},
        {33333, 1750, 5833}, /* 5833.275 */
        {INT64_MAX, 10000, INT64_MAX},
        {INT64_MIN, 10000, INT64_MIN},
        {0, 12345, 0},
    };
    struct money m;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_true(money_share(gbp(CASES[i].minor), CASES[i].points, &m));
        assert_int_equal(m.minor, CASES[i].share);
    }
    assert_false(money_share(gbp(INT64_MAX), 20000, &m));
}

static void currencies_have_their_decimals(void **state)
{
    (void)state;
    assert_int_equal(money_decimals("GBP"), 2);
    assert_int_equal(money_decimals("CNY"), 2);
    assert_int_equal(money_decimals("JPY"), 0);
    assert_int_equal(money_decimals("KWD"), 3);
}

static void amounts_are_read_and_written(void **state)
{
    static const struct {
        const char *text, *currency;
        int64_t minor;
        const char *written;
    } CASES[] = {
        {"1234.50", "GBP", 123450, "GBP 1,234.50"},
        {"1,234.50", "GBP", 123450, "GBP 1,234.50"},
        {"12,345,678.9", "GBP", 1234567890, "GBP 12,345,678.90"},
        {"0", "EUR", 0, "EUR 0.00"},
        {"0.05", "EUR", 5, "EUR 0.05"},
        {"-0.05", "EUR", -5, "EUR -0.05"},
        {"-1000", "CNY", -100000, "CNY -1,000.00"},
        {"1,000", "JPY", 1000, "JPY 1,000"},
        {"999", "JPY", 999, "JPY 999"},
        {"1.234", "KWD", 1234, "KWD 1.234"},
        {"92233720368547758.07", "GBP", INT64_MAX, "GBP 92,233,720,368,547,758.07"},
        {"-92233720368547758.08", "GBP", INT64_MIN, "GBP -92,233,720,368,547,758.08"},
    };
    struct money m;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_true(money_parse(CASES[i].text, CASES[i].currency, &m));
        assert_int_equal(m.minor, CASES[i].minor);
        assert_string_equal(m.currency, CASES[i].currency);
        assert_string_equal(money_text(*state, m), CASES[i].written);
    }
}

static void what_is_no_amount_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "-",
        ".5",
        "5.",
        "1.234",
        "1,23",
        "1234,567",
        ",123",
        "1,,000",
        "12,34.5",
        "1 000",
        "+1",
        "--1",
        "1e3",
        "GBP 1",
        "1,000,",
        "92233720368547758.08",
        "999999999999999999999",
    };
    struct money m;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(money_parse(BAD[i], "GBP", &m));
    assert_false(money_parse("1.5", "JPY", &m));
    assert_false(money_parse("1", "gbp", &m));
    assert_false(money_parse("1", "GB ", &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(amounts_add_and_multiply_within_their_currency),
        with_arena(shares_are_rounded_half_away_from_zero),
        with_arena(currencies_have_their_decimals),
        with_arena(amounts_are_read_and_written),
        with_arena(what_is_no_amount_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
