#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void staff_look_at_both_merge_them_and_part_them_again(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *anna = browser_open(b->cx);
    struct browser *other = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id kept = browser_customer(anna, marlow, RIGHT_TICKET_OWN, "anna@marlow.example");
    struct id gone = browser_customer(other, marlow, RIGHT_ADMIN, "keller@marlow.example");
    const char *base = arena_printf(b->cx->mem, "/desk/customers/%s/people/%s",
                                    id_text(b->cx->mem, marlow), id_text(b->cx->mem, kept));
    const char *merge = arena_printf(b->cx->mem, "%s/merge", base);

    browser_staff(b, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(b, base), 200);
    assert_true(browser_shows(b, merge));
    assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "%s?with=nobody%%40x.example", merge)),
                     200);
    assert_true(browser_shows(b, "Nobody has this address."));
    assert_int_equal(
        browser_get(b, arena_printf(b->cx->mem, "%s?with=anna%%40marlow.example", merge)), 200);
    assert_true(browser_shows(b, "one and the same"));
    assert_int_equal(
        browser_get(b, arena_printf(b->cx->mem, "%s?with=keller%%40marlow.example", merge)), 200);
    assert_true(browser_shows(b, "Memberships"));
    assert_int_equal(
        browser_post(b, merge, arena_printf(b->cx->mem, "gone=%s", id_text(b->cx->mem, gone))),
        303);
    assert_int_equal(browser_get(other, "/account"), 303);             /* signed out */
    assert_int_equal(browser_get(anna, "/organisation/details"), 200); /* an administrator now */
    assert_int_equal(browser_get(b, merge), 200);
    assert_true(browser_shows(b, "Merged into this one"));
    assert_int_equal(
        browser_post(
            b, arena_printf(b->cx->mem, "%s/undo", merge),
            arena_printf(b->cx->mem, "merge=%s",
                         test_text(b->cx, "SELECT CAST(id AS CHAR) FROM merge WHERE tenant_id = ?",
                                   DB_ID(b->cx->tenant_id)))),
        303);
    assert_int_equal(browser_get(anna, "/organisation/details"), 403);
    browser_sign_in(other, "keller@marlow.example");
    assert_int_equal(browser_get(other, "/organisation/details"), 200);
}

static void customers_are_merged_by_their_code(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id again = make_organisation(b->cx, "C-2", "Marlow again");
    const char *merge =
        arena_printf(b->cx->mem, "/desk/customers/%s/merge", id_text(b->cx->mem, marlow));
    const char *gone = arena_printf(b->cx->mem, "/desk/customers/%s", id_text(b->cx->mem, again));

    browser_staff(b, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "%s?with=C-9", merge)), 200);
    assert_true(browser_shows(b, "No customer has this code."));
    assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "%s?with=C-2", merge)), 200);
    assert_true(browser_shows(b, "Marlow again"));
    assert_int_equal(
        browser_post(b, merge, arena_printf(b->cx->mem, "gone=%s", id_text(b->cx->mem, again))),
        303);
    assert_int_equal(browser_get(b, gone), 404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(staff_look_at_both_merge_them_and_part_them_again),
        cmocka_unit_test(customers_are_merged_by_their_code),
    };
    return browser_group_run("customer_merge_page", TESTS, COUNT(TESTS));
}
