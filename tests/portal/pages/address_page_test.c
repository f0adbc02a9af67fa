#include "base/clock.h"
#include "portal/account/person_address.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* Mails lie sealed, so the link is made once more; pages live in real time. */
static const char *link_again(struct browser *b, struct id person, const char *to)
{
    struct ctx *cx = b->cx;
    const char *clean, *token;

    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND to_address = "
                              "? AND kind = 'account.address'",
                              DB_ID(cx->tenant_id), DB_TEXT(to)),
                     1);
    cx->now = clock_now();
    test_as_customer(cx, person, (struct id){{0}}, RIGHT_TICKET_OWN);
    test_ok(cx, person_address_ask(cx, to, &clean, &token));
    test_as_system(cx);
    return arena_printf(cx->mem, "/account/addresses/confirm/%s", token);
}

static void sign_in_by(struct browser *b, const char *email)
{
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_int_equal(
        browser_post(b, "/login",
                     arena_printf(b->cx->mem, "email=%s&password=correct+horse+battery", email)),
        303);
}

static void an_address_is_added_by_its_mail_made_the_main_one_and_removed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *other = browser_open(b->cx);
    const char *path, *act;
    struct id anna;

    anna = browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                            "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "href=\"/account/addresses\""));
    assert_int_equal(browser_get(b, "/account/addresses"), 200);
    assert_int_equal(browser_post(b, "/account/addresses", "email=nonsense"), 422);
    assert_true(browser_shows(b, "This is not an e-mail address."));
    assert_int_equal(browser_post(b, "/account/addresses", "email=anna%40home.example"), 303);
    assert_int_equal(browser_get(b, "/account/addresses"), 200);
    assert_true(browser_shows(b, "waits for the link in the mail"));
    path = link_again(b, anna, "anna@home.example");
    assert_int_equal(browser_get(other, path), 303); /* nobody yet: sign in first */
    browser_person(other, "Tom Reed", "tom@marlow.example");
    browser_sign_in(other, "tom@marlow.example");
    assert_int_equal(browser_get(other, path), 409);
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "anna@home.example"));
    assert_int_equal(browser_post(b, path, ""), 303);
    assert_int_equal(browser_get(b, path), 410);
    sign_in_by(browser_open(b->cx), "anna%40home.example");
    assert_int_equal(browser_get(b, "/account/addresses"), 200);
    act = arena_printf(b->cx->mem, "/account/addresses/%s",
                       test_text(b->cx,
                                 "SELECT CAST(id AS CHAR) FROM person_address WHERE tenant_id = ?",
                                 DB_ID(b->cx->tenant_id)));
    assert_int_equal(browser_get(other, "/account/addresses"), 200);
    assert_int_equal(browser_post(other, arena_printf(b->cx->mem, "%s/remove", act), ""), 404);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/main", act), ""), 303);
    assert_string_equal(browser_location(b), "/account/addresses");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "anna@home.example"));
}

static void mails_to_addresses_are_few_in_an_hour(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(browser_get(b, "/account/addresses"), 200);
        assert_int_equal(browser_post(b, "/account/addresses",
                                      arena_printf(b->cx->mem, "email=a%d%%40home.example", i)),
                         303);
    }
    assert_int_equal(browser_get(b, "/account/addresses"), 200);
    assert_int_equal(browser_post(b, "/account/addresses", "email=b%40home.example"), 422);
    assert_true(browser_shows(b, "several mails in this hour"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_address_is_added_by_its_mail_made_the_main_one_and_removed),
        cmocka_unit_test(mails_to_addresses_are_few_in_an_hour),
    };
    return browser_group_run("address_page", TESTS, COUNT(TESTS));
}
