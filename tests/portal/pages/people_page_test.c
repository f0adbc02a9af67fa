#include "base/clock.h"
#include "portal/account/credential.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* The path of the link that the page shows. */
static const char *link_of(struct browser *b)
{
    const char *at = strstr(browser_page(b), "/welcome/");

    assert_non_null(at);
    return arena_dup_bytes(b->cx->mem, at, strcspn(at, "\"<& "));
}

static const char PASSWORDS[] = "password=four+quite+new+words&again=four+quite+new+words";

static void an_administrator_invites_a_colleague_who_chooses_a_password_once(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *tom = browser_open(b->cx);
    const char *link;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_ADMIN,
                     "anna@marlow.example");
    browser_get(b, "/organisation");
    assert_true(browser_shows(b, "/organisation/people/new"));
    assert_int_equal(browser_get(b, "/organisation/people/new"), 200);
    assert_int_equal(browser_post(b, "/organisation/people/new",
                                  "full_name=Tom+Reyes&email=tom%40marlow.example&can_order=1"),
                     200);
    link = link_of(b);
    assert_int_equal(browser_get(tom, link), 200);
    assert_true(browser_shows(tom, "Tom Reyes"));
    assert_int_equal(browser_post(tom, link, "password=short&again=short"), 422);
    assert_int_equal(browser_post(tom, link, PASSWORDS), 303);
    assert_int_equal(browser_get(tom, "/orders"), 200);
    assert_int_equal(browser_get(tom, "/licences"), 403);
    assert_int_equal(browser_get(browser_open(b->cx), link), 410);
}

static void a_link_leads_round_no_second_step(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *thief = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id tom = make_person(b->cx, "Tom", "tom@marlow.example");
    const char *link;

    make_membership(b->cx, tom, marlow, RIGHT_ORDER);
    test_ok(b->cx, credential_set(b->cx, tom, "correct horse battery"));
    test_sql(b->cx, "UPDATE credential SET totp_sealed = 'sealed' WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    browser_staff(b, "agent", "priya@tilwick.example");
    browser_get(b, "/desk/customers");
    assert_int_equal(
        browser_post(b,
                     arena_printf(b->cx->mem, "/desk/customers/%s/people/%s/link",
                                  id_text(b->cx->mem, marlow), id_text(b->cx->mem, tom)),
                     ""),
        200);
    link = link_of(b);
    assert_int_equal(browser_get(thief, link), 200);
    assert_int_equal(browser_post(thief, link, PASSWORDS), 303);
    assert_int_equal(browser_get(thief, "/orders"), 303);
    assert_int_equal(browser_get(thief, "/login/code"), 200);
}

static void a_link_ends_after_three_days_and_when_a_new_one_is_made(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id tom = make_person(b->cx, "Tom", "tom@marlow.example");
    const char *again = arena_printf(b->cx->mem, "/desk/customers/%s/people/%s/link",
                                     id_text(b->cx->mem, marlow), id_text(b->cx->mem, tom));
    const char *first;
    const char *second;

    make_membership(b->cx, tom, marlow, RIGHT_TICKET_OWN);
    browser_staff(b, "agent", "priya@tilwick.example");
    browser_get(b, "/desk/customers");
    assert_int_equal(browser_post(b, again, ""), 200);
    first = link_of(b);
    browser_get(b, "/desk/customers");
    assert_int_equal(browser_post(b, again, ""), 200);
    second = link_of(b);
    assert_int_equal(browser_get(b, first), 410);
    assert_int_equal(browser_get(b, second), 200);
    assert_int_equal(test_i64(b->cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND data LIKE '%link_made%'",
                              DB_ID(b->cx->tenant_id)),
                     2); /* who lets himself into an account leaves a trace */
    test_sql(b->cx, "UPDATE person_link SET expires_at = created_at WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(b, second), 410);
}

static void an_administrator_gets_no_link_into_somebody_elses_account(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id other = make_organisation(b->cx, "C-2", "Other");
    struct id known = browser_person(b, "Known", "known@marlow.example");
    struct id shared = make_person(b->cx, "Shared", "shared@marlow.example");
    struct id outside = make_person(b->cx, "Outside", "outside@other.example");
    const struct id people[] = {known, shared, outside};

    make_membership(b->cx, known, marlow, RIGHT_TICKET_OWN);
    make_membership(b->cx, shared, marlow, RIGHT_TICKET_OWN);
    make_membership(b->cx, shared, other, RIGHT_TICKET_ALL);
    make_membership(b->cx, outside, other, RIGHT_TICKET_ALL);
    browser_customer(b, marlow, RIGHT_ADMIN, "anna@marlow.example");
    for (size_t i = 0; i < COUNT(people); i++) {
        browser_get(b, "/organisation/people/new");
        assert_int_equal(browser_post(b,
                                      arena_printf(b->cx->mem, "/organisation/people/%s/link",
                                                   id_text(b->cx->mem, people[i])),
                                      ""),
                         i < 2 ? 403 : 404);
    }
    browser_get(b, "/organisation/people/new");
    assert_int_equal(
        browser_post(b, "/organisation/people/new", "full_name=X&email=outside%40other.example"),
        422);
    assert_true(browser_shows(b, "has an account already"));
}

static void a_removed_colleague_loses_access_at_once(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *tom = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id tom_id = browser_customer(tom, marlow, RIGHT_ORDER, "tom@marlow.example");
    const char *page =
        arena_printf(b->cx->mem, "/organisation/people/%s", id_text(b->cx->mem, tom_id));
    struct id anna;

    anna = browser_customer(b, marlow, RIGHT_ADMIN, "anna@marlow.example");
    assert_int_equal(browser_get(tom, "/orders"), 200);
    assert_int_equal(browser_get(b, page), 200);
    assert_int_equal(browser_post(b, page, "can_licence=1&position=Buyer"), 303);
    assert_int_equal(browser_get(tom, "/orders"), 403);
    assert_int_equal(browser_get(tom, "/licences"), 200);
    browser_get(b, page);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", page), ""), 303);
    assert_int_equal(browser_get(tom, "/licences"), 403);
    page = arena_printf(b->cx->mem, "/organisation/people/%s", id_text(b->cx->mem, anna));
    browser_get(b, page);
    assert_int_equal(browser_post(b, page, "can_order=1"), 422);
    assert_true(browser_shows(b, "cannot take this right from yourself"));
}

static void only_administrators_come_in(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_ORDER | RIGHT_TICKET_ALL,
                     "tom@marlow.example");
    assert_int_equal(browser_get(b, "/organisation"), 200);
    assert_false(browser_shows(b, "/organisation/people/new"));
    assert_int_equal(browser_get(b, "/organisation/people/new"), 403);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_administrator_invites_a_colleague_who_chooses_a_password_once),
        cmocka_unit_test(a_link_leads_round_no_second_step),
        cmocka_unit_test(a_link_ends_after_three_days_and_when_a_new_one_is_made),
        cmocka_unit_test(an_administrator_gets_no_link_into_somebody_elses_account),
        cmocka_unit_test(a_removed_colleague_loses_access_at_once),
        cmocka_unit_test(only_administrators_come_in),
    };

    return browser_group_run("people_page", TESTS, COUNT(TESTS));
}
