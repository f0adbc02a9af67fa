#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void a_person_downloads_what_is_kept_and_asks_to_be_erased(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *staff = browser_open(b->cx);
    const char *act;

    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), RIGHT_TICKET_OWN,
                     "anna@marlow.example");
    browser_staff(staff, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_get(b, "/account/data.json"), 200);
    assert_true(browser_shows(b, "anna@marlow.example"));
    assert_true(browser_shows(b, "membership.person_id"));
    assert_false(browser_shows(b, "argon2"));
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_post(b, "/account/data/erasure", ""), 303);
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_true(browser_shows(b, "You have asked to be erased."));
    assert_int_equal(browser_post(b, "/account/data/erasure/withdraw", ""), 303);
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_post(b, "/account/data/erasure", ""), 303);
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_true(browser_shows(staff, "anna@marlow.example"));
    act = arena_printf(b->cx->mem, "/desk/erasures/%s",
                       test_text(b->cx,
                                 "SELECT CAST(id AS CHAR) FROM erasure_request WHERE tenant_id = ? "
                                 "AND state = 'waiting'",
                                 DB_ID(b->cx->tenant_id)));
    test_sql(b->cx, "UPDATE session SET fresh_at = NULL WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/erase", act), ""), 303);
    assert_non_null(strstr(browser_location(staff), "/account/confirm"));
    test_sql(b->cx, "UPDATE session SET fresh_at = NOW(6) WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/erase", act), ""), 303);
    assert_string_equal(browser_location(staff), "/desk/erasures");
    assert_int_equal(browser_get(b, "/account/data"), 303); /* nobody any more */
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_true(browser_shows(staff, "Nobody asks to be erased."));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_person_downloads_what_is_kept_and_asks_to_be_erased),
    };
    return browser_group_run("own_data_page", TESTS, COUNT(TESTS));
}
