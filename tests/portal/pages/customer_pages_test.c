#include "licensing/licence.h"
#include "licensing/licence_file.h"
#include "licensing/machine_release.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "licensing/signing_key.h"
#include "portal/sales/contract.h"
#include "portal/sales/invoice.h"
#include "portal/sales/order.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

enum { ALL = RIGHT_TICKET_ALL | RIGHT_ORDER | RIGHT_LICENCE | RIGHT_BILLING | RIGHT_ADMIN };

static const char *path(struct browser *b, const char *format, struct id id)
{
    struct str s = str_new(b->cx->mem);
    const char *mark = strstr(format, "{}");

    str_add_n(&s, format, (size_t)(mark - format));
    str_add(&s, id_text(b->cx->mem, id));
    str_add(&s, mark + 2);
    return s.p;
}

static struct id make_policy(struct ctx *cx)
{
    struct product draft = {.name = "Tilwick Counter", .code = "counter", .serial_prefix = "CTR"};
    struct product *product;
    struct policy policy;
    struct policy *added;

    test_ok(cx, product_add(cx, &draft, &product));
    policy = policy_default(product->id, "Professional");
    policy.max_machines = 10;
    test_ok(cx, policy_add(cx, &policy, &added));
    return added->id;
}

static struct licence *make_licence(struct ctx *cx, struct id policy_id, struct id organisation_id)
{
    struct licence_draft draft = {.policy_id = policy_id,
                                  .organisation_id = organisation_id,
                                  .name = "3 stores",
                                  .grace_days = 14};
    struct licence *l;

    test_ok(cx, licence_issue(cx, &draft, &l));
    return l;
}

static struct id make_order(struct ctx *cx, struct id organisation_id, struct id licence_id)
{
    const struct order_line line = {.description = "Counter seats",
                                    .quantity = 2,
                                    .list = {30000, "GBP"},
                                    .unit = {24000, "GBP"},
                                    .licence_id = licence_id};
    const struct order_draft draft = {.organisation_id = organisation_id,
                                      .reference = "Two more tills",
                                      .currency = "GBP",
                                      .tax_basis_points = 2000,
                                      .lines = &line,
                                      .line_count = 1};
    struct id id;

    test_ok(cx, order_place(cx, &draft, &id));
    return id;
}

static void add_papers(struct ctx *cx, struct id organisation_id, struct id order_id)
{
    const struct invoice_draft invoice = {.organisation_id = organisation_id,
                                          .order_id = order_id,
                                          .total = {57600, "GBP"},
                                          .issued_on = "2026-01-02",
                                          .due_on = "2026-02-01"};
    const struct contract contract = {.organisation_id = organisation_id,
                                      .title = "Professional support",
                                      .party_a = "Marlow Grocers Ltd",
                                      .party_b = "Tilwick Ltd",
                                      .ends_on = "2027-01-31",
                                      .amount = {240000, "GBP"}};
    struct id id;

    test_ok(cx, invoice_add(cx, &invoice, &id));
    test_ok(cx, contract_add(cx, &contract, &id));
}

static void the_start_page_shows_what_needs_the_customer(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);

    add_papers(b->cx, marlow, make_order(b->cx, marlow, l->id));
    assert_int_equal(browser_get(b, "/"), 303);
    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/"), 200);
    assert_true(browser_shows(b, "What do you need, Anna?"));
    assert_true(browser_shows(b, "GBP 576.00 to pay"));
    assert_true(browser_shows(b, "href=\"/orders\""));
    assert_true(browser_shows(b, "href=\"/licences\""));
    assert_true(browser_shows(b, "Orders<span class=\"count\">1</span>")); /* in the menu */
}

static void the_menu_has_only_what_the_rights_allow(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");

    browser_customer(b, marlow, RIGHT_TICKET_OWN, "tom@marlow.example");
    assert_int_equal(browser_get(b, "/"), 200);
    assert_true(browser_shows(b, "href=\"/tickets\""));
    assert_false(browser_shows(b, "href=\"/orders\""));
    assert_false(browser_shows(b, "href=\"/licences\""));
    assert_false(browser_shows(b, "href=\"/invoices\""));
    assert_int_equal(browser_get(b, "/orders"), 403);
    assert_int_equal(browser_get(b, "/licences"), 403);
    assert_int_equal(browser_get(b, "/invoices"), 403);
    assert_int_equal(browser_get(b, "/desk/customers"), 403);
}

