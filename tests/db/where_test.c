#include "db/where.h"
#include "tests/support/test.h"

static void fragments_and_their_values_make_one_statement(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct where w;
    struct db_rows rows;

    make_person(cx, "Ann Lee", "ann@example.com");
    make_person(cx, "Bo Li", "bo@example.com");
    where_start(&w, cx, "SELECT full_name FROM person WHERE tenant_id = ?",
                (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    where_add(&w, " AND email LIKE ?", DB_TEXT("%example.com"));
    where_add(&w, " AND deleted_at IS NULL", DB_NONE);
    where_add(&w, " AND full_name <> ?", DB_TEXT("Bo Li"));
    where_add(&w, " ORDER BY id LIMIT ?", DB_INT(10));
    test_ok(cx, db_query_args(cx, &rows, w.text.p, w.args, w.count));
    assert_int_equal(rows.count, 1);
    assert_true(db_next(&rows));
    assert_string_equal(db_text(&rows.row, 0), "Ann Lee");
}

static void a_head_without_values_takes_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, "SELECT 1 FROM DUAL WHERE 1 = 1", (const struct db_arg[]){DB_NONE}, 1);
    assert_int_equal(w.count, 0);
    where_add(&w, " AND 2 = ?", DB_INT(2));
    test_ok(cx, db_query_args(cx, &rows, w.text.p, w.args, w.count));
    assert_int_equal(rows.count, 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(fragments_and_their_values_make_one_statement),
        cmocka_unit_test(a_head_without_values_takes_none),
    };

    return test_group_run("where", TESTS, COUNT(TESTS));
}
