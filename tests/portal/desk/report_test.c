#include "portal/desk/hours.h"
#include "portal/desk/report.h"
#include "portal/desk/report_cause.h"
#include "portal/desk/report_content.h"
#include "portal/desk/report_promise.h"
#include "portal/desk/report_time.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/time_entry.h"
#include "portal/desk/visit.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct report_period around_now(const struct ctx *cx)
{
    return (struct report_period){.from = cx->now - 10 * CLOCK_DAY, .until = cx->now + CLOCK_DAY};
}

static void answer(struct ctx *cx, const struct desk *d, struct id id, const char *status)
{
    struct id message;

    desk_as_priya(cx, d);
    test_ok(cx, ticket_reply(cx, id, "Restart it.", status, &message));
    test_as_system(cx);
}

/* Three tickets, counted by hand: priya's first answered after 1 h and solved after 2, her second
 * after 3 h, then opened again; the third nobody's. */
static void make_fixture(struct ctx *cx, const struct desk *d)
{
    const int64_t start = cx->now;
    struct id first = desk_file(cx, d, "first"), second = desk_file(cx, d, "second");
    struct id third = desk_file(cx, d, "third");

    test_ok(cx, ticket_assign(cx, first, d->priya));
    test_ok(cx, ticket_assign(cx, second, d->priya));
    test_ok(cx, ticket_set_level(cx, third, 1));
    cx->now = start + CLOCK_HOUR;
    answer(cx, d, first, NULL);
    cx->now = start + 2 * CLOCK_HOUR;
    answer(cx, d, first, "solved");
    cx->now = start + 3 * CLOCK_HOUR;
    answer(cx, d, second, "solved");
    cx->now = start + 4 * CLOCK_HOUR;
    test_ok(cx, ticket_set_status(cx, second, "open"));
}

static void the_service_report_has_what_was_counted_by_hand(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    const int64_t start = cx->now;
    struct report_row *rows;
    size_t count;

    make_fixture(cx, &d);
    test_ok(cx, report_rows(cx, &p, &rows, &count));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        const bool is_first = strcmp(rows[i].subject, "first") == 0;
        const bool is_second = strcmp(rows[i].subject, "second") == 0;

        assert_int_equal(rows[i].created_at, start);
        assert_int_equal(rows[i].reopened, is_second ? 1 : 0);
        assert_string_equal(rows[i].assignee, is_first || is_second ? "Priya Nair" : "");
        assert_string_equal(rows[i].organisation, "Marlow Grocers");
        assert_int_equal(rows[i].resolved_at, is_first ? start + 2 * CLOCK_HOUR : 0);
    }
}

static void figures_of_an_engineer_are_medians_of_his_tickets(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    struct report_figures *f;
    struct report_row *rows;
    size_t count, n;

    make_fixture(cx, &d);
    test_ok(cx, report_rows(cx, &p, &rows, &count));
    report_figures_of(cx, rows, count, false, &f, &n);
    assert_int_equal(n, 2);
    assert_true(id_equal(f[0].id, d.priya));
    assert_int_equal(f[0].taken, 2);
    assert_int_equal(f[0].solved, 1);
    assert_int_equal(f[0].reopened, 1);
    assert_int_equal(f[0].answered, 2);
    assert_int_equal(f[0].answer_median, CLOCK_HOUR);
    assert_int_equal(f[0].answer_90, 3 * CLOCK_HOUR);
    assert_int_equal(f[0].solve_median, 2 * CLOCK_HOUR);
    assert_true(id_is_zero(f[1].id));
    assert_int_equal(f[1].taken, 1);
    assert_int_equal(f[1].answer_median, 0);
}

static void percentiles_are_by_nearest_rank(void **state)
{
    int64_t values[] = {50, 10, 40, 20, 30};

    (void)state;
    assert_int_equal(report_percentile(values, 5, 50), 30);
    assert_int_equal(report_percentile(values, 5, 90), 50);
    assert_int_equal(report_percentile(values, 4, 50), 20);
    assert_int_equal(report_percentile(values, 1, 90), 10);
    assert_int_equal(report_percentile(values, 0, 90), 0);
}

static void what_was_merged_into_another_ticket_is_no_figure(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    const struct id stays = desk_file(cx, &d, "stays"), goes = desk_file(cx, &d, "goes");
    struct report_content content;
    struct report_row *rows;
    struct ticket *t;
    struct id into;
    size_t count;

    test_ok(cx, ticket_get(cx, stays, &t));
    test_ok(cx, ticket_merge(cx, goes, t->number, false, &into));
    test_ok(cx, report_rows(cx, &p, &rows, &count));
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].subject, "stays");
    test_ok(cx, report_content(cx, &p, &content));
    assert_int_equal(content.solved, 0);
}

