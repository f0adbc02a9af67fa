/* Mailed links: signing in without a password, confirming an address. */
#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/person_link.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* The pages live in real time, so their links do too. */
static const char *link_of(struct ctx *cx, struct id person, enum person_link_purpose purpose)
{
    const char *token;

    cx->now = clock_now();
    test_as_system(cx);
    test_ok(cx, person_link_make_for(cx, person, purpose, &token));
    return token;
}

static void everybody_who_asks_gets_the_same_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    static const char *const ADDRESSES[] = {"anna%40marlow.example", "nobody%40marlow.example"};

    browser_person(b, "Anna Keller", "anna@marlow.example");
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, "href=\"/login/link\""));
    for (size_t i = 0; i < COUNT(ADDRESSES); i++) {
        assert_int_equal(browser_get(b, "/login/link"), 200);
        assert_int_equal(
            browser_post(b, "/login/link", arena_printf(cx->mem, "email=%s", ADDRESSES[i])), 303);
        assert_string_equal(browser_location(b), "/login");
        assert_int_equal(browser_get(b, "/login"), 200);
        assert_true(browser_shows(b, "If there is an account with this address"));
    }
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM job WHERE tenant_id = ? AND kind = 'account.login'",
                 DB_ID(cx->tenant_id)),
        2);
    assert_int_equal(browser_get(b, "/login/link"), 200);
    assert_int_equal(browser_post(b, "/login/link", "email=nonsense"), 422);
}

static void a_link_signs_in_once_and_ends_other_sessions(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct browser *other = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *token, *path;

    browser_sign_in(other, "anna@marlow.example");
    token = link_of(cx, anna, PERSON_LINK_LOGIN);
    path = arena_printf(cx->mem, "/login/link/%s", token);
    for (int i = 0; i < 3; i++) { /* a scanner, then she herself */
        assert_int_equal(browser_get(b, path), 200);
        assert_true(browser_shows(b, "anna@marlow.example"));
    }
    assert_int_equal(browser_get(b, "/account"), 303); /* looking signs nobody in */
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, path, ""), 303);
    assert_string_equal(browser_location(b), "/");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "This address is confirmed."));
    assert_int_equal(browser_get(other, "/account"), 303); /* other devices are signed out */
    assert_int_equal(browser_get(b, path), 410);
    assert_true(browser_shows(b, "This link was used already or is too old."));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM person_link WHERE tenant_id = ? "
                              "AND token_hash = UNHEX(SHA2(?, 256))",
                              DB_ID(cx->tenant_id), DB_TEXT(token)),
                     1);
}

static void a_link_to_sign_in_is_good_for_nothing_else_and_for_thirty_minutes(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *token = link_of(cx, anna, PERSON_LINK_LOGIN);
    struct person_link link;

    assert_int_equal(browser_get(b, arena_printf(cx->mem, "/welcome/%s", token)), 410);
    assert_int_equal(browser_get(b, arena_printf(cx->mem, "/unlock/%s", token)), 410);
    assert_int_equal(browser_get(b, arena_printf(cx->mem, "/verify/%s", token)), 410);
    cx->now += 30 * CLOCK_MINUTE - 1;
    test_ok(cx, person_link_find_as(cx, token, PERSON_LINK_LOGIN, &link));
    cx->now += 1;
    test_refused(cx, person_link_find_as(cx, token, PERSON_LINK_LOGIN, &link),
                 &ERR_PERSON_LINK_OVER);
}

static void a_link_to_an_address_that_changed_is_over(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *token = link_of(cx, anna, PERSON_LINK_LOGIN);
    struct person_link link;

    test_ok(cx, db_exec(cx, NULL, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?",
                        DB_TEXT("keller@marlow.example"), DB_ID(cx->tenant_id), DB_ID(anna)));
    test_refused(cx, person_link_find_as(cx, token, PERSON_LINK_LOGIN, &link),
                 &ERR_PERSON_LINK_OVER);
}

static void an_address_is_confirmed_by_its_link_and_not_by_looking(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *path;
    struct person *p;

    browser_sign_in(b, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "This address is not confirmed yet."));
    path = arena_printf(cx->mem, "/verify/%s", link_of(cx, anna, PERSON_LINK_VERIFY));
    assert_int_equal(browser_get(b, path), 200);
    test_ok(cx, person_get(cx, anna, &p));
    assert_false(p->is_verified);
    assert_int_equal(browser_post(b, path, ""), 303);
    test_ok(cx, person_get(cx, anna, &p));
    assert_true(p->is_verified);
    assert_int_equal(browser_get(b, path), 410);
    test_ok(cx, db_exec(cx, NULL, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?",
                        DB_TEXT("keller@marlow.example"), DB_ID(cx->tenant_id), DB_ID(anna)));
    test_ok(cx, person_get(cx, anna, &p));
    assert_false(p->is_verified);
}

static void the_portal_mails_a_link_to_confirm_by(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);

    browser_person(b, "Anna Keller", "anna@marlow.example");
    browser_sign_in(b, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account/verify", ""), 303);
    assert_int_equal(
        test_i64(cx,
                 "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND kind = 'account.verify'",
                 DB_ID(cx->tenant_id)),
        1);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/language", "lang=zh&next=/account"), 303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "此邮箱地址尚未确认。"));
    assert_int_equal(browser_get(b, "/login/link"), 200);
    assert_true(browser_shows(b, "通过邮件登录"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(everybody_who_asks_gets_the_same_answer),
        cmocka_unit_test(a_link_signs_in_once_and_ends_other_sessions),
        cmocka_unit_test(a_link_to_sign_in_is_good_for_nothing_else_and_for_thirty_minutes),
        cmocka_unit_test(a_link_to_an_address_that_changed_is_over),
        cmocka_unit_test(an_address_is_confirmed_by_its_link_and_not_by_looking),
        cmocka_unit_test(the_portal_mails_a_link_to_confirm_by),
    };

    return browser_group_run("mail_link_page", TESTS, COUNT(TESTS));
}
