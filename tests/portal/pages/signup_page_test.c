#include "base/clock.h"
#include "portal/account/person.h"
#include "portal/account/sign_in_rule.h"
#include "portal/account/signup.h"
#include "portal/account/signup_domain.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char SENT[] = "If this address may have an account, a mail with a link is on its way.";
#define FORM                                                                                     \
    "full_name=Anna+Keller&organisation=Marlow&note=Tills&password=correct+horse+battery&again=" \
    "correct+horse+battery"

static struct browser *open_for(void **state, enum signup_mode mode, bool approves)
{
    struct browser *b = browser_open(test_ctx(state));
    const struct sign_in_rule rule = {.signup = mode, .signup_approves = approves};

    test_ok(b->cx, sign_in_rule_set(b->cx, &rule));
    return b;
}

static int64_t rows(struct browser *b, const char *sql)
{
    return test_i64(b->cx, sql, DB_ID(b->cx->tenant_id));
}

static void ask(struct browser *b, const char *email)
{
    assert_int_equal(browser_get(b, "/signup"), 200);
    assert_int_equal(browser_post(b, "/signup", arena_printf(b->cx->mem, "email=%s", email)), 303);
    assert_string_equal(browser_location(b), "/login");
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, SENT));
}

static void every_address_gets_the_same_answer_and_the_same_work(void **state)
{
    static const char *const ADDRESSES[] = {"anna%40marlow.example", "new%40marlow.example",
                                            "x%40elsewhere.example"};
    struct browser *b = open_for(state, SIGNUP_DOMAIN, true);

    browser_person(b, "Anna Keller", "anna@marlow.example");
    for (size_t i = 0; i < COUNT(ADDRESSES); i++) {
        ask(b, ADDRESSES[i]);
        assert_int_equal(rows(b, "SELECT COUNT(*) FROM job WHERE tenant_id = ?"), (int64_t)i + 1);
        assert_int_equal(rows(b, "SELECT COUNT(*) FROM person WHERE tenant_id = ?"), 1);
    }
    assert_int_equal(browser_get(b, "/signup"), 200);
    assert_int_equal(browser_post(b, "/signup", "email=nonsense"), 422);
}

static void it_is_offered_only_where_it_is_possible(void **state)
{
    for (int mode = 0; mode < SIGNUP_MODE_COUNT; mode++) {
        struct browser *b = open_for(state, (enum signup_mode)mode, true);
        const bool is_possible = mode == SIGNUP_DOMAIN || mode == SIGNUP_OPEN;

        assert_int_equal(browser_get(b, "/login"), 200);
        assert_int_equal(browser_shows(b, "href=\"/signup\""), is_possible);
        assert_int_equal(browser_get(b, "/signup"), 200);
        assert_int_equal(browser_shows(b, "action=\"/signup\""), is_possible);
        if (!is_possible) {
            browser_get(b, "/login");
            assert_int_equal(browser_post(b, "/signup", "email=a%40b.example"), 403);
        }
    }
}

static void a_network_that_asks_for_everybody_is_stopped(void **state)
{
    struct browser *b = open_for(state, SIGNUP_OPEN, true);
    int status = 303;
    int asked = 0;

    for (; asked < 40 && status == 303; asked++) {
        browser_get(b, "/signup");
        status = browser_post(b, "/signup",
                              arena_printf(b->cx->mem, "email=p%d%%40marlow.example", asked));
    }
    assert_int_equal(status, 429);
    assert_true(asked > 1);
}

static const char *link_of(struct browser *b, const char *email)
{
    const int64_t frozen = b->cx->now;
    const char *token;

    b->cx->now = clock_now(); /* the server's clock decides when it ends */
    test_ok(b->cx, signup_make(b->cx, email, &token));
    b->cx->now = frozen;
    return arena_printf(b->cx->mem, "/signup/%s", token);
}

/* A mail scanner, then the person; afterwards the first page says what is still to come. */
static void a_link_makes_the_account_once_and_it_waits(void **state)
{
    struct browser *b = open_for(state, SIGNUP_OPEN, true);
    struct browser *scanner = browser_open(b->cx);
    const char *path = link_of(b, "anna@marlow.example");

    make_organisation(b->cx, "C-1", "Marlow Grocers");
    for (int i = 0; i < 3; i++)
        assert_int_equal(browser_get(scanner, path), 200);
    assert_int_equal(rows(b, "SELECT COUNT(*) FROM person WHERE tenant_id = ?"), 0);
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "anna@marlow.example"));
    assert_int_equal(browser_post(b, path, "full_name=&password=short&again=other"), 422);
    assert_true(browser_shows(b, "This differs from the new password above."));
    assert_int_equal(browser_post(b, path, FORM), 303);
    assert_int_equal(browser_get(b, "/"), 200);
    assert_true(browser_shows(b, "Your account waits"));
    assert_false(browser_shows(b, "Marlow Grocers"));
    assert_int_equal(browser_get(b, path), 410);
    assert_int_equal(browser_get(scanner, path), 410);
}

static void who_waits_sees_no_record_of_any_organisation(void **state)
{
    static const char *const PAGES[] = {"/tickets",  "/tickets/new", "/orders",    "/licences",
                                        "/invoices", "/contracts",   "/downloads", "/organisation"};
    struct browser *b = open_for(state, SIGNUP_OPEN, true);
    const char *path = link_of(b, "anna@marlow.example");

    make_organisation(b->cx, "C-1", "Marlow Grocers");
    browser_get(b, path);
    assert_int_equal(browser_post(b, path, FORM), 303);
    for (size_t i = 0; i < COUNT(PAGES); i++) {
        assert_int_equal(browser_get(b, PAGES[i]), 403);
        assert_false(browser_shows(b, "Marlow Grocers"));
    }
}

