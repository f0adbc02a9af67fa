#include "base/clock.h"
#include "portal/sales/order.h"
#include "tests/support/test.h"

#include <string.h>

static const struct order_line LINES[] = {
    {.description = "Counter Professional, seats",
     .quantity = 4,
     .list = {120000, "CNY"},
     .unit = {98000, "CNY"}},
    {.description = "Receipt printer",
     .quantity = 2,
     .list = {86000, "CNY"},
     .unit = {86000, "CNY"}},
};

static struct order_draft draft_for(struct id organisation_id)
{
    return (struct order_draft){.organisation_id = organisation_id,
                                .reference = "新门店收银套装",
                                .currency = "CNY",
                                .tax_basis_points = 600,
                                .due_on = "2026-03-23",
                                .lines = LINES,
                                .line_count = COUNT(LINES)};
}

static struct id place(struct ctx *cx, struct id organisation_id)
{
    struct order_draft draft = draft_for(organisation_id);
    struct id id;

    test_ok(cx, order_place(cx, &draft, &id));
    return id;
}

static void totals_come_from_the_customers_own_prices(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = place(cx, make_organisation(cx, "C-1", "南塘茶饮"));
    struct order *o;
    struct order_line *lines;
    size_t count;

    test_ok(cx, order_get(cx, id, &o));
    assert_int_equal(o->net.minor, 4 * 98000 + 2 * 86000);
    assert_int_equal(o->tax.minor, 33840);
    assert_int_equal(o->total.minor, o->net.minor + o->tax.minor);
    assert_string_equal(o->total.currency, "CNY");
    assert_int_equal(o->status, ORDER_PLACED);
    assert_int_equal(o->step_at[ORDER_PLACED], cx->now);
    assert_string_equal(o->due_on, "2026-03-23");
    test_ok(cx, order_lines(cx, id, &lines, &count));
    assert_int_equal(count, 2);
    assert_int_equal(lines[0].list.minor, 120000);
    assert_int_equal(lines[0].net.minor, 392000);
}

static void each_right_and_organisation_sees_exactly_its_orders(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id mine = make_organisation(cx, "C-1", "Marlow");
    struct id other = make_organisation(cx, "C-2", "Other");
    struct id person = make_person(cx, "Anna", "anna@marlow.example");
    struct id id = place(cx, mine);
    struct id foreign = place(cx, other);
    const struct {
        enum viewer_kind kind;
        struct id organisation_id;
        uint64_t rights;
        size_t listed;
        bool sees_mine, sees_other;
    } CASES[] = {
        {VIEWER_CUSTOMER, mine, RIGHT_ORDER, 1, true, false},
        {VIEWER_CUSTOMER, other, RIGHT_ORDER, 1, false, true},
        {VIEWER_CUSTOMER, mine, RIGHT_BILLING | RIGHT_LICENCE | RIGHT_ADMIN, 0, false, false},
        {VIEWER_CUSTOMER, {{0}}, RIGHT_ORDER, 0, false, false},
        {VIEWER_STAFF, {{0}}, RIGHT_SALES, 2, true, true},
        {VIEWER_STAFF, {{0}}, RIGHT_CUSTOMERS, 2, true, true},
        {VIEWER_STAFF, {{0}}, RIGHT_DESK | RIGHT_KNOWLEDGE, 0, false, false},
        {VIEWER_NOBODY, {{0}}, 0, 0, false, false},
        {VIEWER_SYSTEM, {{0}}, 0, 2, true, true},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct order_filter all = {.limit = 10};
        struct order_line *lines;
        struct order *o;
        const char *due;
        int64_t open;
        size_t count;

        cx->viewer = (struct viewer){.kind = CASES[i].kind,
                                     .person_id = person,
                                     .organisation_id = CASES[i].organisation_id,
                                     .rights = CASES[i].rights};
        test_ok(cx, order_list(cx, &all, &o, &count));
        assert_int_equal(count, CASES[i].listed);
        test_ok(cx, order_count_open(cx, &open, &due));
        assert_int_equal(open, CASES[i].listed);
        assert_int_equal(order_get(cx, id, &o), CASES[i].sees_mine);
        err_clear(&cx->err);
        assert_int_equal(order_get(cx, foreign, &o), CASES[i].sees_other);
        err_clear(&cx->err);
        test_ok(cx, order_lines(cx, id, &lines, &count));
        assert_int_equal(count, CASES[i].sees_mine ? 2 : 0);
    }
}

