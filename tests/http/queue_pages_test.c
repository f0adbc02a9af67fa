/* The desk's views, texts and links as browsers meet them. */
#include "base/clock.h"
#include "portal/desk/saved_view.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"
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

/* --- what the customer bought --- */

static void what_the_customer_bought_is_shown_to_those_who_may_read_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt printer stops");
    const struct id mine = id_make(cx->now), done = id_make(cx->now), theirs = id_make(cx->now);
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    static const char ADD[] =
        "INSERT INTO sales_order (tenant_id, id, organisation_id, number, reference, status, "
        "currency, net_minor, tax_minor, total_minor, placed_at, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, '', ?, 'EUR', 1, 0, 1, ?, ?, ?)";
    const struct db_arg tenant = DB_ID(cx->tenant_id), now = DB_TIME(cx->now);
    struct site_answer a;
    struct licence *l;

    test_sql(cx, ADD, tenant, DB_ID(mine), DB_ID(p.d.organisation), DB_TEXT("SO-71"),
             DB_TEXT("approved"), now, now, now);
    test_sql(cx, ADD, tenant, DB_ID(done), DB_ID(p.d.organisation), DB_TEXT("SO-72"),
             DB_TEXT("done"), now, now, now);
    test_sql(cx, ADD, tenant, DB_ID(theirs), DB_ID(p.d.other_organisation), DB_TEXT("SO-73"),
             DB_TEXT("approved"), now, now, now);
    a = site_get(cx, &p.priya, path); /* the desk alone */
    assert_int_equal(a.status, 200);
    site_hides(&a, "SO-7");
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'sales' FROM "
             "role WHERE tenant_id = ?",
             tenant);
    a = site_get(cx, &p.priya, path);
    assert_int_equal(a.status, 200);
    site_shows(&a, "<h2>Bought</h2>");
    site_shows(&a, site_path(cx, "/desk/orders/%s", mine));
    site_shows(&a, "SO-71");
    site_shows(&a, "Approved");
    site_hides(&a, "SO-72");
    site_hides(&a, "SO-73");
    site_hides(&a, "<dt>Licences</dt>");
    licensing_seal(cx);
    l = licensing_licence(cx, NULL);
    test_sql(
        cx, "UPDATE licence SET organisation_id = ?, expires_at = ? WHERE tenant_id = ? AND id = ?",
        DB_ID(p.d.organisation), DB_TIME(clock_now() + 9 * CLOCK_DAY), tenant, DB_ID(l->id));
    a = site_get(cx, &p.priya, path);
    site_hides(&a, "<dt>Licences</dt>");
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'licences' "
             "FROM role WHERE tenant_id = ?",
             tenant);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "<dt>Licences</dt><dd>1</dd>");
    site_shows(&a, site_path(cx, "/desk/licences/%s", l->id));
    site_shows(&a, l->serial);
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
    site_shows(&a, "no field “colour”");
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

static void a_view_shows_its_columns_as_a_table_as_lines_and_as_a_file(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "=Receipt printer stops");
    struct site_answer a =
        site_post(cx, &p.priya, "/desk/views",
                  "name=Ours&q=status%3Aopen&sort=due&scope=own&columns=topic&columns=&columns="
                  "subject&columns=organisation");
    const char *view;

    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a,
               "<th scope=\"col\">Topic</th><th scope=\"col\">Subject</th>"
               "<th scope=\"col\">Organisation</th></tr>");
    site_shows(&a, "<td data-label=\"Organisation\"><span>Marlow Grocers</span></td>");
    site_shows(&a, site_path(cx, "/desk/tickets/%s", id));
    view = test_text(cx, "SELECT id FROM saved_view WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    a = site_get(cx, &p.priya,
                 arena_printf(cx->mem, "/desk/tickets/%s?view=%s", id_text(cx->mem, id), view));
    site_shows(&a, "<span class=\"list-row-foot\">Fault · Marlow Grocers</span>");
    a = site_get(cx, &p.priya, arena_printf(cx->mem, "/desk/tickets.csv?view=%s", view));
    assert_int_equal(a.status, 200);
    site_shows(&a,
               "\xEF\xBB\xBF\"Topic\",\"Subject\",\"Organisation\"\r\n"
               "\"Fault\",\"'=Receipt printer stops\",\"Marlow Grocers\"\r\n");
    a = site_get(cx, &p.priya, "/desk/tickets.csv?view=open");
    site_shows(&a, "\"Number\",\"Subject\",\"State\",\"Level\",\"Topic\",");
    a = site_get(cx, &p.priya, arena_printf(cx->mem, "/desk/views/%s", view));
    site_shows(&a, "<option value=\"topic\" selected>Topic</option>");
    assert_int_equal(site_get(cx, &p.priya, "/desk/tickets.csv?view=none").status, 422);
    assert_int_equal(site_get(cx, &p.anna, "/desk/tickets.csv").status, 403);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "/desk/views/%s", view),
                  "name=Ours&q=status%3Aopen&sort=due&scope=own&columns=topic&columns=topic");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Each column can be chosen once.");
}

/* --- macros --- */

static struct id make_macro(struct ctx *cx, const struct pages *p, const char *fields)
{
    struct id id;