static void an_order_shows_its_steps_lines_money_and_licence(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct id order = make_order(b->cx, marlow, l->id);

    add_papers(b->cx, marlow, order);
    test_ok(b->cx, order_advance(b->cx, order, ORDER_PRODUCTION, "Built this week."));
    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/orders"), 200);
    assert_true(browser_shows(b, "Two more tills"));
    assert_int_equal(browser_get(b, path(b, "/orders/{}", order)), 200);
    assert_true(browser_shows(b, "Built this week."));
    assert_true(browser_shows(b, "576.00"));
    assert_true(browser_shows(b, "Your price"));
    assert_true(browser_shows(b, path(b, "/licences/{}", l->id)));
    assert_int_equal(browser_get(b, "/invoices"), 200);
    assert_true(browser_shows(b, "Overdue"));
    assert_int_equal(browser_get(b, "/contracts"), 200);
    assert_true(browser_shows(b, "Professional support"));
}

static void a_licence_shows_its_seats_machines_and_history(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct machine_draft draft = {
        .licence_id = l->id, .fingerprint = "till-1-secret-print", .name = "Till 1"};
    struct machine *m;

    test_ok(b->cx, machine_add(b->cx, &draft, &m));
    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/licences"), 200);
    assert_true(browser_shows(b, l->serial));
    assert_int_equal(browser_get(b, path(b, "/licences/{}", l->id)), 200);
    assert_true(browser_shows(b, "10 seats for Marlow Grocers"));
    assert_true(browser_shows(b, "Till 1"));
    assert_true(browser_shows(b, "Activated"));
    assert_true(browser_shows(b, l->key));
    assert_false(browser_shows(b, "till-1-secret-print"));
}

static void a_machine_is_released_after_a_question(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct machine_draft draft = {.licence_id = l->id, .fingerprint = "fp", .name = "Till 1"};
    struct machine *m;
    const char *release;

    test_ok(b->cx, machine_add(b->cx, &draft, &m));
    browser_customer(b, marlow, ALL, "anna@marlow.example");
    release = arena_printf(b->cx->mem, "/licences/%s/machines/%s/release",
                           id_text(b->cx->mem, l->id), id_text(b->cx->mem, m->id));
    assert_int_equal(browser_get(b, release), 200);
    assert_true(browser_shows(b, "Release this machine"));
    assert_int_equal(browser_post(b, release, ""), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "Till 1 is released."));
    assert_int_equal(browser_get(b, release), 404);
}

static const char *release_path(struct browser *b, const struct licence *l, const char *fingerprint)
{
    struct machine_draft draft = {
        .licence_id = l->id, .fingerprint = fingerprint, .name = fingerprint};
    struct machine *m;

    test_ok(b->cx, machine_add(b->cx, &draft, &m));
    return arena_printf(b->cx->mem, "/licences/%s/machines/%s/release", id_text(b->cx->mem, l->id),
                        id_text(b->cx->mem, m->id));
}

static void releases_are_bounded_as_staff_have_set(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    const char *first = release_path(b, l, "Till 1");
    const char *second = release_path(b, l, "Till 2");

    test_ok(b->cx, machine_release_terms_set(b->cx, l->product_id,
                                             &(struct machine_release_terms){
                                                 .cap = 1, .period_days = 30, .pause_hours = 0}));
    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, first), 200);
    assert_true(browser_shows(b, "Releases left in a period of 30 days: 1"));
    assert_int_equal(browser_post(b, first, ""), 303);
    assert_int_equal(browser_get(b, second), 200);
    assert_true(browser_shows(b, "The next one can be released on"));
    assert_true(browser_shows(b, "Ask support"));
    assert_false(browser_shows(b, "is-danger-main"));
    assert_int_equal(browser_post(b, second, ""), 200); /* the same page says why not */
    assert_true(browser_shows(b, "The next one can be released on"));
    assert_int_equal(browser_get(b, second), 200);
}

static void note_odd_use(struct browser *b, const struct licence *l)
{
    json_t *data = json_own(b->cx->mem, json_pack("{s:s}", "action", "many_machines"));

    test_ok(b->cx, db_begin(b->cx));
    test_ok(b->cx, event_emit(b->cx, EVENT_LICENCE_ODD_USE, l->id, data));
    test_ok(b->cx, db_commit(b->cx));
}

