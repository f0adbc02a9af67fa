#include "base/clock.h"
#include "portal/desk/message_edit.h"
#include "portal/desk/presence.h"
#include "portal/desk/ticket_gap.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct message *message_of(struct ctx *cx, struct id ticket_id, struct id id)
{
    struct message **all;
    size_t count;

    test_ok(cx, ticket_thread(cx, ticket_id, &all, &count));
    for (size_t i = 0; i < count; i++)
        if (id_equal(all[i]->id, id))
            return all[i];
    fail_msg("no such message");
    return NULL;
}

static void fails(struct ctx *cx, bool is_done, const struct err_kind *kind)
{
    assert_false(is_done);
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void an_edit_keeps_the_earlier_text_for_staff_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct message_earlier *earlier;
    struct message *m;
    struct ticket *t;
    struct id message;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Turn it off", NULL, &message));
    test_ok(cx, message_edit(cx, id, message, "Turn it off and on", 0));
    m = message_of(cx, id, message);
    assert_string_equal(m->body, "Turn it off and on");
    assert_int_equal(m->edited_at, cx->now);
    test_ok(cx, ticket_get(cx, id, &t));
    test_ok(cx, message_earlier_list(cx, t, &earlier, &count));
    assert_int_equal(count, 1);
    assert_string_equal(earlier[0].body, "Turn it off");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'ticket.updated'",
                 DB_ID(cx->tenant_id)),
        1);
    desk_as_anna(cx, &d);
    test_ok(cx, message_earlier_list(cx, t, &earlier, &count));
    assert_int_equal(count, 0);
}

static void the_same_text_again_changes_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id message;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_note(cx, id, "Call back", &message));
    test_ok(cx, message_edit(cx, id, message, "Call back", 0));
    assert_int_equal(message_of(cx, id, message)->edited_at, 0);
}

static void only_the_writer_changes_a_message(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id message, note;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Turn it off", NULL, &message));
    test_ok(cx, ticket_note(cx, id, "A hard case", &note));
    test_as_staff(cx, d.dan, RIGHT_DESK);
    fails(cx, message_edit(cx, id, message, "x", 0), &ERR_DENIED);
    desk_as_anna(cx, &d);
    fails(cx, message_edit(cx, id, message, "x", 0), &ERR_DENIED);
    fails(cx, message_edit(cx, id, note, "x", 0), &ERR_NOT_FOUND);
    desk_as_eve(cx, &d);
    fails(cx, message_edit(cx, id, message, "x", 0), &ERR_NOT_FOUND);
}

static void a_customer_has_half_an_hour_and_no_closed_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id message;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "It smokes", NULL, &message));
    cx->now += (MESSAGE_EDIT_MINUTES - 1) * CLOCK_MINUTE;
    test_ok(cx, message_edit(cx, id, message, "It smoked", 0));
    cx->now += CLOCK_MINUTE;
    fails(cx, message_edit(cx, id, message, "x", cx->now - CLOCK_MINUTE), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "Off with it", NULL, &message));
    test_ok(cx, ticket_set_status(cx, id, "closed"));
    fails(cx, message_edit(cx, id, message, "x", 0), &ERR_DENIED);
}

static void two_windows_on_one_message_both_are_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id message;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "One", NULL, &message));
    test_ok(cx, message_edit(cx, id, message, "Two", 0));
    fails(cx, message_edit(cx, id, message, "Three", 0), &ERR_MESSAGE_CLASH);
    test_ok(cx, message_edit(cx, id, message, "Three", cx->now));
    fails(cx, message_edit(cx, id, message, "", cx->now), &ERR_INVALID);
    fails(cx, message_edit(cx, id, message, "⟦serial⟧", cx->now), &ERR_TICKET_GAP);
}

static void a_choice_over_a_value_that_changed_is_not_set(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct ticket *t;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_level(cx, id, 2));
    fails(cx, ticket_set_values(cx, id, &(struct ticket_values){.level = 1, .was = "3"}),
          &ERR_TICKET_CLASH);
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->level, 2);
    /* what both want, and what nobody touched, is set */
    test_ok(cx, ticket_set_values(cx, id, &(struct ticket_values){.level = 2, .was = "3"}));
    test_ok(cx, ticket_set_values(cx, id, &(struct ticket_values){.level = 1, .was = "2"}));
    fails(cx,
          ticket_set_values(cx, id, &(struct ticket_values){.status = "closed", .was = "waiting"}),
          &ERR_TICKET_CLASH);
    test_ok(cx, ticket_assign(cx, id, d.dan));
    fails(cx,
          ticket_set_values(
              cx, id,
              &(struct ticket_values){.has_assignee = true, .assignee_id = d.priya, .was = ""}),
          &ERR_TICKET_CLASH);
    test_ok(cx,
            ticket_set_values(
                cx, id, &(struct ticket_values){.has_team = true, .team_id = d.team, .was = ""}));
}

static void an_answer_over_an_unseen_one_is_held_back(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id first, second, sent;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "One", NULL, &first));
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, ticket_reply(cx, id, "Two", NULL, &second));
    desk_as_priya(cx, &d);
    fails(cx,
          ticket_reply_send(cx, id, &(struct ticket_answer){.text = "Three", .seen_id = first},
                            &sent),
          &ERR_TICKET_OVERTAKEN);
    test_ok(cx, ticket_reply_send(
                    cx, id, &(struct ticket_answer){.text = "Three", .seen_id = second}, &sent));
    /* a note says nothing to the customer, and one's own answer is known */
    test_ok(cx,
            ticket_reply_send(
                cx, id, &(struct ticket_answer){.is_note = true, .text = "Note", .seen_id = first},
                &sent));
    test_ok(cx, ticket_reply_send(
                    cx, id, &(struct ticket_answer){.text = "Four", .seen_id = second}, &sent));
}

static void whoever_has_a_ticket_open_is_seen_for_half_a_minute(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct presence *others;
    struct ticket *t;
    int64_t removed;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_get(cx, id, &t));
    test_ok(cx, presence_note(cx, t, true, &others, &count));
    assert_int_equal(count, 0);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, presence_note(cx, t, false, &others, &count));
    assert_int_equal(count, 1);
    assert_string_equal(others[0].name, "Priya Nair");
    assert_true(others[0].is_writing);
    cx->now += PRESENCE_SECONDS * CLOCK_SECOND;
    test_ok(cx, presence_note(cx, t, false, &others, &count));
    assert_int_equal(count, 0);
    desk_as_anna(cx, &d);
    fails(cx, presence_note(cx, t, false, &others, &count), &ERR_DENIED);
    cx->now += 2 * CLOCK_HOUR;
    test_ok(cx, presence_purge(cx, 10, &removed));
    assert_int_equal(removed, 2);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_edit_keeps_the_earlier_text_for_staff_alone),
        cmocka_unit_test(the_same_text_again_changes_nothing),
        cmocka_unit_test(only_the_writer_changes_a_message),
        cmocka_unit_test(a_customer_has_half_an_hour_and_no_closed_ticket),
        cmocka_unit_test(two_windows_on_one_message_both_are_told),
        cmocka_unit_test(a_choice_over_a_value_that_changed_is_not_set),
        cmocka_unit_test(an_answer_over_an_unseen_one_is_held_back),
        cmocka_unit_test(whoever_has_a_ticket_open_is_seen_for_half_a_minute),
    };

    return test_group_run("message_edit", TESTS, COUNT(TESTS));
}
