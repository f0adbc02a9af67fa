/* A ticket's thread as two people at once meet it in their browsers. */
#include "portal/desk/ticket_thread.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct pages {
    struct desk d;
    struct site_user anna, priya, dan;
    struct id ticket;
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
    p.dan = site_sign_in(cx, p.d.dan);
    p.ticket = desk_file(cx, &p.d, "Receipt printer stops");
    return p;
}

static struct id reply_as(struct ctx *cx, const struct pages *p, struct id person, const char *text)
{
    struct id message;

    test_as_staff(cx, person, RIGHT_DESK);
    test_ok(cx, ticket_reply(cx, p->ticket, text, NULL, &message));
    return message;
}

static void a_changed_message_shows_what_it_was_to_staff_and_that_it_was_to_customers(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id message = reply_as(cx, &p, p.d.priya, "Pull the red lever");
    struct site_answer a;

    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/message", p.ticket),
                  arena_printf(cx->mem, "message=%s&seen=0&view=mine&body=Pull+the+blue+lever",
                               id_text(cx->mem, message)));
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location,
                        arena_printf(cx->mem, "/desk/tickets/%s?view=mine#m-%s",
                                     id_text(cx->mem, p.ticket), id_text(cx->mem, message)));
    a = site_get(cx, &p.dan, site_path(cx, "/desk/tickets/%s", p.ticket));
    site_shows(&a, "Pull the blue lever");
    site_shows(&a, "Pull the red lever");
    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s", p.ticket));
    site_shows(&a, "Pull the blue lever");
    site_shows(&a, "Changed");
    site_hides(&a, "Pull the red lever");
}

static void a_refused_change_keeps_what_was_typed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id message = reply_as(cx, &p, p.d.priya, "Pull the red lever");
    struct site_answer a;

    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/message", p.ticket),
                  arena_printf(cx->mem, "message=%s&seen=99&body=Pull+the+blue+lever",
                               id_text(cx->mem, message)));
    assert_int_equal(a.status, 422);
    site_shows(&a, "was changed in another window");
    site_shows(&a, "Pull the blue lever");
    site_shows(&a, "Pull the red lever");
    a = site_post(cx, &p.dan, site_path(cx, "/desk/tickets/%s/message", p.ticket),
                  arena_printf(cx->mem, "message=%s&seen=0&body=x", id_text(cx->mem, message)));
    assert_int_equal(a.status, 403);
    a = site_post(cx, &p.anna, site_path(cx, "/tickets/%s/message", p.ticket),
                  arena_printf(cx->mem, "message=%s&seen=0&body=x", id_text(cx->mem, message)));
    assert_int_equal(a.status, 403);
}

static void the_second_of_two_choices_sees_both(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a;

    test_as_staff(cx, p.d.priya, RIGHT_DESK);
    test_ok(cx, ticket_set_level(cx, p.ticket, 3));
    a = site_get(cx, &p.dan, site_path(cx, "/desk/tickets/%s", p.ticket));
    site_shows(&a, "name=\"was\" value=\"3\"");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/level", p.ticket), "was=3&level=2");
    assert_int_equal(a.status, 303);
    a = site_post(cx, &p.dan, site_path(cx, "/desk/tickets/%s/level", p.ticket), "was=3&level=1");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Meanwhile somebody set it to “2”. Your choice “1” is not set");
    site_shows(&a, "name=\"was\" value=\"2\"");
    a = site_post(cx, &p.dan, site_path(cx, "/desk/tickets/%s/level", p.ticket), "was=2&level=1");
    assert_int_equal(a.status, 303);
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/assign", p.ticket),
                  arena_printf(cx->mem, "was=&assignee=%s", id_text(cx->mem, p.d.priya)));
    assert_int_equal(a.status, 303);
    a = site_post(cx, &p.dan, site_path(cx, "/desk/tickets/%s/assign", p.ticket),
                  arena_printf(cx->mem, "was=&assignee=%s", id_text(cx->mem, p.d.dan)));
    assert_int_equal(a.status, 422);
    site_shows(&a, "Meanwhile somebody set it to “Priya Nair”.");
    /* fields that do not clash are both set */
    a = site_post(cx, &p.dan, site_path(cx, "/desk/tickets/%s/status", p.ticket),
                  "was=open&status=waiting");
    assert_int_equal(a.status, 303);
}

static void an_answer_meanwhile_is_read_before_ones_own_is_sent(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id first = reply_as(cx, &p, p.d.priya, "One");
    struct id second;
    struct site_answer a;

    second = reply_as(cx, &p, p.d.dan, "Try the other cable");
    a = site_post(
        cx, &p.priya, site_path(cx, "/desk/tickets/%s/reply", p.ticket),
        arena_printf(cx->mem, "kind=reply&text=My+long+answer&seen=%s", id_text(cx->mem, first)));
    assert_int_equal(a.status, 422);
    site_shows(&a, "answered while you were writing");
    site_shows(&a, "My long answer");
    site_shows(&a, "Try the other cable");
    site_shows(&a, arena_printf(cx->mem, "id=\"seen\" value=\"%s\"", id_text(cx->mem, second)));
    a = site_post(
        cx, &p.priya, site_path(cx, "/desk/tickets/%s/reply", p.ticket),
        arena_printf(cx->mem, "kind=reply&text=My+long+answer&seen=%s", id_text(cx->mem, second)));
    assert_int_equal(a.status, 303);
}

static void who_looks_and_what_came_are_told_to_the_open_page(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id first = reply_as(cx, &p, p.d.priya, "One");
    struct site_answer a;

    a = site_get(cx, &p.dan,
                 arena_printf(cx->mem, "/desk/tickets/%s/presence?since=%s&writing=1",
                              id_text(cx->mem, p.ticket), id_text(cx->mem, first)));
    assert_int_equal(a.status, 200);
    site_hides(&a, "This came while");
    reply_as(cx, &p, p.d.dan, "Try the other cable");
    a = site_get(cx, &p.priya,
                 arena_printf(cx->mem, "/desk/tickets/%s/presence?since=%s",
                              id_text(cx->mem, p.ticket), id_text(cx->mem, first)));
    site_shows(&a, "Dan Osei is writing an answer");
    site_shows(&a, "Try the other cable");
    site_hides(&a, ">One<");
}

static void asking_by_itself_keeps_no_session_alive(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const char *used;

    test_sql(cx, "UPDATE session SET used_at = used_at - INTERVAL 5 MINUTE WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    used =
        test_text(cx, "SELECT CAST(MAX(used_at) AS CHAR) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_int_equal(
        site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s/presence", p.ticket)).status, 200);
    assert_string_equal(
        test_text(cx, "SELECT CAST(MAX(used_at) AS CHAR) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        used);
    assert_int_equal(site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", p.ticket)).status,
                     200);
    assert_string_not_equal(
        test_text(cx, "SELECT CAST(MAX(used_at) AS CHAR) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        used);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(
            a_changed_message_shows_what_it_was_to_staff_and_that_it_was_to_customers, site_start,
            site_stop),
        cmocka_unit_test_setup_teardown(a_refused_change_keeps_what_was_typed, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(the_second_of_two_choices_sees_both, site_start, site_stop),
        cmocka_unit_test_setup_teardown(an_answer_meanwhile_is_read_before_ones_own_is_sent,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(who_looks_and_what_came_are_told_to_the_open_page,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(asking_by_itself_keeps_no_session_alive, site_start,
                                        site_stop),
    };

    return test_group_run("thread_pages", TESTS, COUNT(TESTS));
}
