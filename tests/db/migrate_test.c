#include "db/migrate.h"
#include "tests/support/test.h"

#include <string.h>

static const struct migration FIRST[] = {
    {1, "one",
     "-- A comment; with a semicolon;\nCREATE TABLE a (n INT PRIMARY KEY);\n\n"
     "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES\n  (2);\n"},
};
static const struct migration SECOND[] = {
    {1, "one",
     "-- A comment; with a semicolon;\nCREATE TABLE a (n INT PRIMARY KEY);\n\n"
     "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES\n  (2);\n"},
    {2, "two", "ALTER TABLE a ADD COLUMN t VARCHAR(10) NOT NULL DEFAULT 'x;y'"},
};
static const struct migration BROKEN[] = {
    {1, "one",
     "CREATE TABLE b (n INT PRIMARY KEY);\nINSERT INTO b VALUES (1);\n"
     "INSERT INTO b VALUES ('no number');\nINSERT INTO b VALUES (3);\n"},
};
static const struct migration MENDED[] = {
    {1, "one",
     "CREATE TABLE b (n INT PRIMARY KEY);\nINSERT INTO b VALUES (1);\n"
     "INSERT INTO b VALUES (2);\nINSERT INTO b VALUES (3);\n"},
};

struct place { /* an empty database of its own */
    struct db_target target;
    struct db_pool *pool;
    struct ctx *cx;
};

static struct place new_place(void **state, const char *name)
{
    struct ctx *cx = test_ctx(state);
    struct place place = {.target = *test_target(), .cx = cx};

    test_sql(cx, arena_printf(cx->mem, "CREATE DATABASE %s CHARACTER SET latin1", name), DB_NONE);
    db_release(cx);
    place.target.database = name;
    place.pool = db_pool_make(&place.target, 4);
    cx->pool = place.pool;
    return place;
}

static void leave(struct place *place)
{
    db_release(place->cx);
    place->cx->pool = test_pool();
    db_pool_free(place->pool);
}

static void the_embedded_migrations_are_numbered_upwards(void **state)
{
    (void)state;
    assert_true(MIGRATION_COUNT > 0);
    for (int i = 0; i < MIGRATION_COUNT; i++) {
        assert_true(MIGRATIONS[i].number > (i == 0 ? 0 : MIGRATIONS[i - 1].number));
        assert_true(strlen(MIGRATIONS[i].sql) > 0);
    }
    assert_non_null(strstr(MIGRATIONS[0].sql, "CREATE TABLE tenant ("));
}

static void an_empty_database_becomes_the_whole_schema_once(void **state)
{
    struct place place = new_place(state, "whole");
    int applied = -1;
    int version = -1;

    test_ok(place.cx, migrate_version(place.cx, &version));
    assert_int_equal(version, 0);
    test_ok(place.cx, migrate_run(place.cx, &applied));
    assert_int_equal(applied, MIGRATION_COUNT);
    test_ok(place.cx, migrate_version(place.cx, &version));
    assert_int_equal(version, MIGRATIONS[MIGRATION_COUNT - 1].number);
    test_ok(place.cx, migrate_run(place.cx, &applied));
    assert_int_equal(applied, 0);
    assert_string_equal(test_text(place.cx, "SELECT @@collation_database", DB_NONE), "utf8mb4_bin");
    leave(&place);
}

static void every_table_of_the_schema_has_a_primary_key(void **state)
{
    struct ctx *cx = test_ctx(state);

    /* Galera needs it. */
    assert_int_equal(
        test_i64(cx,
                 "SELECT COUNT(*) FROM information_schema.tables t WHERE t.table_schema = "
                 "'gatehouse' AND t.table_name IN (SELECT table_name FROM "
                 "information_schema.columns WHERE table_schema = 'gatehouse') AND NOT EXISTS "
                 "(SELECT 1 FROM information_schema.table_constraints c WHERE c.table_schema = "
                 "'gatehouse' AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY "
                 "KEY')",
                 DB_NONE),
        0);
}

