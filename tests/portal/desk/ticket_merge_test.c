/* Two tickets become one, and two again: compared by every row that they have. */
#include "base/clock.h"
#include "portal/desk/follow_link.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_thread.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const char *number(struct ctx *cx, struct id id)
{
    return test_text(cx, "SELECT number FROM ticket WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(id));
}

/* Every column of every row of the tenant, but the one that only grows. */
static const char *rows_of(struct ctx *cx, const char *table)
{
    const char *columns =
        test_text(cx,
                  "SELECT GROUP_CONCAT(CONCAT('COALESCE(HEX(', column_name, '), ''-'')') ORDER BY "
                  "ordinal_position) FROM information_schema.columns WHERE table_schema = "
                  "DATABASE() AND table_name = ? AND column_name <> 'version'",
                  DB_TEXT(table));
    const char *rows;

    test_sql(cx, "SET SESSION group_concat_max_len = 4000000", DB_NONE);
    rows = test_text(cx,
                     arena_printf(cx->mem,
                                  "SELECT GROUP_CONCAT(CONCAT_WS('|', %s) ORDER BY CONCAT_WS('|', "
                                  "%s) SEPARATOR '\n') FROM %s WHERE tenant_id = ?",
                                  columns, columns, table),
                     DB_ID(cx->tenant_id));
    return rows != NULL ? rows : "";
}

static const char *const TABLES[] = {"ticket",     "message",     "attachment", "participant",
                                     "ticket_tag", "ticket_link", "ticket_term"};

static void dump(struct ctx *cx, const char *out[COUNT(TABLES)])
{
    for (size_t i = 0; i < COUNT(TABLES); i++)
        out[i] = rows_of(cx, TABLES[i]);
}

static int64_t count(struct ctx *cx, const char *table, struct id ticket)
{
    return test_i64(cx,
                    arena_printf(cx->mem,
                                 "SELECT COUNT(*) FROM %s WHERE tenant_id = ? AND ticket_id = ?",
                                 table),
                    DB_ID(cx->tenant_id), DB_ID(ticket));
}

static void reply(struct ctx *cx, struct id id, const char *text, const char *key)
{
    const struct ticket_answer answer = {.text = text, .request_key = key};
    struct id message;

    test_ok(cx, ticket_reply_send(cx, id, &answer, &message));
}

static void merge(struct ctx *cx, struct id source, struct id target)
{
    struct id into;

    test_ok(cx, ticket_merge(cx, source, number(cx, target), false, &into));
    assert_true(id_equal(into, target));
}

static void refused(struct ctx *cx, struct id source, const char *target, bool even_apart,
                    const struct err_kind *kind)
{
    struct id into;

    assert_false(ticket_merge(cx, source, target, even_apart, &into));
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void add_file(struct ctx *cx, struct id ticket)
{
    test_sql(cx,
             "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, hash, name, type, "
             "bytes, created_at) SELECT tenant_id, ?, ticket_id, id, REPEAT('a', 64), 'a.txt', "
             "'text/plain', 1, created_at FROM message WHERE tenant_id = ? AND ticket_id = ? "
             "ORDER BY id LIMIT 1",
             DB_ID(ctx_new_id(cx)), DB_ID(cx->tenant_id), DB_ID(ticket));
}

/* One of anna's and one of tom's, each with everything that a ticket can have. */
static void make_two(struct ctx *cx, const struct desk *d, struct id *one, struct id *two)
{
    const struct id third = desk_file(cx, d, "third");
    struct ticket *t;

    *one = desk_file(cx, d, "Receipt twice");
    desk_as_tom(cx, d);
    test_ok(cx, ticket_create(cx,
                              &(struct ticket_new){.source = "portal",
                                                   .subject = "Printer prints twice",
                                                   .text = "Each receipt comes twice.",
                                                   .topic = "fault"},
                              &t));
    *two = t->id;
    desk_as_anna(cx, d);
    reply(cx, *one, "Still so.", "key");
    desk_as_tom(cx, d);
    reply(cx, *two, "Since Monday.", "key");
    desk_as_priya(cx, d);
    test_ok(cx, ticket_set_level(cx, *one, 1));
    test_ok(cx, ticket_tag(cx, *one, "printer"));
    test_ok(cx, ticket_tag(cx, *two, "printer"));
    test_ok(cx, ticket_tag(cx, *one, "receipt"));
    test_ok(cx, ticket_link_add(cx, *one, TICKET_LINK_BLOCKS, number(cx, third)));
    test_ok(cx, ticket_link_add(cx, *two, TICKET_LINK_DUPLICATE, number(cx, *one)));
    add_file(cx, *one);
    add_file(cx, *two);
    cx->now += CLOCK_HOUR;
}

static void merging_and_undoing_it_leaves_every_row_as_it_was(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const char *before[COUNT(TABLES)], *after[COUNT(TABLES)];
    struct id one, two;

    make_two(cx, &d, &one, &two);
    dump(cx, before);
    merge(cx, one, two);
    dump(cx, after);
    assert_string_not_equal(before[0], after[0]);
    assert_string_not_equal(before[1], after[1]);
    cx->now += 13 * CLOCK_DAY;
    test_ok(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS));
    dump(cx, after);
    for (size_t i = 0; i < COUNT(TABLES); i++)
        assert_string_equal(before[i], after[i]);
}

static void a_merge_makes_one_thread_with_people_tags_links_and_the_earlier_promise(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct message **thread;
    struct id one, two;
    struct ticket *t;
    json_t *tags;
    size_t n, words = 0;

    make_two(cx, &d, &one, &two);
    test_sql(cx, "UPDATE ticket SET due_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(cx->now + CLOCK_HOUR), DB_ID(cx->tenant_id), DB_ID(one));
    test_sql(cx, "UPDATE ticket SET due_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(cx->now + CLOCK_DAY), DB_ID(cx->tenant_id), DB_ID(two));
    merge(cx, one, two);
    test_ok(cx, ticket_thread(cx, two, &thread, &n));
    for (size_t i = 0; i < n; i++) {
        words += *thread[i]->body != '\0';
        assert_true(i == 0 || thread[i - 1]->created_at <= thread[i]->created_at);
    }
    assert_int_equal(words, 4);
    assert_int_equal(count(cx, "message", one), 0);
    assert_int_equal(count(cx, "attachment", two), 2);
    test_ok(cx, ticket_tags(cx, two, &tags));
    assert_int_equal(json_array_size(tags), 2);
    test_ok(cx, ticket_get(cx, two, &t));
    assert_int_equal(t->due_at, cx->now + CLOCK_HOUR);
    test_ok(cx, ticket_get(cx, one, &t));
    assert_int_equal(t->category, TICKET_CLOSED);
    assert_true(id_equal(t->merged_into, two));
    desk_as_anna(cx, &d); /* who sees her own tickets only */
    test_ok(cx, ticket_thread(cx, two, &thread, &n));
    test_refused(cx, ticket_set_status(cx, one, "open"), &ERR_TICKET_MERGED);
}

static void what_comes_between_goes_where_it_was_addressed_to(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id one, two;

    make_two(cx, &d, &one, &two);
    merge(cx, one, two);
    cx->now += CLOCK_HOUR;
    desk_as_anna(cx, &d);
    reply(cx, one, "To the first.", "another key");
    reply(cx, one, "To the first.", "another key");
    reply(cx, two, "To the second.", "key two");
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND ticket_id = ? "
                              "AND body = 'To the first.'",
                              DB_ID(cx->tenant_id), DB_ID(one)),
                     1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND ticket_id = ? "
                              "AND body = 'To the second.'",
                              DB_ID(cx->tenant_id), DB_ID(two)),
                     1);
}