    assert_int_equal(site_post(cx, &p->priya, "/desk/macros", fields).status, 303);
    assert_true(id_parse(test_text(cx,
                                   "SELECT id FROM macro WHERE tenant_id = ? ORDER BY id DESC "
                                   "LIMIT 1",
                                   DB_ID(cx->tenant_id)),
                         &id));
    return id;
}

static struct site_answer use_macro(struct ctx *cx, const struct pages *p, struct id ticket,
                                    struct id macro, const char *typed)
{
    return site_post(
        cx, &p->priya, site_path(cx, "/desk/tickets/%s/macro", ticket),
        arena_printf(cx->mem, "fill=%s&text=%s&view=mine", id_text(cx->mem, macro), typed));
}

static void a_macro_puts_its_text_into_the_answer_and_sets_when_it_is_sent(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id ticket = desk_file(cx, &p.d, "Printer");
    const struct id macro = make_macro(cx, &p,
                                       "name=Ask&body=Dear+%7Breporter%7D,&status=waiting&level=1"
                                       "&takes_it=1&tag=asked&scope=own");
    struct site_answer a = use_macro(cx, &p, ticket, macro, "Typed+before");

    assert_int_equal(a.status, 200);
    site_shows(&a, "Typed before\n\nDear Anna Keller,</textarea>");
    site_shows(&a, "<option value=\"waiting\" selected>");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/reply", ticket),
                  arena_printf(cx->mem,
                               "kind=reply&text=Dear+Anna&status=waiting&request_key=k&macro=%s",
                               id_text(cx->mem, macro)));
    assert_int_equal(a.status, 303);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket t JOIN ticket_tag g ON g.tenant_id = "
                              "t.tenant_id AND g.ticket_id = t.id WHERE t.tenant_id = ? AND "
                              "t.level = 1 AND t.status = 'waiting' AND t.assignee_id = ? AND "
                              "g.tag = 'asked'",
                              DB_ID(cx->tenant_id), DB_ID(p.d.priya)),
                     1);
}

static void a_gap_is_seen_and_not_sent(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id ticket = desk_file(cx, &p.d, "Printer");
    const struct id macro = make_macro(cx, &p, "name=S&body=Serial+%7Bserial%7D&scope=own");
    struct site_answer a = use_macro(cx, &p, ticket, macro, "");

    site_shows(&a, "Serial ⟦serial⟧");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/reply", ticket),
                  "kind=reply&text=Serial+%E2%9F%A6serial%E2%9F%A7&request_key=k");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Fill in what stands in double brackets, then send.");
    site_shows(&a, "Serial ⟦serial⟧");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static void a_macro_without_a_text_is_done_at_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id ticket = desk_file(cx, &p.d, "Printer");
    const struct id macro = make_macro(cx, &p, "name=Mine&takes_it=1&status=solved&scope=own");

    assert_int_equal(use_macro(cx, &p, ticket, macro, "").status, 303);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND assignee_id = ? "
                              "AND status = 'solved'",
                              DB_ID(cx->tenant_id), DB_ID(p.d.priya)),
                     1);
}

static void a_variable_that_is_none_is_refused_by_its_name(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a =
        site_post(cx, &p.priya, "/desk/macros", "name=S&body=%7Bcolour%7D&scope=own");

    assert_int_equal(a.status, 422);
    site_shows(&a, "There is no variable {colour}.");
    a = site_post(cx, &p.priya, "/desk/macros", "name=S&scope=own");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Give it a text, or something to set.");
}

/* --- links --- */

static void tickets_are_linked_and_unlinked_on_the_page(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id one = desk_file(cx, &p.d, "Printer stops");
    const struct id two = desk_file(cx, &p.d, "The same printer");
    const char *number = test_text(cx, "SELECT number FROM ticket WHERE tenant_id = ? AND id = ?",
                                   DB_ID(cx->tenant_id), DB_ID(one));
    struct site_answer a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/link", two),
                                     arena_printf(cx->mem, "link=duplicate&number=%s", number));

    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", two));
    site_shows(&a, "Duplicate of</span>");
    site_shows(&a, "Printer stops");
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", one));
    site_shows(&a, "Has the duplicate</span>");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/link", two),
                  "link=duplicate&number=T-none");
    assert_int_equal(a.status, 422);
    site_shows(&a, "There is no other ticket of this number.");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/unlink", one),
                  arena_printf(cx->mem, "link=duplicate&other=%s", id_text(cx->mem, two)));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", one));
    site_hides(&a, "Has the duplicate</span>");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(what_the_customer_bought_is_shown_to_those_who_may_read_it,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_search_is_saved_as_a_view_and_worked_through, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_line_that_cannot_be_read_comes_back_with_its_place,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_view_is_pinned_changed_and_removed, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_view_shows_its_columns_as_a_table_as_lines_and_as_a_file,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(
            a_macro_puts_its_text_into_the_answer_and_sets_when_it_is_sent, site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_gap_is_seen_and_not_sent, site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_macro_without_a_text_is_done_at_once, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_variable_that_is_none_is_refused_by_its_name, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(tickets_are_linked_and_unlinked_on_the_page, site_start,
                                        site_stop),
    };

    return test_group_run("queue_pages", TESTS, COUNT(TESTS));
}