static void odd_use_is_shown_to_staff_alone(void **state)
{
    for (int is_staff = 0; is_staff < 2; is_staff++) {
        struct browser *b = browser_open(test_ctx(state));
        struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
        struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);

        note_odd_use(b, l);
        if (is_staff)
            browser_staff(b, "sales", "sam@tilwick.example");
        else
            browser_customer(b, marlow, ALL, "anna@marlow.example");
        assert_int_equal(
            browser_get(b, path(b, is_staff ? "/desk/licences/{}" : "/licences/{}", l->id)), 200);
        assert_true(browser_shows(b, "Odd use: many different machines") == (is_staff == 1));
    }
}

static void a_licence_file_is_downloaded_and_verifies(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct signing_key *keys;
    struct span document;
    size_t count;

    browser_customer(b, marlow, RIGHT_LICENCE, "anna@marlow.example");
    assert_int_equal(browser_get(b, path(b, "/licences/{}", l->id)), 200);
    assert_true(browser_shows(b, "Download licence file"));
    assert_int_equal(browser_post(b, path(b, "/licences/{}/file", l->id), ""), 200);
    assert_string_equal(wire_header(&b->wire, "Content-Disposition"),
                        arena_printf(b->cx->mem, "attachment; filename=\"%s.lic\"", l->serial));
    test_ok(b->cx, signing_key_list(b->cx, &keys, &count));
    assert_true(licence_file_open(b->cx->mem, browser_page(b), LICENCE_FILE_LICENCE,
                                  keys[0].public_key, NULL, NULL, &document));
    assert_non_null(strstr(span_dup(b->cx->mem, document), l->key));
    assert_int_equal(browser_get(b, path(b, "/licences/{}", l->id)), 200);
    assert_true(browser_shows(b, "Licence file made"));
}

static void rows_of_another_organisation_and_tenant_are_not_there(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct id other = make_organisation(b->cx, "C-2", "Other");
    struct id policy = make_policy(b->cx);
    struct licence *l = make_licence(b->cx, policy, other);
    struct id order = make_order(b->cx, other, l->id);
    struct browser *away;

    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, path(b, "/licences/{}", l->id)), 404);
    assert_int_equal(browser_get(b, path(b, "/orders/{}", order)), 404);
    away = browser_open(test_ctx(state));
    browser_staff(away, "administrator", "root@elsewhere.example");
    assert_int_equal(browser_get(away, path(b, "/desk/licences/{}", l->id)), 404);
    assert_int_equal(browser_get(away, path(b, "/desk/orders/{}", order)), 404);
    assert_int_equal(browser_get(away, path(b, "/desk/customers/{}", marlow)), 404);
    away->cookie = b->cookie; /* a session is its tenant's */
    assert_int_equal(browser_get(away, "/orders"), 303);
}

static void staff_see_a_customer_with_everything_of_his(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);

    add_papers(b->cx, marlow, make_order(b->cx, marlow, l->id));
    make_membership(b->cx, make_person(b->cx, "Anna Keller", "anna@marlow.example"), marlow, ALL);
    browser_staff(b, "administrator", "root@tilwick.example");
    assert_int_equal(browser_get(b, "/"), 303);
    assert_string_equal(browser_location(b), "/desk");
    assert_int_equal(browser_get(b, "/desk/customers?q=marlow"), 200);
    assert_true(browser_shows(b, path(b, "/desk/customers/{}", marlow)));
    assert_int_equal(browser_get(b, path(b, "/desk/customers/{}", marlow)), 200);
    assert_true(browser_shows(b, "Anna Keller"));
    assert_true(browser_shows(b, "Two more tills"));
    assert_true(browser_shows(b, l->serial));
    assert_true(browser_shows(b, "Order placed"));
    assert_int_equal(browser_get(b, "/desk/orders"), 200);
    assert_int_equal(browser_get(b, "/desk/licences"), 200);
}

