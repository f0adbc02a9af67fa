#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* The value of the option with that text. */
static const char *role_option(struct browser *b, const char *name)
{
    static const char MARK[] = "<option value=\"";
    const char *end = strstr(browser_page(b), arena_printf(b->cx->mem, ">%s</option>", name));
    const char *value = NULL;

    assert_non_null(end);
    for (const char *at = browser_page(b); (at = strstr(at, MARK)) && at < end; at++)
        value = at + sizeof(MARK) - 1;
    return arena_dup_bytes(b->cx->mem, value, 36);
}

static void four_faults_show_four_texts_and_keep_what_was_typed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/settings/staff/new"), 200);
    assert_int_equal(browser_post(b, "/desk/settings/staff/new",
                                  "full_name=&email=sam%40tilwick.example&role=&password=short7c&"
                                  "title=Night+shift"),
                     422);
    assert_true(browser_shows(b, "href=\"#full_name\""));
    assert_true(browser_shows(b, "href=\"#email\""));
    assert_true(browser_shows(b, "href=\"#role\""));
    assert_true(browser_shows(b, "href=\"#password\""));
    assert_true(browser_shows(b, "exists already"));
    assert_true(browser_shows(b, "Night shift"));
    assert_false(browser_shows(b, "short7c"));
}

static void an_account_is_made_used_and_refused_deletion(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *priya = browser_open(b->cx);
    const char *href;

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, "/desk/settings/staff/new");
    assert_int_equal(
        browser_post(b, "/desk/settings/staff/new",
                     arena_printf(b->cx->mem,
                                  "full_name=Priya+Nair&email=priya%%40tilwick.example&role=%s&"
                                  "password=correct+horse+battery",
                                  role_option(b, "Agent"))),
        303);
    browser_sign_in(priya, "priya@tilwick.example");
    assert_int_equal(browser_get(priya, "/desk/settings"), 403);
    assert_int_equal(browser_get(b, "/desk/settings?q=nair"), 200);
    href = strstr(browser_page(b), "/desk/settings/staff/0");
    assert_non_null(href);
    href = arena_dup_bytes(b->cx->mem, href, strcspn(href, "\""));
    assert_int_equal(browser_get(b, href), 200);
    assert_true(browser_shows(b, "It is signed in on 1 device."));
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", href), ""), 303);
    assert_int_equal(browser_get(b, href), 200);
    assert_true(browser_shows(b, "This account is in use and cannot be deleted."));
    assert_int_equal(
        browser_post(b, href,
                     arena_printf(b->cx->mem,
                                  "full_name=Priya+Nair&email=priya%%40tilwick.example&role=%s&"
                                  "disabled=1",
                                  role_option(b, "Agent"))),
        303);
    assert_int_equal(browser_get(priya, "/account"), 303);
    assert_int_equal(browser_get(b, href), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", href), ""), 303);
    assert_int_equal(browser_get(b, href), 404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(four_faults_show_four_texts_and_keep_what_was_typed),
        cmocka_unit_test(an_account_is_made_used_and_refused_deletion),
    };

    return browser_group_run("staff_page", TESTS, COUNT(TESTS));
}
