#include "base/clock.h"
#include "portal/desk/visit.h"
#include "tests/portal/desk/desk_frame.h"

static const struct id WHOEVER = {{0}};

static int64_t count_events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static void a_visit_is_open_until_its_outcome_is_kept(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct visit_outcome content = {.outcome = "content", .result = "All is well."};
    struct visit *list;
    struct id id;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, visit_add(cx, ticket, "2026-03-09", d.dan, &id));
    test_ok(cx, visit_of_ticket(cx, ticket, &list, &count));
    assert_int_equal(count, 1);
    assert_null(list[0].outcome);
    assert_string_equal(list[0].due_on, "2026-03-09");
    assert_string_equal(list[0].assignee, "Dan Osei");
    test_ok(cx, visit_finish(cx, id, &content));
    test_refused(cx, visit_finish(cx, id, &content), &ERR_VISIT_DONE);
    test_ok(cx, visit_of_ticket(cx, ticket, &list, &count));
    assert_string_equal(list[0].outcome, "content");
    assert_string_equal(list[0].result, "All is well.");
    assert_int_equal(count_events(cx, "ticket.visit_done"), 1);
    test_ok(cx, visit_list(cx, false, &list, &count));
    assert_int_equal(count, 0);
}

static void an_unhappy_customer_is_reviewed_and_visited_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct visit_outcome unhappy = {.outcome = "unhappy", .next_on = "2026-03-20"};
    struct ticket *t;
    struct visit *list;
    struct id id;
    size_t count;

    test_ok(cx, visit_add(cx, ticket, "2026-03-09", WHOEVER, &id));
    test_ok(cx, visit_finish(cx, id, &unhappy));
    test_ok(cx, ticket_get(cx, ticket, &t));
    assert_true(t->needs_review);
    test_ok(cx, visit_list(cx, false, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].due_on, "2026-03-20");
}

static void due_and_overdue_ones_are_listed_and_told_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct visit *list;
    struct id id;
    unsigned told;
    size_t count;

    test_ok(cx, visit_add(cx, ticket, "2026-03-03", WHOEVER, &id));
    test_ok(cx, visit_add_days(cx, ticket, 30));
    test_ok(cx, visit_list(cx, true, &list, &count));
    assert_int_equal(count, 0);
    test_ok(cx, visit_work(cx, &told));
    assert_int_equal(told, 0);
    cx->now += CLOCK_DAY;
    test_ok(cx, visit_list(cx, true, &list, &count));
    assert_int_equal(count, 1);
    assert_false(list[0].is_late);
    test_ok(cx, visit_work(cx, &told));
    assert_int_equal(told, 1);
    test_ok(cx, visit_work(cx, &told));
    assert_int_equal(told, 0);
    assert_int_equal(count_events(cx, "ticket.visit_due"), 1);
    cx->now += CLOCK_DAY;
    test_ok(cx, visit_list(cx, true, &list, &count));
    assert_true(list[0].is_late);
}

static void visits_that_cannot_be_are_refused(void **state)
{
    static const char *const DAYS[] = {NULL, "", "soon", "2026-02-20", "2029-01-01", "2026-02-31x"};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct visit_outcome odd = {.outcome = "maybe"};
    const struct visit_outcome bad_next = {.outcome = "content", .next_on = "then"};
    struct visit *list;
    struct id id;
    size_t count;

    for (size_t i = 0; i < COUNT(DAYS); i++)
        test_refused(cx, visit_add(cx, ticket, DAYS[i], WHOEVER, &id), &ERR_INVALID);
    test_refused(cx, visit_add(cx, ticket, "2026-03-09", d.anna, &id), &ERR_INVALID);
    test_refused(cx, visit_add(cx, d.team, "2026-03-09", WHOEVER, &id), &ERR_NOT_FOUND);
    test_refused(cx, visit_add_days(cx, ticket, -1), &ERR_INVALID);
    test_ok(cx, visit_add(cx, ticket, "2026-03-09", WHOEVER, &id));
    test_refused(cx, visit_finish(cx, id, &odd), &ERR_INVALID);
    test_refused(cx, visit_finish(cx, id, &bad_next), &ERR_INVALID);
    desk_as_tom(cx, &d);
    test_refused(cx, visit_add(cx, ticket, "2026-03-09", WHOEVER, &id), &ERR_DENIED);
    test_refused(cx, visit_list(cx, false, &list, &count), &ERR_DENIED);
    cx = test_ctx(state);
    test_refused(cx, visit_finish(cx, id, &odd), &ERR_NOT_FOUND);
}

static void an_open_visit_is_given_to_another_and_a_finished_one_is_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s"), nobody = {{0}};
    struct visit *list;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, visit_add_days(cx, ticket, 5));
    test_ok(cx, visit_of_ticket(cx, ticket, &list, &count));
    test_refused(cx, visit_give(cx, list[0].id, d.anna), &ERR_INVALID);
    test_refused(cx, visit_give(cx, ticket, d.dan), &ERR_NOT_FOUND);
    test_ok(cx, visit_give(cx, list[0].id, d.dan));
    test_ok(cx, visit_of_ticket(cx, ticket, &list, &count));
    assert_string_equal(list[0].assignee, "Dan Osei");
    test_ok(cx, visit_give(cx, list[0].id, nobody));
    test_ok(cx, visit_of_ticket(cx, ticket, &list, &count));
    assert_true(id_is_zero(list[0].assignee_id));
    test_ok(cx, visit_finish(cx, list[0].id, &(struct visit_outcome){.outcome = "content"}));
    test_refused(cx, visit_give(cx, list[0].id, d.dan), &ERR_VISIT_DONE);
    desk_as_tom(cx, &d);
    test_refused(cx, visit_give(cx, list[0].id, d.dan), &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_visit_is_open_until_its_outcome_is_kept),
        cmocka_unit_test(an_unhappy_customer_is_reviewed_and_visited_again),
        cmocka_unit_test(due_and_overdue_ones_are_listed_and_told_once),
        cmocka_unit_test(visits_that_cannot_be_are_refused),
        cmocka_unit_test(an_open_visit_is_given_to_another_and_a_finished_one_is_not),
    };

    return test_group_run("visit", TESTS, COUNT(TESTS));
}
