#include "base/clock.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/dispatch.h"
#include "portal/desk/leave.h"
#include "portal/desk/ticket_list.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_trash.h"
#include "tests/portal/desk/desk_frame.h"

static void as_dan(struct ctx *cx, const struct desk *d)
{
    test_as_staff(cx, d->dan, RIGHT_DESK);
}

static struct id send_to_dan(struct ctx *cx, const struct desk *d, struct id ticket)
{
    struct id id;

    desk_as_priya(cx, d);
    test_ok(cx, dispatch_send(cx, ticket,
                              &(struct dispatch_new){.person_id = d->dan, .note = "Please."}, &id));
    return id;
}

static struct ticket *read(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_as_system(cx);
    test_ok(cx, ticket_get(cx, id, &t));
    return t;
}

static int64_t count_events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static size_t waiting_for_me(struct ctx *cx)
{
    struct ticket_page_of page;

    test_ok(cx, ticket_list_view(cx, TICKET_VIEW_DISPATCHED, NULL, 10, &page));
    return page.count;
}

static void an_accepted_dispatch_makes_the_ticket_ones_own(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = send_to_dan(cx, &d, ticket);
    struct dispatch *list;
    size_t count;

    assert_true(id_is_zero(read(cx, ticket)->assignee_id)); /* not before he accepts */
    desk_as_priya(cx, &d);
    assert_int_equal(waiting_for_me(cx), 0);
    test_refused(cx, dispatch_accept(cx, id, NULL), &ERR_DENIED);
    test_refused(
        cx, dispatch_send(cx, ticket, &(struct dispatch_new){.team_id = d.team}, &(struct id){{0}}),
        &ERR_DISPATCH_OPEN);
    as_dan(cx, &d);
    assert_int_equal(waiting_for_me(cx), 1);
    cx->now += 12 * CLOCK_MINUTE;
    test_ok(cx, dispatch_accept(cx, id, "On my way."));
    assert_int_equal(waiting_for_me(cx), 0);
    test_refused(cx, dispatch_decline(cx, id, "No."), &ERR_DISPATCH_OVER);
    assert_true(id_equal(read(cx, ticket)->assignee_id, d.dan));
    test_ok(cx, dispatch_of_ticket(cx, ticket, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].state, "accepted");
    assert_string_equal(list[0].answer, "On my way.");
    assert_int_equal(list[0].answered_at - list[0].created_at, 12 * CLOCK_MINUTE);
    assert_int_equal(count_events(cx, "ticket.dispatched"), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.accepted' AND data LIKE '%\"minutes\":12%'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_declined_dispatch_returns_to_the_teams_queue(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct id id;

    test_ok(cx, ticket_set_team(cx, ticket, d.team));
    test_ok(cx, ticket_assign(cx, ticket, d.priya));
    id = send_to_dan(cx, &d, ticket);
    as_dan(cx, &d);
    test_refused(cx, dispatch_decline(cx, id, ""), &ERR_INVALID);
    test_ok(cx, dispatch_decline(cx, id, "I am at a customer's."));
    assert_true(id_is_zero(read(cx, ticket)->assignee_id));
    assert_true(id_equal(read(cx, ticket)->team_id, d.team));
    assert_int_equal(count_events(cx, "ticket.declined"), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND is_public = "
                              "FALSE AND data LIKE '%declined%' AND author_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(d.dan)),
                     1);
}

static void what_somebody_took_meanwhile_stays_with_him(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = send_to_dan(cx, &d, ticket);

    test_ok(cx, ticket_assign(cx, ticket, d.priya));
    as_dan(cx, &d);
    test_ok(cx, dispatch_decline(cx, id, "No."));
    assert_true(id_equal(read(cx, ticket)->assignee_id, d.priya));
}

static void a_dispatch_to_a_team_is_answered_by_one_of_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    struct id id;

    desk_as_priya(cx, &d);
    test_ok(cx, dispatch_send(cx, ticket, &(struct dispatch_new){.team_id = d.team}, &id));
    assert_true(id_equal(read(cx, ticket)->team_id, d.team));
    as_dan(cx, &d);
    assert_int_equal(waiting_for_me(cx), 0);
    test_refused(cx, dispatch_accept(cx, id, NULL), &ERR_DENIED);
    cx->viewer.team_id = d.team;
    assert_int_equal(waiting_for_me(cx), 1);
    test_ok(cx, dispatch_decline(cx, id, "Not ours."));
    assert_true(id_is_zero(read(cx, ticket)->team_id));
}

static void without_an_answer_in_working_time_it_goes_back(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    unsigned done;

    test_ok(cx, desk_flow_set(cx, &(struct desk_flow){.dispatch_minutes = 30}, NULL, 0));
    (void)send_to_dan(cx, &d, ticket);
    test_as_system(cx);
    cx->now += 29 * CLOCK_MINUTE;
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 0);
    cx->now += CLOCK_MINUTE;
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 1);
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 0);
    assert_int_equal(count_events(cx, "ticket.unanswered"), 1);
    as_dan(cx, &d);
    assert_int_equal(waiting_for_me(cx), 0);
}

