#include "licensing/client/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool parses(const char *text)
{
    struct ghc_json j;
    bool is_good = ghc_json_parse(&j, text, strlen(text));

    if (is_good)
        ghc_json_free(&j);
    return is_good;
}

static void what_is_json_is_read(void **state)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [1, -0, 0.5, 1e9, -1.25E-3] ",
                                       "\"\"",
                                       "null",
                                       "true",
                                       "false",
                                       "0",
                                       "{\"a\":{\"b\":[{}]}}",
                                       "\"\\u00e9\\ud83d\\ude00\\n\"",
                                       "\"门店\"",
                                       "[[],{},\"\"]"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(parses(good[i]));
}

static void what_is_not_json_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1,]",
                                      "{\"a\":}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "[1 2]",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "nul",
                                      "truex",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\ud83d\"",
                                      "\"\\ude00\"",
                                      "\"\\ud83d\\u0041\"",
                                      "\"\n\"",
                                      "\"\xff\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf4\x90\x80\x80\"",
                                      "\"\xe9\"",
                                      "[1]x",
                                      "{\"a\":1,}",
                                      "NaN",
                                      "'a'",
                                      "[\"a\":1]",
                                      "/**/1"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (parses(bad[i]))
            print_error("read: %s\n", bad[i]);
        assert_false(parses(bad[i]));
    }
}

static void depth_and_size_are_bounded(void **state)
{
    static char text[2 * GHC_JSON_NODES_MAX + 16];
    struct ghc_json j;

    (void)state;
    memset(text, '[', GHC_JSON_DEPTH_MAX);
    memset(text + GHC_JSON_DEPTH_MAX, ']', GHC_JSON_DEPTH_MAX);
    assert_true(ghc_json_parse(&j, text, 2 * GHC_JSON_DEPTH_MAX));
    ghc_json_free(&j);
    memset(text, '[', GHC_JSON_DEPTH_MAX + 1);
    memset(text + GHC_JSON_DEPTH_MAX + 1, ']', GHC_JSON_DEPTH_MAX + 1);
    assert_false(ghc_json_parse(&j, text, 2 * GHC_JSON_DEPTH_MAX + 2));
    text[0] = '[';
    for (size_t i = 0; i <= GHC_JSON_NODES_MAX; i++)
        memcpy(text + 1 + 2 * i, "1,", 2);
    text[2 * GHC_JSON_NODES_MAX + 2] = ']';
    assert_false(ghc_json_parse(&j, text, 2 * GHC_JSON_NODES_MAX + 3));
}

static void members_are_found_by_their_path(void **state)
{
    static const char text[] =
        "{\"a\":[{\"b\":\"x\"},{\"b\":7,\"c\":[true,null]}],\"\\u0064\":\"\\u00e9\",\"e\":1,\"e\":2}";
    struct ghc_json j;
    char out[8];
    int64_t n;

    (void)state;
    assert_true(ghc_json_parse(&j, text, strlen(text)));
    assert_true(ghc_json_equals(&j, ghc_json_at(&j, "a/0/b"), "x"));
    assert_true(ghc_json_integer(&j, ghc_json_at(&j, "a/1/b"), &n));
    assert_int_equal(n, 7);
    assert_true(ghc_json_is(&j, ghc_json_at(&j, "a/1/c/0"), GHC_JSON_TRUE));
    assert_true(ghc_json_is(&j, ghc_json_at(&j, "a/1/c/1"), GHC_JSON_NULL));
    assert_true(ghc_json_text(&j, ghc_json_at(&j, "d"), out, sizeof out));
    assert_string_equal(out, "\xc3\xa9");
    assert_int_equal(ghc_json_at(&j, "a/2"), GHC_JSON_NONE);
    assert_int_equal(ghc_json_at(&j, "a/x"), GHC_JSON_NONE);
    assert_int_equal(ghc_json_at(&j, "a/0/b/c"), GHC_JSON_NONE);
    assert_int_equal(ghc_json_at(&j, "z"), GHC_JSON_NONE);
    /* Of two members of one name neither counts. */
    assert_int_equal(ghc_json_at(&j, "e"), GHC_JSON_NONE);
    ghc_json_free(&j);
}

static void texts_are_decoded_whole_or_not_at_all(void **state)
{
    static const char text[] = "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"a\\u0000b\",\"\\ud83d\\ude00\"]";
    struct ghc_json j;
    char out[16], *copy;

    (void)state;
    assert_true(ghc_json_parse(&j, text, strlen(text)));
    assert_true(ghc_json_text(&j, ghc_json_at(&j, "0"), out, 9));
    assert_string_equal(out, "\"\\/\b\f\n\r\t");
    assert_false(ghc_json_text(&j, ghc_json_at(&j, "0"), out, 8));
    assert_false(ghc_json_text(&j, ghc_json_at(&j, "1"), out, sizeof out));
    assert_false(ghc_json_equals(&j, ghc_json_at(&j, "1"), "a"));
    assert_false(ghc_json_copy(&j, ghc_json_at(&j, "1"), &copy));
    assert_null(copy);
    assert_true(ghc_json_text(&j, ghc_json_at(&j, "2"), out, sizeof out));
    assert_string_equal(out, "\xf0\x9f\x98\x80");
    ghc_json_free(&j);
}

static void integers_are_whole_and_fit(void **state)
{
    static const char text[] =
        "[0,-12,900719925474099199,92233720368547758080,1.0,1e3,\"1\",-900719925474099199]";
    struct ghc_json j;
    int64_t n;

    (void)state;
    assert_true(ghc_json_parse(&j, text, strlen(text)));
    assert_true(ghc_json_integer(&j, ghc_json_at(&j, "0"), &n));
    assert_true(ghc_json_integer(&j, ghc_json_at(&j, "1"), &n));
    assert_int_equal(n, -12);
    assert_true(ghc_json_integer(&j, ghc_json_at(&j, "2"), &n));
    assert_int_equal(n, INT64_C(900719925474099199));
    assert_false(ghc_json_integer(&j, ghc_json_at(&j, "3"), &n));
    assert_false(ghc_json_integer(&j, ghc_json_at(&j, "4"), &n));
    assert_false(ghc_json_integer(&j, ghc_json_at(&j, "5"), &n));
    assert_false(ghc_json_integer(&j, ghc_json_at(&j, "6"), &n));
    assert_true(ghc_json_integer(&j, ghc_json_at(&j, "7"), &n));
    assert_int_equal(n, INT64_C(-900719925474099199));
    ghc_json_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_read),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(members_are_found_by_their_path),
        cmocka_unit_test(texts_are_decoded_whole_or_not_at_all),
        cmocka_unit_test(integers_are_whole_and_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
