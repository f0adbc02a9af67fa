#include "base/clock.h"
#include "db/db.h"
#include "tests/support/test.h"

#include <pthread.h>
#include <string.h>

/* Hundreds of different statements, more than a connection keeps. */
enum { MANY_STATEMENTS = 450, MANY_ROWS = 2000, LONG_TEXT = 300000 };

static const char KEY_EMOJI[] = "\xf0\x9f\x94\x91 \xe6\x8e\x88\xe6\x9d\x83"; /* 4-byte text */

static void make_kinds(struct ctx *cx)
{
    test_sql(cx,
             "CREATE TABLE IF NOT EXISTS kinds (id UUID PRIMARY KEY, n BIGINT, t LONGTEXT, "
             "b LONGBLOB, at DATETIME(6), d DATE, small TINYINT, flag BOOLEAN, fixed CHAR(3))",
             DB_NONE);
}

static void make_items(struct ctx *cx)
{
    test_sql(cx,
             "CREATE TABLE IF NOT EXISTS item (tenant_id UUID, n BIGINT, parent BIGINT NULL, "
             "PRIMARY KEY (tenant_id, n), UNIQUE KEY item_parent (tenant_id, parent), "
             "FOREIGN KEY (tenant_id, parent) REFERENCES item (tenant_id, n))",
             DB_NONE);
}

