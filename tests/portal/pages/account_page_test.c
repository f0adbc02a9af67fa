#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/session.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void details_are_saved_and_faults_keep_what_was_typed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account", "full_name=&phone=0118+999"), 422);
    assert_true(browser_shows(b, "href=\"#full_name\""));
    assert_true(browser_shows(b, "0118 999"));
    assert_int_equal(browser_post(b, "/account", "full_name=Anna+Marie+Keller&phone=0118+999"),
                     303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "Anna Marie Keller"));
    assert_true(browser_shows(b, "0118 999"));
}

static void a_new_password_signs_out_other_devices_and_keeps_this_one(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *other = browser_open(b->cx);
    const char *before;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    browser_sign_in(other, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account/security"), 200);
    before = b->cookie;
    assert_int_equal(browser_post(b, "/account/security",
                                  "current=correct+horse+battery&password=three+new+words"
                                  "&again=three+new+words"),
                     303);
    assert_string_not_equal(b->cookie, before);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_get(other, "/account"), 303);
    assert_int_equal(browser_get(other, "/login"), 200);
    assert_int_equal(
        browser_post(other, "/login", "email=anna%40marlow.example&password=three+new+words"), 303);
}

static void a_password_is_changed_only_with_the_present_one(void **state)
{
    static const struct {
        const char *fields, *fault;
    } CASES[] = {
        {"current=wrong+one&password=three+new+words&again=three+new+words", "#current"},
        {"current=&password=three+new+words&again=three+new+words", "#current"},
        {"current=correct+horse+battery&password=&again=", "#password"},
        {"current=correct+horse+battery&password=short&again=short", "#password"},
        {"current=correct+horse+battery&password=three+new+words&again=others", "#again"},
    };
    struct browser *b = browser_open(test_ctx(state));

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    browser_get(b, "/account/security");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_int_equal(browser_post(b, "/account/security", CASES[i].fields), 422);
        assert_true(browser_shows(b, arena_printf(b->cx->mem, "href=\"%s\"", CASES[i].fault)));
        assert_false(browser_shows(b, "three new words"));
    }
    browser_sign_in(browser_open(b->cx), "anna@marlow.example"); /* still the old one */
}

static void devices_are_listed_and_signed_out(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *other = browser_open(b->cx);
    struct browser *stranger = browser_open(b->cx);
    const char *end;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    browser_sign_in(other, "anna@marlow.example");
    browser_person(stranger, "Tom", "tom@marlow.example");
    browser_sign_in(stranger, "tom@marlow.example");
    assert_int_equal(browser_get(b, "/account/sessions"), 200);
    end = strstr(browser_page(b), "/account/sessions/0");
    assert_non_null(end);
    end = arena_dup_bytes(b->cx->mem, end, strcspn(end, "\""));
    browser_get(stranger, "/account");
    assert_int_equal(browser_post(stranger, end, ""), 404);
    browser_get(b, "/account/sessions");
    assert_int_equal(browser_post(b, end, ""), 303);
    assert_int_equal(browser_get(other, "/account"), 303);
    browser_sign_in(other, "anna@marlow.example");
    browser_get(b, "/account/sessions");
    assert_int_equal(browser_post(b, "/account/sessions/end", ""), 303);
    assert_int_equal(browser_get(other, "/account"), 303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_get(stranger, "/account"), 200);
}

/* The code for the secret that the page shows ("ABCD EFGH ..."). */
static const char *code_of_page(struct browser *b, int64_t steps_on)
{
    const char *at = strstr(browser_page(b), "<b class=\"mono\">");
    uint8_t bytes[32];
    uint32_t held = 0;
    unsigned bits = 0;
    size_t len = 0;

    assert_non_null(at);
    for (at += strlen("<b class=\"mono\">"); *at != '<'; at++) {
        if (*at == ' ')
            continue;
        held = held << 5 | (uint32_t)(*at >= 'A' ? *at - 'A' : *at - '2' + 26);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[len++] = (uint8_t)(held >> bits);
        }
    }
    return arena_printf(
        b->cx->mem, "code=%06u",
        crypto_totp(bytes, len, (uint64_t)(clock_now() / (30 * CLOCK_SECOND) + steps_on)));
}

static void the_second_step_is_set_up_asked_for_and_switched_off(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *again = browser_open(b->cx);
    const char *code;
    const char *recovery;
    const char *waiting;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    browser_get(b, "/account/security");
    assert_int_equal(browser_post(b, "/account/security/second", ""), 303);
    assert_int_equal(browser_get(b, "/account/security"), 200);
    code = code_of_page(b, 0);
    assert_int_equal(browser_post(b, "/account/security/second/confirm", "code=12345"), 422);
    assert_int_equal(browser_post(b, "/account/security/second/confirm", code), 200);
    recovery = strstr(browser_page(b), "<ul class=\"mono");
    assert_non_null(recovery);
    recovery = arena_dup_bytes(b->cx->mem, strstr(recovery, "<li>") + 4, 11);
    browser_sign_in(again, "anna@marlow.example");
    assert_string_equal(browser_location(again), "/login/code?next=%2F");
    assert_int_equal(browser_get(again, "/account"), 303); /* half in is not in */
    assert_int_equal(browser_get(again, "/login/code"), 200);
    waiting = again->cookie;
    assert_int_equal(browser_post(again, "/login/code", code), 422); /* used already */
    assert_int_equal(
        browser_post(again, "/login/code", arena_printf(b->cx->mem, "code=%s", recovery)), 303);
    assert_string_not_equal(again->cookie, waiting);
    assert_int_equal(browser_get(again, "/account/security"), 200);
    assert_int_equal(browser_post(again, "/account/security/second/off", "code=000000"), 422);
    assert_true(browser_shows(again, "This code is not right"));
    again->cookie = waiting;
    assert_int_equal(browser_get(again, "/login/code"), 303); /* nothing waits there now */
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(details_are_saved_and_faults_keep_what_was_typed),
        cmocka_unit_test(a_new_password_signs_out_other_devices_and_keeps_this_one),
        cmocka_unit_test(a_password_is_changed_only_with_the_present_one),
        cmocka_unit_test(devices_are_listed_and_signed_out),
        cmocka_unit_test(the_second_step_is_set_up_asked_for_and_switched_off),
    };

    return browser_group_run("account_page", TESTS, COUNT(TESTS));
}
