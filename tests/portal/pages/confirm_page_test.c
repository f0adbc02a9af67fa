/* A second step that is asked of somebody, and showing again who one is before what is dangerous.
 */
#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/second_factor.h"
#include "portal/account/second_rule.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char SQL_OLD[] = "UPDATE session SET fresh_at = ? WHERE tenant_id = ?";

static void let_time_pass(struct ctx *cx, int64_t minutes)
{
    test_ok(cx, db_exec(cx, NULL, SQL_OLD, DB_TIME(clock_now() - minutes * CLOCK_MINUTE),
                        DB_ID(cx->tenant_id)));
}

/* The code for the secret that the page shows ("ABCD EFGH ..."). */
static const char *code_of_page(struct browser *b)
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
    return arena_printf(b->cx->mem, "code=%06u",
                        crypto_totp(bytes, len, (uint64_t)(clock_now() / (30 * CLOCK_SECOND))));
}

static void whose_organisation_asks_for_it_reaches_only_the_page_to_set_it_up(void **state)
{
    static const char *const PATHS[] = {"/",
                                        "/tickets",
                                        "/account",
                                        "/kb",
                                        "/search?q=x",
                                        "/resume?form=/account",
                                        "/organisation"};
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id marlow = make_organisation(cx, "C-1", "Marlow");

    browser_customer(b, marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/organisation"), 200);
    assert_true(browser_shows(b, "Members choose for themselves"));
    assert_int_equal(browser_post(b, "/organisation/second", "needed=1"), 303);
    for (size_t i = 0; i < COUNT(PATHS); i++) {
        assert_int_equal(browser_get(b, PATHS[i]), 303);
        assert_string_equal(browser_location(b), "/account/security#second");
    }
    assert_int_equal(browser_get(b, "/account/security"), 200);
    assert_true(browser_shows(b, "A second step is needed"));
    assert_int_equal(browser_post(b, "/account", "full_name=Other"), 303);
    assert_string_equal(browser_location(b), "/account/security#second");
    assert_int_equal(browser_get(b, "/account/security"), 200);
    assert_int_equal(browser_post(b, "/account/security/second", ""), 303);
    assert_int_equal(browser_get(b, "/account/security"), 200);
    assert_true(browser_shows(b, "src=\"data:image/svg+xml;base64,"));
    assert_int_equal(browser_post(b, "/account/security/second/confirm", code_of_page(b)), 200);
    assert_int_equal(browser_get(b, "/organisation"), 200);
    assert_true(browser_shows(b, "All members need one"));
}

static void a_role_asks_for_it_too_and_others_are_left_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct browser *agent = browser_open(cx);
    struct second_rule_role *roles;
    size_t count;

    browser_staff(b, "Administrator", "priya@tilwick.example");
    browser_staff(agent, "Agent", "tom@tilwick.example");
    test_as_system(cx);
    test_ok(cx, second_rule_roles(cx, &roles, &count));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(roles[i].name, "Agent") != 0)
            continue;
        assert_int_equal(roles[i].missing, 1);
        assert_int_equal(browser_get(b, "/desk/settings/security"), 200);
        assert_int_equal(browser_post(b, "/desk/settings/security",
                                      arena_printf(cx->mem, "%s=1", id_text(cx->mem, roles[i].id))),
                         303);
    }
    assert_int_equal(browser_get(b, "/desk/settings/security"), 200);
    assert_true(browser_shows(b, "People without one: 1"));
    assert_int_equal(browser_get(agent, "/desk"), 303);
    assert_string_equal(browser_location(agent), "/account/security#second");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name = 'role.changed'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void only_the_administrator_of_that_organisation_may_ask_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct id other = make_organisation(cx, "C-2", "Other");
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");

    test_as_customer(cx, anna, marlow, RIGHT_TICKET_OWN);
    test_refused(cx, second_rule_set_organisation(cx, marlow, true), &ERR_DENIED);
    test_as_customer(cx, anna, marlow, RIGHT_ADMIN);
    test_refused(cx, second_rule_set_organisation(cx, other, true), &ERR_NOT_FOUND);
    test_ok(cx, second_rule_set_organisation(cx, marlow, true));
    test_as_staff(cx, anna, RIGHT_DESK);
    test_refused(cx, second_rule_set_organisation(cx, marlow, false), &ERR_DENIED);
    test_refused(cx, second_rule_set_role(cx, marlow, true), &ERR_DENIED);
    test_as_system(cx);
    test_refused(cx, second_rule_set_role(cx, marlow, true), &ERR_NOT_FOUND);
}

static void what_is_dangerous_asks_again_after_ten_minutes_and_keeps_what_was_typed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    const char *next;

    browser_staff(b, "Administrator", "priya@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 200);
    let_time_pass(cx, 9);
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 200);
    assert_int_equal(browser_get(b, "/desk/settings/staff/new"), 200);
    let_time_pass(cx, 10);
    assert_int_equal(browser_post(b, "/desk/settings/staff/new", "full_name=Tom+Reed"), 303);
    next = "/account/confirm?next=%2Fresume%3Fform%3D%252Fdesk%252Fsettings%252Fstaff%252Fnew";
    assert_string_equal(browser_location(b), next);
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 303);
    assert_int_equal(browser_get(b, "/desk/settings"), 200); /* looking is free */
    /* What was kept is no way round it. */
    assert_int_equal(browser_get(b, "/resume?form=/desk/settings/staff/new"), 200);
    assert_int_equal(browser_post(b, "/resume?form=/desk/settings/staff/new", ""), 403);
    assert_int_equal(browser_get(b, next), 200);
    assert_int_equal(browser_post(b, "/account/confirm", "password=wrong"), 422);
    assert_int_equal(
        browser_post(b, "/account/confirm", "next=/desk&password=correct+horse+battery"), 303);
    assert_string_equal(browser_location(b), "/desk");
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 200);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? "
                              "AND outcome = 'confirm'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void whoever_has_a_second_step_confirms_by_it_and_not_by_the_password(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    const char *recovery;

    browser_staff(b, "Administrator", "priya@tilwick.example");
    browser_get(b, "/account/security");
    assert_int_equal(browser_post(b, "/account/security/second", ""), 303);
    assert_int_equal(browser_get(b, "/account/security"), 200);
    assert_int_equal(browser_post(b, "/account/security/second/confirm", code_of_page(b)), 200);
    recovery = arena_dup_bytes(cx->mem,
                               strstr(strstr(browser_page(b), "<ul class=\"mono"), "<li>") + 4, 11);
    let_time_pass(cx, 11);
    assert_int_equal(browser_get(b, "/account/confirm"), 200);
    assert_true(browser_shows(b, "name=\"code\""));
    assert_int_equal(browser_post(b, "/account/confirm", "password=correct+horse+battery"), 422);
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 303);
    assert_int_equal(browser_get(b, "/account/confirm"), 200);
    assert_int_equal(
        browser_post(b, "/account/confirm", arena_printf(cx->mem, "code=%s", recovery)), 303);
    assert_int_equal(browser_get(b, "/desk/settings/tokens/new"), 200);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(whose_organisation_asks_for_it_reaches_only_the_page_to_set_it_up),
        cmocka_unit_test(a_role_asks_for_it_too_and_others_are_left_alone),
        cmocka_unit_test(only_the_administrator_of_that_organisation_may_ask_it),
        cmocka_unit_test(what_is_dangerous_asks_again_after_ten_minutes_and_keeps_what_was_typed),
        cmocka_unit_test(whoever_has_a_second_step_confirms_by_it_and_not_by_the_password),
    };

    return browser_group_run("confirm_page", TESTS, COUNT(TESTS));
}
