#include "portal/desk/escalation.h"
#include "portal/desk/sla.h"
#include "tests/portal/desk/desk_frame.h"

static int64_t count_events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static unsigned work(struct ctx *cx)
{
    unsigned fired;

    test_ok(cx, escalation_work(cx, &fired));
    return fired;
}

static struct id late_ticket(struct ctx *cx, const struct desk *d)
{
    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 120}));
    return desk_file(cx, d, "s");
}

static void a_warning_comes_before_and_a_breach_at_the_end_once_each(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);

    late_ticket(cx, &d);
    assert_int_equal(work(cx), 0);
    cx->now += 61 * CLOCK_MINUTE;
    assert_int_equal(work(cx), 1);
    assert_int_equal(work(cx), 0);
    assert_int_equal(count_events(cx, "ticket.sla_warning"), 1);
    cx->now += 60 * CLOCK_MINUTE;
    assert_int_equal(work(cx), 1);
    assert_int_equal(work(cx), 0);
    assert_int_equal(count_events(cx, "ticket.sla_breached"), 1);
}

static void an_answer_in_time_escalates_nothing_and_the_next_question_may(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id id = late_ticket(cx, &d), message;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Restart it.", NULL, &message));
    test_as_system(cx);
    cx->now += CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "It is the same.", NULL, &message));
    test_as_system(cx);
    cx->now += 3 * CLOCK_HOUR;
    assert_int_equal(work(cx), 2);
}

static void a_step_hands_the_ticket_over_and_raises_its_level(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct escalation step = {
        .target = "answer", .offset_minutes = 30, .team_id = d.team, .raises_level = true};
    struct id id = late_ticket(cx, &d);
    struct ticket *t;

    test_ok(cx, escalation_set(cx, &step, 1));
    cx->now += 140 * CLOCK_MINUTE;
    assert_int_equal(work(cx), 0);
    cx->now += 20 * CLOCK_MINUTE;
    assert_int_equal(work(cx), 1);
    test_ok(cx, ticket_get(cx, id, &t));
    assert_true(id_equal(t->team_id, d.team));
    assert_int_equal(t->level, 1);
}

static void the_solution_has_steps_of_its_own(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id id, message;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .solve_minutes = 600}));
    id = desk_file(cx, &d, "s");
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Which model?", "waiting", &message));
    test_as_system(cx);
    cx->now += 2 * CLOCK_DAY;
    assert_int_equal(work(cx), 0); /* it stands while the customer is asked */
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "RP-80", NULL, &message));
    test_as_system(cx);
    cx->now += 601 * CLOCK_MINUTE;
    assert_int_equal(work(cx), 2);
    assert_int_equal(count_events(cx, "ticket.sla_breached"), 1);
}

static void steps_that_cannot_be_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct escalation twice[] = {{.target = "answer", .offset_minutes = 5},
                                       {.target = "answer", .offset_minutes = 5}};
    const struct escalation elsewhere = {.target = "solve", .team_id = d.priya};
    const struct escalation unknown = {.target = "lunch"};
    const struct escalation *list;
    size_t count;

    test_refused(cx, escalation_set(cx, twice, 2), &ERR_INVALID);
    test_refused(cx, escalation_set(cx, &elsewhere, 1), &ERR_INVALID);
    test_refused(cx, escalation_set(cx, &unknown, 1), &ERR_INVALID);
    test_ok(cx, escalation_set(cx, twice, 1));
    test_ok(cx, escalation_list(cx, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, escalation_set(cx, NULL, 0));
    test_ok(cx, escalation_list(cx, &list, &count));
    assert_int_equal(count, 4);
    desk_as_priya(cx, &d);
    test_refused(cx, escalation_set(cx, twice, 1), &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_warning_comes_before_and_a_breach_at_the_end_once_each),
        cmocka_unit_test(an_answer_in_time_escalates_nothing_and_the_next_question_may),
        cmocka_unit_test(a_step_hands_the_ticket_over_and_raises_its_level),
        cmocka_unit_test(the_solution_has_steps_of_its_own),
        cmocka_unit_test(steps_that_cannot_be_are_refused),
    };

    return test_group_run("escalation", TESTS, COUNT(TESTS));
}