static int64_t item_count(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM item WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static bool add_item(struct ctx *cx, int64_t n)
{
    return db_exec(cx, NULL, "INSERT INTO item (tenant_id, n) VALUES (?, ?)", DB_ID(cx->tenant_id),
                   DB_INT(n));
}

/* --- values --- */

static void values_come_back_as_they_were_bound(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const uint8_t BYTES[] = {0, 1, 0xff, 0, '\'', 0x80};
    struct id id = id_make(cx->now);
    struct db_rows rows;
    struct span bytes;

    make_kinds(cx);
    test_sql(cx, "INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", DB_ID(id),
             DB_INT(INT64_MIN), DB_TEXT(KEY_EMOJI), DB_BYTES(BYTES, sizeof(BYTES)),
             DB_TIME(TEST_NOW + 123456), DB_TEXT("2026-02-28"), DB_INT(-7), DB_BOOL(4 == 4),
             DB_TEXT("EUR"));
    test_ok(cx, db_query(cx, &rows,
                         "SELECT id, n, t, b, at, d, small, flag, fixed FROM kinds WHERE id = ?",
                         DB_ID(id)));
    assert_int_equal(rows.count, 1);
    assert_true(db_next(&rows));
    assert_true(id_equal(db_id(&rows.row, 0), id));
    assert_true(db_i64(&rows.row, 1) == INT64_MIN);
    assert_string_equal(db_text(&rows.row, 2), KEY_EMOJI);
    bytes = db_bytes(&rows.row, 3);
    assert_int_equal(bytes.len, sizeof(BYTES));
    assert_memory_equal(bytes.p, BYTES, sizeof(BYTES));
    assert_true(db_time(&rows.row, 4) == TEST_NOW + 123456);
    assert_string_equal(db_text(&rows.row, 5), "2026-02-28");
    assert_true(db_time(&rows.row, 5) == INT64_C(1772236800000000));
    assert_int_equal(db_i64(&rows.row, 6), -7);
    assert_true(db_bool(&rows.row, 7));
    assert_string_equal(db_text(&rows.row, 8), "EUR");
    assert_false(db_next(&rows));
}

static void the_greatest_number_and_old_and_far_instants_keep_every_digit(void **state)
{
    static const int64_t INSTANTS[] = {INT64_C(-1), INT64_C(1), INT64_C(253402300799999999),
                                       INT64_C(-12219292800000000)};
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;

    make_kinds(cx);
    for (size_t i = 0; i < COUNT(INSTANTS); i++) {
        struct id id = id_make(cx->now);

        test_sql(cx, "INSERT INTO kinds (id, n, at) VALUES (?, ?, ?)", DB_ID(id), DB_INT(INT64_MAX),
                 DB_TIME(INSTANTS[i]));
        test_ok(cx, db_query(cx, &rows, "SELECT n, at FROM kinds WHERE id = ?", DB_ID(id)));
        assert_true(db_next(&rows));
        assert_true(db_i64(&rows.row, 0) == INT64_MAX);
        assert_true(db_time(&rows.row, 1) == INSTANTS[i]);
    }
}

static void null_is_told_apart_from_empty(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = id_make(cx->now);
    struct id zero = {{0}};
    struct db_rows rows;

    make_kinds(cx);
    test_sql(cx, "INSERT INTO kinds (id, n, t, b, at) VALUES (?, ?, ?, ?, ?)", DB_ID(id), DB_NULL,
             DB_TEXT(NULL), DB_BYTES("", 0), DB_TIME(0));
    test_ok(cx, db_query(cx, &rows, "SELECT n, t, b, at, ? IS NULL, '' FROM kinds WHERE id = ?",
                         DB_ID_OR_NULL(zero), DB_ID(id)));
    assert_true(db_next(&rows));
    assert_true(db_is_null(&rows.row, 0));
    assert_int_equal(db_i64(&rows.row, 0), 0);
    assert_null(db_text(&rows.row, 1));
    assert_false(db_is_null(&rows.row, 2));
    assert_int_equal(db_bytes(&rows.row, 2).len, 0);
    assert_true(db_time(&rows.row, 3) == 0);
    assert_true(db_is_null(&rows.row, 3));
    assert_true(db_bool(&rows.row, 4));
    assert_string_equal(db_text(&rows.row, 5), "");
}

static void long_texts_come_whole(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = id_make(cx->now);
    char *text = arena_alloc(cx->mem, LONG_TEXT + 1);

    make_kinds(cx);
    for (int i = 0; i < LONG_TEXT; i++)
        text[i] = (char)('a' + i % 26);
    test_sql(cx, "INSERT INTO kinds (id, t) VALUES (?, ?)", DB_ID(id), DB_TEXT(text));
    assert_string_equal(test_text(cx, "SELECT t FROM kinds WHERE id = ?", DB_ID(id)), text);
}

static void sums_and_counts_are_numbers(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_items(cx);
    for (int i = 1; i <= 4; i++)
        test_ok(cx, add_item(cx, i * INT64_C(1000000000000)));
    assert_true(test_i64(cx, "SELECT SUM(n) FROM item WHERE tenant_id = ?", DB_ID(cx->tenant_id)) ==
                INT64_C(10000000000000));
    assert_true(test_i64(cx, "SELECT -SUM(n) FROM item WHERE tenant_id = ?",
                         DB_ID(cx->tenant_id)) == INT64_C(-10000000000000));
    assert_true(test_i64(cx, "SELECT AVG(n) FROM item WHERE tenant_id = ?", DB_ID(cx->tenant_id)) ==
                INT64_C(2500000000000));
    assert_int_equal(
        test_i64(cx, "SELECT SUM(n) FROM item WHERE tenant_id = ? AND n = 0", DB_ID(cx->tenant_id)),
        0);
}

static void many_rows_come_in_order(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;

    make_items(cx);
    test_ok(cx, db_begin(cx));
    for (int i = 0; i < MANY_ROWS; i++)
        test_ok(cx, add_item(cx, i));
    test_ok(cx, db_commit(cx));
    test_ok(cx, db_query(cx, &rows, "SELECT n, 'x' FROM item WHERE tenant_id = ? ORDER BY n",
                         DB_ID(cx->tenant_id)));
    assert_int_equal(rows.count, MANY_ROWS);
    for (int i = 0; db_next(&rows); i++) {
        assert_int_equal(db_i64(&rows.row, 0), i);
        assert_string_equal(db_text(&rows.row, 1), "x");
    }
}

static void ids_sort_in_the_order_they_were_made(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[5];
    struct db_rows rows;

    make_kinds(cx);
    for (int i = 0; i < 5; i++)
        ids[i] = id_make(cx->now + i * CLOCK_HOUR);
    for (int i = 4; i >= 0; i--)
        test_sql(cx, "INSERT INTO kinds (id, fixed) VALUES (?, 'ord')", DB_ID(ids[i]));
    test_ok(cx,
            db_query(cx, &rows, "SELECT id FROM kinds WHERE fixed = 'ord' ORDER BY id", DB_NONE));
    assert_int_equal(rows.count, 5);
    for (int i = 0; db_next(&rows); i++)
        assert_true(id_equal(db_id(&rows.row, 0), ids[i]));
}

/* --- the session --- */

static void the_session_is_in_utc_strict_and_read_committed(void **state)
{
    struct ctx *cx = test_ctx(state);

    assert_string_equal(test_text(cx, "SELECT @@session.time_zone", DB_NONE), "+00:00");
    assert_string_equal(test_text(cx, "SELECT @@session.tx_isolation", DB_NONE), "READ-COMMITTED");
    assert_non_null(
        strstr(test_text(cx, "SELECT @@session.sql_mode", DB_NONE), "STRICT_ALL_TABLES"));
    assert_string_equal(test_text(cx, "SELECT @@session.character_set_client", DB_NONE), "utf8mb4");
    make_kinds(cx);
    test_refused(cx,
                 db_exec(cx, NULL, "INSERT INTO kinds (id, fixed) VALUES (?, 'four')",
                         DB_ID(id_make(cx->now))),
                 &ERR_INTERNAL);
}

static void an_update_that_changes_no_byte_counts_its_rows(void **state)
{
    struct ctx *cx = test_ctx(state);
    int64_t changed = -1;

    make_items(cx);
    test_ok(cx, add_item(cx, 1));
    test_ok(cx, db_exec(cx, &changed, "UPDATE item SET n = 1 WHERE tenant_id = ? AND n = 1",
                        DB_ID(cx->tenant_id)));
    assert_int_equal(changed, 1);
    test_ok(cx, db_exec(cx, &changed, "UPDATE item SET n = 2 WHERE tenant_id = ? AND n = 9",
                        DB_ID(cx->tenant_id)));
    assert_int_equal(changed, 0);
}

static void more_statements_than_a_connection_keeps_all_work(void **state)
{
    struct ctx *cx = test_ctx(state);

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY_STATEMENTS; i++)
            assert_int_equal(test_i64(cx, arena_printf(cx->mem, "SELECT %d + ?", i), DB_INT(round)),
                             i + round);
    /* One that is used all the time stays. */
    assert_true(test_i64(cx,
                         "SELECT VARIABLE_VALUE FROM information_schema.global_status "
                         "WHERE VARIABLE_NAME = 'PREPARED_STMT_COUNT'",
                         DB_NONE) < MANY_STATEMENTS);
}

