#include "licensing/licence.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "portal/desk/ticket_create.h"
#include "portal/sales/order.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

enum { ALL = RIGHT_TICKET_ALL | RIGHT_ORDER | RIGHT_LICENCE | RIGHT_BILLING };

struct things { /* one of each kind, of one organisation */
    struct id organisation_id;
    struct ticket *ticket;
    struct licence *licence;
    struct order *order;
};

static void make(struct ctx *cx, struct id organisation_id, struct things *out)
{
    const struct order_line line = {
        .description = "Seats", .quantity = 1, .list = {100, "GBP"}, .unit = {100, "GBP"}};
    const struct order_draft order = {.organisation_id = organisation_id,
                                      .reference = "Violet tills",
                                      .currency = "GBP",
                                      .lines = &line,
                                      .line_count = 1};
    const struct ticket_new ticket = {.organisation_id = organisation_id,
                                      .source = "desk",
                                      .subject = "Violet receipts are cut",
                                      .text = "Since the update.",
                                      .topic = "fault"};
    struct product product = {.name = "Counter", .code = "counter", .serial_prefix = "CTR"};
    struct licence_draft licence = {.organisation_id = organisation_id, .name = "Violet stores"};
    struct product *p = NULL;
    struct policy policy;
    struct policy *added;
    struct id id;

    out->organisation_id = organisation_id;
    test_ok(cx, product_find_code(cx, "counter", &p));
    if (!p)
        test_ok(cx, product_add(cx, &product, &p));
    policy = policy_default(p->id, "Professional");
    test_ok(cx, policy_add(cx, &policy, &added));
    licence.policy_id = added->id;
    test_ok(cx, licence_issue(cx, &licence, &out->licence));
    test_ok(cx, order_place(cx, &order, &id));
    test_ok(cx, order_get(cx, id, &out->order));
    test_ok(cx, ticket_create(cx, &ticket, &out->ticket));
}

static const char *ask(struct browser *b, const char *words)
{
    struct str s = str_new(b->cx->mem);

    str_add(&s, "/search?q=");
    str_url(&s, words);
    return s.p;
}

static void a_number_or_serial_leads_straight_to_its_page(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct things mine;
    char *lower;

    make(b->cx, make_organisation(b->cx, "C-1", "Marlow"), &mine);
    browser_customer(b, mine.organisation_id, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, ask(b, mine.ticket->number)), 303);
    assert_string_equal(browser_location(b), arena_printf(b->cx->mem, "/tickets/%s",
                                                          id_text(b->cx->mem, mine.ticket->id)));
    assert_int_equal(browser_get(b, ask(b, mine.order->number)), 303);
    lower = arena_dup(b->cx->mem, mine.licence->serial);
    for (char *c = lower; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    assert_int_equal(browser_get(b, ask(b, lower)), 303);
    assert_string_equal(browser_location(b), arena_printf(b->cx->mem, "/licences/%s",
                                                          id_text(b->cx->mem, mine.licence->id)));
}

static void words_find_every_kind_that_the_rights_allow(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *narrow = browser_open(b->cx);
    struct things mine;

    make(b->cx, make_organisation(b->cx, "C-1", "Marlow"), &mine);
    browser_customer(b, mine.organisation_id, ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, ask(b, "violet")), 200);
    assert_true(browser_shows(b, "Violet receipts are cut"));
    assert_true(browser_shows(b, "Violet tills"));
    assert_true(browser_shows(b, mine.licence->serial));
    browser_customer(narrow, mine.organisation_id, RIGHT_TICKET_OWN, "tom@marlow.example");
    assert_int_equal(browser_get(narrow, ask(b, "violet")), 200);
    assert_false(browser_shows(narrow, "Violet receipts are cut"));
    assert_false(browser_shows(narrow, "Violet tills"));
    assert_false(browser_shows(narrow, mine.licence->serial));
    assert_true(browser_shows(narrow, "Nothing found"));
}

static void nothing_of_another_organisation_is_found(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct things other;

    make(b->cx, make_organisation(b->cx, "C-2", "Other"), &other);
    browser_customer(b, make_organisation(b->cx, "C-1", "Marlow"), ALL, "anna@marlow.example");
    assert_int_equal(browser_get(b, ask(b, "violet")), 200);
    assert_true(browser_shows(b, "Nothing found"));
    assert_int_equal(browser_get(b, ask(b, other.ticket->number)), 200);
    assert_int_equal(browser_get(b, ask(b, other.licence->serial)), 200);
    assert_int_equal(browser_get(b, ask(b, other.order->number)), 200);
    assert_int_equal(browser_get(b, "/search"), 200);
    assert_int_equal(browser_get(b, ask(b, "100% _ \\ <q9>")), 200);
    assert_false(browser_shows(b, "<q9>"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_number_or_serial_leads_straight_to_its_page),
        cmocka_unit_test(words_find_every_kind_that_the_rights_allow),
        cmocka_unit_test(nothing_of_another_organisation_is_found),
    };

    return browser_group_run("search_page", TESTS, COUNT(TESTS));
}
