/* Time and prepaid hours as browsers of both sides meet them. */
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

static void time_is_entered_billed_and_seen_by_the_customer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    const struct id olga = make_person(cx, "Olga Buyer", "olga@marlow.example");
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    const char *hours = site_path(cx, "/desk/customers/%s/hours", d.organisation);
    struct site_user priya, anna, buyer;
    struct site_answer a;

    make_membership(cx, olga, d.organisation, RIGHT_ORDER);
    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT r.tenant_id, r.id, n.name "
             "FROM role r JOIN (SELECT 'desk' AS name UNION SELECT 'customers' UNION SELECT "
             "'sales') n WHERE r.tenant_id = ?",
             DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    anna = site_sign_in(cx, d.anna);
    buyer = site_sign_in(cx, olga);
    a = site_post(cx, &priya, hours, "minutes=soon");
    a = site_get(cx, &priya, hours);
    site_shows(&a, "Type a time such as 30m, 8h or 1h 30m.");
    a = site_post(cx, &priya, hours, "minutes=10h&note=%3CTen%3E");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, hours);
    site_shows(&a, "&lt;Ten&gt;");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/time", path),
                  "minutes=1h+30m&billable=1&note=On+site&cost=12.50");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, path);
    site_shows(&a, "Prepaid hours left:");
    site_shows(&a, "8h 30m");
    site_shows(&a, "Priya Nair entered time: 1h 30m");
    a = site_get(cx, &buyer, "/hours");
    assert_int_equal(a.status, 200);
    site_shows(&a, "8h 30m");
    site_hides(&a, "On site");
    a = site_get(cx, &anna, "/hours");
    assert_int_equal(a.status, 403);
    a = site_post(cx, &priya,
                  arena_printf(cx->mem, "/desk/time/%s/reverse",
                               test_text(cx, "SELECT id FROM time_entry WHERE tenant_id = ?",
                                         DB_ID(cx->tenant_id))),
                  "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &buyer, "/hours");
    site_shows(&a, "taken back");
    site_shows(&a, "10h");
}

static void a_time_that_is_refused_keeps_what_was_typed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const char *path = site_path(cx, "/desk/tickets/%s", desk_file(cx, &d, "Receipt"));
    struct site_user priya;
    struct site_answer a;

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/time", path),
                  "minutes=soon&note=On+%3Csite%3E&cost=a+lot");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Type a time such as 30m, 8h or 1h 30m.");
    site_shows(&a, "Enter an amount such as 1,250.00.");
    site_shows(&a, "value=\"soon\"");
    site_shows(&a, "value=\"a lot\"");
    site_shows(&a, "value=\"On &lt;site&gt;\"");
    site_shows(&a, "name=\"billable\" value=\"1\">"); /* unticked it stays */
    site_hides(&a, "<textarea id=\"dispatch-note\" name=\"note\" rows=\"2\" maxlength=\"1000\">On");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(time_is_entered_billed_and_seen_by_the_customer),
        cmocka_unit_test(a_time_that_is_refused_keeps_what_was_typed),
    };

    return test_group_run_around("time_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
