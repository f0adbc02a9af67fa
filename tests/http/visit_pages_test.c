/* Return visits as the desk's browsers meet them. */
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

/* The site's clock runs: a day that is always ahead, and within two years. */
static const char *day_ahead(struct ctx *cx)
{
    return test_text(cx,
                     "SELECT DATE_FORMAT(UTC_DATE() + INTERVAL 5 DAY, '%Y-%m-%d') FROM tenant "
                     "WHERE id = ?",
                     DB_ID(cx->tenant_id));
}

/* And an outcome that is refused comes back as typed. */
static void visitor_is_changed(struct ctx *cx, const struct desk *d, const struct site_user *priya,
                               const char *path, const char *visit)
{
    struct site_answer a;

    a = site_post(cx, priya, arena_printf(cx->mem, "%s/visitor", visit),
                  arena_printf(cx->mem, "assignee=%s", id_text(cx->mem, d->anna)));
    a = site_post(cx, priya, arena_printf(cx->mem, "%s/visitor", visit),
                  arena_printf(cx->mem, "assignee=%s", id_text(cx->mem, d->dan)));
    assert_int_equal(a.status, 303);
    a = site_get(cx, priya, "/desk/visits?all=1");
    site_shows(&a, "data-label=\"Visitor\">Dan Osei");
    site_shows(&a, "The visit has its visitor.");
    a = site_get(cx, priya, path);
    site_shows(&a, "Priya Nair gave the return visit to Dan Osei");
    site_hides(&a, "gave the return visit to Anna");
    a = site_post(cx, priya, visit,
                  "from_list=1&outcome=unhappy&result=Their+%3Cown%3E+reason&next=soon");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Their &lt;own&gt; reason");
    site_shows(&a, "value=\"unhappy\" selected");
}

static void the_ticket_shows_a_visit_open_until_its_outcome_is_kept(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    const char *path = site_path(cx, "/desk/tickets/%s", id), *visit;
    struct site_user priya, tom;
    struct site_answer a;

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    tom = site_sign_in(cx, d.tom);
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/visit", path), "due=then");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, path);
    site_hides(&a, "A return visit is open.");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/visit", path),
                  arena_printf(cx->mem, "due=%s", day_ahead(cx)));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, path);
    site_shows(&a, "A return visit is open.");
    site_shows(&a, "planned a return visit for");
    a = site_get(cx, &priya, "/desk/visits");
    site_shows(&a, "No visit is due.");
    a = site_get(cx, &priya, "/desk/visits?all=1");
    site_shows(&a, "Receipt printer stops");
    a = site_get(cx, &tom, site_path(cx, "/tickets/%s", id));
    site_hides(&a, "return visit");
    visit = arena_printf(
        cx->mem, "/desk/visits/%s",
        test_text(cx, "SELECT id FROM visit WHERE tenant_id = ?", DB_ID(cx->tenant_id)));
    visitor_is_changed(cx, &d, &priya, path, visit);
    a = site_post(cx, &priya, visit, "outcome=unreached&result=No+%3Canswer%3E");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, path);
    site_hides(&a, "A return visit is open.");
    site_shows(&a, "Not reached");
    site_shows(&a, "No &lt;answer&gt;");
    a = site_get(cx, &priya, "/desk/visits?all=1");
    site_hides(&a, "Receipt printer stops");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_ticket_shows_a_visit_open_until_its_outcome_is_kept),
    };

    return test_group_run_around("visit_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
