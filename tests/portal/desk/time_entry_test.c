#include "portal/desk/hours.h"
#include "portal/desk/time_entry.h"
#include "tests/portal/desk/desk_frame.h"

static const struct id NONE = {{0}};

static struct hours_balance balance(struct ctx *cx, struct id organisation)
{
    struct hours_balance b;

    test_ok(cx, hours_balance_of(cx, organisation, &b));
    return b;
}

static struct id enter(struct ctx *cx, struct id ticket, int64_t minutes, bool is_billable)
{
    struct id id;

    test_ok(cx,
            time_entry_add(cx, ticket,
                           &(struct time_entry_new){
                               .minutes = minutes, .is_billable = is_billable, .note = "On site."},
                           &id));
    return id;
}

static void the_balance_is_what_was_bought_less_what_was_billed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct id bought, first, id;

    test_ok(cx, hours_buy(cx, d.organisation, 600, NONE, "Ten hours", &bought));
    desk_as_priya(cx, &d);
    first = enter(cx, ticket, 90, true);
    (void)enter(cx, ticket, 30, false);
    assert_int_equal(balance(cx, d.organisation).left, 510);
    test_ok(cx, time_entry_reverse(cx, first, &id));
    assert_true(id_equal(id, ticket));
    assert_int_equal(balance(cx, d.organisation).left, 600);
    test_refused(cx, time_entry_reverse(cx, first, &id), &ERR_HOURS_REVERSED);
    test_as_system(cx);
    test_ok(cx, hours_reverse(cx, bought, &id));
    assert_int_equal(balance(cx, d.organisation).bought, 0);
    test_refused(cx, hours_reverse(cx, bought, &id), &ERR_HOURS_REVERSED);
    assert_int_equal(balance(cx, d.other_organisation).bought, 0);
}

static void an_entry_tells_the_share_that_is_left_before_and_after(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct id id;

    test_ok(cx, hours_buy(cx, d.organisation, 100, NONE, NULL, &id));
    (void)enter(cx, ticket, 75, true);
    (void)enter(cx, ticket, 10, true);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.time_added' AND JSON_VALUE(data, '$.hours.left_percent') = "
                              "15 AND JSON_VALUE(data, '$.hours.was_percent') = 25",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_customer_sees_his_own_balance_with_the_right_and_no_notes(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct hours_balance b;
    struct time_entry *list;
    struct id id, bought;
    size_t count;

    test_ok(cx, hours_buy(cx, d.organisation, 60, NONE, NULL, &bought));
    (void)enter(cx, ticket, 20, true);
    desk_as_anna(cx, &d);
    test_refused(cx, hours_balance_of(cx, d.organisation, &b), &ERR_DENIED);
    test_refused(cx, time_entry_of_ticket(cx, ticket, &list, &count), &ERR_DENIED);
    test_refused(cx, time_entry_add(cx, ticket, &(struct time_entry_new){.minutes = 1}, &id),
                 &ERR_DENIED);
    test_sql(cx, "UPDATE time_entry SET cost_minor = 700 WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_as_customer(cx, d.anna, d.organisation, RIGHT_ORDER);
    assert_int_equal(balance(cx, d.organisation).left, 40);
    test_ok(cx, time_entry_of_organisation(cx, d.organisation, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].note, "");
    assert_string_equal(list[0].subject, ""); /* no right to the ticket itself */
    assert_string_equal(list[0].number, "");
    assert_true(id_is_zero(list[0].ticket_id));
    assert_string_equal(list[0].person, ""); /* which colleague, and at what cost, is the desk's */
    assert_int_equal(list[0].cost.minor, 0);
    test_as_customer(cx, d.anna, d.organisation, RIGHT_ORDER | RIGHT_TICKET_ALL);
    test_ok(cx, time_entry_of_organisation(cx, d.organisation, &list, &count));
    assert_string_not_equal(list[0].subject, "");
    assert_string_not_equal(list[0].number, "");
    assert_string_equal(list[0].person, "");
    assert_int_equal(list[0].cost.minor, 0);
    test_refused(cx, hours_balance_of(cx, d.other_organisation, &b), &ERR_DENIED);
    test_refused(cx, hours_buy(cx, d.organisation, 60, NONE, NULL, &id), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_refused(cx, hours_buy(cx, d.organisation, 60, NONE, NULL, &id), &ERR_DENIED);
    test_as_staff(cx, d.priya, RIGHT_SALES | RIGHT_CUSTOMERS_READ); /* of one's own customers */
    test_refused(cx, hours_reverse(cx, bought, &id), &ERR_NOT_FOUND);
    desk_as_priya(cx, &d);
    test_ok(cx, time_entry_of_ticket(cx, ticket, &list, &count));
    assert_string_equal(list[0].note, "On site.");
}

static void what_is_no_time_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct time_entry_new bad[] = {
        {.minutes = 0},
        {.minutes = -5},
        {.minutes = TIME_ENTRY_MINUTES_MAX + 1},
        {.minutes = 5, .cost = {.minor = -1}},
        {.minutes = 5, .done_on = "someday"},
        {.minutes = 5, .done_on = "2026-04-01"}, /* to come */
    };
    struct id id;

    for (size_t i = 0; i < COUNT(bad); i++)
        test_refused(cx, time_entry_add(cx, ticket, &bad[i], &id), &ERR_INVALID);
    test_refused(cx, hours_buy(cx, d.organisation, 0, NONE, NULL, &id), &ERR_INVALID);
    test_refused(cx, hours_buy(cx, d.organisation, 60, d.anna, NULL, &id), &ERR_INVALID);
    test_refused(cx, time_entry_reverse(cx, ticket, &id), &ERR_NOT_FOUND);
    test_refused(cx, hours_reverse(cx, ticket, &id), &ERR_NOT_FOUND);
    test_ok(cx, time_entry_add(cx, ticket, &(struct time_entry_new){.cost = {.minor = 500}}, &id));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_balance_is_what_was_bought_less_what_was_billed),
        cmocka_unit_test(an_entry_tells_the_share_that_is_left_before_and_after),
        cmocka_unit_test(a_customer_sees_his_own_balance_with_the_right_and_no_notes),
        cmocka_unit_test(what_is_no_time_is_refused),
    };

    return test_group_run("time_entry", TESTS, COUNT(TESTS));
}
