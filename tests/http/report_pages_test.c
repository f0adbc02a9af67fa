/* Reports as a manager's browser meets them. */
#include "portal/desk/hours.h"
#include "portal/desk/time_entry.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const char SQL_RIGHT[] =
    "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, ? FROM role WHERE "
    "tenant_id = ?";
/* The site's clock runs: the tests' tickets are of its 2026-03-02. */
#define PERIOD "?from=2026-03-01&until=2026-03-31"

/* A manager, who has figures and no tickets. */
static struct site_user open_reports(struct ctx *cx, struct desk *d)
{
    *d = desk_make(cx);
    site_open(cx);
    test_sql(cx, SQL_RIGHT, DB_TEXT("reports"), DB_ID(cx->tenant_id));
    return site_sign_in(cx, d->priya);
}

static void every_tab_shows_the_period_with_a_chart_and_a_table(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d;
    const struct site_user priya = open_reports(cx, &d);
    struct site_answer a;
    struct id id = desk_file(cx, &d, "Receipt <b> printer");

    test_ok(cx, ticket_assign(cx, id, d.dan));
    a = site_get(cx, &priya, "/desk/reports" PERIOD);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt &lt;b&gt; printer");
    site_shows(&a, "1 filed, of these 0 solved");
    site_shows(&a, "<rect class=\"chart-bar\"");
    site_shows(&a, "Sun 1 Mar 2026");
    site_shows(&a, "Dan Osei");
    site_hides(&a, "href=\"/desk/tickets/"); /* no right to open it */
    a = site_get(cx, &priya, "/desk/reports/people" PERIOD);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Dan Osei");
    site_shows(&a, "nearest rank");
    a = site_get(cx, &priya, "/desk/reports/causes" PERIOD "&by=topic");
    assert_int_equal(a.status, 200);
    site_shows(&a, ">Fault<");
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    a = site_get(cx, &priya, "/desk/reports/promises" PERIOD);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Solution, level 2");
    a = site_get(cx, &priya, "/desk/reports/satisfaction" PERIOD);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Response rate");
    a = site_get(cx, &priya, "/desk/reports?from=2020-01-01&until=2020-01-31");
    site_shows(&a, "There is nothing in this period.");
}

static void a_period_that_is_none_shows_the_present_month_and_says_so(void **state)
{
    static const char *const BAD[] = {
        "/desk/reports?from=2026-03-31&until=2026-03-01", "/desk/reports?from=yesterday",
        "/desk/reports?from=2026-13-01", "/desk/reports?until=2026-02-30T1"};
    struct ctx *cx = test_ctx(state);
    struct desk d;
    const struct site_user priya = open_reports(cx, &d);
    struct site_answer a;

    for (size_t i = 0; i < COUNT(BAD); i++) {
        a = site_get(cx, &priya, BAD[i]);
        assert_int_equal(a.status, 200);
        site_shows(&a, "These days are no period.");
    }
    a = site_get(cx, &priya, "/desk/reports/causes?by=moon");
    assert_int_equal(a.status, 404);
}

static void the_download_is_a_table_that_no_cell_breaks(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d;
    const struct site_user priya = open_reports(cx, &d);
    struct site_answer a;

    desk_file(cx, &d, "=cmd \"x\", 上海");
    a = site_get(cx, &priya, "/desk/reports/service.csv" PERIOD);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.head, "text/csv"));
    assert_non_null(strstr(a.head, "service_2026-03-01_2026-03-31.csv"));
    site_shows(&a, "\"'=cmd \"\"x\"\", 上海\",\"Marlow Grocers\"");
    site_shows(&a, "\"2026-03-02 09:00\"");
}

static void time_and_cost_are_a_tab_and_a_file(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d;
    const struct site_user priya = open_reports(cx, &d);
    const struct id id = desk_file(cx, &d, "s");
    const struct time_entry_new work = {.done_on = "2026-03-02",
                                        .minutes = 90,
                                        .is_billable = true,
                                        .cost = {.minor = 1250, .currency = "EUR"}};
    struct site_answer a;
    struct id made;

    test_ok(cx, hours_buy(cx, d.organisation, 600, (struct id){{0}}, NULL, &made));
    test_ok(cx, time_entry_add(cx, id, &work, &made));
    a = site_get(cx, &priya, "/desk/reports/time" PERIOD);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Marlow Grocers");
    site_shows(&a, "Left of them");
    site_shows(&a, "<rect class=\"chart-bar\"");
    site_shows(&a,
               "/desk/reports/time.csv?from=2026-03-01&amp;until=2026-03-31&amp;by=organisation");
    a = site_get(cx, &priya, "/desk/reports/time" PERIOD "&by=month");
    site_shows(&a, "2026-03");
    site_hides(&a, "Left of them");
    assert_int_equal(site_get(cx, &priya, "/desk/reports/time" PERIOD "&by=moon").status, 404);
    a = site_get(cx, &priya, "/desk/reports/time.csv" PERIOD "&by=organisation");
    assert_int_equal(a.status, 200);
    site_shows(&a, "\"Marlow Grocers\",\"90\",\"90\",\"12.50\",\"EUR\",\"600\",\"510\"");
    a = site_get(cx, &priya, "/desk/reports/time?from=2020-01-01&until=2020-01-31");
    site_shows(&a, "There is nothing in this period.");
}

static void who_has_no_right_to_reports_gets_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct site_user priya, tom;

    site_open(cx);
    test_sql(cx, SQL_RIGHT, DB_TEXT("desk"), DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    tom = site_sign_in(cx, d.tom);
    assert_int_equal(site_get(cx, &priya, "/desk/reports").status, 403);
    assert_int_equal(site_get(cx, &priya, "/desk/reports/service.csv").status, 403);
    assert_int_equal(site_get(cx, &tom, "/desk/reports/people").status, 403);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_tab_shows_the_period_with_a_chart_and_a_table),
        cmocka_unit_test(a_period_that_is_none_shows_the_present_month_and_says_so),
        cmocka_unit_test(the_download_is_a_table_that_no_cell_breaks),
        cmocka_unit_test(time_and_cost_are_a_tab_and_a_file),
        cmocka_unit_test(who_has_no_right_to_reports_gets_none),
    };

    return test_group_run_around("report_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
