#include "portal/sales/order.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void a_customer_is_added_with_all_faults_told_and_then_changed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const char *where;

    browser_staff(b, "agent", "priya@tilwick.example");
    make_organisation(b->cx, "C-1", "Marlow Grocers");
    assert_int_equal(browser_get(b, "/desk/customers/new"), 200);
    assert_int_equal(browser_post(b, "/desk/customers/new",
                                  "name=&status=rich&importance=9&country=GBR&city=Henley"),
                     422);
    assert_true(browser_shows(b, "href=\"#name\""));
    assert_true(browser_shows(b, "href=\"#status\""));
    assert_true(browser_shows(b, "href=\"#importance\""));
    assert_true(browser_shows(b, "href=\"#country\""));
    assert_true(browser_shows(b, "value=\"Henley\""));
    assert_int_equal(browser_post(b, "/desk/customers/new",
                                  "name=Henley+Books&code=C-1&status=active&importance=2"),
                     422);
    assert_true(browser_shows(b, "Another customer has this code."));
    assert_int_equal(browser_post(b, "/desk/customers/new",
                                  "name=Henley+Books&code=C-2&status=active&importance=2&"
                                  "city=Henley"),
                     303);
    where = browser_location(b);
    assert_int_equal(browser_get(b, where), 200);
    assert_true(browser_shows(b, "Henley Books"));
    assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "%s/edit", where)), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/edit", where),
                                  "name=Henley+Books+Ltd&code=C-2&status=dormant&importance=2"),
                     303);
    assert_int_equal(browser_get(b, "/desk/customers?q=henley+books+ltd"), 200);
    assert_true(browser_shows(b, "Dormant"));
    browser_get(b, where);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", where), ""), 303);
    assert_int_equal(browser_get(b, where), 404);
}

static void sites_are_added_by_both_sides_and_names_stay_single(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *anna = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const char *desk =
        arena_printf(b->cx->mem, "/desk/customers/%s/sites/new", id_text(b->cx->mem, marlow));

    browser_staff(b, "agent", "priya@tilwick.example");
    browser_get(b, desk);
    assert_int_equal(browser_post(b, desk, "name=High+Street&city=Marlow"), 303);
    browser_customer(anna, marlow, RIGHT_ADMIN, "anna@marlow.example");
    assert_int_equal(browser_get(anna, "/organisation/sites/new"), 200);
    assert_int_equal(browser_post(anna, "/organisation/sites/new", "name=High+Street&city=Marlow"),
                     422);
    assert_true(browser_shows(anna, "has a site of that name already"));
    assert_int_equal(browser_post(anna, "/organisation/sites/new", "name=Henley&city=Henley"), 303);
    assert_int_equal(browser_get(anna, "/organisation"), 200);
    assert_true(browser_shows(anna, "High Street"));
    assert_true(browser_shows(anna, "Henley"));
}

static void an_order_is_moved_on_with_a_word_to_the_customer(void **state)
{
    const struct order_line line = {
        .description = "Seats", .quantity = 1, .list = {100, "GBP"}, .unit = {100, "GBP"}};
    struct browser *b = browser_open(test_ctx(state));
    struct browser *agent = browser_open(b->cx);
    struct order_draft draft = {.organisation_id = make_organisation(b->cx, "C-1", "Marlow"),
                                .currency = "GBP",
                                .lines = &line,
                                .line_count = 1};
    const char *order;
    const char *advance;
    struct id id;

    test_ok(b->cx, order_place(b->cx, &draft, &id));
    order = arena_printf(b->cx->mem, "/desk/orders/%s", id_text(b->cx->mem, id));
    advance = arena_printf(b->cx->mem, "%s/advance", order);
    browser_staff(b, "sales", "sam@tilwick.example");
    assert_int_equal(browser_get(b, order), 200);
    assert_true(browser_shows(b, "Move the order on"));
    assert_int_equal(browser_post(b, advance, "to=production&reason=Built+this+week."), 303);
    assert_int_equal(browser_get(b, order), 200);
    assert_true(browser_shows(b, "Built this week."));
    assert_int_equal(browser_post(b, advance, "to=approved"), 409);
    browser_get(b, order);
    assert_int_equal(browser_post(b, advance, "to=nowhere"), 422);
    browser_staff(agent, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(agent, order), 200);
    assert_false(browser_shows(agent, "Move the order on"));
    assert_int_equal(browser_post(agent, advance, "to=done"), 403);
}

static void a_contract_is_added_with_its_seven_fields(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *anna = browser_open(b->cx);
    struct browser *agent = browser_open(b->cx);
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const char *add =
        arena_printf(b->cx->mem, "/desk/customers/%s/contracts/new", id_text(b->cx->mem, marlow));

    browser_staff(b, "sales", "sam@tilwick.example");
    assert_int_equal(browser_get(b, add), 200);
    assert_true(browser_shows(b, "value=\"Marlow Grocers\""));
    assert_int_equal(browser_post(b, add, "title=&party_a=&party_b=T&amount=much&ends_on=soon"),
                     422);
    assert_true(browser_shows(b, "href=\"#title\""));
    assert_true(browser_shows(b, "href=\"#party_a\""));
    assert_true(browser_shows(b, "href=\"#amount\""));
    assert_true(browser_shows(b, "href=\"#ends_on\""));
    assert_int_equal(browser_post(b, add,
                                  "title=Support&number=CT-7&party_a=Marlow&party_b=Tilwick&"
                                  "amount=1%2C250.00&signed_on=2026-01-05&ends_on=2027-01-31&"
                                  "payment_due_on=2026-02-01"),
                     303);
    browser_get(b, add);
    assert_int_equal(browser_post(b, add, "title=X&number=CT-7&party_a=A&party_b=B&amount=1"), 422);
    assert_true(browser_shows(b, "Another contract has this number."));
    browser_customer(anna, marlow, RIGHT_ORDER, "anna@marlow.example");
    assert_int_equal(browser_get(anna, "/contracts"), 200);
    assert_true(browser_shows(anna, "CT-7"));
    assert_true(browser_shows(anna, "1,250.00"));
    browser_staff(agent, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(agent, add), 403);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_customer_is_added_with_all_faults_told_and_then_changed),
        cmocka_unit_test(sites_are_added_by_both_sides_and_names_stay_single),
        cmocka_unit_test(a_contract_is_added_with_its_seven_fields),
        cmocka_unit_test(an_order_is_moved_on_with_a_word_to_the_customer),
    };

    return browser_group_run("organisation_page", TESTS, COUNT(TESTS));
}
