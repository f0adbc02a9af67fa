/* The solution's clock against a count of minutes over random histories, and in the table. */
#include "portal/desk/calendar.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_clock.h"
#include "tests/portal/desk/desk_frame.h"

enum { HISTORIES = 60, MOVES = 12, START = 20440 /* days since 1970: a Thursday */ };

static uint32_t seed = 7;
static int pick(int below)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)below);
}

static struct business_hours office(void)
{
    struct business_hours h = {.zone = NULL};

    for (int i = 1; i <= 5; i++)
        h.week[i] = (struct business_day){.spans = {{540, 720}, {780, 1020}}, .count = 2};
    return h;
}

static int64_t count_minutes(const struct business_hours *h, int64_t from, int64_t to)
{
    int64_t minutes = 0;

    for (int64_t us = from; us < to; us += CLOCK_MINUTE)
        minutes += business_between(h, us, us + CLOCK_MINUTE) == CLOCK_MINUTE;
    return minutes;
}

/* What the customer is shown at each move equals what a count from the beginning gives. */
static void it_equals_a_count_over_random_histories(void **state)
{
    const struct business_hours h = office();

    (void)state;
    for (int n = 0; n < HISTORIES; n++) {
        const int64_t target = (1 + pick(20)) * CLOCK_HOUR;
        int64_t now = START * CLOCK_DAY + pick(7 * 1440) * CLOCK_MINUTE, counted = 0;
        struct ticket_clock c = ticket_clock_move(&h, (struct ticket_clock){0}, true, target, now);
        bool runs = true;

        for (int i = 0; i < MOVES; i++) {
            const int64_t next = now + pick(2 * 1440) * CLOCK_MINUTE;

            if (runs)
                counted += count_minutes(&h, now, next);
            runs = pick(3) != 0;
            c = ticket_clock_move(&h, c, runs, target, next);
            now = next;
            assert_int_equal(c.spent, counted * CLOCK_MINUTE);
            assert_int_equal(c.since, runs ? now : 0);
            if (!runs)
                assert_int_equal(c.due, 0);
            else if (c.spent < target)
                assert_int_equal(count_minutes(&h, now, c.due), target / CLOCK_MINUTE - counted);
            else
                assert_true(c.due <= now);
        }
    }
}

static struct ticket *get(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_ok(cx, ticket_get(cx, id, &t));
    return t;
}

static void waiting_for_the_customer_stops_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const int64_t filed_at = cx->now;
    struct ticket *t;
    struct id id, message;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .solve_minutes = 600}));
    id = desk_file(cx, &d, "s");
    assert_int_equal(get(cx, id)->solve_due_at, filed_at + 600 * CLOCK_MINUTE);
    desk_as_priya(cx, &d);
    cx->now += 60 * CLOCK_MINUTE;
    test_ok(cx, ticket_reply(cx, id, "Which model?", "waiting", &message));
    t = get(cx, id);
    assert_int_equal(t->solve_due_at, 0);
    assert_int_equal(t->solve_spent, 60 * CLOCK_MINUTE);
    assert_int_equal(t->status_at, cx->now);
    cx->now += 5 * CLOCK_DAY;
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "RP-80", NULL, &message));
    assert_int_equal(get(cx, id)->solve_due_at, cx->now + 540 * CLOCK_MINUTE);
}

static void a_new_level_brings_its_own_target_for_the_time_spent(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id id;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .solve_minutes = 600}));
    test_ok(cx, sla_set(cx, &(struct sla){.level = 1, .solve_minutes = 120}));
    id = desk_file(cx, &d, "s");
    desk_as_priya(cx, &d);
    cx->now += 60 * CLOCK_MINUTE;
    test_ok(cx, ticket_set_level(cx, id, 1));
    assert_int_equal(get(cx, id)->solve_due_at, cx->now + 60 * CLOCK_MINUTE);
    test_ok(cx, ticket_set_level(cx, id, 3));
    assert_int_equal(get(cx, id)->solve_due_at, 0);
}

static void kept_and_missed_promises_are_remembered(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id id, message;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 30, .solve_minutes = 600}));
    id = desk_file(cx, &d, "s");
    desk_as_priya(cx, &d);
    cx->now += 60 * CLOCK_MINUTE;
    test_ok(cx, ticket_reply(cx, id, "Restart it.", "waiting", &message));
    cx->now += 5 * CLOCK_DAY;
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket_promise WHERE tenant_id = ? "
                              "AND target = 'answer' AND done_at > due_at",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket_promise WHERE tenant_id = ? "
                              "AND target = 'solve' AND done_at <= due_at",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void only_office_hours_count_towards_a_promise(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct calendar c = {.name = "Office", .zone = "UTC"};
    struct ticket *t;

    for (int i = 1; i <= 5; i++)
        c.week[i] = (struct business_day){.spans = {{540, 1020}}, .count = 1};
    test_ok(cx, calendar_save(cx, &c));
    test_ok(cx, sla_set(cx, &(struct sla){.level = 2,
                                          .answer_minutes = 120,
                                          .solve_minutes = 600,
                                          .calendar_id = c.id}));
    cx->now = (START + 1) * CLOCK_DAY + 16 * CLOCK_HOUR; /* a Friday, an hour before the end */
    t = get(cx, desk_file(cx, &d, "s"));
    assert_int_equal(t->due_at, (START + 4) * CLOCK_DAY + 10 * CLOCK_HOUR);
    assert_int_equal(t->solve_due_at, (START + 5) * CLOCK_DAY + 10 * CLOCK_HOUR);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(it_equals_a_count_over_random_histories),
        cmocka_unit_test(waiting_for_the_customer_stops_it),
        cmocka_unit_test(a_new_level_brings_its_own_target_for_the_time_spent),
        cmocka_unit_test(kept_and_missed_promises_are_remembered),
        cmocka_unit_test(only_office_hours_count_towards_a_promise),
    };

    return test_group_run("ticket_clock", TESTS, COUNT(TESTS));
}
