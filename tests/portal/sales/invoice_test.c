#include "portal/sales/invoice.h"
#include "tests/support/test.h"

#include <string.h>

static struct id add(struct ctx *cx, struct id organisation_id, int64_t minor, const char *due_on)
{
    struct invoice_draft draft = {.organisation_id = organisation_id,
                                  .total = {minor, "GBP"},
                                  .issued_on = "2026-02-01",
                                  .due_on = due_on};
    struct id id;

    test_ok(cx, invoice_add(cx, &draft, &id));
    return id;
}

static struct invoice *only(struct ctx *cx)
{
    struct invoice_filter all = {.limit = 10};
    struct invoice *list;
    size_t count;

    test_ok(cx, invoice_list(cx, &all, &list, &count));
    assert_int_equal(count, 1);
    return list;
}

static void payments_move_an_invoice_to_part_paid_and_paid(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = add(cx, make_organisation(cx, "C-1", "Marlow"), 48000, "2026-03-31");
    struct money part = {30000, "GBP"};
    struct money rest = {18000, "GBP"};
    struct money one = {1, "GBP"};

    assert_string_equal(only(cx)->status, "open");
    test_ok(cx, invoice_pay(cx, id, part, "2026-02-10", "F-1"));
    assert_string_equal(only(cx)->status, "part_paid");
    assert_int_equal(only(cx)->rest.minor, 18000);
    test_ok(cx, invoice_pay(cx, id, rest, "2026-02-11", NULL));
    assert_string_equal(only(cx)->status, "paid");
    test_refused(cx, invoice_pay(cx, id, one, "2026-02-12", NULL), &ERR_INVOICE_OVERPAID);
}

static void wrong_payments_are_refused_and_change_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = add(cx, make_organisation(cx, "C-1", "Marlow"), 48000, "2026-03-31");
    static const struct {
        struct money amount;
        const char *day;
        const struct err_kind *kind;
    } CASES[] = {
        {{48001, "GBP"}, "2026-02-10", &ERR_INVOICE_OVERPAID},
        {{0, "GBP"}, "2026-02-10", &ERR_INVALID},
        {{-5, "GBP"}, "2026-02-10", &ERR_INVALID},
        {{10, "EUR"}, "2026-02-10", &ERR_INVALID},
        {{10, "GBP"}, "today", &ERR_INVALID},
    };

    for (size_t i = 0; i < COUNT(CASES); i++)
        test_refused(cx, invoice_pay(cx, id, CASES[i].amount, CASES[i].day, NULL), CASES[i].kind);
    assert_string_equal(only(cx)->status, "open");
    assert_int_equal(only(cx)->paid.minor, 0);
}

static void an_invoice_is_overdue_the_day_after_its_date(void **state)
{
    struct ctx *cx = test_ctx(state); /* 2 March 2026 */
    struct id organisation_id = make_organisation(cx, "C-1", "Marlow");
    struct invoice_filter open = {.is_open = true};
    struct invoice *list;
    size_t count;

    add(cx, organisation_id, 100, "2026-03-02");
    add(cx, organisation_id, 100, "2026-03-01");
    test_ok(cx, invoice_list(cx, &open, &list, &count));
    assert_int_equal(count, 2);
    assert_true(list[0].is_overdue); /* earliest due first */
    assert_false(list[1].is_overdue);
}

static void only_the_right_to_billing_shows_invoices(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id mine = make_organisation(cx, "C-1", "Marlow");
    struct id person = make_person(cx, "Anna", "anna@marlow.example");
    struct invoice_filter all = {.limit = 10};
    struct invoice_draft draft = {.organisation_id = mine,
                                  .total = {1, "GBP"},
                                  .issued_on = "2026-02-01",
                                  .due_on = "2026-02-01"};
    struct invoice *list;
    struct id id;
    size_t count;

    add(cx, mine, 100, "2026-03-02");
    add(cx, make_organisation(cx, "C-2", "Other"), 100, "2026-03-02");
    test_as_customer(cx, person, mine, RIGHT_BILLING);
    only(cx);
    test_refused(cx, invoice_add(cx, &draft, &id), &ERR_DENIED);
    test_as_customer(cx, person, mine, RIGHT_ORDER | RIGHT_ADMIN);
    test_ok(cx, invoice_list(cx, &all, &list, &count));
    assert_int_equal(count, 0);
    test_as_staff(cx, person, RIGHT_SALES);
    test_ok(cx, invoice_list(cx, &all, &list, &count));
    assert_int_equal(count, 2);
    cx = test_ctx(state);
    test_ok(cx, invoice_list(cx, &all, &list, &count));
    assert_int_equal(count, 0);
}

struct payments {
    struct id invoice_id;
    bool ok[8];
};

static bool pay_once(struct ctx *cx, void *arg)
{
    const struct payments *p = arg;
    struct money amount = {10000, "GBP"};

    return invoice_pay(cx, p->invoice_id, amount, "2026-02-10", NULL);
}

static void pay_many(struct ctx *cx, unsigned index, void *arg)
{
    struct payments *p = arg;

    p->ok[index] = db_retry(cx, pay_once, p);
}

static void payments_at_once_never_exceed_the_total(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct payments p = {.invoice_id =
                             add(cx, make_organisation(cx, "C-1", "Marlow"), 30000, "2026-03-31")};
    int taken = 0;

    test_threads(cx, COUNT(p.ok), pay_many, &p);
    for (size_t i = 0; i < COUNT(p.ok); i++)
        taken += p.ok[i];
    assert_int_equal(taken, 3);
    assert_string_equal(only(cx)->status, "paid");
    assert_int_equal(only(cx)->rest.minor, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(payments_move_an_invoice_to_part_paid_and_paid),
        cmocka_unit_test(wrong_payments_are_refused_and_change_nothing),
        cmocka_unit_test(an_invoice_is_overdue_the_day_after_its_date),
        cmocka_unit_test(only_the_right_to_billing_shows_invoices),
        cmocka_unit_test(payments_at_once_never_exceed_the_total),
    };

    return test_group_run("invoice", TESTS, COUNT(TESTS));
}