static void another_tenants_order_is_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id foreign_org = make_organisation(cx, "C-1", "Marlow");
    struct id foreign = place(cx, foreign_org);
    struct order_draft draft = draft_for(foreign_org);
    struct order *o;
    struct id id;

    cx = test_ctx(state);
    test_refused(cx, order_get(cx, foreign, &o), &ERR_NOT_FOUND);
    test_refused(cx, order_advance(cx, foreign, ORDER_APPROVED, NULL), &ERR_NOT_FOUND);
    test_refused(cx, order_place(cx, &draft, &id), &ERR_NOT_FOUND);
    test_refused(cx, order_set_line_licence(cx, foreign, 1, ctx_new_id(cx)), &ERR_NOT_FOUND);
}

static void customers_order_for_themselves_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id mine = make_organisation(cx, "C-1", "Marlow");
    struct order_draft draft = draft_for(make_organisation(cx, "C-2", "Other"));
    struct id person = make_person(cx, "Anna", "anna@marlow.example");
    struct id id;

    test_as_customer(cx, person, mine, RIGHT_ORDER);
    id = place(cx, mine);
    test_refused(cx, order_place(cx, &draft, &id), &ERR_NOT_FOUND);
    test_refused(cx, order_advance(cx, id, ORDER_APPROVED, NULL), &ERR_DENIED);
    test_as_customer(cx, person, mine, RIGHT_TICKET_ALL);
    test_refused(cx, order_place(cx, &draft, &id), &ERR_DENIED);
}

static void steps_go_forward_and_an_order_is_cancelled_before_delivery(void **state)
{
    for (int from = 0; from < ORDER_STATUS_COUNT; from++) {
        for (int to = 0; to < ORDER_STATUS_COUNT; to++) {
            bool is_ended = from == ORDER_DONE || from == ORDER_CANCELLED;
            bool may = to == ORDER_CANCELLED ? from < ORDER_DELIVERED : to > from;

            assert_int_equal(order_may_follow((enum order_status)from, (enum order_status)to),
                             may && !is_ended);
        }
    }
    (void)state;
}

static void each_step_keeps_its_time_and_the_reason_of_the_last(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = place(cx, make_organisation(cx, "C-1", "Marlow"));
    struct order *o;

    cx->now += CLOCK_DAY;
    test_ok(cx, order_advance(cx, id, ORDER_APPROVED, NULL));
    cx->now += CLOCK_DAY;
    test_ok(cx, order_advance(cx, id, ORDER_PRODUCTION, "The printer comes a day late."));
    test_refused(cx, order_advance(cx, id, ORDER_APPROVED, NULL), &ERR_ORDER_STEP);
    test_ok(cx, order_get(cx, id, &o));
    assert_int_equal(o->status, ORDER_PRODUCTION);
    assert_int_equal(o->step_at[ORDER_APPROVED], TEST_NOW + CLOCK_DAY);
    assert_int_equal(o->step_at[ORDER_PRODUCTION], TEST_NOW + 2 * CLOCK_DAY);
    assert_int_equal(o->step_at[ORDER_DONE], 0);
    assert_string_equal(o->reason, "The printer comes a day late.");
    test_ok(cx, order_advance(cx, id, ORDER_CANCELLED, NULL));
    test_ok(cx, order_get(cx, id, &o));
    assert_int_equal(o->step_at[ORDER_CANCELLED], cx->now);
}

