#include "base/clock.h"
#include "portal/desk/auto_close.h"
#include "portal/desk/desk_flow.h"
#include "tests/portal/desk/desk_frame.h"

static int64_t count_events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static enum ticket_category category_of(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_ok(cx, ticket_get(cx, id, &t));
    return t->category;
}

static unsigned work(struct ctx *cx)
{
    unsigned done;

    test_ok(cx, auto_close_work(cx, &done));
    return done;
}

static void set_days(struct ctx *cx, int64_t close, int64_t remind)
{
    test_ok(cx, desk_flow_set(cx, &(struct desk_flow){.close_days = close, .remind_days = remind},
                              NULL, 0));
}

static void a_new_tenant_closes_after_the_shipped_days_and_never_if_it_says_so(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");

    test_ok(cx, ticket_set_status(cx, id, "solved"));
    set_days(cx, 0, 0);
    cx->now += 400 * CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    assert_int_equal(category_of(cx, id), TICKET_SOLVED);
    test_sql(cx, "DELETE FROM desk_flow WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_int_equal(work(cx), 1); /* the mail, not the close */
    assert_int_equal(category_of(cx, id), TICKET_SOLVED);
    cx->now += DESK_FLOW_REMIND_DAYS * CLOCK_DAY;
    assert_int_equal(work(cx), 1);
    assert_int_equal(category_of(cx, id), TICKET_CLOSED);
}

static void a_solved_ticket_is_told_of_once_and_closed_after_that(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s"), open = desk_file(cx, &d, "open");

    set_days(cx, 10, 3);
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    cx->now += 6 * CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    cx->now += CLOCK_DAY;
    assert_int_equal(work(cx), 1);
    assert_int_equal(count_events(cx, "ticket.close_due"), 1);
    assert_int_equal(work(cx), 0);
    cx->now += 3 * CLOCK_DAY - 1;
    assert_int_equal(work(cx), 0);
    cx->now += 1;
    assert_int_equal(work(cx), 1);
    assert_int_equal(category_of(cx, id), TICKET_CLOSED);
    assert_int_equal(category_of(cx, open), TICKET_OPEN);
    assert_int_equal(count_events(cx, "ticket.close_due"), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND is_public = "
                              "TRUE AND data LIKE '%auto_close%'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void nobody_is_closed_out_without_the_mail(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");

    test_ok(cx, ticket_set_status(cx, id, "solved"));
    cx->now += 100 * CLOCK_DAY;
    set_days(cx, 10, 3); /* younger than the solution */
    assert_int_equal(work(cx), 1);
    assert_int_equal(category_of(cx, id), TICKET_SOLVED);
    cx->now += 3 * CLOCK_DAY;
    assert_int_equal(work(cx), 1);
    assert_int_equal(category_of(cx, id), TICKET_CLOSED);
}

static void a_dispute_begins_anew_and_a_review_stops_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");

    set_days(cx, 10, 3);
    test_ok(cx, ticket_assign(cx, id, d.dan));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    cx->now += 8 * CLOCK_DAY;
    assert_int_equal(work(cx), 1);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_set_status(cx, id, "open"));
    test_as_system(cx);
    cx->now += 8 * CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND disputed_at IS "
                              "NOT NULL AND assignee_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(d.dan)),
                     1);
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    cx->now += 7 * CLOCK_DAY;
    assert_int_equal(work(cx), 1); /* told of the second solution too */
    test_ok(cx, ticket_set_review(cx, id, true));
    cx->now += 30 * CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    assert_int_equal(category_of(cx, id), TICKET_SOLVED);
}

static void a_topic_has_a_time_of_its_own_or_none(void **state)
{
    static const struct desk_flow_topic NEVER = {"fault", 0}, SOON = {"fault", 2};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    const struct desk_flow flow = {.close_days = 5};

    test_ok(cx, desk_flow_set(cx, &flow, &NEVER, 1));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    cx->now += 50 * CLOCK_DAY;
    assert_int_equal(work(cx), 0);
    test_ok(cx, desk_flow_set(cx, &flow, &SOON, 1));
    assert_int_equal(work(cx), 1);
    assert_int_equal(category_of(cx, id), TICKET_CLOSED);
}

static void settings_that_make_no_sense_are_refused(void **state)
{
    static const struct desk_flow_topic UNKNOWN = {"nosuch", 3};
    static const struct desk_flow_topic TWICE[] = {{"fault", 3}, {"fault", 4}};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct desk_flow flow = {.close_days = 3, .remind_days = 3}, is;

    test_refused(cx, desk_flow_set(cx, &flow, NULL, 0), &ERR_INVALID);
    flow.remind_days = 1;
    test_refused(cx, desk_flow_set(cx, &flow, &UNKNOWN, 1), &ERR_INVALID);
    test_refused(cx, desk_flow_set(cx, &flow, TWICE, 2), &ERR_INVALID);
    desk_as_priya(cx, &d);
    test_refused(cx, desk_flow_set(cx, &flow, NULL, 0), &ERR_DENIED);
    test_as_system(cx);
    test_ok(cx, desk_flow_get(cx, &is));
    assert_int_equal(is.close_days, 14); /* of who never chose */
    flow.thanks = "merci";
    test_ok(cx, desk_flow_set(cx, &flow, NULL, 0));
    test_ok(cx, desk_flow_get(cx, &is));
    assert_string_equal(is.thanks, "merci");
    assert_int_equal(is.close_days, 3);
    assert_int_equal(count_events(cx, "flow.changed"), 1);
}

static void what_fails_is_not_counted_as_done_and_comes_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id stuck = desk_file(cx, &d, "stuck"), moves = desk_file(cx, &d, "moves");

    set_days(cx, 14, 0);
    test_ok(cx, ticket_set_status(cx, stuck, "solved"));
    test_ok(cx, ticket_set_status(cx, moves, "solved"));
    test_sql(cx,
             arena_printf(cx->mem,
                          "CREATE TRIGGER ticket_stuck BEFORE UPDATE ON ticket FOR EACH ROW "
                          "IF NEW.id = '%s' THEN SIGNAL SQLSTATE '45000'; END IF",
                          id_text(cx->mem, stuck)),
             DB_NONE);
    test_as_system(cx);
    cx->now += 15 * CLOCK_DAY;
    assert_int_equal(work(cx), 1);
    assert_int_equal(work(cx), 0);
    test_sql(cx, "DROP TRIGGER ticket_stuck", DB_NONE);
    assert_int_equal(work(cx), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_new_tenant_closes_after_the_shipped_days_and_never_if_it_says_so),
        cmocka_unit_test(a_solved_ticket_is_told_of_once_and_closed_after_that),
        cmocka_unit_test(nobody_is_closed_out_without_the_mail),
        cmocka_unit_test(a_dispute_begins_anew_and_a_review_stops_it),
        cmocka_unit_test(a_topic_has_a_time_of_its_own_or_none),
        cmocka_unit_test(settings_that_make_no_sense_are_refused),
        cmocka_unit_test(what_fails_is_not_counted_as_done_and_comes_again),
    };

    return test_group_run("auto_close", TESTS, COUNT(TESTS));
}
