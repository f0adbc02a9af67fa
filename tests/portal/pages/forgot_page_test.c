#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/person_link.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char SENT[] =
    "If there is an account with this address, a mail with a link is on its way.";

static void everybody_gets_the_same_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    static const char *const ADDRESSES[] = {"anna%40marlow.example", "nobody%40marlow.example"};

    browser_person(b, "Anna Keller", "anna@marlow.example");
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, "href=\"/login/forgot\""));
    for (size_t i = 0; i < COUNT(ADDRESSES); i++) {
        assert_int_equal(browser_get(b, "/login/forgot"), 200);
        assert_int_equal(
            browser_post(b, "/login/forgot", arena_printf(cx->mem, "email=%s", ADDRESSES[i])), 303);
        assert_string_equal(browser_location(b), "/login");
        assert_int_equal(browser_get(b, "/login"), 200);
        assert_true(browser_shows(b, SENT));
    }
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM job WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 2);
    assert_int_equal(browser_get(b, "/login/forgot"), 200);
    assert_int_equal(browser_post(b, "/login/forgot", "email=nonsense"), 422);
    assert_int_equal(browser_get(b, "/demo/mail"), 404); /* not the demo */
}

static void an_address_that_asks_for_everybody_is_stopped(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    int status = 303;
    int asked = 0;

    for (; asked < 40 && status == 303; asked++) {
        assert_int_equal(browser_get(b, "/login/forgot"), 200);
        status = browser_post(b, "/login/forgot",
                              arena_printf(cx->mem, "email=p%d%%40marlow.example", asked));
    }
    assert_int_equal(status, 429);
    assert_true(asked > 10);
}

/* The pages live in real time, so their links do too. */
static const char *link_of(struct ctx *cx, struct id person, enum person_link_purpose purpose)
{
    const char *token;

    cx->now = clock_now();
    test_as_system(cx);
    test_ok(cx, person_link_make_for(cx, person, purpose, &token));
    return token;
}

static void a_reset_link_is_opened_at_will_and_used_once_and_ends_other_sessions(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct browser *other = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *path;

    browser_sign_in(other, "anna@marlow.example");
    assert_int_equal(browser_get(other, "/account"), 200);
    path = arena_printf(cx->mem, "/welcome/%s", link_of(cx, anna, PERSON_LINK_RESET));
    for (int i = 0; i < 3; i++) { /* a scanner, then she herself */
        assert_int_equal(browser_get(b, path), 200);
        assert_true(browser_shows(b, "Choose a new password"));
    }
    assert_int_equal(browser_post(b, path, "password=quite+another+one&again=quite+another+one"),
                     303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_get(other, "/account"), 303);
    assert_int_equal(browser_get(b, path), 410);
}

static void an_unlock_link_asks_first_and_leaves_the_password(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id anna = browser_person(b, "Anna Keller", "anna@marlow.example");
    const char *token = link_of(cx, anna, PERSON_LINK_UNLOCK);
    const char *path = arena_printf(cx->mem, "/unlock/%s", token);
    struct credential *credential;

    test_ok(cx, credential_fail(cx, anna, clock_now() + CLOCK_HOUR));
    assert_int_equal(browser_get(b, arena_printf(cx->mem, "/welcome/%s", token)), 410);
    assert_int_equal(browser_get(b, path), 200);
    test_ok(cx, credential_find(cx, anna, &credential));
    assert_true(credential->locked_until != 0);
    assert_int_equal(browser_post(b, path, ""), 303);
    test_ok(cx, credential_find(cx, anna, &credential));
    assert_true(credential->locked_until == 0);
    browser_sign_in(b, "anna@marlow.example");
    assert_int_equal(browser_get(b, path), 410);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(everybody_gets_the_same_answer),
        cmocka_unit_test(a_reset_link_is_opened_at_will_and_used_once_and_ends_other_sessions),
        cmocka_unit_test(an_address_that_asks_for_everybody_is_stopped),
        cmocka_unit_test(an_unlock_link_asks_first_and_leaves_the_password),
    };

    return browser_group_run("forgot_page", TESTS, COUNT(TESTS));
}