static void the_menu_counts_what_was_just_filed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");

    browser_customer(b, marlow, RIGHT_TICKET_ALL | RIGHT_TICKET_OWN, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/tickets/new"), 200);
    assert_false(browser_shows(b, "<span class=\"count\">1</span>"));
    assert_int_equal(
        browser_post(b, "/tickets/new", "topic=fault&subject=Till+is+dark&text=Since+this+morning"),
        303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, " is filed."));
    assert_true(browser_shows(b, "<span class=\"count\">1</span>"));
}

static void staff_are_offered_only_what_they_may_open(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct id order = make_order(b->cx, marlow, l->id);

    assert_int_equal(browser_get(b, "/kb"), 200);
    assert_true(browser_shows(b, "href=\"/tickets/new\""));
    browser_staff(b, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(b, "/kb"), 200);
    assert_true(browser_shows(b, "There are no articles yet."));
    assert_false(browser_shows(b, "Often read"));
    assert_false(browser_shows(b, "href=\"/tickets/new\""));
    assert_int_equal(browser_get(b, path(b, "/desk/orders/{}", order)), 200);
    assert_false(browser_shows(b, "href=\"/desk/orders\""));
    b->cookie = "";
    browser_staff(b, "sales", "owen@tilwick.example");
    assert_int_equal(browser_get(b, path(b, "/desk/orders/{}", order)), 200);
    assert_true(browser_shows(b, "<li><a href=\"/desk/orders\""));
}

static void without_a_policy_no_licence_form_is_offered(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");

    browser_staff(b, "administrator", "admin@tilwick.example");
    assert_int_equal(browser_get(b, path(b, "/desk/licences/new?organisation={}", marlow)), 200);
    assert_true(browser_shows(b, "There is no product with a policy yet"));
    assert_false(browser_shows(b, "name=\"policy\""));
}

static void staff_of_each_role_begin_where_it_lets_them_in(void **state)
{
    static const struct {
        const char *role, *path;
    } CASES[] = {
        {"agent", "/desk"},
        {"sales", "/desk/customers"},
        {"knowledge-editor", "/kb"},
        {"manager", "/kb"},
    };
    struct browser *b = browser_open(test_ctx(state));

    for (size_t i = 0; i < COUNT(CASES); i++) {
        b->cookie = "";
        browser_staff(b, CASES[i].role,
                      arena_printf(b->cx->mem, "%s@tilwick.example", CASES[i].role));
        assert_int_equal(browser_get(b, "/"), 303);
        assert_string_equal(browser_location(b), CASES[i].path);
        assert_int_equal(browser_get(b, CASES[i].path), 200);
    }
}

static void issuing_a_licence_tells_all_faults_at_once_and_then_shows_the_key(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct id policy = make_policy(b->cx);
    const char *form = path(b, "/desk/licences/new?organisation={}", marlow);
    const char *good = arena_printf(b->cx->mem, "form_id=%s&organisation=%s&policy=%s&seats=25",
                                    id_text(b->cx->mem, ctx_new_id(b->cx)),
                                    id_text(b->cx->mem, marlow), id_text(b->cx->mem, policy));
    const char *where;
    struct licence_filter all = {.limit = 10};
    struct licence *list;
    size_t count;

    browser_staff(b, "sales", "sam@tilwick.example");
    assert_int_equal(browser_get(b, form), 200);
    assert_int_equal(
        browser_post(b, "/desk/licences/new",
                     arena_printf(b->cx->mem,
                                  "form_id=%s&organisation=%s&seats=none&expires=2020-01-01&"
                                  "note=for+the+new+store",
                                  id_text(b->cx->mem, ctx_new_id(b->cx)),
                                  id_text(b->cx->mem, marlow))),
        422);
    assert_true(browser_shows(b, "href=\"#policy\""));
    assert_true(browser_shows(b, "href=\"#seats\""));
    assert_true(browser_shows(b, "href=\"#expires\""));
    assert_true(browser_shows(b, "for the new store"));
    browser_get(b, form);
    assert_int_equal(browser_post(b, "/desk/licences/new", good), 303);
    where = browser_location(b);
    assert_int_equal(browser_get(b, where), 200);
    test_ok(b->cx, licence_list(b->cx, &all, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].max_machines, 25);
    assert_true(browser_shows(b, list[0].key));
    assert_int_equal(browser_post(b, "/desk/licences/new", good), 303); /* sent twice */
    assert_string_equal(browser_location(b), where);
    test_ok(b->cx, licence_list(b->cx, &all, &list, &count));
    assert_int_equal(count, 1);
}

