#include "portal/account/sign_in_rule.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

#define FORM "email=anna%40marlow.example&password=correct+horse+battery"

/* Anna signs in and asks to stay so. */
static struct browser *kept(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id organisation = make_organisation(b->cx, "C-1", "Marlow");

    make_membership(b->cx, browser_person(b, "Anna Keller", "anna@marlow.example"), organisation,
                    RIGHT_TICKET_OWN);
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, "Stay signed in on this device for 30 days"));
    assert_int_equal(browser_post(b, "/login", FORM "&keep=1"), 303);
    return b;
}

static void end_sessions(struct browser *b)
{
    test_sql(b->cx, "DELETE FROM session WHERE tenant_id = ?", DB_ID(b->cx->tenant_id));
}

static void a_kept_device_opens_its_page_when_the_session_is_over(void **state)
{
    struct browser *b = kept(state);
    const char *before = b->device;

    assert_string_not_equal(before, "");
    end_sessions(b);
    assert_int_equal(browser_get(b, "/tickets"), 200);
    assert_string_not_equal(b->device, before);
    assert_int_equal(browser_get(b, "/tickets"), 200);
}

static void its_cookie_is_fenced_as_the_sessions(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_person(b, "Anna Keller", "anna@marlow.example");
    browser_get(b, "/login");
    browser_post(b, "/login", FORM "&keep=1");
    assert_non_null(strstr(b->wire.text, "gh_device="));
    assert_non_null(strstr(strstr(b->wire.text, "gh_device="),
                           "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax\r\n"));
}

static void without_the_wish_there_is_no_cookie(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_person(b, "Anna Keller", "anna@marlow.example");
    browser_get(b, "/login");
    assert_int_equal(browser_post(b, "/login", FORM), 303);
    assert_string_equal(b->device, "");
    assert_null(strstr(b->wire.text, "gh_device="));
}

static void a_stolen_copy_ends_it_for_both(void **state)
{
    struct browser *b = kept(state);
    struct browser *thief = browser_open(b->cx);

    thief->device = b->device;
    end_sessions(b);
    assert_int_equal(browser_get(b, "/tickets"), 200);
    test_sql(b->cx,
             "UPDATE remembered SET rotated_at = rotated_at - INTERVAL 2 MINUTE "
             "WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(thief, "/tickets"), 303);
    assert_string_equal(thief->device, "");
    assert_int_equal(browser_get(b, "/tickets"), 303); /* whoever it was signs in anew */
    assert_int_equal(test_i64(b->cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name = 'person.device_reused'",
                              DB_ID(b->cx->tenant_id)),
                     1);
}

static void signing_out_forgets_the_device(void **state)
{
    struct browser *b = kept(state);

    assert_int_equal(browser_get(b, "/account/sessions"), 200);
    assert_int_equal(browser_post(b, "/logout", ""), 303);
    assert_string_equal(b->device, "");
    assert_int_equal(test_i64(b->cx, "SELECT COUNT(*) FROM remembered WHERE tenant_id = ?",
                              DB_ID(b->cx->tenant_id)),
                     0);
}

static void devices_are_listed_and_forgotten(void **state)
{
    struct browser *b = kept(state);
    struct browser *other = browser_open(b->cx);
    const char *id;

    browser_get(other, "/login");
    browser_post(other, "/login", FORM);
    id = test_text(b->cx, "SELECT id FROM remembered WHERE tenant_id = ?", DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(other, "/account/sessions"), 200);
    assert_true(browser_shows(other, "Devices that stay signed in"));
    assert_int_equal(
        browser_post(other, arena_printf(b->cx->mem, "/account/devices/%s/forget", id), ""), 303);
    assert_int_equal(browser_get(b, "/tickets"), 303);
    browser_get(other, "/account/sessions");
    assert_false(browser_shows(other, "Devices that stay signed in"));
}

/* The token of the form was the ended session's, and yet nothing is lost. */
static void what_was_typed_waits_for_the_device_to_sign_in(void **state)
{
    struct browser *b = kept(state);

    assert_int_equal(browser_get(b, "/account"), 200);
    end_sessions(b);
    assert_int_equal(browser_post(b, "/account", "full_name=Anna+K&phone=123"), 303);
    assert_non_null(strstr(browser_location(b), "/login?next="));
    assert_int_equal(browser_get(b, browser_location(b)), 303);
    assert_non_null(strstr(browser_location(b), "/resume"));
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "Anna K"));
}

static void who_has_a_second_step_is_sent_to_it(void **state)
{
    struct browser *b = kept(state);

    test_sql(b->cx, "UPDATE credential SET totp_sealed = 'x' WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    end_sessions(b);
    assert_int_equal(browser_get(b, "/kb"), 200); /* nobody has to be anybody there */
    assert_int_equal(browser_get(b, "/tickets"), 303);
    assert_string_equal(browser_location(b), "/login/code?next=%2Ftickets");
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_int_equal(browser_get(b, "/tickets"), 303); /* and no page but that one */
    assert_int_equal(browser_get(b, "/login"), 200);   /* or somebody else's sign-in */
}

/* A program that posts has no page to come back to: a device is no way around the form's token. */
static void a_device_alone_posts_nothing(void **state)
{
    struct browser *b = kept(state);

    end_sessions(b);
    b->cookie = "";
    assert_int_equal(browser_post_raw(b, "/account", "", "full_name=Mallory&phone="), 403);
    assert_int_equal(test_i64(b->cx,
                              "SELECT COUNT(*) FROM person WHERE tenant_id = ? "
                              "AND full_name = 'Mallory'",
                              DB_ID(b->cx->tenant_id)),
                     0);
}

static void staff_set_the_days(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "administrator", "priya@vendor.example");
    assert_int_equal(browser_get(b, "/desk/settings/security"), 200);
    assert_true(browser_shows(b, "name=\"remember_days\""));
    assert_int_equal(browser_post(b, "/desk/settings/security", "remember_days=400"), 422);
    assert_true(browser_shows(b, "is-bad"));
    assert_int_equal(browser_post(b, "/desk/settings/security", "remember_days=0"), 303);
    b->cookie = "";
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_false(browser_shows(b, "Stay signed in"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_kept_device_opens_its_page_when_the_session_is_over),
        cmocka_unit_test(its_cookie_is_fenced_as_the_sessions),
        cmocka_unit_test(without_the_wish_there_is_no_cookie),
        cmocka_unit_test(a_stolen_copy_ends_it_for_both),
        cmocka_unit_test(signing_out_forgets_the_device),
        cmocka_unit_test(devices_are_listed_and_forgotten),
        cmocka_unit_test(what_was_typed_waits_for_the_device_to_sign_in),
        cmocka_unit_test(who_has_a_second_step_is_sent_to_it),
        cmocka_unit_test(a_device_alone_posts_nothing),
        cmocka_unit_test(staff_set_the_days),
    };

    return browser_group_run("remember_page", TESTS, COUNT(TESTS));
}
