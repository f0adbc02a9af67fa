#include "portal/field/custom_value.h"
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

/* --- own fields in the list --- */

static struct custom_field make_field(struct ctx *cx, enum field_subject subject, const char *code,
                                      enum field_kind kind, bool is_listed)
{
    struct custom_field f = {.subject = subject,
                             .code = code,
                             .label = code,
                             .label_zh = "",
                             .hint = "",
                             .hint_zh = "",
                             .kind = kind,
                             .is_listed = is_listed};

    test_as_system(cx);
    test_ok(cx, custom_field_save(cx, &f));
    return f;
}

static void set_value(struct ctx *cx, const struct custom_field *f, struct id id, const char *value)
{
    struct custom_field fields[] = {*f};
    const struct field_set set = {.fields = fields, .count = 1};

    test_ok(cx, custom_value_write(cx, &set, id, NULL, (const char *const[]){value}));
}

/* Marlow has 12 tills since March and a person who is reached at night, Gusu 3 tills; Henley has
 * nothing. */
static struct browser *open_with_fields(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct ctx *cx = b->cx;
    const struct id marlow = make_organisation(cx, "C-1", "Marlow Grocers");
    const struct id gusu = make_organisation(cx, "C-2", "Gusu Books");
    const struct id anna = make_person(cx, "Anna Keller", "anna@marlow.example");
    const struct id wen = make_person(cx, "Wen Li", "wen@gusu.example");
    const struct custom_field tills =
        make_field(cx, FIELD_ORGANISATION, "tills", FIELD_NUMBER, true);
    const struct custom_field since =
        make_field(cx, FIELD_ORGANISATION, "since", FIELD_DATE, false);
    const struct custom_field hours = make_field(cx, FIELD_PERSON, "hours", FIELD_TEXT, true);

    (void)make_organisation(cx, "C-3", "Henley Foods");
    make_membership(cx, anna, marlow, RIGHT_TICKET_OWN);
    make_membership(cx, make_person(cx, "Tom Boss", "tom@marlow.example"), marlow, RIGHT_ADMIN);
    make_membership(cx, wen, gusu, RIGHT_TICKET_OWN);
    set_value(cx, &tills, marlow, "12");
    set_value(cx, &since, marlow, "2026-03-01");
    set_value(cx, &tills, gusu, "3");
    set_value(cx, &hours, anna, "Night_shift");
    browser_staff(b, "agent", "priya@tilwick.example");
    return b;
}

static void customers_are_found_by_their_own_fields_and_their_peoples(void **state)
{
    static const struct {
        const char *query;
        bool marlow, gusu, henley;
    } CASES[] = {
        {"field=organisation.tills&value=12", true, false, false},
        {"field=organisation.tills&value=%3E2", true, true, false},
        {"field=organisation.tills&value=%3C%3D3", false, true, false},
        {"field=organisation.tills&value=", true, true, false},
        {"field=organisation.tills&value=none", false, false, true},
        {"field=organisation.since&value=%3E%3D2026-03-01", true, false, false},
        {"field=organisation.since&value=%3C2026-03-01", false, false, false},
        {"field=person.hours&value=night", true, false, false},
        {"field=person.hours&value=night_", true, false, false},
        {"field=person.hours&value=n%25", false, false, false}, /* stands for itself */
        {"field=person.hours&value=%E6%97%A0", false, true, true},
        {"q=gusu&field=organisation.tills&value=%3E2", false, true, false},
    };
    struct browser *b = open_with_fields(state);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_int_equal(
            browser_get(b, arena_printf(b->cx->mem, "/desk/customers?%s", CASES[i].query)), 200);
        if (browser_shows(b, "Marlow Grocers") != CASES[i].marlow ||
            browser_shows(b, "Gusu Books") != CASES[i].gusu ||
            browser_shows(b, "Henley Foods") != CASES[i].henley)
            fail_msg("%s: not what it finds", CASES[i].query);
    }
    assert_int_equal(browser_get(b, "/desk/customers?field=organisation.tills&value=many"), 422);
    assert_true(browser_shows(b, "This value does not suit the field."));
    assert_false(browser_shows(b, "Marlow Grocers"));
    assert_int_equal(browser_get(b, "/desk/customers?field=organisation.none&value=1"), 422);
}

static void own_fields_are_columns_and_stand_in_files(void **state)
{
    struct browser *b = open_with_fields(state);

    assert_int_equal(browser_get(b, "/desk/customers"), 200);
    assert_true(browser_shows(b, "<th scope=\"col\" class=\"is-number\">tills</th></tr>"));
    assert_true(
        browser_shows(b, "<td class=\"is-number\" data-label=\"tills\"><span>12</span></td></tr>"));
    assert_true(browser_shows(b, "<td class=\"is-number\" data-label=\"tills\"></td></tr>"));
    assert_int_equal(browser_get(b, "/desk/customers.csv?field=organisation.tills&value=%3E3"),
                     200);
    assert_true(browser_shows(b, "\"Telephone\",\"E-mail\",\"tills\",\"since\"\r\n\"C-1\","));
    assert_true(browser_shows(b, "\"12\",\"2026-03-01\"\r\n"));
    assert_false(browser_shows(b, "Gusu"));
    assert_int_equal(browser_get(b, "/desk/customers.csv?field=organisation.tills&value=x"), 422);
    assert_int_equal(browser_get(b, "/desk/customers/people.csv?q=marlow"), 200);
    assert_true(browser_shows(b, "\"Position\",\"hours\"\r\n"));
    assert_true(browser_shows(b, "\"C-1\",\"Marlow Grocers\",\"Anna Keller\","));
    assert_true(browser_shows(b, "\"Night_shift\"\r\n"));
    assert_true(browser_shows(b, "Tom Boss"));
    assert_false(browser_shows(b, "Wen Li"));
    assert_int_equal(browser_get(b, "/desk/customers/people.csv?field=person.hours&value=n"), 200);
    assert_true(browser_shows(b, "Anna Keller"));
    assert_false(browser_shows(b, "Tom Boss"));
    browser_get(b, arena_printf(b->cx->mem, "/desk/customers/%s",
                                test_text(b->cx,
                                          "SELECT id FROM organisation WHERE tenant_id = ? AND "
                                          "code = 'C-1'",
                                          DB_ID(b->cx->tenant_id))));
    assert_true(browser_shows(b, " · Night_shift</span>"));
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
        cmocka_unit_test(customers_are_found_by_their_own_fields_and_their_peoples),
        cmocka_unit_test(own_fields_are_columns_and_stand_in_files),
        cmocka_unit_test(an_order_is_moved_on_with_a_word_to_the_customer),
    };

    return browser_group_run("organisation_page", TESTS, COUNT(TESTS));
}
