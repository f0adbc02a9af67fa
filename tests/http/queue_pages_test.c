/* The desk's views, texts and links as browsers meet them. */
#include "portal/desk/saved_view.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct pages { /* the desk's people with browsers */
    struct desk d;
    struct site_user anna, priya;
};

static struct pages open_pages(struct ctx *cx)
{
    struct pages p = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    p.anna = site_sign_in(cx, p.d.anna);
    p.priya = site_sign_in(cx, p.d.priya);
    return p;
}

/* --- views and search --- */

static void a_search_is_saved_as_a_view_and_worked_through(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt printer stops");
    struct site_answer a = site_get(cx, &p.priya, "/desk/search?q=status%3Aopen+printer");

    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt printer stops");
    site_shows(&a, "/desk/views?q=status%3Aopen%20printer");
    a = site_get(cx, &p.priya, "/desk/views?q=status%3Aopen%20printer");
    site_shows(&a, "value=\"status:open printer\"");
    a = site_post(cx, &p.priya, "/desk/views",
                  "name=Printers&q=status%3Aopen+printer&sort=due&scope=own");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "Receipt printer stops");
    site_shows(&a, "<h1>Printers <span class=\"count\">1</span></h1>");
    a = site_get(cx, &p.priya,
                 arena_printf(cx->mem, "/desk/tickets/%s?view=%s", id_text(cx->mem, id),
                              test_text(cx, "SELECT id FROM saved_view WHERE tenant_id = ?",
                                        DB_ID(cx->tenant_id))));
    assert_int_equal(a.status, 200);
    site_shows(&a, "Printers");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/level", id), "level=1&view=mine");
    assert_string_equal(a.location,
                        arena_printf(cx->mem, "/desk/tickets/%s?view=mine", id_text(cx->mem, id)));
}

static void a_line_that_cannot_be_read_comes_back_with_its_place(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_get(cx, &p.priya, "/desk/search?q=printer+colour%3Ared");

    assert_int_equal(a.status, 422);
    site_shows(&a, "value=\"printer colour:red\"");
    site_shows(&a, "no field of the name at character 9");
    a = site_post(cx, &p.priya, "/desk/views", "name=N&q=level%3A7&sort=due&scope=own");
    assert_int_equal(a.status, 422);
    site_shows(&a, "The value at character 7 does not suit its field.");
    site_shows(&a, "value=\"level:7\"");
}

static void a_view_is_pinned_changed_and_removed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a =
        site_post(cx, &p.priya, "/desk/views", "name=Late&q=due%3C2h&sort=due&scope=own");
    struct id id;

    assert_int_equal(a.status, 303);
    assert_true(id_parse(
        test_text(cx, "SELECT id FROM saved_view WHERE tenant_id = ?", DB_ID(cx->tenant_id)), &id));
    a = site_get(cx, &p.priya, "/desk");
    site_shows(&a, ">Late<");
    assert_int_equal(site_post(cx, &p.priya, site_path(cx, "/desk/views/%s/pin", id), "").status,
                     303);
    a = site_get(cx, &p.priya, "/desk");
    site_hides(&a, ">Late<");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/views/%s", id),
                  "name=Soon&q=due%3C4h&sort=updated&scope=own");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, "/desk/views");
    site_shows(&a, "Soon");
    site_shows(&a, "due&lt;4h");
    assert_int_equal(site_post(cx, &p.priya, site_path(cx, "/desk/views/%s/remove", id), "").status,
                     303);
    assert_int_equal(site_get(cx, &p.priya, site_path(cx, "/desk?view=%s", id)).status, 404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(a_search_is_saved_as_a_view_and_worked_through, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_line_that_cannot_be_read_comes_back_with_its_place,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_view_is_pinned_changed_and_removed, site_start,
                                        site_stop),
    };

    return test_group_run("queue_pages", TESTS, COUNT(TESTS));
}
