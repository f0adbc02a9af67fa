#include "portal/desk/ticket_link.h"
#include "tests/portal/desk/desk_frame.h"

static const char *number(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_ok(cx, ticket_get(cx, id, &t));
    return t->number;
}

static void link_them(struct ctx *cx, struct id id, enum ticket_link_kind kind, struct id other)
{
    test_ok(cx, ticket_link_add(cx, id, kind, number(cx, other)));
}

static enum ticket_category category(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_ok(cx, ticket_get(cx, id, &t));
    return t->category;
}

static int64_t state_events(struct ctx *cx, struct id id)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? AND "
                    "name = 'ticket.status_changed'",
                    DB_ID(cx->tenant_id), DB_ID(id));
}

static void a_link_is_seen_from_both_sides_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "one"), two = desk_file(cx, &d, "two");
    struct ticket_link *links;
    size_t count;

    desk_as_priya(cx, &d);
    link_them(cx, one, TICKET_LINK_BLOCKS, two);
    link_them(cx, one, TICKET_LINK_BLOCKS, two);
    test_ok(cx, ticket_link_list(cx, one, &links, &count));
    assert_int_equal(count, 1);
    assert_int_equal(links[0].kind, TICKET_LINK_BLOCKS);
    assert_false(links[0].is_reverse);
    assert_string_equal(links[0].subject, "two");
    test_ok(cx, ticket_link_list(cx, two, &links, &count));
    assert_int_equal(count, 1);
    assert_true(links[0].is_reverse && id_equal(links[0].other_id, one));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND kind = 'event' "
                              "AND is_public = FALSE AND data LIKE '%link%'",
                              DB_ID(cx->tenant_id)),
                     2);
    test_ok(cx, ticket_link_remove(cx, two, TICKET_LINK_BLOCKS, one));
    test_ok(cx, ticket_link_list(cx, one, &links, &count));
    assert_int_equal(count, 0);
}

static void closing_a_ticket_closes_its_duplicates_with_one_event_each(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "one"), two = desk_file(cx, &d, "two");
    const struct id three = desk_file(cx, &d, "three"), part = desk_file(cx, &d, "part");

    desk_as_priya(cx, &d);
    link_them(cx, two, TICKET_LINK_DUPLICATE, one);
    link_them(cx, three, TICKET_LINK_DUPLICATE, two);
    link_them(cx, one, TICKET_LINK_DUPLICATE, three); /* a ring */
    link_them(cx, part, TICKET_LINK_PARENT, one);
    test_ok(cx, ticket_set_status(cx, one, "closed"));
    assert_int_equal(category(cx, one), TICKET_CLOSED);
    assert_int_equal(category(cx, two), TICKET_CLOSED);
    assert_int_equal(category(cx, three), TICKET_CLOSED);
    assert_int_equal(category(cx, part), TICKET_OPEN);
    assert_int_equal(state_events(cx, one), 1);
    assert_int_equal(state_events(cx, two), 1);
    assert_int_equal(state_events(cx, three), 1);
}

static void a_customer_closes_his_own_ticket_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "one"), two = desk_file(cx, &d, "two");

    desk_as_priya(cx, &d);
    link_them(cx, two, TICKET_LINK_DUPLICATE, one);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_set_status(cx, one, "closed"));
    assert_int_equal(category(cx, two), TICKET_OPEN);
}

static void refused(struct ctx *cx, struct id id, const char *other, const struct err_kind *kind)
{
    assert_false(ticket_link_add(cx, id, TICKET_LINK_RELATED, other));
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void what_cannot_be_linked_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "one"), two = desk_file(cx, &d, "two");
    const char *first = number(cx, one);
    struct ticket_link *links;
    size_t count;

    desk_as_priya(cx, &d);
    refused(cx, one, "T-none", &ERR_TICKET_LINK);
    refused(cx, one, first, &ERR_TICKET_LINK);
    desk_as_anna(cx, &d);
    refused(cx, two, first, &ERR_DENIED);
    assert_false(ticket_link_list(cx, one, &links, &count));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    cx->err = (struct err){.kind = NULL};
    desk_as_eve(cx, &d);
    refused(cx, two, first, &ERR_NOT_FOUND);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket_link WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static void the_open_parts_of_a_closed_ticket_are_closed_with_one_event_each(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id whole = desk_file(cx, &d, "whole"), one = desk_file(cx, &d, "one");
    const struct id two = desk_file(cx, &d, "two"), over = desk_file(cx, &d, "over");
    struct ticket_link *parts;
    size_t count;

    desk_as_priya(cx, &d);
    link_them(cx, one, TICKET_LINK_PARENT, whole);
    link_them(cx, two, TICKET_LINK_PARENT, whole);
    link_them(cx, over, TICKET_LINK_PARENT, whole);
    test_ok(cx, ticket_set_status(cx, over, "closed"));
    test_refused(cx, ticket_link_end_parts(cx, whole), &ERR_TICKET_TRANSITION);
    test_ok(cx, ticket_set_status(cx, whole, "closed"));
    test_ok(cx, ticket_link_open_parts(cx, whole, &parts, &count));
    assert_int_equal(count, 2);
    test_ok(cx, ticket_link_end_parts(cx, whole));
    test_ok(cx, ticket_link_open_parts(cx, whole, &parts, &count));
    assert_int_equal(count, 0);
    assert_int_equal(category(cx, one), TICKET_CLOSED);
    assert_int_equal(state_events(cx, one), 1);
    assert_int_equal(state_events(cx, two), 1);
    assert_int_equal(state_events(cx, over), 1);
    desk_as_anna(cx, &d);
    test_refused(cx, ticket_link_end_parts(cx, whole), &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_link_is_seen_from_both_sides_once),
        cmocka_unit_test(closing_a_ticket_closes_its_duplicates_with_one_event_each),
        cmocka_unit_test(the_open_parts_of_a_closed_ticket_are_closed_with_one_event_each),
        cmocka_unit_test(a_customer_closes_his_own_ticket_alone),
        cmocka_unit_test(what_cannot_be_linked_is_refused),
    };

    return test_group_run("ticket_link", TESTS, COUNT(TESTS));
}