static void a_licence_is_suspended_and_reinstated_and_staff_release_machines(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct machine_draft draft = {.licence_id = l->id, .fingerprint = "fp", .name = "Till 1"};
    const char *release;
    struct machine *m;

    test_ok(b->cx, machine_add(b->cx, &draft, &m));
    release = arena_printf(b->cx->mem, "/desk/licences/%s/machines/%s/release",
                           id_text(b->cx->mem, l->id), id_text(b->cx->mem, m->id));
    browser_staff(b, "sales", "sam@tilwick.example");
    browser_get(b, path(b, "/desk/licences/{}", l->id));
    assert_true(browser_shows(b, release));
    assert_int_equal(browser_get(b, release), 200);
    assert_int_equal(browser_post(b, release, ""), 303);
    browser_get(b, path(b, "/desk/licences/{}", l->id));
    assert_int_equal(browser_post(b, path(b, "/desk/licences/{}/suspend", l->id), "reason=unpaid"),
                     303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "Suspended"));
    assert_int_equal(browser_post(b, path(b, "/desk/licences/{}/reinstate", l->id), ""), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "The licence is reinstated."));
}

static void staff_set_seats_and_renew_what_has_an_end(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);
    struct licence *now;

    browser_staff(b, "sales", "sam@tilwick.example");
    browser_get(b, path(b, "/desk/licences/{}", l->id));
    assert_false(browser_shows(b, "Renew this licence")); /* it never ends */
    assert_int_equal(browser_post(b, path(b, "/desk/licences/{}/seats", l->id), "seats=14"), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "The licence has 14 seats now."));
    assert_int_equal(browser_post(b, path(b, "/desk/licences/{}/seats", l->id), "seats=many"), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "Enter the number of seats"));
    assert_int_equal(browser_post(b, path(b, "/desk/licences/{}/renew", l->id), ""), 303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    assert_true(browser_shows(b, "is-bad"));
    test_ok(b->cx, licence_get(b->cx, l->id, &now));
    assert_int_equal(now->max_machines, 14);
    assert_int_equal(now->expires_at, 0);
}

static void pages_are_complete_in_chinese(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "南塘茶饮");
    struct licence *l = make_licence(b->cx, make_policy(b->cx), marlow);

    browser_customer(b, marlow, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, "/"), 200);
    assert_int_equal(browser_post(b, "/language", "lang=zh&next=/"), 303);
    assert_int_equal(browser_get(b, "/"), 200);
    assert_true(browser_shows(b, "lang=\"zh-CN\""));
    assert_true(browser_shows(b, "授权"));
    assert_int_equal(browser_get(b, path(b, "/licences/{}", l->id)), 200);
    assert_true(browser_shows(b, "10 个席位"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_start_page_shows_what_needs_the_customer),
        cmocka_unit_test(the_menu_has_only_what_the_rights_allow),
        cmocka_unit_test(an_order_shows_its_steps_lines_money_and_licence),
        cmocka_unit_test(a_licence_shows_its_seats_machines_and_history),
        cmocka_unit_test(a_machine_is_released_after_a_question),
        cmocka_unit_test(releases_are_bounded_as_staff_have_set),
        cmocka_unit_test(odd_use_is_shown_to_staff_alone),
        cmocka_unit_test(a_licence_file_is_downloaded_and_verifies),
        cmocka_unit_test(rows_of_another_organisation_and_tenant_are_not_there),
        cmocka_unit_test(staff_see_a_customer_with_everything_of_his),
        cmocka_unit_test(the_menu_counts_what_was_just_filed),
        cmocka_unit_test(staff_are_offered_only_what_they_may_open),
        cmocka_unit_test(without_a_policy_no_licence_form_is_offered),
        cmocka_unit_test(staff_of_each_role_begin_where_it_lets_them_in),
        cmocka_unit_test(issuing_a_licence_tells_all_faults_at_once_and_then_shows_the_key),
        cmocka_unit_test(a_licence_is_suspended_and_reinstated_and_staff_release_machines),
        cmocka_unit_test(staff_set_seats_and_renew_what_has_an_end),
        cmocka_unit_test(pages_are_complete_in_chinese),
    };

    return browser_group_run("customer_pages", TESTS, COUNT(TESTS));
}
