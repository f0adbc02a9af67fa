#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const int64_t NOW = INT64_C(1767323045678999);

static int start(void **state)
{
    (void)state;
    crypto_init();
    return 0;
}

static void an_id_is_of_version_7_and_holds_its_millisecond(void **state)
{
    struct id id = id_make(NOW);
    char text[ID_TEXT_SIZE];

    (void)state;
    id_format(id, text);
    assert_memory_equal(text, "019b7ca9-8f2e-7", 13 + 2);
    assert_true(strchr("89ab", text[19]) != NULL);
    assert_int_equal(strlen(text), 36);
}

static void ids_ascend_within_one_millisecond_and_beyond_the_counter(void **state)
{
    struct id last = id_make(NOW);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct id next = id_make(NOW);

        assert_true(id_compare(last, next) < 0);
        last = next;
    }
}

static void an_older_run_still_makes_later_ids(void **state)
{
    struct id a = id_make(NOW + CLOCK_MINUTE);
    struct id b = id_make(NOW);

    (void)state;
    assert_true(id_compare(a, b) < 0);
}

static void a_clock_that_went_far_back_is_followed(void **state)
{
    struct id a = id_make(NOW + CLOCK_DAY);
    struct id b = id_make(NOW);

    (void)state;
    assert_true(id_compare(a, b) > 0);
}

enum { THREADS = 4, PER_THREAD = 20000 };

static void *make_many(void *out)
{
    struct id *ids = out;

    for (int i = 0; i < PER_THREAD; i++)
        ids[i] = id_make(clock_now());
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static void threads_get_ascending_ids_without_duplicates(void **state)
{
    struct id *ids = arena_array(*state, struct id, THREADS * PER_THREAD);
    pthread_t threads[THREADS];

    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, make_many, ids + t * PER_THREAD), 0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    for (int i = 1; i < THREADS * PER_THREAD; i++) {
        if (i % PER_THREAD != 0)
            assert_true(id_compare(ids[i - 1], ids[i]) < 0);
    }
    qsort(ids, THREADS * PER_THREAD, sizeof *ids, compare_ids);
    for (int i = 1; i < THREADS * PER_THREAD; i++)
        assert_false(id_equal(ids[i - 1], ids[i]));
}

static void text_goes_both_ways_in_either_case(void **state)
{
    struct id a;
    struct id b;

    assert_true(id_parse("22222222-aBcD-4222-8222-22222222EF01", &a));
    assert_string_equal(id_text(*state, a), "22222222-abcd-4222-8222-22222222ef01");
    assert_true(id_parse("22222222-abcd-4222-8222-22222222ef01", &b));
    assert_true(id_equal(a, b));
    assert_false(id_is_zero(a));
    assert_true(id_parse("00000000-0000-0000-0000-000000000000", &a));
    assert_true(id_is_zero(a));
}

static void what_is_no_id_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "22222222",
        "22222222-abcd-4222-8222-22222222ef0",
        "22222222-abcd-4222-8222-22222222ef012",
        "22222222-abcd-4222-8222-22222222ef0g",
        "22222222abcd-4222-8222-22222222ef012",
        "2222222-2abcd-4222-8222-22222222ef01",
        "{2222222-abcd-4222-8222-22222222ef0}",
        "22222222-abcd-4222-8222-2222-222ef01",
        " 2222222-abcd-4222-8222-22222222ef01",
    };
    struct id id;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(id_parse(BAD[i], &id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(an_id_is_of_version_7_and_holds_its_millisecond),
        with_arena(ids_ascend_within_one_millisecond_and_beyond_the_counter),
        with_arena(an_older_run_still_makes_later_ids),
        with_arena(a_clock_that_went_far_back_is_followed),
        with_arena(threads_get_ascending_ids_without_duplicates),
        with_arena(text_goes_both_ways_in_either_case),
        with_arena(what_is_no_id_is_refused),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
