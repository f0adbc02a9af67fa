#include "db/db.h"
#include "tests/support/test.h"

#include <string.h>

static void values_come_back_as_they_were_bound(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const uint8_t BYTES[] = {0, 1, 0xff, 0, '\'', 0x80};
    struct id id = id_make(cx->now);
    struct db_rows rows;
    struct span bytes;

    test_sql(cx,
             "CREATE TABLE IF NOT EXISTS kinds (id UUID PRIMARY KEY, n BIGINT, t VARCHAR(100), "
             "b VARBINARY(100), at DATETIME(6), d DATE)",
             DB_NONE);
    test_sql(cx, "INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)", DB_ID(id), DB_INT(INT64_MIN),
             DB_TEXT("\xf0\x9f\x94\x91 \xe6\x8e\x88\xe6\x9d\x83"), DB_BYTES(BYTES, sizeof(BYTES)),
             DB_TIME(TEST_NOW + 123456), DB_TEXT("2026-02-28"));
    test_ok(cx,
            db_query(cx, &rows, "SELECT id, n, t, b, at, d FROM kinds WHERE id = ?", DB_ID(id)));
    assert_int_equal(rows.count, 1);
    assert_true(db_next(&rows));
    assert_true(id_equal(db_id(&rows.row, 0), id));
    assert_true(db_i64(&rows.row, 1) == INT64_MIN);
    assert_string_equal(db_text(&rows.row, 2), "\xf0\x9f\x94\x91 \xe6\x8e\x88\xe6\x9d\x83");
    bytes = db_bytes(&rows.row, 3);
    assert_int_equal(bytes.len, sizeof(BYTES));
    assert_memory_equal(bytes.p, BYTES, sizeof(BYTES));
    assert_true(db_time(&rows.row, 4) == TEST_NOW + 123456);
    assert_string_equal(db_text(&rows.row, 5), "2026-02-28");
    assert_false(db_next(&rows));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(values_come_back_as_they_were_bound),
    };

    return test_group_run("db", TESTS, COUNT(TESTS));
}
