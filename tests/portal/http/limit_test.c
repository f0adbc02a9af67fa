#include "portal/http/limit.h"

#include <pthread.h>
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

static void what_is_left_is_told(void **state)
{
    struct limit *limit = limit_make(SECOND, 1);
    const struct limit_rule rule = {12 * SECOND, 5};
    int64_t now = INT64_C(1000) * SECOND;
    uint64_t key = limit_key(limit, limit_key(limit, 0, "a", 1), "b", 1);
    struct limit_count c;

    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_true(limit_take_key(limit, &rule, key, now, &c));
        assert_int_equal(c.limit, 5);
        assert_int_equal(c.count, i);
        assert_int_equal(c.remaining, 5 - i);
        assert_int_equal(c.window_s, 60);
        assert_int_equal(c.rest_us, INT64_C(12) * SECOND * i);
        assert_int_equal(c.retry_s, 0);
    }
    assert_false(limit_take_key(limit, &rule, key, now, &c));
    assert_int_equal(c.count, 5);
    assert_int_equal(c.remaining, 0);
    assert_int_equal(c.retry_s, 12);
    assert_true(key != limit_key(limit, limit_key(limit, 0, "ab", 2), "", 0));
    limit_free(limit);
}

enum { TAKERS = 8, TAKES = 20000, LET_IN = 1000 };

struct taker {
    struct limit *limit;
    int let_in;
};

static void *take_many(void *arg)
{
    struct taker *t = arg;
    int64_t retry;

    for (int i = 0; i < TAKES; i++)
        t->let_in += limit_take(t->limit, "203.0.113.7", INT64_C(1000) * SECOND, &retry) ? 1 : 0;
    return NULL;
}

static void threads_together_get_no_more_than_one(void **state)
{
    struct limit *limit = limit_make(SECOND, LET_IN);
    struct taker takers[TAKERS];
    pthread_t threads[TAKERS];
    int64_t retry;
    int sum = 0;

    (void)state;
    assert_true(limit_take(limit, "203.0.113.7", INT64_C(1000) * SECOND, &retry));
    for (int i = 0; i < TAKERS; i++) {
        takers[i] = (struct taker){limit, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, take_many, &takers[i]), 0);
    }
    for (int i = 0; i < TAKERS; i++) {
        pthread_join(threads[i], NULL);
        sum += takers[i].let_in;
    }
    assert_int_equal(sum, LET_IN - 1);
    limit_free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_let_in_and_then_the_rate),
        cmocka_unit_test(a_slow_rate_says_how_long_to_wait),
        cmocka_unit_test(a_flood_of_addresses_does_not_free_the_busy_one),
        cmocka_unit_test(what_is_left_is_told),
        cmocka_unit_test(threads_together_get_no_more_than_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
