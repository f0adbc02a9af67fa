#include "db/series.h"
#include "tests/support/test.h"

#include <string.h>

enum { THREADS = 20, NUMBERS_EACH = 10 };

static const char *next(struct ctx *cx, const char *name)
{
    const char *text = NULL;
    int64_t number;

    test_ok(cx, series_next(cx, name, &text, &number));
    return text;
}

static void a_new_series_starts_with_its_default_format(void **state)
{
    struct ctx *cx = test_ctx(state);

    assert_string_equal(next(cx, "ticket"), "T-1001");
    assert_string_equal(next(cx, "ticket"), "T-1002");
    assert_string_equal(next(cx, "customer"), "C-0001");
    test_ok(cx, db_begin(cx));
    assert_string_equal(next(cx, "order"), "SO-2026-0001");
    assert_string_equal(next(cx, "order"), "SO-2026-0002");
    test_ok(cx, db_commit(cx));
}

static void each_tenant_counts_for_itself(void **state)
{
    struct ctx *one = test_ctx(state);
    struct ctx *two = test_ctx(state);

    assert_string_equal(next(one, "ticket"), "T-1001");
    assert_string_equal(next(two, "ticket"), "T-1001");
}

static void the_tenant_sets_format_and_next_number(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_ok(cx, series_set(cx, "ticket", "#{n}", 20418));
    assert_string_equal(next(cx, "ticket"), "#20418");
    test_ok(cx, series_set(cx, "ticket", "{yyyy}/{n:6}", 7));
    assert_string_equal(next(cx, "ticket"), "2026/000007");
    test_ok(cx, series_set(cx, "ticket", "{yy}{year}-{number:3}", 8));
    assert_string_equal(next(cx, "ticket"), "262026-008");
}

static void a_format_without_a_number_or_with_unknown_braces_is_refused(void **state)
{
    static const char *const BAD[] = {"T-",    "{x}",     "T-{n",   "{n:}",    "{n:0}",
                                      "{n:x}", "}{n}",    "{nn}",   "{yyyy}",  "{n:99}",
                                      "{n}{",  "{yyy}{n}", "{n:-1}", "{n}{yyyy"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(BAD); i++)
        test_refused(cx, series_set(cx, "ticket", BAD[i], 1), &ERR_INVALID);
    test_refused(cx, series_set(cx, "ticket", "{n}", 0), &ERR_INVALID);
    assert_string_equal(next(cx, "ticket"), "T-1001");
}

static void a_gapless_series_wants_a_transaction(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text;
    int64_t number;

    test_refused(cx, series_next(cx, "invoice", &text, &number), &ERR_INTERNAL);
    test_refused(cx, series_next(cx, "unheard-of", &text, &number), &ERR_INTERNAL);
}

static void a_number_of_a_transaction_that_is_undone_comes_again(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_ok(cx, db_begin(cx));
    assert_string_equal(next(cx, "invoice"), "IN-2026-0001");
    test_ok(cx, db_commit(cx));
    test_ok(cx, db_begin(cx));
    assert_string_equal(next(cx, "invoice"), "IN-2026-0002");
    db_rollback(cx);
    test_ok(cx, db_begin(cx));
    assert_string_equal(next(cx, "invoice"), "IN-2026-0002");
    test_ok(cx, db_commit(cx));
}

static bool take_one(struct ctx *cx, void *arg)
{
    const char *text;
    int64_t number;

    (void)arg;
    if (!db_begin(cx))
        return false;
    if (!series_next(cx, "order", &text, &number) ||
        !db_exec(cx, NULL, "INSERT INTO taken VALUES (?, ?)", DB_ID(cx->tenant_id),
                 DB_INT(number))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* A run that fails after it had its number. */
static void take_and_undo(struct ctx *cx)
{
    const char *text;
    int64_t number;

    if (db_begin(cx) && series_next(cx, "order", &text, &number))
        db_rollback(cx);
    db_release(cx);
    ctx_retry(cx);
}

static void take_some(struct ctx *cx, unsigned index, void *arg)
{
    bool *ok = arg;

    ok[index] = true;
    for (int i = 0; i < NUMBERS_EACH; i++) {
        bool taken;

        if (i % 3 == 1)
            take_and_undo(cx);
        taken = db_retry(cx, take_one, NULL);
        for (int again = 0; again < 10 && !taken && cx->err.kind == &ERR_BUSY; again++) {
            ctx_retry(cx);
            taken = db_retry(cx, take_one, NULL);
        }
        ok[index] = ok[index] && taken;
    }
}

static void twenty_threads_take_gapless_numbers_without_gaps_or_doubles(void **state)
{
    struct ctx *cx = test_ctx(state);
    bool ok[THREADS];

    test_sql(cx,
             "CREATE TABLE IF NOT EXISTS taken (tenant_id UUID, n BIGINT, "
             "PRIMARY KEY (tenant_id, n))",
             DB_NONE);
    test_threads(cx, THREADS, take_some, ok);
    for (int i = 0; i < THREADS; i++)
        assert_true(ok[i]);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM taken WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        THREADS * NUMBERS_EACH);
    assert_int_equal(
        test_i64(cx, "SELECT MAX(n) FROM taken WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        THREADS * NUMBERS_EACH);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_new_series_starts_with_its_default_format),
        cmocka_unit_test(each_tenant_counts_for_itself),
        cmocka_unit_test(the_tenant_sets_format_and_next_number),
        cmocka_unit_test(a_format_without_a_number_or_with_unknown_braces_is_refused),
        cmocka_unit_test(a_gapless_series_wants_a_transaction),
        cmocka_unit_test(a_number_of_a_transaction_that_is_undone_comes_again),
        cmocka_unit_test(twenty_threads_take_gapless_numbers_without_gaps_or_doubles),
    };

    return test_group_run("series", TESTS, COUNT(TESTS));
}
