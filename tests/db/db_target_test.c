#include "db/db.h"
#include "tests/support/test.h"

#include <string.h>

static struct arena *mem;

static int make_arena(void **state)
{
    (void)state;
    mem = arena_make(4096);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static void a_host_with_everything_is_read(void **state)
{
    struct err err = {0};
    struct db_target t;

    (void)state;
    assert_true(db_target_parse(&err, mem, "mysql://gate:se%40cr%3at@db1:3307/house", &t));
    assert_string_equal(t.user, "gate");
    assert_string_equal(t.password, "se@cr:t");
    assert_string_equal(t.host, "db1:3307");
    assert_string_equal(t.database, "house");
    assert_null(t.socket);
}

static void several_hosts_are_kept_in_order(void **state)
{
    struct err err = {0};
    struct db_target t;

    (void)state;
    assert_true(db_target_parse(&err, mem, "mysql://g:p@db1,db2:3307,[::1]:3308/house", &t));
    assert_string_equal(t.host, "db1,db2:3307,[::1]:3308");
}

static void a_socket_takes_the_place_of_the_host(void **state)
{
    struct err err = {0};
    struct db_target t;

    (void)state;
    assert_true(
        db_target_parse(&err, mem, "mysql://g:p@/house?socket=/run/mysqld/mysqld.sock", &t));
    assert_null(t.host);
    assert_string_equal(t.socket, "/run/mysqld/mysqld.sock");
    assert_string_equal(t.database, "house");
}

static void a_password_may_be_absent_or_have_an_at_sign(void **state)
{
    struct err err = {0};
    struct db_target t;

    (void)state;
    assert_true(db_target_parse(&err, mem, "mysql://g@db1/house", &t));
    assert_string_equal(t.password, "");
    assert_true(db_target_parse(&err, mem, "mysql://g:p@ss@db1/house", &t));
    assert_string_equal(t.password, "p@ss");
    assert_string_equal(t.host, "db1");
}

static void what_cannot_be_meant_is_refused_without_the_password(void **state)
{
    static const char *const BAD[] = {
        "",
        "mysql://",
        "postgres://g:hush@db1/house",
        "mysql://g:hush@db1",
        "mysql://g:hush@db1/",
        "mysql://g:hush@/house",
        "mysql://:hush@db1/house",
        "mysql://g:hush@db1:0/house",
        "mysql://g:hush@db1:99999/house",
        "mysql://g:hush@db1:x/house",
        "mysql://g:hush@db1,,db2/house",
        "mysql://g:hush@:3306/house",
        "mysql://g:hush%4@db1/house",
        "mysql://g:hush%zz@db1/house",
        "mysql://g:hush%00@db1/house",
        "mysql://g:hush@db1/house?socket=/run/s",
        "mysql://g:hush@/house?socket=",
        "mysql://g:hush@db1/house?tls=1",
        "mysql://house",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct err err = {0};
        struct db_target t;

        if (db_target_parse(&err, mem, BAD[i], &t))
            print_error("accepted: %s\n", BAD[i]);
        assert_non_null(err.kind);
        assert_int_equal(err.kind->class, ERR_CLASS_INVALID);
        assert_null(strstr(err.oper, "hush"));
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_host_with_everything_is_read),
        cmocka_unit_test(several_hosts_are_kept_in_order),
        cmocka_unit_test(a_socket_takes_the_place_of_the_host),
        cmocka_unit_test(a_password_may_be_absent_or_have_an_at_sign),
        cmocka_unit_test(what_cannot_be_meant_is_refused_without_the_password),
    };

    return cmocka_run_group_tests_name("db_target", TESTS, make_arena, free_arena);
}