static void a_chain_of_merges_ends_at_the_last_and_is_undone_from_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const char *before[COUNT(TABLES)], *after[COUNT(TABLES)];
    struct id one, two, three = desk_file(cx, &d, "The last"), into;
    struct ticket *t, *final;

    make_two(cx, &d, &one, &two);
    dump(cx, before);
    merge(cx, one, two);
    cx->now += CLOCK_HOUR;
    merge(cx, two, three);
    test_ok(cx, ticket_get(cx, one, &t));
    test_ok(cx, ticket_merge_final(cx, t, &final));
    assert_true(id_equal(final->id, three));
    refused(cx, three, number(cx, one), false, &ERR_TICKET_MERGE_SELF);
    test_refused(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS), &ERR_TICKET_MERGE_LATER);
    test_ok(cx, ticket_merge_undo(cx, two, TICKET_MERGE_DAYS));
    assert_true(count(cx, "message", two) > 0);
    test_ok(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS));
    dump(cx, after);
    for (size_t i = 0; i < COUNT(TABLES); i++)
        assert_string_equal(before[i], after[i]);
    /* A merged ticket's number leads a further one to the final one. */
    merge(cx, two, three);
    test_ok(cx, ticket_merge(cx, one, number(cx, two), false, &into));
    assert_true(id_equal(into, three));
}

enum { MANY_SOURCES = 110 };

/* As many merges as no list shows: of each its words, and where they are. */
static void every_ticket_behind_a_merged_one_moves_with_it_however_many_there_are(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id middle = desk_file(cx, &d, "Middle"), last = desk_file(cx, &d, "Last");
    struct id *sources;
    int64_t words;
    size_t n;

    for (int i = 0; i < MANY_SOURCES; i++) {
        const struct id one = desk_file(cx, &d, "One of many");

        desk_as_priya(cx, &d);
        merge(cx, one, middle);
    }
    words = count(cx, "message", middle);
    assert_true(words > 2 * MANY_SOURCES);
    test_ok(cx, ticket_merge_sources(cx, middle, &sources, &n));
    assert_int_equal(n, MANY_SOURCES);
    merge(cx, middle, last);
    assert_int_equal(count(cx, "message", middle), 0);
    test_ok(cx, ticket_merge_undo(cx, middle, TICKET_MERGE_DAYS));
    assert_int_equal(count(cx, "message", middle), words);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND ticket_id = ? "
                              "AND home_id IS NOT NULL",
                              DB_ID(cx->tenant_id), DB_ID(last)),
                     0);
}

