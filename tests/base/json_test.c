#include "base/json.h"
#include "tests/support/unit.h"

#include <string.h>

static bool reads(struct arena *mem, const char *text)
{
    struct err err = {0};
    json_t *json;
    bool ok = json_read(mem, &err, text, strlen(text), &json);

    assert_ptr_equal(err.kind, ok ? NULL : &ERR_MALFORMED);
    return ok;
}

static const char *nested(struct arena *mem, size_t depth)
{
    char *text = arena_alloc(mem, 2 * depth + 1);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void text_goes_both_ways_in_its_order(void **state)
{
    static const char TEXT[] =
        "{\"b\":1,\"a\":[true,false,null,\"中/\\n\"],\"c\":{\"x\":-5,\"y\":1.5}}";
    struct err err = {0};
    json_t *json;

    assert_true(json_read(*state, &err, TEXT, strlen(TEXT), &json));
    assert_string_equal(json_write(*state, json), TEXT);
    assert_true(reads(*state, " \"text alone\" "));
}

static void decimals_stay_as_they_were_written(void **state)
{
    struct err err = {0};
    json_t *json;

    assert_true(json_read(*state, &err, "[0.1,12.35,1.0,1e300,0.30000000000000004]", 41, &json));
    assert_string_equal(json_write(*state, json), "[0.1,12.35,1.0,1e+300,0.30000000000000004]");
}

static void only_strict_text_is_read(void **state)
{
    static const char *const BAD[] = {
        "",
        "{",
        "{}x",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "{'a':1}",
        "[01]",
        "nul",
        "[1] [2]",
        "\"\x80\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "\"\\u0000\"",
        "\"\n\"",
        "\"\\ud800\"",
        "[NaN]",
        "[1e999]",
        "[99999999999999999999]",
        "/* x */ 1",
        "\xef\xbb\xbf[1]",
    };

    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(reads(*state, BAD[i]));
    assert_true(reads(*state, "[1]"));
}

static void depth_is_limited_to_64(void **state)
{
    assert_true(reads(*state, nested(*state, 64)));
    assert_false(reads(*state, nested(*state, 65)));
    assert_false(reads(*state, nested(*state, 200000)));
    /* brackets within texts do not count */
    assert_true(reads(*state, arena_printf(*state, "[\"\\\"%s\"]", nested(*state, 100))));
}

static void a_fault_names_its_line(void **state)
{
    struct err err = {0};
    json_t *json;

    assert_false(json_read(*state, &err, "{\n\"a\": x}", 9, &json));
    assert_non_null(strstr(err.oper, "line 2"));
}

static void getters_forgive_what_is_absent_or_of_another_type(void **state)
{
    json_t *o = json_own(
        *state, json_pack("{s:s, s:i, s:b, s:n}", "text", "x", "number", 7, "flag", 1, "nothing"));

    assert_string_equal(json_get_text(o, "text", "-"), "x");
    assert_string_equal(json_get_text(o, "number", "-"), "-");
    assert_null(json_get_text(o, "nothing", NULL));
    assert_null(json_get_text(o, "absent", NULL));
    assert_int_equal(json_get_i64(o, "number", -1), 7);
    assert_int_equal(json_get_i64(o, "text", -1), -1);
    assert_true(json_get_bool(o, "flag", false));
    assert_true(json_get_bool(o, "number", true));
    assert_string_equal(json_get_text(NULL, "text", "-"), "-");
}

static void an_absent_text_becomes_null(void **state)
{
    json_t *o = json_own(*state, json_pack("[o,o]", json_text(NULL), json_text("a")));

    assert_string_equal(json_write(*state, o), "[null,\"a\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(text_goes_both_ways_in_its_order),
        with_arena(decimals_stay_as_they_were_written),
        with_arena(only_strict_text_is_read),
        with_arena(depth_is_limited_to_64),
        with_arena(a_fault_names_its_line),
        with_arena(getters_forgive_what_is_absent_or_of_another_type),
        with_arena(an_absent_text_becomes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
