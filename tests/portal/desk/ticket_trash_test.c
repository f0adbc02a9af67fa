/* The recycle bin, and splitting. */
#include "base/clock.h"
#include "portal/desk/approval.h"
#include "portal/desk/attachment.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/dispatch.h"
#include "portal/desk/hours.h"
#include "portal/desk/message_edit.h"
#include "portal/desk/survey.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_purge.h"
#include "portal/desk/ticket_split.h"
#include "portal/desk/ticket_thread.h"
#include "portal/desk/ticket_trash.h"
#include "portal/desk/time_entry.h"
#include "portal/desk/visit.h"
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

static void what_came_with_another_customers_ticket_is_not_split_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Ours"), second = desk_file(cx, &d, "Ours too");
    struct message **words;
    struct ticket *theirs, *t;
    struct id into, made;

    desk_as_eve(cx, &d);
    test_ok(cx, ticket_create(cx,
                              &(struct ticket_new){.source = "portal",
                                                   .subject = "Theirs",
                                                   .text = "Nobody else's business.",
                                                   .topic = "fault"},
                              &theirs));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_get(cx, id, &t));
    test_ok(cx, ticket_merge(cx, theirs->id, t->number, true, &into));
    test_ok(cx, ticket_merge(cx, second, t->number, false, &into));
    assert_int_equal(words_of(cx, id, &words), 3);
    assert_string_equal(words[2]->body, "Nobody else's business.");
    test_refused(cx, ticket_split(cx, id, &words[2]->id, 1, "New", &made), &ERR_TICKET_SPLIT_APART);
    test_ok(cx, ticket_split(cx, id, &words[1]->id, 1, "New", &made)); /* the same customer's */
    test_ok(cx, ticket_merge_undo(cx, theirs->id, TICKET_MERGE_DAYS));
    assert_int_equal(words_of(cx, theirs->id, &words), 1);
    assert_string_equal(words[0]->body, "Nobody else's business.");
}

/* --- for good --- */

static const char *number_of(struct ctx *cx, struct id id)
{
    return test_text(cx, "SELECT number FROM ticket WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(id));
}

/* A bit of all that can hang on a ticket. */
static struct id a_full_ticket(struct ctx *cx, const struct desk *d, struct id other)
{
    const struct id id = desk_file(cx, d, "Printer on fire");
    struct attachment_file file = {.name = "log.txt", .bytes = "smoke", .len = 5};
    struct message **words;
    struct id ignored;

    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, ticket_thread_add_participant(cx, id, d->tom, true));
    test_ok(cx, attachment_store(cx, test_dir(), &file, 1));
    assert_int_equal(words_of(cx, id, &words), 1);
    test_ok(cx, attachment_add(cx, id, words[0]->id, &file, 1));
    desk_as_anna(cx, d);
    test_ok(cx, message_edit(cx, id, words[0]->id, "There is much smoke.", 0));
    desk_as_priya(cx, d);
    test_ok(cx, ticket_note(cx, id, "They never pay.", &ignored));
    test_ok(cx, ticket_link_add(cx, id, TICKET_LINK_RELATED, number_of(cx, other)));
    test_ok(cx, time_entry_add(
                    cx, id,
                    &(struct time_entry_new){.minutes = 90, .is_billable = true, .note = "Secret"},
                    &ignored));
    test_ok(cx, visit_add_days(cx, id, 3));
    test_ok(cx, dispatch_send(cx, id, &(struct dispatch_new){.person_id = d->dan}, &ignored));
    test_ok(cx,
            approval_ask(cx, id,
                         &(struct approval_new){
                             .kind = "discount", .question = "Half price?", .person_id = d->dan},
                         &ignored));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    desk_as_anna(cx, d);
    test_ok(cx, survey_answer(cx, id, 5, "Fine"));
    return id;
}

/* Rows of every table that refers to a ticket, by the schema's own word. */
static int64_t rows_about(struct ctx *cx, struct id id)
{
    struct db_rows rows;
    int64_t sum = 0;

    test_ok(cx, db_query(cx, &rows,
                         "SELECT table_name, column_name FROM information_schema.key_column_usage "
                         "WHERE table_schema = DATABASE() AND referenced_table_name = 'ticket' "
                         "AND referenced_column_name = 'id' LIMIT ?",
                         DB_INT(100)));
    assert_true(rows.count > 15);
    while (db_next(&rows))
        sum +=
            test_i64(cx,
                     arena_printf(cx->mem, "SELECT COUNT(*) FROM %s WHERE tenant_id = ? AND %s = ?",
                                  db_text(&rows.row, 0), db_text(&rows.row, 1)),
                     DB_ID(cx->tenant_id), DB_ID(id));
    return sum;
}

