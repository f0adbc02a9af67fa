#include "portal/pages/login_page.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

enum { ALL = RIGHT_TICKET_ALL | RIGHT_ORDER | RIGHT_LICENCE | RIGHT_BILLING };

static void only_paths_of_this_site_are_gone_to_after_signing_in(void **state)
{
    static const struct {
        const char *next, *goes_to;
    } CASES[] = {
        {"/orders?after=1", "/orders?after=1"},
        {"/resume?form=/tickets/new", "/resume?form=/tickets/new"},
        {NULL, "/"},
        {"", "/"},
        {"orders", "/"},
        {"//evil.example", "/"},
        {"/\\evil.example", "/"},
        {"/\t/evil.example", "/"},
        {"http://evil.example/", "/"},
        {"/a\r\nSet-Cookie: x=1", "/"},
        {"/login", "/"},
        {"/logout", "/"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(login_page_next(CASES[i].next), CASES[i].goes_to);
}

static void signing_in_leads_where_one_wanted_to_go(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const char *before;

    browser_person(b, "Anna Keller", "anna@marlow.example");
    assert_int_equal(browser_get(b, "/orders?after=1"), 303);
    assert_string_equal(browser_location(b), "/login?next=%2Forders%3Fafter%3D1");
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "name=\"next\" value=\"/orders?after=1\""));
    before = b->cookie;
    assert_int_equal(browser_post(b, "/login",
                                  "email=anna%40marlow.example&password=correct+horse+battery"
                                  "&next=%2Forders%3Fafter%3D1"),
                     303);
    assert_string_equal(browser_location(b), "/orders?after=1");
    assert_string_not_equal(b->cookie, before);
}

static void a_wrong_password_keeps_the_address_and_not_the_password(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_person(b, "Anna Keller", "anna@marlow.example");
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_int_equal(
        browser_post(b, "/login", "email=anna%40marlow.example&password=hunter2-secret"), 422);
    assert_true(browser_shows(b, "anna@marlow.example"));
    assert_true(browser_shows(b, "do not match an account that can sign in"));
    assert_false(browser_shows(b, "hunter2-secret"));
    assert_int_equal(browser_post(b, "/login", "email=&password="), 422);
    assert_true(browser_shows(b, "Enter your password."));
}

static void refusals_look_the_same_for_known_and_unknown_people(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    char *known;
    char *unknown;

    browser_person(b, "Anna Keller", "anna@marlow.example");
    browser_get(b, "/login");
    browser_post(b, "/login", "email=anna%40marlow.example&password=wrong-one");
    known = strstr(arena_dup(b->cx->mem, browser_page(b)), "<main");
    browser_post(b, "/login", "email=nina%40marlow.example&password=wrong-one");
    unknown = strstr(arena_dup(b->cx->mem, browser_page(b)), "<main");
    assert_non_null(known);
    for (char *c = known; (c = strstr(c, "anna@")); c++)
        memcpy(c, "nina", 4);
    assert_string_equal(known, unknown);
}

static void a_form_without_token_or_from_elsewhere_is_refused(void **state)
{
    static const char FIELDS[] = "email=anna%40marlow.example&password=correct+horse+battery";
    struct browser *b = browser_open(test_ctx(state));

    browser_person(b, "Anna Keller", "anna@marlow.example");
    browser_get(b, "/login");
    assert_int_equal(browser_post_raw(b, "/login", "", FIELDS), 403);
    assert_int_equal(browser_post_raw(b, "/login", "Origin: http://evil.example\r\n",
                                      arena_printf(b->cx->mem, "csrf=%064d&%s", 0, FIELDS)),
                     403);
    assert_int_equal(browser_get(b, "/orders"), 303); /* still nobody */
}

static void signing_out_ends_it(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const char *before;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/"), 200);
    before = b->cookie;
    assert_int_equal(browser_post(b, "/logout", ""), 303);
    assert_string_equal(browser_location(b), "/login");
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, "You are signed out."));
    b->cookie = before;
    assert_int_equal(browser_get(b, "/orders"), 303);
}

static void a_form_sent_after_the_session_ended_is_there_after_signing_in(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), ALL, "anna@marlow.example");
    browser_get(b, "/tickets/new");
    test_sql(b->cx, "UPDATE session SET expires_at = used_at WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_post(b, "/tickets/new", "subject=Receipt+printer+stops"), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_int_equal(browser_post(b, "/login",
                                  "email=anna%40marlow.example&password=correct+horse+battery"
                                  "&next=%2Fresume%3Fform%3D%2Ftickets%2Fnew"),
                     303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "Receipt printer stops"));
}

static void the_current_organisation_is_switched_among_ones_own(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct id nantang = make_organisation(b->cx, "C-2", "Nantang Tea");
    struct id other = make_organisation(b->cx, "C-3", "Other");
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");

    make_membership(b->cx, anna, marlow, ALL);
    make_membership(b->cx, anna, nantang, ALL);
    browser_sign_in(b, "anna@marlow.example");
    browser_get(b, "/organisation");
    assert_true(browser_shows(b, "C-1"));
    assert_int_equal(
        browser_post(b, "/organisation/switch",
                     arena_printf(b->cx->mem, "organisation=%s", id_text(b->cx->mem, nantang))),
        303);
    browser_get(b, "/organisation");
    assert_true(browser_shows(b, "C-2"));
    assert_int_equal(
        browser_post(b, "/organisation/switch",
                     arena_printf(b->cx->mem, "organisation=%s", id_text(b->cx->mem, other))),
        404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(only_paths_of_this_site_are_gone_to_after_signing_in),
        cmocka_unit_test(signing_in_leads_where_one_wanted_to_go),
        cmocka_unit_test(a_wrong_password_keeps_the_address_and_not_the_password),
        cmocka_unit_test(refusals_look_the_same_for_known_and_unknown_people),
        cmocka_unit_test(a_form_without_token_or_from_elsewhere_is_refused),
        cmocka_unit_test(signing_out_ends_it),
        cmocka_unit_test(a_form_sent_after_the_session_ended_is_there_after_signing_in),
        cmocka_unit_test(the_current_organisation_is_switched_among_ones_own),
    };

    return browser_group_run("login_page", TESTS, COUNT(TESTS));
}