static void one_of_a_thrown_away_or_merged_ticket_ends(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id gone = desk_file(cx, &d, "gone"), merged = desk_file(cx, &d, "merged"),
                    stays = desk_file(cx, &d, "stays");
    struct id into;
    unsigned done;

    test_ok(cx, desk_flow_set(cx, &(struct desk_flow){.dispatch_minutes = 30}, NULL, 0));
    (void)send_to_dan(cx, &d, gone);
    (void)send_to_dan(cx, &d, merged);
    test_ok(cx, ticket_trash_add(cx, gone));
    test_ok(cx, ticket_merge(cx, merged, read(cx, stays)->number, false, &into));
    test_as_system(cx);
    cx->now += CLOCK_HOUR;
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 2);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM dispatch WHERE tenant_id = ? AND "
                              "state = 'withdrawn'",
                              DB_ID(cx->tenant_id)),
                     2);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND "
                              "dispatch_to IS NOT NULL",
                              DB_ID(cx->tenant_id)),
                     0);
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 0);
}

/* Whoever counts them goes on at once while there are more: what fails is none of them. */
static void what_fails_is_not_counted_as_done_and_comes_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id stuck = desk_file(cx, &d, "stuck"), moves = desk_file(cx, &d, "moves");
    unsigned done;

    test_ok(cx, desk_flow_set(cx, &(struct desk_flow){.dispatch_minutes = 30}, NULL, 0));
    (void)send_to_dan(cx, &d, stuck);
    (void)send_to_dan(cx, &d, moves);
    test_sql(cx,
             arena_printf(cx->mem,
                          "CREATE TRIGGER dispatch_stuck BEFORE UPDATE ON dispatch FOR EACH ROW "
                          "IF NEW.ticket_id = '%s' THEN SIGNAL SQLSTATE '45000'; END IF",
                          id_text(cx->mem, stuck)),
             DB_NONE);
    test_as_system(cx);
    cx->now += CLOCK_HOUR;
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 1);
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 0);
    test_sql(cx, "DROP TRIGGER dispatch_stuck", DB_NONE);
    test_ok(cx, dispatch_work(cx, &done));
    assert_int_equal(done, 1);
}

static void who_is_away_is_stood_in_for_or_not_asked(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct dispatch_new to_dan = {.person_id = d.dan};
    struct leave l = {.person_id = d.dan, .from_on = "2026-03-01", .to_on = "2026-03-05"};
    struct dispatch *list;
    struct id id, leave;
    size_t count;

    test_ok(cx, leave_add(cx, &l, &leave));
    test_refused(cx, dispatch_send(cx, ticket, &to_dan, &id), &ERR_DISPATCH_AWAY);
    test_ok(cx, leave_remove(cx, leave));
    l.substitute_id = d.priya;
    test_ok(cx, leave_add(cx, &l, &leave));
    test_ok(cx, dispatch_send(cx, ticket, &to_dan, &id));
    test_ok(cx, dispatch_of_ticket(cx, ticket, &list, &count));
    assert_string_equal(list[0].person_name, "Priya Nair");
}

static void it_is_withdrawn_by_whoever_sent_it_and_customers_know_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = send_to_dan(cx, &d, ticket);
    const struct dispatch_new nobody = {.note = "x"}, stranger = {.person_id = d.anna};
    struct dispatch *list;
    struct id other;
    size_t count;

    as_dan(cx, &d);
    test_refused(cx, dispatch_withdraw(cx, id), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_refused(cx, dispatch_of_ticket(cx, ticket, &list, &count), &ERR_DENIED);
    test_refused(cx, dispatch_send(cx, ticket, &nobody, &other), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_ok(cx, dispatch_withdraw(cx, id));
    test_refused(cx, dispatch_withdraw(cx, id), &ERR_DISPATCH_OVER);
    test_refused(cx, dispatch_send(cx, ticket, &nobody, &other), &ERR_INVALID);
    test_refused(cx, dispatch_send(cx, ticket, &stranger, &other), &ERR_INVALID);
}

static void a_narrow_eye_sees_what_is_dispatched_to_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = send_to_dan(cx, &d, ticket);
    struct ticket *t;

    test_as_staff(cx, d.dan, RIGHT_DESK_READ | RIGHT_DESK_UPDATE);
    test_ok(cx, ticket_get(cx, ticket, &t));
    test_ok(cx, dispatch_decline(cx, id, "No."));
    test_refused(cx, ticket_get(cx, ticket, &t), &ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_accepted_dispatch_makes_the_ticket_ones_own),
        cmocka_unit_test(a_declined_dispatch_returns_to_the_teams_queue),
        cmocka_unit_test(what_somebody_took_meanwhile_stays_with_him),
        cmocka_unit_test(a_dispatch_to_a_team_is_answered_by_one_of_it),
        cmocka_unit_test(without_an_answer_in_working_time_it_goes_back),
        cmocka_unit_test(one_of_a_thrown_away_or_merged_ticket_ends),
        cmocka_unit_test(what_fails_is_not_counted_as_done_and_comes_again),
        cmocka_unit_test(who_is_away_is_stood_in_for_or_not_asked),
        cmocka_unit_test(it_is_withdrawn_by_whoever_sent_it_and_customers_know_nothing),
        cmocka_unit_test(a_narrow_eye_sees_what_is_dispatched_to_it),
    };

    return test_group_run("dispatch", TESTS, COUNT(TESTS));
}