static void a_known_domain_is_in_at_once_where_nobody_has_to_approve(void **state)
{
    struct browser *b = open_for(state, SIGNUP_DOMAIN, false);
    const char *path;

    make_organisation(b->cx, "C-1", "Marlow Grocers");
    test_ok(b->cx, signup_domain_add(b->cx, "marlow.example", "C-1"));
    path = link_of(b, "anna@marlow.example");
    browser_get(b, path);
    assert_int_equal(browser_post(b, path, FORM), 303);
    assert_int_equal(browser_get(b, "/tickets"), 200);
    assert_int_equal(browser_get(b, "/licences"), 403); /* own tickets alone */
}

static const char *waiting_id(struct browser *b)
{
    return test_text(b->cx, "SELECT id FROM signup_wait WHERE tenant_id = ?",
                     DB_ID(b->cx->tenant_id));
}

static void staff_accept_and_the_person_is_told(void **state)
{
    struct browser *b = open_for(state, SIGNUP_OPEN, true);
    struct browser *staff = browser_open(b->cx);
    const char *path = link_of(b, "anna@marlow.example");
    const char *accept;

    make_organisation(b->cx, "C-1", "Marlow Grocers");
    browser_get(b, path);
    browser_post(b, path, FORM);
    browser_staff(staff, "administrator", "priya@vendor.example");
    assert_int_equal(browser_get(staff, "/desk/customers"), 200);
    assert_true(browser_shows(staff, "People who wait: 1"));
    assert_int_equal(browser_get(staff, "/desk/customers/sign-ups"), 200);
    assert_true(browser_shows(staff, "anna@marlow.example"));
    accept = arena_printf(b->cx->mem, "/desk/customers/sign-ups/%s/accept", waiting_id(b));
    assert_int_equal(browser_post(staff, accept, "code=C-7"), 422);
    assert_true(browser_shows(staff, "No customer has this code."));
    assert_int_equal(browser_post(staff, accept, "code=C-1"), 303);
    assert_int_equal(browser_get(staff, "/desk/customers/sign-ups"), 200);
    assert_true(browser_shows(staff, "Nobody waits."));
    assert_int_equal(browser_get(b, "/tickets"), 200);
    assert_int_equal(rows(b,
                          "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? "
                          "AND kind = 'account.accepted' AND to_address = 'anna@marlow.example'"),
                     1);
}

static void staff_decline_and_the_account_is_off(void **state)
{
    struct browser *b = open_for(state, SIGNUP_OPEN, true);
    struct browser *staff = browser_open(b->cx);
    const char *path = link_of(b, "anna@marlow.example");

    browser_get(b, path);
    browser_post(b, path, FORM);
    browser_staff(staff, "administrator", "priya@vendor.example");
    browser_get(staff, "/desk/customers/sign-ups");
    assert_int_equal(
        browser_post(staff, arena_printf(b->cx->mem, "/desk/customers/sign-ups/%s/decline", waiting_id(b)),
                     ""),
        303);
    assert_int_equal(browser_get(b, "/account"), 303);
    browser_get(b, "/login");
    assert_int_equal(
        browser_post(b, "/login", "email=anna%40marlow.example&password=correct+horse+battery"),
        422);
    assert_int_equal(rows(b,
                          "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? "
                          "AND kind = 'account.declined'"),
                     1);
}

static void staff_set_the_rule_and_name_domains(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct sign_in_rule rule;

    make_organisation(b->cx, "C-1", "Marlow Grocers");
    browser_staff(b, "administrator", "priya@vendor.example");
    assert_int_equal(browser_get(b, "/desk/settings/sign-up"), 200);
    assert_int_equal(browser_post(b, "/desk/settings/sign-up", "mode=domain"), 303);
    test_ok(b->cx, sign_in_rule_get(b->cx, &rule));
    assert_int_equal(rule.signup, SIGNUP_DOMAIN);
    assert_false(rule.signup_approves);
    assert_int_equal(rule.remember_days, SIGN_IN_RULE_DAYS); /* another page's */
    assert_int_equal(browser_get(b, "/desk/settings/sign-up"), 200);
    assert_int_equal(
        browser_post(b, "/desk/settings/sign-up/domains", "domain=gmail.com&organisation=C-1"),
        422);
    assert_true(browser_shows(b, "Anybody can have an address under this domain"));
    assert_int_equal(
        browser_post(b, "/desk/settings/sign-up/domains", "domain=marlow.example&organisation=C-9"),
        422);
    assert_int_equal(
        browser_post(b, "/desk/settings/sign-up/domains", "domain=marlow.example&organisation=C-1"),
        303);
    assert_int_equal(browser_get(b, "/desk/settings/sign-up"), 200);
    assert_true(browser_shows(b, "marlow.example"));
    assert_int_equal(browser_post(b, "/desk/settings/sign-up", "mode=everything"), 422);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_address_gets_the_same_answer_and_the_same_work),
        cmocka_unit_test(it_is_offered_only_where_it_is_possible),
        cmocka_unit_test(a_link_makes_the_account_once_and_it_waits),
        cmocka_unit_test(who_waits_sees_no_record_of_any_organisation),
        cmocka_unit_test(a_known_domain_is_in_at_once_where_nobody_has_to_approve),
        cmocka_unit_test(staff_accept_and_the_person_is_told),
        cmocka_unit_test(staff_decline_and_the_account_is_off),
        cmocka_unit_test(staff_set_the_rule_and_name_domains),
        cmocka_unit_test(a_network_that_asks_for_everybody_is_stopped),
    };

    return browser_group_run("signup_page", TESTS, COUNT(TESTS));
}
