#include "base/err.h"
#include "base/utf8.h"
#include "tests/support/unit.h"

#include <string.h>

static void the_first_failure_stays(void **state)
{
    struct err err = {0};

    (void)state;
    assert_false(err_set_at(&err, &ERR_CONFLICT, "/data/id", "row %d", 7));
    err_arg(&err, "first");
    assert_false(err_set(&err, &ERR_INTERNAL, "cleaning up"));
    err_arg(&err, "second");
    assert_ptr_equal(err.kind, &ERR_CONFLICT);
    assert_string_equal(err.source, "/data/id");
    assert_string_equal(err.oper, "row 7");
    assert_string_equal(err.arg, "first");
}

static void a_failure_names_its_place_in_the_tree(void **state)
{
    struct err err = {0};

    (void)state;
    err_set(&err, &ERR_BUSY, "x");
    assert_memory_equal(err.where, "tests/base/err_test.c:", 22);
    assert_null(err.source);
}

static void a_cleared_failure_makes_room_for_the_next(void **state)
{
    struct err err = {0};

    (void)state;
    err_set(&err, &ERR_BUSY, "x");
    err_arg(&err, "a");
    err_clear(&err);
    assert_null(err.kind);
    err_set(&err, &ERR_DENIED, "y");
    err_arg(&err, "b");
    assert_ptr_equal(err.kind, &ERR_DENIED);
    assert_string_equal(err.arg, "b");
}

static void long_texts_are_cut_at_a_character(void **state)
{
    struct err err = {0};
    char text[601];

    (void)state;
    for (size_t i = 0; i < 600; i += 3)
        memcpy(text + i, "中", 3);
    text[600] = '\0';
    err_set(&err, &ERR_INVALID, "a%s", text);
    err_arg(&err, text + 0);
    assert_true(utf8_valid(err.oper, strlen(err.oper)));
    assert_int_equal(strlen(err.oper), 397); /* 1 + 132 * 3, of at most 399 */
    assert_true(utf8_valid(err.arg, strlen(err.arg)));
    assert_int_equal(strlen(err.arg), 63);
}

static void everything_that_is_wrong_is_told_once(void **state)
{
    static const struct err_kind LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG", "Too long."};
    struct arena *mem = *state;
    struct err err = {0};

    assert_false(err_also(&err, mem, &ERR_INVALID, "/a", "one"));
    assert_false(err_also(&err, mem, &LONG, "/a", "two"));
    assert_false(err_also(&err, mem, &LONG, "/a", "two again"));
    assert_false(err_also(&err, mem, &LONG, NULL, "three"));
    assert_ptr_equal(err.kind, &ERR_INVALID);
    assert_ptr_equal(err.more->kind, &LONG);
    assert_string_equal(err.more->oper, "two");
    assert_null(err.more->more->source);
    assert_null(err.more->more->more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(the_first_failure_stays),
        with_arena(a_failure_names_its_place_in_the_tree),
        with_arena(a_cleared_failure_makes_room_for_the_next),
        with_arena(long_texts_are_cut_at_a_character),
        with_arena(everything_that_is_wrong_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
