#include "portal/account/profile_proposal.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void set_level(struct browser *b, const char *field, const char *level)
{
    test_sql(b->cx, "INSERT INTO profile_right (tenant_id, field, level) VALUES (?, ?, ?)",
             DB_ID(b->cx->tenant_id), DB_TEXT(field), DB_TEXT(level));
}

static void a_proposal_goes_from_the_customer_to_staff_and_back(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *staff = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    const char *id, *act;

    set_level(b, "full_name", "propose");
    set_level(b, "phone", "read");
    browser_customer(b, marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN, "anna@marlow.example");
    browser_staff(staff, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_false(browser_shows(b, "name=\"phone\""));
    assert_false(browser_shows(b, "Home address"));
    assert_int_equal(browser_post(b, "/account", "full_name=Anna+M+Keller&phone=1"), 403);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account", "full_name=Anna+M+Keller"), 303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "Waits for our support team:"));
    assert_true(browser_shows(b, "Anna M Keller"));
    assert_int_equal(browser_get(b, "/organisation/details"), 200);
    assert_int_equal(browser_post(b, "/organisation/details", "organisation_email=nonsense"), 422);
    assert_true(browser_shows(b, "href=\"#organisation_email\""));
    assert_int_equal(browser_post(b, "/organisation/details", "organisation_city=Reading"), 303);

    assert_int_equal(browser_get(staff, "/desk/customers"), 200);
    assert_true(browser_shows(staff, "href=\"/desk/proposals\""));
    assert_int_equal(browser_get(staff, "/desk/proposals"), 200);
    assert_true(browser_shows(staff, "Anna M Keller"));
    assert_true(browser_shows(staff, "Reading"));
    id = test_text(b->cx,
                   "SELECT CAST(id AS CHAR) FROM profile_proposal WHERE tenant_id = ? "
                   "AND field = 'full_name'",
                   DB_ID(b->cx->tenant_id));
    act = arena_printf(b->cx->mem, "/desk/proposals/%s", id);
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/accept", act), ""), 303);
    assert_int_equal(browser_get(staff, "/desk/proposals"), 200);
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/decline", act), ""), 409);
    id = test_text(b->cx,
                   "SELECT CAST(id AS CHAR) FROM profile_proposal WHERE tenant_id = ? "
                   "AND field = 'organisation_city'",
                   DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(staff, "/desk/proposals"), 200);
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "/desk/proposals/%s/decline", id),
                                  "reason=Not+your+city"),
                     303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "value=\"Anna M Keller\""));
    assert_int_equal(browser_get(b, "/organisation/details"), 200);
    assert_true(browser_shows(b, "Not your city"));
}

static void staff_set_what_customers_may_do_and_change_it_themselves(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *staff = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id anna = browser_customer(b, marlow, RIGHT_TICKET_OWN, "anna@marlow.example");
    const char *base = arena_printf(b->cx->mem, "/desk/customers/%s/people/%s",
                                    id_text(b->cx->mem, marlow), id_text(b->cx->mem, anna));
    const char *profile = arena_printf(b->cx->mem, "%s/profile", base);

    browser_staff(staff, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(staff, "/desk/settings/profile"), 200);
    assert_int_equal(browser_post(staff, "/desk/settings/profile", "full_name=nonsense"), 422);
    assert_int_equal(browser_get(staff, "/desk/settings/profile"), 200);
    assert_int_equal(browser_post(staff, "/desk/settings/profile",
                                  "full_name=read&home_address=edit&birth_date=read"),
                     303);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_false(browser_shows(b, "name=\"full_name\""));
    assert_true(browser_shows(b, "name=\"home_address\""));
    assert_int_equal(browser_get(staff, base), 200);
    assert_true(browser_shows(staff, profile));
    assert_int_equal(browser_get(staff, profile), 200);
    assert_int_equal(browser_post(staff, profile, "full_name=&secret_birth_date=1980-05-06"), 422);
    assert_false(browser_shows(staff, "1980-05-06")); /* typed anew */
    assert_int_equal(browser_post(staff, profile,
                                  "full_name=Anna+Keller&position=Director&"
                                  "secret_birth_date=1980-05-06"),
                     303);
    assert_int_equal(browser_get(staff, profile), 200);
    assert_true(browser_shows(staff, "Director"));
    assert_false(browser_shows(staff, "1980-05-06"));
    assert_int_equal(
        browser_post(staff, arena_printf(b->cx->mem, "%s/reveal/birth_date", base), ""), 200);
    assert_true(browser_shows(staff, "1980-05-06"));
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_true(browser_shows(b, "/account/reveal/birth_date"));
    assert_false(browser_shows(b, "1980-05-06"));
    assert_int_equal(browser_post(b, "/account/reveal/birth_date", ""), 200);
    assert_true(browser_shows(b, "1980-05-06"));
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account/reveal/full_name", ""), 404);
}

static void members_of_an_organisation_without_administrator_are_told_so(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *boss = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");

    browser_customer(b, marlow, RIGHT_TICKET_OWN, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/organisation"), 200);
    assert_true(browser_shows(b, "Your organisation has no administrator"));
    browser_customer(boss, marlow, RIGHT_ADMIN, "tom@marlow.example");
    assert_int_equal(browser_get(b, "/organisation"), 200);
    assert_false(browser_shows(b, "Your organisation has no administrator"));
}

static void showing_a_sealed_value_needs_a_fresh_sign_in(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    set_level(b, "birth_date", "edit");
    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account", "secret_birth_date=1980-05-06"), 303);
    test_sql(b->cx, "UPDATE session SET fresh_at = NULL WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_post(b, "/account/reveal/birth_date", ""), 303);
    assert_non_null(strstr(browser_location(b), "/account/confirm"));
    assert_int_equal(test_i64(b->cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'person.revealed'",
                              DB_ID(b->cx->tenant_id)),
                     0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_proposal_goes_from_the_customer_to_staff_and_back),
        cmocka_unit_test(staff_set_what_customers_may_do_and_change_it_themselves),
        cmocka_unit_test(members_of_an_organisation_without_administrator_are_told_so),
        cmocka_unit_test(showing_a_sealed_value_needs_a_fresh_sign_in),
    };
    return browser_group_run("profile_page", TESTS, COUNT(TESTS));
}
