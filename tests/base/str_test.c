#include "base/str.h"
#include "tests/support/unit.h"

#include <string.h>

static void text_grows_and_stays_terminated(void **state)
{
    struct str s = str_new(*state);

    assert_string_equal(s.p, "");
    for (int i = 0; i < 1000; i++) {
        str_add(&s, "ab");
        str_char(&s, 'c');
        str_fmt(&s, "%d", i % 10);
        assert_int_equal(strlen(s.p), s.len);
    }
    assert_int_equal(s.len, 4000);
    assert_memory_equal(s.p + 3996, "abc9", 5);
}

static void a_format_longer_than_the_room_is_whole(void **state)
{
    struct str s = str_new(*state);
    char wide[300];

    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    str_fmt(&s, "<%s>", wide);
    assert_int_equal(s.len, 301);
    assert_int_equal(s.p[0], '<');
    assert_int_equal(s.p[300], '>');
}

static void room_is_terminated_when_it_is_filled(void **state)
{
    struct str s = str_new(*state);

    str_add(&s, "a");
    memcpy(str_room(&s, 200), memset(arena_alloc(*state, 200), 'b', 200), 200);
    s.len += 200;
    assert_int_equal(strlen(s.p), 201);
}

static void numbers_have_all_their_digits(void **state)
{
    struct str s = str_new(*state);

    str_i64(&s, 0);
    str_char(&s, ' ');
    str_i64(&s, INT64_MAX);
    str_char(&s, ' ');
    str_i64(&s, INT64_MIN);
    assert_string_equal(s.p, "0 9223372036854775807 -9223372036854775808");
}

static void html_escapes_the_five(void **state)
{
    struct str s = str_new(*state);

    str_html(&s, "<a href=\"x\" title='y'>&amp; 中</a>");
    assert_string_equal(s.p,
                        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp; 中&lt;/a&gt;");
}

static void json_escapes_what_it_must_and_no_more(void **state)
{
    struct str s = str_new(*state);

    str_json(&s, "a\"b\\c/d\n\r\t\b\f\x01\x1f\x7f 中文");
    assert_string_equal(s.p, "\"a\\\"b\\\\c/d\\n\\r\\t\\b\\f\\u0001\\u001f\x7f 中文\"");
}

static void urls_keep_only_unreserved_characters(void **state)
{
    struct str s = str_new(*state);

    str_url(&s, "AZaz09-._~ /?&=+%中");
    assert_string_equal(s.p, "AZaz09-._~%20%2F%3F%26%3D%2B%25%E4%B8%AD");
}

static void spans_compare_by_bytes_or_without_case(void **state)
{
    (void)state;
    assert_true(span_equal(span_of("abc"), "abc"));
    assert_false(span_equal(span_of("abc"), "ab"));
    assert_false(span_equal(span_of("abc"), "abC"));
    assert_true(span_equal_nocase(span_of("Content-TYPE"), "content-type"));
    assert_false(span_equal_nocase(span_of("a"), "b"));
    assert_false(span_equal_nocase(span_of("@"), "`")); /* 32 apart, but no letters */
}

static void trimming_takes_blanks_from_both_ends(void **state)
{
    assert_string_equal(span_dup(*state, span_trim(span_of(" \t\r\n a b \n"))), "a b");
    assert_int_equal(span_trim(span_of("   ")).len, 0);
    assert_int_equal(span_trim(span_of("")).len, 0);
}

static void cutting_yields_every_piece_and_ends(void **state)
{
    static const char *const PIECES[] = {"a", "", "bc", ""};
    struct span rest = span_of("a,,bc,");
    struct span head;
    size_t n = 0;

    while (span_cut(&rest, ',', &head)) {
        assert_in_range(n, 0, 3);
        assert_string_equal(span_dup(*state, head), PIECES[n++]);
    }
    assert_int_equal(n, 4);
    rest = span_of("");
    assert_true(span_cut(&rest, ',', &head));
    assert_int_equal(head.len, 0);
    assert_false(span_cut(&rest, ',', &head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(text_grows_and_stays_terminated),
        with_arena(a_format_longer_than_the_room_is_whole),
        with_arena(room_is_terminated_when_it_is_filled),
        with_arena(numbers_have_all_their_digits),
        with_arena(html_escapes_the_five),
        with_arena(json_escapes_what_it_must_and_no_more),
        with_arena(urls_keep_only_unreserved_characters),
        with_arena(spans_compare_by_bytes_or_without_case),
        with_arena(trimming_takes_blanks_from_both_ends),
        with_arena(cutting_yields_every_piece_and_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