static void a_statement_survives_a_change_of_its_table(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const char SQL[] = "SELECT * FROM shape WHERE 1 = ?";
    struct db_rows rows;

    test_sql(cx, "CREATE TABLE shape (a INT)", DB_NONE);
    test_ok(cx, db_query(cx, &rows, SQL, DB_INT(1)));
    test_sql(cx, "ALTER TABLE shape ADD COLUMN b INT", DB_NONE);
    test_ok(cx, db_query(cx, &rows, SQL, DB_INT(1)));
    assert_int_equal(rows.columns, 2);
}

/* --- refusals --- */

static void a_duplicate_names_its_key_and_keeps_the_value_out_of_the_log(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_person(cx, "Ann Lee", "ann@example.com");
    assert_string_equal(db_duplicate_key(cx), "");
    assert_false(db_exec(cx, NULL,
                         "INSERT INTO person (tenant_id, id, full_name, email, created_at, "
                         "updated_at) VALUES (?, ?, 'Bo', 'ann@example.com', ?, ?)",
                         DB_ID(cx->tenant_id), DB_ID(id_make(cx->now)), DB_TIME(cx->now),
                         DB_TIME(cx->now)));
    assert_ptr_equal(cx->err.kind, &ERR_CONFLICT);
    assert_string_equal(db_duplicate_key(cx), "person_email");
    assert_non_null(strstr(cx->err.oper, "person_email"));
    assert_null(strstr(cx->err.oper, "duplicate entry"));
    err_clear(&cx->err);
    test_sql(cx, "SELECT 1", DB_NONE);
    assert_string_equal(db_duplicate_key(cx), "");
}

static void a_duplicate_of_the_primary_key_is_called_primary(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_items(cx);
    test_ok(cx, add_item(cx, 1));
    assert_false(add_item(cx, 1));
    assert_string_equal(db_duplicate_key(cx), "PRIMARY");
}

static void a_row_in_use_is_a_conflict_and_an_absent_parent_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_items(cx);
    test_ok(cx, add_item(cx, 1));
    test_sql(cx, "INSERT INTO item VALUES (?, 2, 1)", DB_ID(cx->tenant_id));
    test_refused(
        cx,
        db_exec(cx, NULL, "DELETE FROM item WHERE tenant_id = ? AND n = 1", DB_ID(cx->tenant_id)),
        &ERR_CONFLICT);
    test_refused(cx, db_exec(cx, NULL, "INSERT INTO item VALUES (?, 3, 99)", DB_ID(cx->tenant_id)),
                 &ERR_NOT_FOUND);
}

static void broken_statements_are_our_fault(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;

    test_refused(cx, db_query(cx, &rows, "SELEKT 1", DB_NONE), &ERR_INTERNAL);
    test_refused(cx, db_query(cx, &rows, "SELECT ?", DB_NONE), &ERR_INTERNAL);
    test_refused(cx, db_query(cx, &rows, "SELECT 1", DB_INT(1)), &ERR_INTERNAL);
    test_refused(cx, db_query(cx, &rows, "SELECT 1 FROM no_such_table", DB_NONE), &ERR_INTERNAL);
    assert_int_equal(test_i64(cx, "SELECT 3", DB_NONE), 3);
}