static void what_cannot_be_an_order_is_refused(void **state)
{
    static const struct order_line BAD[] = {
        {.description = "x", .quantity = 0, .list = {1, "CNY"}, .unit = {1, "CNY"}},
        {.description = "", .quantity = 1, .list = {1, "CNY"}, .unit = {1, "CNY"}},
        {.description = "x", .quantity = 1, .list = {1, "CNY"}, .unit = {-1, "CNY"}},
        {.description = "x", .quantity = 1, .list = {1, "CNY"}, .unit = {1, "GBP"}},
        {.description = "x", .quantity = 2, .list = {1, "CNY"}, .unit = {INT64_MAX, "CNY"}},
    };
    struct ctx *cx = test_ctx(state);
    struct order_draft draft = draft_for(make_organisation(cx, "C-1", "Marlow"));
    struct id id;

    draft.line_count = 0;
    test_refused(cx, order_place(cx, &draft, &id), &ERR_INVALID);
    draft.line_count = 1;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        draft.lines = &BAD[i];
        test_refused(cx, order_place(cx, &draft, &id), &ERR_INVALID);
    }
    draft = draft_for(draft.organisation_id);
    draft.due_on = "soon";
    test_refused(cx, order_place(cx, &draft, &id), &ERR_INVALID);
}

struct placed {
    struct id organisation_id;
    bool ok[16];
};

static bool place_once(struct ctx *cx, void *arg)
{
    const struct placed *p = arg;
    struct order_draft draft = draft_for(p->organisation_id);
    struct id id;

    return order_place(cx, &draft, &id);
}

static void place_many(struct ctx *cx, unsigned index, void *arg)
{
    struct placed *p = arg;

    p->ok[index] = db_retry(cx, place_once, p);
}

static void orders_placed_at_once_have_numbers_without_gaps_and_doubles(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct placed p = {.organisation_id = make_organisation(cx, "C-1", "Marlow")};

    test_threads(cx, COUNT(p.ok), place_many, &p);
    for (size_t i = 0; i < COUNT(p.ok); i++)
        assert_true(p.ok[i]);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(DISTINCT number) FROM sales_order WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     COUNT(p.ok));
    assert_int_equal(
        test_i64(cx, "SELECT next_number FROM number_series WHERE tenant_id = ? AND name = 'order'",
                 DB_ID(cx->tenant_id)),
        COUNT(p.ok) + 1);
}

static bool place_and_check(struct ctx *cx, void *arg)
{
    return place_once(cx, arg);
}

static void no_order(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM sales_order WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static void a_failure_at_any_statement_leaves_no_half_order(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct placed p = {.organisation_id = make_organisation(cx, "C-1", "Marlow")};

    test_failures(cx, place_and_check, &p, no_order);
}

static void pages_go_back_in_time(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id organisation_id = make_organisation(cx, "C-1", "Marlow");
    struct order_filter filter = {.limit = 2};
    struct id ids[3];
    struct order *list;
    size_t count;

    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = place(cx, organisation_id);
    test_ok(cx, order_list(cx, &filter, &list, &count));
    assert_int_equal(count, 2);
    assert_true(id_equal(list[0].id, ids[2]));
    filter.after = list[1].id;
    test_ok(cx, order_list(cx, &filter, &list, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(list[0].id, ids[0]));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(totals_come_from_the_customers_own_prices),
        cmocka_unit_test(each_right_and_organisation_sees_exactly_its_orders),
        cmocka_unit_test(another_tenants_order_is_not_found),
        cmocka_unit_test(customers_order_for_themselves_alone),
        cmocka_unit_test(steps_go_forward_and_an_order_is_cancelled_before_delivery),
        cmocka_unit_test(each_step_keeps_its_time_and_the_reason_of_the_last),
        cmocka_unit_test(what_cannot_be_an_order_is_refused),
        cmocka_unit_test(orders_placed_at_once_have_numbers_without_gaps_and_doubles),
        cmocka_unit_test(a_failure_at_any_statement_leaves_no_half_order),
        cmocka_unit_test(pages_go_back_in_time),
    };

    return test_group_run("order", TESTS, COUNT(TESTS));
}