static void what_lay_in_the_bin_for_its_days_goes_for_good_and_the_trail_keeps_a_line(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id other = desk_file(cx, &d, "Other"), id = a_full_ticket(cx, &d, other);
    const int64_t thrown_at = cx->now;
    struct hours_balance b;
    struct ticket *t;
    unsigned done;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_trash_add(cx, id));
    test_as_system(cx);
    cx->now = thrown_at + DESK_FLOW_TRASH_DAYS * CLOCK_DAY - CLOCK_SECOND;
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, 0);
    assert_true(rows_about(cx, id) > 15);
    cx->now += CLOCK_SECOND;
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, 1);
    assert_int_equal(rows_about(cx, id), 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND "
                              "ticket_id NOT IN (SELECT id FROM ticket)",
                              DB_ID(cx->tenant_id)),
                     0);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
    test_ok(cx, ticket_get(cx, other, &t));
    /* The trail: its lines, the last one with the number, and nothing of what was said. */
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND "
                              "subject_id = ? AND name = 'ticket.purged' AND data IS NOT NULL",
                              DB_ID(cx->tenant_id), DB_ID(id)),
                     1);
    assert_true(test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ?",
                         DB_ID(cx->tenant_id), DB_ID(id)) > 8);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND "
                              "subject_id = ? AND INSTR(data, 'smoke') > 0",
                              DB_ID(cx->tenant_id), DB_ID(id)),
                     0);
    /* The hours were worked: they stay, without a word about what for. */
    test_ok(cx, hours_balance_of(cx, d.organisation, &b));
    assert_int_equal(b.billed, 90);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM time_entry WHERE tenant_id = ? AND note <> ''",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void no_ticket_out_of_the_bin_ever_goes(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id kept = desk_file(cx, &d, "Kept"), back = desk_file(cx, &d, "Back"),
                    late = desk_file(cx, &d, "Late");
    const struct desk_flow never = {.trash_days = 0};
    struct ticket *t;
    unsigned done;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_trash_add(cx, back));
    test_ok(cx, ticket_trash_add(cx, late));
    test_ok(cx, ticket_trash_restore(cx, back));
    test_as_system(cx);
    test_ok(cx, desk_flow_set(cx, &never, NULL, 0));
    cx->now += 400 * CLOCK_DAY;
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, 0);
    test_ok(cx, desk_flow_set(cx, &(struct desk_flow){.trash_days = 5}, NULL, 0));
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, 1);
    test_ok(cx, ticket_get(cx, kept, &t));
    test_ok(cx, ticket_get(cx, back, &t));
    assert_int_equal(rows_about(cx, late), 0);
    test_refused(
        cx, desk_flow_set(cx, &(struct desk_flow){.trash_days = DESK_FLOW_TRASH_MAX + 1}, NULL, 0),
        &ERR_INVALID);
}

static void what_was_merged_into_a_ticket_that_goes_is_its_owners_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "One"), two = desk_file(cx, &d, "Two");
    struct message **words;
    struct ticket *t;
    struct id into;
    unsigned done;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_merge(cx, one, number_of(cx, two), false, &into));
    test_ok(cx, ticket_trash_add(cx, two));
    test_as_system(cx);
    cx->now += (DESK_FLOW_TRASH_DAYS + 1) * CLOCK_DAY;
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, 1);
    test_ok(cx, ticket_get(cx, one, &t));
    assert_true(id_is_zero(t->merged_into));
    assert_int_equal(t->category, TICKET_CLOSED);
    assert_int_equal(words_of(cx, one, &words), 1);
}

/* One in two in three, each with a word of its own. */
static void merge_three(struct ctx *cx, const struct id ids[3])
{
    struct id into;

    test_ok(cx, ticket_merge(cx, ids[0], number_of(cx, ids[1]), false, &into));
    test_ok(cx, ticket_merge(cx, ids[1], number_of(cx, ids[2]), false, &into));
}