static void promises_are_the_rows_of_the_clocks(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    struct report_promises r;
    struct id kept, missed;
    int64_t promised = 0;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 120}));
    kept = desk_file(cx, &d, "kept");
    missed = desk_file(cx, &d, "missed");
    desk_file(cx, &d, "waits");
    cx->now += CLOCK_HOUR;
    answer(cx, &d, kept, NULL);
    cx->now += 2 * CLOCK_HOUR;
    answer(cx, &d, missed, NULL);
    test_ok(cx, report_promises(cx, &p, &r));
    for (size_t i = 0; i < r.count; i++)
        promised += r.rows[i].kept + r.rows[i].missed;
    assert_int_equal(promised, test_i64(cx,
                                        "SELECT COUNT(*) FROM ticket_promise WHERE tenant_id = ? "
                                        "AND due_at IS NOT NULL",
                                        DB_ID(cx->tenant_id)));
    assert_int_equal(promised, 2);
    assert_int_equal(r.rows[0].kept, 1);
    assert_int_equal(r.rows[0].missed, 1);
    assert_int_equal(r.rows[0].done_median, CLOCK_HOUR);
    assert_int_equal(r.missed_count, 1);
    assert_string_equal(r.missed[0].subject, "missed");
    assert_int_equal(r.missed[0].done_at - r.missed[0].due_at, CLOCK_HOUR);
    assert_int_equal(r.late_now, 1);
}

static void causes_are_the_top_movers_between_two_periods(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    struct report_cause *list;
    size_t count;

    for (int i = 0; i < 3; i++)
        desk_file(cx, &d, "now");
    test_sql(cx, "UPDATE ticket SET city = 'Reading' WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    cx->now -= 15 * CLOCK_DAY;
    desk_file(cx, &d, "before");
    cx->now += 15 * CLOCK_DAY;
    test_ok(cx, report_causes(cx, &p, REPORT_BY_CITY, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].name, "Reading");
    assert_int_equal(list[0].now, 3);
    assert_int_equal(list[0].before, 0);
    assert_string_equal(list[1].name, "");
    assert_int_equal(list[1].now, 0);
    assert_int_equal(list[1].before, 1);
    for (int by = 0; by < REPORT_BY_COUNT; by++)
        test_ok(cx, report_causes(cx, &p, (enum report_cause_by)by, &list, &count));
}

static void satisfaction_is_shown_beside_how_many_were_asked(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    const struct id whoever = {{0}};
    const struct visit_outcome unhappy = {.outcome = "unhappy"};
    struct id tickets[3], visit;
    struct report_content r;

    for (size_t i = 0; i < COUNT(tickets); i++) {
        tickets[i] = desk_file(cx, &d, "s");
        test_ok(cx, ticket_assign(cx, tickets[i], d.priya));
        test_ok(cx, ticket_set_status(cx, tickets[i], "solved"));
    }
    desk_as_anna(cx, &d);
    test_ok(cx, survey_answer(cx, tickets[0], 5, NULL));
    test_ok(cx, survey_answer(cx, tickets[1], 2, "slow"));
    test_as_system(cx);
    test_ok(cx, visit_add(cx, tickets[0], "2026-03-01", whoever, &visit));
    test_ok(cx, visit_add(cx, tickets[0], "2026-03-02", whoever, &visit));
    test_ok(cx, visit_finish(cx, visit, &unhappy));
    test_ok(cx, visit_add(cx, tickets[0], "2026-04-02", whoever, &visit));
    test_as_staff(cx, d.dan, RIGHT_REPORTS);
    test_ok(cx, report_content(cx, &p, &r));
    assert_int_equal(r.solved, 3);
    assert_int_equal(r.answered, 2);
    assert_int_equal(r.scores[4], 1);
    assert_int_equal(r.scores[1], 1);
    assert_int_equal(r.people_count, 1);
    assert_string_equal(r.people[0].name, "Priya Nair");
    assert_int_equal(r.people[0].score_sum, 7);
    assert_int_equal(r.people[0].low, 1);
    assert_int_equal(r.visits_due, 2);
    assert_int_equal(r.visits_done, 1);
    assert_int_equal(r.visits_late, 1);
    assert_int_equal(r.unhappy, 1);
    desk_as_priya(cx, &d);
    test_refused(cx, report_content(cx, &p, &r), &ERR_DENIED);
}

static void time_is_summed_by_organisation_person_and_month(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "s");
    const struct time_entry_new march = {.done_on = "2026-03-01",
                                         .minutes = 90,
                                         .is_billable = true,
                                         .cost = {.minor = 1250, .currency = "EUR"}},
                                february = {.done_on = "2026-02-20", .minutes = 30},
                                before = {.done_on = "2026-01-31", .minutes = 500};
    struct report_time *list;
    struct id id, ticket;
    size_t count;

    test_ok(cx, hours_buy(cx, d.organisation, 600, (struct id){{0}}, NULL, &id));
    desk_as_priya(cx, &d);
    test_ok(cx, time_entry_add(cx, one, &march, &id));
    test_ok(cx, time_entry_add(cx, one, &before, &id));
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, time_entry_add(cx, one, &february, &id));
    test_ok(cx, time_entry_add(cx, one, &march, &id));
    test_ok(cx, time_entry_reverse(cx, id, &ticket));
    test_as_staff(cx, d.dan, RIGHT_REPORTS);
    test_ok(cx,
            report_time(cx, "2026-02-01", "2026-03-31", REPORT_TIME_ORGANISATION, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].name, "Marlow Grocers");
    assert_int_equal(list[0].minutes, 120);
    assert_int_equal(list[0].billed, 90);
    assert_int_equal(list[0].cost_count, 1);
    assert_int_equal(list[0].costs[0].minor, 1250);
    assert_int_equal(list[0].bought, 600);
    assert_int_equal(list[0].left, 510);
    test_ok(cx, report_time(cx, "2026-02-01", "2026-03-31", REPORT_TIME_PERSON, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].name, "Priya Nair");
    assert_string_equal(list[1].name, "Dan Osei");
    assert_int_equal(list[1].minutes, 30);
    assert_int_equal(list[1].cost_count, 0);
    test_ok(cx, report_time(cx, "2026-02-01", "2026-03-31", REPORT_TIME_MONTH, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].name, "2026-02");
    assert_string_equal(list[1].name, "2026-03");
}