static void what_cannot_be_merged_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id one, two, closed = desk_file(cx, &d, "Over"), into;

    make_two(cx, &d, &one, &two);
    test_ok(cx, ticket_set_status(cx, closed, "closed"));
    refused(cx, one, number(cx, one), false, &ERR_TICKET_MERGE_SELF);
    refused(cx, one, "T-none", false, &ERR_TICKET_LINK);
    refused(cx, one, number(cx, closed), false, &ERR_TICKET_MERGE_CLOSED);
    test_refused(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS), &ERR_NOT_FOUND);
    merge(cx, one, two);
    refused(cx, one, number(cx, closed), false, &ERR_TICKET_MERGED);
    cx->now += 15 * CLOCK_DAY;
    test_refused(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS), &ERR_TICKET_MERGE_LATE);
    desk_as_anna(cx, &d);
    test_refused(cx, ticket_merge_undo(cx, one, 100), &ERR_DENIED);
    test_refused(cx, ticket_merge(cx, two, number(cx, closed), false, &into), &ERR_DENIED);
}

static void tickets_of_different_customers_are_merged_only_when_confirmed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "Ours");
    struct ticket *t, *theirs;
    struct message **thread;
    struct id into;
    size_t n;

    desk_as_eve(cx, &d);
    test_ok(cx, ticket_create(cx,
                              &(struct ticket_new){.source = "portal",
                                                   .subject = "Theirs",
                                                   .text = "Nobody else's business.",
                                                   .topic = "fault"},
                              &theirs));
    desk_as_priya(cx, &d);
    refused(cx, one, theirs->number, false, &ERR_TICKET_MERGE_APART);
    test_ok(cx, ticket_merge(cx, one, theirs->number, true, &into));
    assert_int_equal(count(cx, "participant", theirs->id), 0);
    desk_as_anna(cx, &d); /* she keeps what she wrote, and is led nowhere */
    test_ok(cx, ticket_get(cx, one, &t));
    test_ok(cx, ticket_merge_final(cx, t, &t));
    assert_true(id_equal(t->id, one));
    test_ok(cx, ticket_thread_of(cx, t, &thread, &n));
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_null(strstr(thread[i]->body, "business"));
    test_refused(cx, ticket_get(cx, theirs->id, &t), &ERR_NOT_FOUND);
    test_as_system(cx); /* nor is whoever has a link to it */
    test_ok(cx, ticket_get(cx, one, &t));
    test_ok(cx, ticket_merge_final(cx, t, &t));
    assert_true(id_equal(t->id, one));
}

static void a_link_to_the_merged_one_shows_the_other(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct message **replies;
    struct id one, two;
    const char *token;
    struct ticket *t;
    size_t n;

    make_two(cx, &d, &one, &two);
    test_ok(cx, follow_link_add(cx, one, &token));
    merge(cx, one, two);
    test_as_nobody(cx);
    test_ok(cx, follow_link_open(cx, token, &t, &replies, &n));
    assert_true(id_equal(t->id, two));
    assert_int_equal(n, 4);
}

static void nothing_is_merged(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket_merge WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static bool merge_them(struct ctx *cx, void *arg)
{
    const struct id *pair = arg;
    struct ticket *t;
    struct id into;

    return ticket_get(cx, pair[1], &t) && ticket_merge(cx, pair[0], t->number, false, &into);
}

static void a_merge_that_fails_half_way_leaves_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id pair[2];

    make_two(cx, &d, &pair[0], &pair[1]);
    cx = test_again(cx);
    desk_as_priya(cx, &d);
    test_failures(cx, merge_them, pair, nothing_is_merged);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(merging_and_undoing_it_leaves_every_row_as_it_was),
        cmocka_unit_test(a_merge_makes_one_thread_with_people_tags_links_and_the_earlier_promise),
        cmocka_unit_test(what_comes_between_goes_where_it_was_addressed_to),
        cmocka_unit_test(a_chain_of_merges_ends_at_the_last_and_is_undone_from_there),
        cmocka_unit_test(every_ticket_behind_a_merged_one_moves_with_it_however_many_there_are),
        cmocka_unit_test(what_cannot_be_merged_is_refused),
        cmocka_unit_test(tickets_of_different_customers_are_merged_only_when_confirmed),
        cmocka_unit_test(a_link_to_the_merged_one_shows_the_other),
        cmocka_unit_test(a_merge_that_fails_half_way_leaves_nothing),
    };

    return test_group_run("ticket_merge", TESTS, COUNT(TESTS));
}
