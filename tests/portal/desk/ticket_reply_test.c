#include "portal/desk/sla.h"
#include "tests/portal/desk/desk_frame.h"

static void an_answer_moves_the_clock_and_the_state(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const int64_t filed_at = cx->now;
    struct ticket *t;
    struct id id, message;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 60}));
    id = desk_file(cx, &d, "s");
    cx->now += 600000000;
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Which model?", "waiting", &message));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->category, TICKET_WAITING);
    assert_int_equal(t->first_answer_at, filed_at + 600000000);
    assert_int_equal(t->due_at, 0);
    cx->now += 600000000;
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "RP-80", NULL, &message));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->category, TICKET_OPEN);
    assert_int_equal(t->due_at, cx->now + 3600000000);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.status_changed'",
                              DB_ID(cx->tenant_id)),
                     2);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.replied'",
                              DB_ID(cx->tenant_id)),
                     2);
}

static void the_promise_moves_with_the_level_and_ends_with_the_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const int64_t filed_at = cx->now;
    struct ticket *t;
    struct id id;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 1, .answer_minutes = 60}));
    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 240}));
    id = desk_file(cx, &d, "s");
    cx->now += 60000000;
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_level(cx, id, 1));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->due_at, filed_at + 3600000000);
    test_ok(cx, ticket_set_level(cx, id, 4));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->due_at, 0);
    test_ok(cx, ticket_set_level(cx, id, 2));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->due_at, 0);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_set_status(cx, id, "open"));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->due_at, cx->now + 4 * 3600000000);
}

struct failing {
    struct desk d;
    struct id id;
};

static bool reply_with_failures(struct ctx *cx, void *arg)
{
    const struct failing *f = arg;
    const struct attachment_file file = {
        .name = "a.txt", .hash = "aa", .type = "text/plain", .bytes = "a", .len = 1};
    const struct ticket_answer answer = {.text = "Set 300 ms.",
                                         .status = "solved",
                                         .request_key = "key",
                                         .files = &file,
                                         .file_count = 1};
    struct id message;

    desk_as_priya(cx, &f->d);
    return ticket_reply_send(cx, f->id, &answer, &message);
}

static void only_the_first_message_stands(struct ctx *cx, void *arg)
{
    const struct failing *f = arg;
    struct ticket *t;

    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    test_as_system(cx);
    test_ok(cx, ticket_get(cx, f->id, &t));
    assert_int_equal(t->category, TICKET_OPEN);
    assert_int_equal(t->version, 1);
}

static void an_answer_that_fails_anywhere_leaves_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct failing f = {.d = desk_make(cx)};

    f.id = desk_file(cx, &f.d, "s");
    cx = test_again(cx); /* a run of its own, as a request is: repeated tries repeat its ids */
    test_failures(cx, reply_with_failures, &f, only_the_first_message_stands);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND category = "
                              "'solved'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_closed_ticket_takes_no_answer_of_a_customer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    struct ticket *t;
    struct id message;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_set_status(cx, id, "closed"));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->closed_at, cx->now);
    assert_int_equal(t->resolved_at, cx->now);
    test_refused(cx, ticket_reply(cx, id, "wait", NULL, &message), &ERR_TICKET_CLOSED);
    test_refused(cx, ticket_set_status(cx, id, "waiting"), &ERR_TICKET_TRANSITION);
    test_ok(cx, ticket_set_status(cx, id, "open"));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->closed_at, 0);
    assert_int_equal(t->resolved_at, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_answer_moves_the_clock_and_the_state),
        cmocka_unit_test(the_promise_moves_with_the_level_and_ends_with_the_answer),
        cmocka_unit_test(an_answer_that_fails_anywhere_leaves_nothing),
        cmocka_unit_test(a_closed_ticket_takes_no_answer_of_a_customer),
    };

    return test_group_run("ticket_reply", TESTS, COUNT(TESTS));
}