static void time_is_reported_as_far_as_the_right_reaches(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "s");
    const struct time_entry_new work = {.done_on = "2026-03-01", .minutes = 90};
    struct report_time *list;
    struct id id;
    size_t count;

    test_ok(cx, time_entry_add(cx, one, &work, &id));
    test_as_staff(cx, d.dan, RIGHT_REPORTS_READ & ~RIGHT_ALL_OF(MODULE_REPORTS));
    test_ok(cx, report_time(cx, "2026-03-01", "2026-03-31", REPORT_TIME_MONTH, &list, &count));
    assert_int_equal(count, 0);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_refused(cx, report_time(cx, "2026-03-01", "2026-03-31", REPORT_TIME_MONTH, &list, &count),
                 &ERR_DENIED);
    desk_as_tom(cx, &d);
    test_refused(cx, report_time(cx, "2026-03-01", "2026-03-31", REPORT_TIME_MONTH, &list, &count),
                 &ERR_DENIED);
    cx = test_ctx(state);
    test_ok(cx, report_time(cx, "2026-03-01", "2026-03-31", REPORT_TIME_MONTH, &list, &count));
    assert_int_equal(count, 0);
}

static void reports_are_for_those_with_the_right_and_of_one_tenant(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct report_period p = around_now(cx);
    struct report_promises promises;
    struct report_cause *causes;
    struct report_row *rows;
    size_t count;

    desk_file(cx, &d, "s");
    desk_as_priya(cx, &d);
    test_refused(cx, report_rows(cx, &p, &rows, &count), &ERR_DENIED);
    test_refused(cx, report_promises(cx, &p, &promises), &ERR_DENIED);
    test_refused(cx, report_causes(cx, &p, REPORT_BY_CITY, &causes, &count), &ERR_DENIED);
    desk_as_tom(cx, &d);
    test_refused(cx, report_rows(cx, &p, &rows, &count), &ERR_DENIED);
    test_as_staff(cx, d.dan, RIGHT_REPORTS);
    test_ok(cx, report_rows(cx, &p, &rows, &count));
    assert_int_equal(count, 1);
    cx = test_ctx(state);
    test_ok(cx, report_rows(cx, &p, &rows, &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_service_report_has_what_was_counted_by_hand),
        cmocka_unit_test(figures_of_an_engineer_are_medians_of_his_tickets),
        cmocka_unit_test(percentiles_are_by_nearest_rank),
        cmocka_unit_test(what_was_merged_into_another_ticket_is_no_figure),
        cmocka_unit_test(promises_are_the_rows_of_the_clocks),
        cmocka_unit_test(causes_are_the_top_movers_between_two_periods),
        cmocka_unit_test(satisfaction_is_shown_beside_how_many_were_asked),
        cmocka_unit_test(time_is_summed_by_organisation_person_and_month),
        cmocka_unit_test(time_is_reported_as_far_as_the_right_reaches),
        cmocka_unit_test(reports_are_for_those_with_the_right_and_of_one_tenant),
    };

    return test_group_run("report", TESTS, COUNT(TESTS));
}
