#include "kb/article_markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = arena_make(64 * 1024);
    return 0;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *html_of(void **state, const char *markdown, json_t **contents)
{
    struct err err = {0};
    const char *html;

    assert_true(article_markdown_html(*state, &err, markdown, &html, contents));
    return html;
}

static bool is_refused(void **state, const char *markdown)
{
    struct err err = {0};
    const char *html;
    bool ok = article_markdown_html(*state, &err, markdown, &html, NULL);

    assert_true(ok || err.kind == &ERR_ARTICLE_MARKDOWN);
    return !ok;
}

static void headings_move_down_and_are_listed(void **state)
{
    json_t *contents;
    const char *html = html_of(state, "# Cut `mode`\n\ntext\n\n## Deeper\n\n#### Low\n", &contents);

    assert_non_null(strstr(html, "<h2 id=\"s1\">\nCut <code>mode</code>\n</h2>"));
    assert_non_null(strstr(html, "<h3 id=\"s2\">\nDeeper\n</h3>"));
    assert_non_null(strstr(html, "<h5>\nLow\n</h5>"));
    assert_null(strstr(html, "<h1"));
    assert_int_equal(json_array_size(contents), 2);
    assert_string_equal(json_get_text(json_array_get(contents, 0), "text", ""), "Cut mode");
}

static void headings_in_quotes_and_lists_move_down_but_are_not_listed(void **state)
{
    json_t *contents;
    const char *html = html_of(state, "> # Quoted\n\n- # Item\n\n> ###### Low\n", &contents);

    assert_non_null(strstr(html, "<h2>Quoted</h2>"));
    assert_non_null(strstr(html, "<h2>Item</h2>"));
    assert_non_null(strstr(html, "<h6>Low</h6>"));
    assert_null(strstr(html, "<h1"));
    assert_int_equal(json_array_size(contents), 0);
}

static void nothing_dangerous_comes_through(void **state)
{
    static const char *const HOSTILE[] = {
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "![a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "<a href=\"javascript:alert(1)\">x</a>",
        "text <b onclick=alert(1)>b</b>",
        "# <script>alert(1)</script>",
        "<javascript:alert(1)>",
    };

    for (size_t i = 0; i < COUNT(HOSTILE); i++) {
        const char *html = html_of(state, HOSTILE[i], NULL);

        assert_null(strstr(html, "<script"));
        assert_null(strstr(html, "onerror="));
        assert_null(strstr(html, "onclick="));
        assert_null(strstr(html, "href=\"javascript:"));
        assert_null(strstr(html, "href=\"JaVaScRiPt:"));
        assert_null(strstr(html, "href=\"vbscript:"));
        assert_null(strstr(html, "src=\"data:text"));
    }
}

static void code_and_quotes_are_escaped(void **state)
{
    const char *html = html_of(state, "`<b>` and \"quotes\" & more", NULL);

    assert_non_null(strstr(html, "<code>&lt;b&gt;</code>"));
    assert_non_null(strstr(html, "&amp; more"));
}

static char *repeated(struct arena *mem, const char *what, size_t times, const char *end)
{
    struct str s = str_new(mem);

    for (size_t i = 0; i < times; i++)
        str_add(&s, what);
    str_add(&s, end);
    return s.p;
}

static void too_long_too_deep_and_broken_texts_are_refused(void **state)
{
    assert_true(is_refused(state, repeated(*state, "x", ARTICLE_MARKDOWN_MAX + 1, "")));
    assert_false(is_refused(state, repeated(*state, "x", ARTICLE_MARKDOWN_MAX, "")));
    assert_true(is_refused(state, repeated(*state, "> ", ARTICLE_MARKDOWN_DEPTH + 1, "x")));
    assert_false(is_refused(state, repeated(*state, "> ", ARTICLE_MARKDOWN_DEPTH, "x")));
    assert_true(is_refused(state, repeated(*state, " -", 1000, "x\n")));
    assert_true(is_refused(state, repeated(*state, "1. ", ARTICLE_MARKDOWN_DEPTH + 1, "x")));
    assert_true(is_refused(state, repeated(*state, "a\n", 1, repeated(*state, ">", 99, "b"))));
    assert_true(is_refused(state, "bad \xff bytes"));
}

static void a_long_rule_is_no_nesting(void **state)
{
    assert_false(is_refused(state, repeated(*state, "-", 200, "\n")));
    assert_false(is_refused(state, repeated(*state, "*", 200, "\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headings_move_down_and_are_listed, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(headings_in_quotes_and_lists_move_down_but_are_not_listed,
                                        make_arena, free_arena),
        cmocka_unit_test_setup_teardown(nothing_dangerous_comes_through, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(code_and_quotes_are_escaped, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(too_long_too_deep_and_broken_texts_are_refused, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(a_long_rule_is_no_nesting, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
