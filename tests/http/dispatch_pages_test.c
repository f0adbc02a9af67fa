/* Dispatches, teams and leave as the desk's browsers meet them. */
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

static void give(struct ctx *cx, const char *right)
{
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, ? FROM "
             "role WHERE tenant_id = ?",
             DB_TEXT(right), DB_ID(cx->tenant_id));
}

static const char *dispatch_path(struct ctx *cx, const char *act)
{
    return arena_printf(
        cx->mem, "/desk/dispatches/%s/%s",
        test_text(cx, "SELECT id FROM dispatch WHERE tenant_id = ? ORDER BY id DESC LIMIT 1",
                  DB_ID(cx->tenant_id)),
        act);
}

static void a_ticket_is_sent_declined_sent_again_and_accepted(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    const char *to_dan =
        arena_printf(cx->mem, "to=p:%s&note=Please+%%3Clook%%3E", id_text(cx->mem, d.dan));
    struct site_user priya, dan;
    struct site_answer a;

    site_open(cx);
    give(cx, "desk");
    priya = site_sign_in(cx, d.priya);
    dan = site_sign_in(cx, d.dan);
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/dispatch", path),
                  "to=nobody&note=What+was+typed");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Choose one of the list.");
    site_shows(&a, "What was typed</textarea>");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/dispatch", path), to_dan);
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, path);
    site_shows(&a, "Waits for the answer");
    site_shows(&a, "Please &lt;look&gt;");
    a = site_get(cx, &dan, "/desk?view=dispatched");
    site_shows(&a, "Receipt printer stops");
    a = site_post(cx, &priya, dispatch_path(cx, "accept"), "answer=");
    a = site_get(cx, &priya, path);
    site_shows(&a, "This dispatch is for somebody else.");
    a = site_post(cx, &dan, dispatch_path(cx, "decline"), "answer=");
    assert_int_equal(a.status, 303);
    a = site_post(cx, &dan, dispatch_path(cx, "decline"), "answer=On+leave+tomorrow");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &dan, path);
    site_shows(&a, "Dan Osei declined the dispatch: On leave tomorrow");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/dispatch", path), to_dan);
    a = site_post(cx, &dan, dispatch_path(cx, "accept"), "answer=");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &dan, path);
    site_shows(&a, "Dan Osei accepted the dispatch");
    site_shows(&a, "The ticket is yours.");
}

static void teams_and_leave_are_kept_by_their_pages(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const char *team = site_path(cx, "/desk/settings/teams/%s", d.team), *leave;
    struct site_user priya;
    struct site_answer a;

    site_open(cx);
    give(cx, "desk");
    give(cx, "settings");
    priya = site_sign_in(cx, d.priya);
    a = site_post(cx, &priya, "/desk/settings/teams/new", "name=Printing&assign_by=turn");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &priya, "/desk/settings/teams/new", "name=%3CField%3E&assign_by=load");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/settings/teams");
    site_shows(&a, "&lt;Field&gt;");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/members", team),
                  arena_printf(cx->mem, "person=%s&is_added=1", id_text(cx->mem, d.dan)));
    assert_int_equal(a.status, 303);
    a = site_post(
        cx, &priya, arena_printf(cx->mem, "%s/members", team),
        arena_printf(cx->mem, "person=%s&takes=1&skills=scanner", id_text(cx->mem, d.dan)));
    a = site_get(cx, &priya, team);
    site_shows(&a, "Dan Osei");
    site_shows(&a, "scanner");
    a = site_post(cx, &priya, arena_printf(cx->mem, "%s/remove", team), "");
    a = site_get(cx, &priya, team);
    site_shows(&a, "People, tickets or settings still name this team.");
    a = site_post(cx, &priya, "/desk/leave", "from=2090-01-05&to=2090-01-02");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &priya, "/desk/leave",
                  arena_printf(cx->mem, "person=%s&from=2090-01-05&to=2090-01-09&note=Skiing",
                               id_text(cx->mem, d.dan)));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/leave?month=2090-01");
    site_shows(&a, "2090-01");
    site_shows(&a, "/desk/leave?month=2089-12");
    site_shows(&a, "title=\"Away");
    a = site_get(cx, &priya, "/desk/leave?month=nonsense");
    assert_int_equal(a.status, 200);
    site_hides(&a, "title=\"Away");
    a = site_get(cx, &priya, "/desk/leave");
    site_shows(&a, "Skiing");
    leave = arena_printf(
        cx->mem, "/desk/leave/%s/remove",
        test_text(cx, "SELECT id FROM staff_leave WHERE tenant_id = ?", DB_ID(cx->tenant_id)));
    a = site_post(cx, &priya, leave, "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/leave");
    site_hides(&a, "Skiing");
    a = site_post(cx, &priya, "/desk/leave/switch", "");
    a = site_get(cx, &priya, "/desk/leave");
    site_shows(&a, "You are given no tickets by themselves.");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_ticket_is_sent_declined_sent_again_and_accepted),
        cmocka_unit_test(teams_and_leave_are_kept_by_their_pages),
    };

    return test_group_run_around("dispatch_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