static void a_later_migration_is_added_to_the_earlier_ones(void **state)
{
    struct place place = new_place(state, "later");
    int applied;
    int version;

    test_ok(place.cx, migrate_apply(place.cx, FIRST, COUNT(FIRST), &applied));
    assert_int_equal(applied, 1);
    assert_int_equal(test_i64(place.cx, "SELECT SUM(n) FROM a", DB_NONE), 3);
    test_ok(place.cx, migrate_apply(place.cx, SECOND, COUNT(SECOND), &applied));
    assert_int_equal(applied, 1);
    assert_string_equal(test_text(place.cx, "SELECT t FROM a WHERE n = 1", DB_NONE), "x;y");
    test_ok(place.cx, migrate_version(place.cx, &version));
    assert_int_equal(version, 2);
    leave(&place);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    struct place place = new_place(state, "newer");
    int applied;

    test_ok(place.cx, migrate_apply(place.cx, SECOND, COUNT(SECOND), &applied));
    test_refused(place.cx, migrate_apply(place.cx, FIRST, COUNT(FIRST), &applied),
                 &ERR_SCHEMA_NEWER);
    assert_int_equal(test_i64(place.cx, "SELECT COUNT(*) FROM a", DB_NONE), 2);
    leave(&place);
}

static void a_statement_at_fault_is_named_and_the_next_run_goes_on_there(void **state)
{
    struct place place = new_place(state, "broken");
    int applied = 0;

    assert_false(migrate_apply(place.cx, BROKEN, COUNT(BROKEN), &applied));
    assert_ptr_equal(place.cx->err.kind, &ERR_INTERNAL);
    assert_non_null(strstr(place.cx->err.oper, "0001_one, statement 3"));
    assert_non_null(strstr(place.cx->err.oper, "INSERT INTO b VALUES ('no number')"));
    ctx_retry(place.cx);
    test_ok(place.cx, migrate_apply(place.cx, MENDED, COUNT(MENDED), &applied));
    assert_int_equal(test_i64(place.cx, "SELECT COUNT(*) FROM b", DB_NONE), 3);
    leave(&place);
}

static void a_table_that_was_made_without_its_note_is_no_fault(void **state)
{
    struct place place = new_place(state, "noteless");
    int applied = 0;

    test_ok(place.cx, migrate_apply(place.cx, SECOND, COUNT(SECOND), &applied));
    /* As if the program had died between ALTER TABLE and its mark. */
    test_sql(place.cx,
             "UPDATE schema_migration SET statements_done = 0, applied_at = NULL WHERE number = 2",
             DB_NONE);
    test_ok(place.cx, migrate_apply(place.cx, SECOND, COUNT(SECOND), &applied));
    assert_int_equal(applied, 1);
    leave(&place);
}

static void a_lease_that_ran_out_is_taken_over(void **state)
{
    struct place place = new_place(state, "lease");
    int applied;

    test_ok(place.cx, migrate_apply(place.cx, FIRST, COUNT(FIRST), &applied));
    test_sql(place.cx, "UPDATE migration_lease SET holder = UUID(), expires_at = UTC_TIMESTAMP(6)",
             DB_NONE);
    test_ok(place.cx, migrate_apply(place.cx, SECOND, COUNT(SECOND), &applied));
    assert_int_equal(applied, 1);
    leave(&place);
}

struct node {
    bool ok[4];
    int applied[4];
};

static void migrate_in_thread(struct ctx *cx, unsigned index, void *arg)
{
    struct node *node = arg;

    node->ok[index] = migrate_apply(cx, SECOND, COUNT(SECOND), &node->applied[index]);
}

static void nodes_that_start_together_migrate_once(void **state)
{
    struct place place = new_place(state, "together");
    struct node node = {{false}, {0}};
    int sum = 0;

    test_threads(place.cx, 4, migrate_in_thread, &node);
    for (int i = 0; i < 4; i++) {
        assert_true(node.ok[i]);
        sum += node.applied[i];
    }
    assert_int_equal(sum, 2);
    assert_int_equal(test_i64(place.cx, "SELECT COUNT(*) FROM a", DB_NONE), 2);
    leave(&place);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_embedded_migrations_are_numbered_upwards),
        cmocka_unit_test(an_empty_database_becomes_the_whole_schema_once),
        cmocka_unit_test(every_table_of_the_schema_has_a_primary_key),
        cmocka_unit_test(a_later_migration_is_added_to_the_earlier_ones),
        cmocka_unit_test(a_newer_schema_is_refused_and_left_alone),
        cmocka_unit_test(a_statement_at_fault_is_named_and_the_next_run_goes_on_there),
        cmocka_unit_test(a_table_that_was_made_without_its_note_is_no_fault),
        cmocka_unit_test(a_lease_that_ran_out_is_taken_over),
        cmocka_unit_test(nodes_that_start_together_migrate_once),
    };

    return test_group_run("migrate", TESTS, COUNT(TESTS));
}
