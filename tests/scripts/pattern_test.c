#include "scripts/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PLENTY = 1000000 };

static const struct {
    const char *text, *pattern;
    int start, end;    /* -1: no match */
    const char *first; /* the first capture, NULL for none */
} CASES[] = {
    {"hello", "l", 2, 3, NULL},
    {"hello", "l+", 2, 4, NULL},
    {"hello", "^l", -1, -1, NULL},
    {"hello", "^h.*o$", 0, 5, NULL},
    {"hello", "(l*)o", 2, 5, "ll"},
    {"hello", "(.-)l", 0, 3, "he"},
    {"hello", "x?h", 0, 1, NULL},
    {"", "", 0, 0, NULL},
    {"", "^$", 0, 0, NULL},
    {"a$b", "a$b", 0, 3, NULL},
    {"a.b", "a%.b", 0, 3, NULL},
    {"axb", "a%.b", -1, -1, NULL},
    {"key = value", "(%w+)%s*=", 0, 5, "key"},
    {"f(a(b)c)d", "%b()", 1, 8, NULL},
    {"f(a(b)c", "%b()", 3, 6, NULL},
    {"THE (quick) fox", "%f[%a]%a+", 0, 3, NULL},
    {"the END", "%f[%w]%u+%f[%W]", 4, 7, NULL},
    {"\"it\"", "([\"'])it%1", 0, 4, "\""},
    {"abab", "(ab)%1", 0, 4, "ab"},
    {"aXb", "[^%l]", 1, 2, NULL},
    {"x]y", "[]]", 1, 2, NULL},
    {"x-y", "[a%-]", 1, 2, NULL},
    {"x-y", "[+-]", 1, 2, NULL},
    {"v10.2", "v(%d+)", 0, 3, "10"},
    {"2026-01-31", "^(%d%d%d%d)%-%d%d%-%d%d$", 0, 10, "2026"},
    {"\xe5\x8c\x97\xe4\xba\xac", "\xe4\xba\xac", 3, 6, NULL},
    {"aaa", "a-", 0, 0, NULL},
    {"aaab", "a-b", 0, 4, NULL},
    {"ab", "(a)(b)", 0, 2, "a"},
    {"aab", "(a*(.))", 0, 3, "aab"},
};

static void patterns_match_as_the_manual_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct pattern p;
        struct pattern_hit hit;
        const char *fault;
        int64_t steps = PLENTY;

        assert_true(pattern_compile(&p, CASES[i].pattern, strlen(CASES[i].pattern), true, &fault));
        enum pattern_answer answer =
            pattern_find(&p, CASES[i].text, strlen(CASES[i].text), 0, &steps, &hit);
        if (CASES[i].start < 0) {
            assert_int_equal(answer, PATTERN_ABSENT);
            continue;
        }
        if (answer != PATTERN_FOUND)
            fail_msg("%s does not match", CASES[i].pattern);
        assert_int_equal(hit.start, CASES[i].start);
        assert_int_equal(hit.end, CASES[i].end);
        assert_int_equal(p.captures > 0, CASES[i].first != NULL);
        if (CASES[i].first != NULL) {
            size_t len = hit.captures[0].end - hit.captures[0].start;
            assert_int_equal(len, strlen(CASES[i].first));
            assert_memory_equal(CASES[i].text + hit.captures[0].start, CASES[i].first, len);
        }
    }
}

static void a_bad_pattern_is_refused_with_a_reason(void **state)
{
    static const char *const BAD[] = {"%",   "[a", "[",   "[%", "(a",    "a)", "%b",
                                      "%bx", "%f", "%fx", "%1", "(a%1)", "[^", "(()"};

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct pattern p;
        const char *fault = "";

        assert_false(pattern_compile(&p, BAD[i], strlen(BAD[i]), true, &fault));
        assert_true(strlen(fault) > 0);
    }
}

static void a_pattern_has_a_longest_length(void **state)
{
    char text[PATTERN_MAX + 1];
    struct pattern p;
    const char *fault;

    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(pattern_compile(&p, text, PATTERN_MAX, true, &fault));
    assert_false(pattern_compile(&p, text, PATTERN_MAX + 1, true, &fault));
}

static void backtracking_ends_when_the_steps_are_spent(void **state)
{
    static const char *const EVIL[] = {".-.-.-.-b", "a*a*a*a*b", "(.*)(.*)(.*)x",
                                       "a?a?a?a?.-.-.-c"};
    char text[400];

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < COUNT(EVIL); i++) {
        struct pattern p;
        struct pattern_hit hit;
        const char *fault;
        int64_t steps = 100000;

        assert_true(pattern_compile(&p, EVIL[i], strlen(EVIL[i]), true, &fault));
        assert_int_equal(pattern_find(&p, text, sizeof text, 0, &steps, &hit), PATTERN_SPENT);
        assert_int_equal(steps, 0);
    }
}

static void a_plain_search_finds_and_pays(void **state)
{
    char hay[2000];
    char needle[1000];
    int64_t steps = PLENTY;
    size_t at = 0;

    (void)state;
    assert_int_equal(pattern_find_plain("a.b.c", 5, ".c", 2, 0, &steps, &at), PATTERN_FOUND);
    assert_int_equal(at, 3);
    assert_int_equal(pattern_find_plain("abc", 3, "", 0, 3, &steps, &at), PATTERN_FOUND);
    assert_int_equal(at, 3);
    assert_int_equal(pattern_find_plain("abc", 3, "", 0, 4, &steps, &at), PATTERN_ABSENT);
    memset(hay, 'a', sizeof hay);
    memset(needle, 'a', sizeof needle);
    needle[sizeof needle - 1] = 'b';
    steps = 10000;
    assert_int_equal(pattern_find_plain(hay, sizeof hay, needle, sizeof needle, 0, &steps, &at),
                     PATTERN_SPENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_the_manual_says),
        cmocka_unit_test(a_bad_pattern_is_refused_with_a_reason),
        cmocka_unit_test(a_pattern_has_a_longest_length),
        cmocka_unit_test(backtracking_ends_when_the_steps_are_spent),
        cmocka_unit_test(a_plain_search_finds_and_pays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