/* --- transactions --- */

static void a_commit_keeps_and_a_rollback_undoes(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);

    make_items(cx);
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 1));
    assert_int_equal(item_count(other), 0);
    test_ok(cx, db_commit(cx));
    assert_int_equal(item_count(other), 1);
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 2));
    db_rollback(cx);
    assert_int_equal(item_count(cx), 1);
}

static void only_the_outermost_commit_counts(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);

    make_items(cx);
    test_ok(cx, db_begin(cx));
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 1));
    test_ok(cx, db_commit(cx));
    assert_int_equal(item_count(other), 0);
    test_ok(cx, db_commit(cx));
    assert_int_equal(item_count(other), 1);
}

static void an_inner_rollback_undoes_all_and_nothing_runs_after_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);

    make_items(cx);
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 1));
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 2));
    db_rollback(cx);
    test_refused(cx, add_item(cx, 3), &ERR_INTERNAL);
    test_refused(cx, db_begin(cx), &ERR_INTERNAL);
    test_refused(cx, db_commit(cx), &ERR_INTERNAL);
    assert_int_equal(item_count(other), 0);
    test_ok(cx, add_item(cx, 4));
    assert_int_equal(item_count(other), 1);
}

static void release_rolls_back_what_is_open(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_items(cx);
    test_ok(cx, db_begin(cx));
    test_ok(cx, db_begin(cx));
    test_ok(cx, add_item(cx, 1));
    db_release(cx);
    assert_int_equal(item_count(cx), 0);
    test_ok(cx, add_item(cx, 2));
    assert_int_equal(item_count(cx), 1);
}

static void a_commit_without_a_begin_is_our_fault(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_refused(cx, db_commit(cx), &ERR_INTERNAL);
    db_rollback(cx);
}

static void a_wait_for_a_lock_that_takes_too_long_is_busy(void **state)
{
    static const char SQL[] = "UPDATE item SET parent = NULL WHERE tenant_id = ? AND n = ?";
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);

    make_items(cx);
    test_ok(cx, add_item(cx, 1));
    test_ok(cx, add_item(cx, 2));
    test_ok(cx, db_begin(cx));
    test_ok(other, db_begin(other));
    test_ok(cx, db_exec(cx, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(1)));
    test_ok(other, db_exec(other, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(2)));
    test_sql(other, "SET SESSION innodb_lock_wait_timeout = 0", DB_NONE);
    assert_false(db_exec(other, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(1)));
    assert_ptr_equal(other->err.kind, &ERR_BUSY);
    db_rollback(other);
    ctx_retry(other);
    test_ok(cx, db_exec(cx, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(2)));
    test_ok(cx, db_commit(cx));
    test_sql(other, "SET SESSION innodb_lock_wait_timeout = 5", DB_NONE);
}

struct crossing {
    pthread_barrier_t barrier;
    const struct err_kind *kind[2];
    bool committed[2];
};

/* Each takes the item that the other one wants next. */
static void cross(struct ctx *cx, unsigned index, void *arg)
{
    static const char SQL[] = "UPDATE item SET parent = NULL WHERE tenant_id = ? AND n = ?";
    struct crossing *c = arg;
    bool ok =
        db_begin(cx) && db_exec(cx, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(index == 0 ? 1 : 2));

    pthread_barrier_wait(&c->barrier);
    ok = ok && db_exec(cx, NULL, SQL, DB_ID(cx->tenant_id), DB_INT(index == 0 ? 2 : 1));
    c->kind[index] = cx->err.kind;
    if (ok)
        c->committed[index] = db_commit(cx);
    else
        db_rollback(cx);
}

static void of_two_in_a_deadlock_one_commits_and_the_other_is_busy(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct crossing c = {.kind = {NULL}};
    int loser;

    make_items(cx);
    test_ok(cx, add_item(cx, 1));
    test_ok(cx, add_item(cx, 2));
    assert_int_equal(pthread_barrier_init(&c.barrier, NULL, 2), 0);
    test_threads(cx, 2, cross, &c);
    pthread_barrier_destroy(&c.barrier);
    loser = c.committed[0] ? 1 : 0;
    assert_true(c.committed[1 - loser]);
    assert_false(c.committed[loser]);
    assert_ptr_equal(c.kind[loser], &ERR_BUSY);
}

/* --- failures made on purpose, retries --- */