static void purge_all(struct ctx *cx, unsigned wanted)
{
    unsigned done;

    test_as_system(cx);
    cx->now += (DESK_FLOW_TRASH_DAYS + 1) * CLOCK_DAY;
    test_ok(cx, ticket_purge_work(cx, &done));
    assert_int_equal(done, wanted);
}

static void a_merged_ticket_is_not_thrown_away_without_the_one_that_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ids[] = {desk_file(cx, &d, "One"), desk_file(cx, &d, "Two"),
                             desk_file(cx, &d, "Three")};
    struct message **words;

    desk_as_priya(cx, &d);
    merge_three(cx, ids);
    test_refused(cx, ticket_trash_add(cx, ids[0]), &ERR_TICKET_TRASH_MERGED);
    test_refused(cx, ticket_trash_add(cx, ids[1]), &ERR_TICKET_TRASH_MERGED);
    test_ok(cx, ticket_merge_undo(cx, ids[1], TICKET_MERGE_DAYS));
    test_ok(cx, ticket_trash_add(cx, ids[1]));
    purge_all(cx, 1);
    assert_int_equal(words_of(cx, ids[0], &words), 1);
    assert_int_equal(words_of(cx, ids[2], &words), 1);
}

/* As it could be thrown away once. */
static void
whoever_was_never_thrown_away_keeps_his_words_when_the_middle_of_a_chain_goes(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id ids[] = {desk_file(cx, &d, "One"), desk_file(cx, &d, "Two"),
                             desk_file(cx, &d, "Three")};
    struct message **words;

    desk_as_priya(cx, &d);
    test_sql(cx,
             "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, hash, name, type, "
             "bytes, created_at) SELECT tenant_id, id, ticket_id, id, REPEAT('a', 64), 'a.txt', "
             "'text/plain', 1, created_at FROM message WHERE tenant_id = ? AND ticket_id = ? "
             "AND kind <> 'event'",
             DB_ID(cx->tenant_id), DB_ID(ids[0]));
    merge_three(cx, ids);
    test_sql(cx, "UPDATE ticket SET deleted_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(ids[1]));
    purge_all(cx, 1);
    assert_int_equal(words_of(cx, ids[0], &words), 1);
    assert_int_equal(words[0]->file_count, 1);
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_trash_add(cx, ids[2]));
    purge_all(cx, 1);
    assert_int_equal(words_of(cx, ids[0], &words), 1);
    assert_int_equal(words[0]->file_count, 1);
}

static void words_whose_way_home_was_cut_before_find_it_when_the_last_one_goes(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id one = desk_file(cx, &d, "One"), two = desk_file(cx, &d, "Two");
    struct message **words;
    struct id into;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_merge(cx, one, number_of(cx, two), false, &into));
    test_sql(cx, "DELETE FROM ticket_merge WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_sql(cx, "UPDATE ticket SET merged_into = NULL WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_ok(cx, ticket_trash_add(cx, two));
    purge_all(cx, 1);
    assert_int_equal(words_of(cx, one, &words), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_ticket_in_the_bin_is_nowhere_else_and_comes_back_as_it_was),
        cmocka_unit_test(the_bin_is_for_those_who_may_delete),
        cmocka_unit_test(chosen_messages_become_a_linked_ticket),
        cmocka_unit_test(what_cannot_be_split_is_refused),
        cmocka_unit_test(what_came_with_another_customers_ticket_is_not_split_off),
        cmocka_unit_test(what_lay_in_the_bin_for_its_days_goes_for_good_and_the_trail_keeps_a_line),
        cmocka_unit_test(no_ticket_out_of_the_bin_ever_goes),
        cmocka_unit_test(what_was_merged_into_a_ticket_that_goes_is_its_owners_again),
        cmocka_unit_test(a_merged_ticket_is_not_thrown_away_without_the_one_that_stays),
        cmocka_unit_test(
            whoever_was_never_thrown_away_keeps_his_words_when_the_middle_of_a_chain_goes),
        cmocka_unit_test(words_whose_way_home_was_cut_before_find_it_when_the_last_one_goes),
    };

    return test_group_run("ticket_trash", TESTS, COUNT(TESTS));
}
