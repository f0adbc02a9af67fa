/* The recycle bin, and splitting. */
#include "base/clock.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_split.h"
#include "portal/desk/ticket_thread.h"
#include "portal/desk/ticket_trash.h"
#include "tests/portal/desk/desk_frame.h"

static void a_ticket_in_the_bin_is_nowhere_else_and_comes_back_as_it_was(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer on fire"), other = desk_file(cx, &d, "Other");
    struct ticket_trash *list;
    struct ticket *t, *found;
    size_t count;

    test_ok(cx, ticket_get(cx, id, &t));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_trash_add(cx, id));
    cx->now += CLOCK_MINUTE;
    test_ok(cx, ticket_trash_add(cx, other));
    test_refused(cx, ticket_get(cx, id, &found), &ERR_NOT_FOUND);
    test_refused(cx, ticket_trash_add(cx, id), &ERR_NOT_FOUND);
    test_ok(cx, ticket_find_number(cx, t->number, &found));
    assert_null(found);
    test_ok(cx, ticket_trash_list(cx, NULL, 0, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].subject, "Other");
    assert_string_equal(list[1].by_name, "Priya Nair");
    test_ok(cx, ticket_trash_list(cx, "PRINTER", 0, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, ticket_trash_list(cx, t->number, 0, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, ticket_trash_list(cx, NULL, cx->now, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, ticket_trash_restore(cx, id));
    test_ok(cx, ticket_get(cx, id, &found));
    assert_string_equal(found->status, t->status);
    assert_int_equal(found->due_at, t->due_at);
    test_refused(cx, ticket_trash_restore(cx, id), &ERR_NOT_FOUND);
}

static void the_bin_is_for_those_who_may_delete(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer on fire");
    struct ticket_trash *list;
    size_t count;

    test_as_staff(cx, d.priya, RIGHT_DESK & ~RIGHT_DESK_DELETE);
    test_refused(cx, ticket_trash_add(cx, id), &ERR_DENIED);
    test_refused(cx, ticket_trash_restore(cx, id), &ERR_DENIED);
    test_refused(cx, ticket_trash_list(cx, NULL, 0, &list, &count), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_refused(cx, ticket_trash_add(cx, id), &ERR_DENIED);
    cx->tenant_id = make_tenant(cx, "other");
    desk_as_priya(cx, &d);
    test_refused(cx, ticket_trash_add(cx, id), &ERR_NOT_FOUND);
}

/* The replies and notes of a ticket, oldest first. */
static size_t words_of(struct ctx *cx, struct id id, struct message ***out)
{
    struct message **all;
    size_t count, n = 0;

    test_ok(cx, ticket_thread(cx, id, &all, &count));
    for (size_t i = 0; i < count; i++)
        if (*all[i]->body != '\0')
            all[n++] = all[i];
    *out = all;
    return n;
}

static void chosen_messages_become_a_linked_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer on fire");
    struct ticket_link *links;
    struct message **words;
    struct ticket *t;
    struct id second, made;
    size_t count;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "And the till is slow.", NULL, &second));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_tag(cx, id, "shop"));
    test_sql(cx,
             "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, hash, name, type, "
             "bytes, created_at) VALUES (?, ?, ?, ?, REPEAT('a', 64), 'a.txt', 'text/plain', 1, ?)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(id), DB_ID(second),
             DB_TIME(cx->now));
    test_ok(cx, ticket_split(cx, id, &second, 1, "Slow till", &made));
    assert_int_equal(words_of(cx, id, &words), 1);
    assert_int_equal(words_of(cx, made, &words), 1);
    assert_string_equal(words[0]->body, "And the till is slow.");
    assert_int_equal(words[0]->file_count, 1);
    test_ok(cx, ticket_get(cx, made, &t));
    assert_string_equal(t->subject, "Slow till");
    assert_true(id_equal(t->person_id, d.anna));
    assert_int_equal(t->category, TICKET_OPEN);
    test_ok(cx, ticket_link_list(cx, made, &links, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(links[0].other_id, id));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? "
                              "AND name = 'ticket.created' AND data LIKE '%split_from%'",
                              DB_ID(cx->tenant_id), DB_ID(made)),
                     1);
    desk_as_anna(cx, &d);
    assert_int_equal(words_of(cx, made, &words), 1);
}

static void what_cannot_be_split_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "One"), other = desk_file(cx, &d, "Other");
    struct message **words, **others;
    struct id made;

    desk_as_priya(cx, &d);
    assert_int_equal(words_of(cx, id, &words), 1);
    assert_int_equal(words_of(cx, other, &others), 1);
    test_refused(cx, ticket_split(cx, id, NULL, 0, "New", &made), &ERR_TICKET_SPLIT_NONE);
    test_refused(cx, ticket_split(cx, id, &words[0]->id, 1, "New", &made), &ERR_TICKET_SPLIT_ALL);
    test_refused(cx, ticket_split(cx, id, &words[0]->id, 1, "", &made), &ERR_INVALID);
    test_refused(cx, ticket_split(cx, id, &others[0]->id, 1, "New", &made), &ERR_NOT_FOUND);
    desk_as_anna(cx, &d);
    test_refused(cx, ticket_split(cx, id, &words[0]->id, 1, "New", &made), &ERR_DENIED);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 2);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_ticket_in_the_bin_is_nowhere_else_and_comes_back_as_it_was),
        cmocka_unit_test(the_bin_is_for_those_who_may_delete),
        cmocka_unit_test(chosen_messages_become_a_linked_ticket),
        cmocka_unit_test(what_cannot_be_split_is_refused),
    };

    return test_group_run("ticket_trash", TESTS, COUNT(TESTS));
}