static bool add_two(struct ctx *cx, void *arg)
{
    (void)arg;
    if (!db_begin(cx))
        return false;
    if (!add_item(cx, 1) || !add_item(cx, 2)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static void no_item_is_left(struct ctx *cx, void *arg)
{
    int *failures = arg;

    assert_int_equal(item_count(cx), 0);
    ++*failures;
}

static void a_failure_at_each_statement_leaves_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    int failures = 0;

    make_items(cx);
    test_failures(cx, add_two, &failures, no_item_is_left);
    assert_int_equal(failures, 4); /* begin, two statements, commit */
    assert_int_equal(item_count(cx), 2);
}

struct attempts {
    int count;
    int succeed_at;
    struct id first, last;
};

static bool busy_for_a_while(struct ctx *cx, void *arg)
{
    struct attempts *a = arg;

    a->last = ctx_new_id(cx);
    if (a->count++ == 0)
        a->first = a->last;
    if (a->count < a->succeed_at)
        return err_set(&cx->err, &ERR_BUSY, "try %d", a->count);
    return true;
}

static void a_busy_run_is_tried_five_times_with_the_same_ids(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct attempts a = {.succeed_at = 3};
    struct attempts never = {.succeed_at = 100};

    test_ok(cx, db_retry(cx, busy_for_a_while, &a));
    assert_int_equal(a.count, 3);
    assert_true(id_equal(a.first, a.last));
    assert_null(cx->err.kind);
    test_refused(cx, db_retry(cx, busy_for_a_while, &never), &ERR_BUSY);
    assert_int_equal(never.count, 5);
}

static bool refuse(struct ctx *cx, void *arg)
{
    ++*(int *)arg;
    return err_set(&cx->err, &ERR_CONFLICT, "no");
}

static void a_refusal_is_not_tried_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    int count = 0;

    test_refused(cx, db_retry(cx, refuse, &count), &ERR_CONFLICT);
    assert_int_equal(count, 1);
}

static void new_ids_differ_and_stay_the_same_over_a_retry(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[CTX_IDS_MAX + 3];

    for (size_t i = 0; i < COUNT(ids); i++) {
        ids[i] = ctx_new_id(cx);
        assert_true(i == 0 || id_compare(ids[i - 1], ids[i]) < 0);
    }
    ctx_retry(cx);
    for (size_t i = 0; i < CTX_IDS_MAX; i++)
        assert_true(id_equal(ids[i], ctx_new_id(cx)));
    assert_false(id_equal(ids[CTX_IDS_MAX], ctx_new_id(cx)));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(values_come_back_as_they_were_bound),
        cmocka_unit_test(the_greatest_number_and_old_and_far_instants_keep_every_digit),
        cmocka_unit_test(null_is_told_apart_from_empty),
        cmocka_unit_test(long_texts_come_whole),
        cmocka_unit_test(sums_and_counts_are_numbers),
        cmocka_unit_test(many_rows_come_in_order),
        cmocka_unit_test(ids_sort_in_the_order_they_were_made),
        cmocka_unit_test(the_session_is_in_utc_strict_and_read_committed),
        cmocka_unit_test(an_update_that_changes_no_byte_counts_its_rows),
        cmocka_unit_test(more_statements_than_a_connection_keeps_all_work),
        cmocka_unit_test(a_statement_survives_a_change_of_its_table),
        cmocka_unit_test(a_duplicate_names_its_key_and_keeps_the_value_out_of_the_log),
        cmocka_unit_test(a_duplicate_of_the_primary_key_is_called_primary),
        cmocka_unit_test(a_row_in_use_is_a_conflict_and_an_absent_parent_not_found),
        cmocka_unit_test(broken_statements_are_our_fault),
        cmocka_unit_test(a_commit_keeps_and_a_rollback_undoes),
        cmocka_unit_test(only_the_outermost_commit_counts),
        cmocka_unit_test(an_inner_rollback_undoes_all_and_nothing_runs_after_it),
        cmocka_unit_test(release_rolls_back_what_is_open),
        cmocka_unit_test(a_commit_without_a_begin_is_our_fault),
        cmocka_unit_test(a_wait_for_a_lock_that_takes_too_long_is_busy),
        cmocka_unit_test(of_two_in_a_deadlock_one_commits_and_the_other_is_busy),
        cmocka_unit_test(a_failure_at_each_statement_leaves_nothing),
        cmocka_unit_test(a_busy_run_is_tried_five_times_with_the_same_ids),
        cmocka_unit_test(a_refusal_is_not_tried_again),
        cmocka_unit_test(new_ids_differ_and_stay_the_same_over_a_retry),
    };

    return test_group_run("db", TESTS, COUNT(TESTS));
}
