#include "portal/http/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static void a_burst_is_let_in_and_then_the_rate(void **state)
{
    struct limit *limit = limit_make(SECOND / 10, 20);
    int64_t now = INT64_C(1000) * SECOND, retry;

    (void)state;
    for (int i = 0; i < 20; i++)
        assert_true(limit_take(limit, "203.0.113.7", now, &retry));
    assert_false(limit_take(limit, "203.0.113.7", now, &retry));
    assert_int_equal(retry, 1);
    assert_true(limit_take(limit, "203.0.113.8", now, &retry)); /* another's bucket is full */
    now += SECOND / 10;
    assert_true(limit_take(limit, "203.0.113.7", now, &retry));
    assert_false(limit_take(limit, "203.0.113.7", now, &retry));
    now += 60 * SECOND; /* a rest fills the bucket, and no more than that */
    for (int i = 0; i < 20; i++)
        assert_true(limit_take(limit, "203.0.113.7", now, &retry));
    assert_false(limit_take(limit, "203.0.113.7", now, &retry));
    limit_free(limit);
}

static void a_slow_rate_says_how_long_to_wait(void **state)
{
    struct limit *limit = limit_make(SECOND, 1);
    int64_t now = INT64_C(1000) * SECOND, retry;

    (void)state;
    assert_true(limit_take(limit, "a", now, &retry));
    assert_int_equal(retry, 0);
    assert_false(limit_take(limit, "a", now, &retry));
    assert_int_equal(retry, 1);
    assert_false(limit_take(limit, "a", now + SECOND - 1, &retry));
    assert_true(limit_take(limit, "a", now + SECOND, &retry));
    limit_free(limit);
}

static void a_flood_of_addresses_does_not_free_the_busy_one(void **state)
{
    struct limit *limit = limit_make(SECOND, 3);
    int64_t now = INT64_C(1000) * SECOND, retry;
    char address[32];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(limit_take(limit, "busy", now, &retry));
    for (int i = 0; i < 3000; i++) {
        snprintf(address, sizeof(address), "10.0.%d.%d", i / 250, i % 250);
        assert_true(limit_take(limit, address, now, &retry));
    }
    assert_false(limit_take(limit, "busy", now, &retry));
    limit_free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_let_in_and_then_the_rate),
        cmocka_unit_test(a_slow_rate_says_how_long_to_wait),
        cmocka_unit_test(a_flood_of_addresses_does_not_free_the_busy_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
