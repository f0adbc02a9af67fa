#include "tests/portal/pages/test_portal.h"

static void staff_see_every_part_in_both_themes(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(b, "/style"), 200);
    assert_true(browser_shows(b, "data-theme=\"light\""));
    assert_true(browser_shows(b, "data-theme=\"dark\""));
    assert_true(browser_shows(b, "id=\"light-style-a\""));
    assert_true(browser_shows(b, "id=\"dark-style-a\""));
    assert_true(browser_shows(b, "class=\"bubble is-note\""));
    assert_false(browser_shows(b, "{{"));
    assert_int_equal(browser_get(b, "/style?lang=zh"), 200);
    assert_true(browser_shows(b, "<html lang=\"zh-CN\""));
    assert_true(browser_shows(b, "打印机型号"));
}

static void an_accent_is_a_stylesheet_and_nonsense_is_none(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    assert_int_equal(browser_get(b, "/theme.css?accent=B02A22"), 200);
    assert_true(browser_shows(b, "--accent:#b02a22;"));
    assert_true(browser_shows(b, "[data-theme=dark]"));
    assert_int_equal(browser_get(b, "/theme.css?accent=red%7D"), 404);
    assert_int_equal(browser_get(b, "/theme.css?accent=0e638"), 404);
    assert_int_equal(browser_get(b, "/theme.css"), 404);
}

static void another_language_and_theme_keep_what_was_asked(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    assert_int_equal(browser_get(b, "/kb/search?q=printer"), 200);
    assert_true(browser_shows(b, "/kb/search?q=printer&amp;lang=zh"));
    assert_true(browser_shows(b, "/kb/search?q=printer&amp;theme=dark"));
    assert_int_equal(browser_get(b, "/kb/search?q=printer&theme=dark"), 303);
    assert_string_equal(browser_location(b), "/kb/search?q=printer");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(staff_see_every_part_in_both_themes),
        cmocka_unit_test(an_accent_is_a_stylesheet_and_nonsense_is_none),
        cmocka_unit_test(another_language_and_theme_keep_what_was_asked),
    };

    return browser_group_run("style_page", TESTS, COUNT(TESTS));
}
