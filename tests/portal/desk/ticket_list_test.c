#include "base/clock.h"
#include "base/parse.h"
#include "db/where.h"
#include "portal/desk/ticket_counts.h"
#include "portal/desk/ticket_row.h"
#include "portal/desk/ticket_term.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

enum { MANY = 3000 };

static const char SQL_MANY[] =
    "INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, source, subject, topic, "
    "status, category, level, assignee_id, needs_review, created_at, updated_at, due_at) "
    "SELECT ?, UUID(), CONCAT('M-', seq), IF(seq % 10 = 0, ?, ?), NULL, 'portal', "
    "CONCAT('Subject ', seq), 'fault', ELT(1 + seq % 4, 'open', 'waiting', 'solved', 'closed'), "
    "ELT(1 + seq % 4, 'open', 'waiting', 'solved', 'closed'), 3, IF(seq % 20 = 0, ?, NULL), "
    "seq % 100 = 0, ?, DATE_ADD(?, INTERVAL seq SECOND), "
    "IF(seq % 3 = 0, NULL, DATE_ADD(?, INTERVAL seq SECOND)) FROM seq_1_to_3000";

static struct desk make_many(struct ctx *cx)
{
    const struct desk d = desk_make(cx);

    test_sql(cx, SQL_MANY, DB_ID(cx->tenant_id), DB_ID(d.organisation), DB_ID(d.other_organisation),
             DB_ID(d.priya), DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx, "ANALYZE TABLE ticket", DB_NONE);
    return d;
}

/* --- pages --- */

static void pages_follow_each_other_without_gap_or_repeat(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL, .limit = 70};
    struct ticket_page_of page;
    int64_t last = INT64_MAX;
    size_t seen = 0;

    desk_as_tom(cx, &d);
    do {
        test_ok(cx, ticket_list(cx, &filter, &page));
        for (size_t i = 0; i < page.count; i++) {
            assert_true(page.rows[i]->updated_at < last);
            last = page.rows[i]->updated_at;
        }
        seen += page.count;
        filter.after = page.next;
    } while (page.next != NULL);
    assert_int_equal(seen, MANY / 10);
}

static void short_rows_show_the_same_tickets_and_leave_no_text_unset(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);
    struct ticket_filter filter = {.tab = TICKET_TAB_OPEN, .limit = 30};
    struct ticket_page_of whole, lines;

    desk_as_tom(cx, &d);
    test_ok(cx, ticket_list(cx, &filter, &whole));
    filter.is_short = true;
    test_ok(cx, ticket_list(cx, &filter, &lines));
    assert_true(whole.count > 0);
    assert_int_equal(lines.count, whole.count);
    assert_string_equal(lines.next, whole.next);
    for (size_t i = 0; i < whole.count; i++) {
        const struct ticket *t = lines.rows[i];

        assert_true(id_equal(t->id, whole.rows[i]->id));
        assert_string_equal(t->number, whole.rows[i]->number);
        assert_string_equal(t->subject, whole.rows[i]->subject);
        assert_string_equal(t->status, whole.rows[i]->status);
        assert_int_equal(t->category, whole.rows[i]->category);
        assert_int_equal(t->updated_at, whole.rows[i]->updated_at);
        assert_int_equal(t->due_at, whole.rows[i]->due_at);
        assert_string_equal(t->person_name, whole.rows[i]->person_name);
        assert_string_equal(t->product_name, whole.rows[i]->product_name);
        assert_non_null(ticket_to_json(cx, t)); /* every text is there, if empty */
    }
}

static void rows_of_one_instant_are_paged_by_id(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL, .limit = 2};
    struct ticket_page_of page;
    size_t seen = 0, pages = 0;

    for (int i = 0; i < 5; i++)
        (void)desk_file(cx, &d, "same instant");
    do {
        test_ok(cx, ticket_list(cx, &filter, &page));
        seen += page.count;
        pages++;
        filter.after = page.next;
    } while (page.next != NULL);
    assert_int_equal(seen, 5);
    assert_int_equal(pages, 3);
}

static void a_cursor_that_is_none_is_refused(void **state)
{
    static const char *const BAD[] = {"",
                                      "x",
                                      "1",
                                      "1.x",
                                      ".",
                                      "99999999999999999999999.x",
                                      "-5.01921a2b-0000-7000-8000-000000000000"};
    struct ctx *cx = test_ctx(state);
    struct ticket_page_of page;

    for (size_t i = 0; i < COUNT(BAD); i++) {
        const struct ticket_filter filter = {.after = BAD[i]};

        test_refused(cx, ticket_list(cx, &filter, &page), &ERR_INVALID);
    }
}

static void queues_are_due_first_and_page_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);
    struct ticket_page_of page;
    const char *after = NULL;
    int64_t last = 0;
    size_t seen = 0;

    desk_as_priya(cx, &d);
    do {
        test_ok(cx, ticket_list_view(cx, TICKET_VIEW_OPEN, after, 200, &page));
        for (size_t i = 0; i < page.count; i++) {
            const int64_t due = page.rows[i]->due_at != 0 ? page.rows[i]->due_at : INT64_MAX;

            assert_true(due >= last);
            last = due;
        }
        seen += page.count;
        after = page.next;
    } while (after != NULL);
    assert_int_equal(seen, MANY / 2);
}

static void counts_equal_the_lists(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);
    int64_t counts[TICKET_VIEW_COUNT];

    desk_as_priya(cx, &d);
    cx->now += CLOCK_HOUR;
    test_ok(cx, ticket_counts_views(cx, counts));
    for (int v = 0; v < TICKET_VIEW_COUNT; v++) {
        struct ticket_page_of page = {0};
        const char *after = NULL;
        int64_t seen = 0;

        do {
            test_ok(cx, ticket_list_view(cx, (enum ticket_view)v, after, 200, &page));
            seen += (int64_t)page.count;
            after = page.next;
        } while (after != NULL);
        assert_int_equal(counts[v], seen < TICKET_COUNTS_CAP ? seen : TICKET_COUNTS_CAP);
    }
}

static void queues_hold_what_their_names_say(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id mine = desk_file(cx, &d, "mine"), his = desk_file(cx, &d, "his");
    const struct id free = desk_file(cx, &d, "free"), done = desk_file(cx, &d, "done");
    const int64_t want[] = {
        [TICKET_VIEW_UNASSIGNED] = 1, [TICKET_VIEW_MINE] = 1, [TICKET_VIEW_WAITING] = 0,
        [TICKET_VIEW_DISPATCHED] = 0, [TICKET_VIEW_DUE] = 0,  [TICKET_VIEW_DISPUTED] = 0,
        [TICKET_VIEW_REVIEW] = 1,     [TICKET_VIEW_OPEN] = 3, [TICKET_VIEW_SOLVED] = 1,
    };
    int64_t counts[TICKET_VIEW_COUNT];

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_assign(cx, mine, d.priya));
    test_ok(cx, ticket_set_status(cx, mine, "waiting"));
    test_ok(cx, ticket_assign(cx, his, d.dan));
    test_ok(cx, ticket_set_review(cx, free, true));
    test_ok(cx, ticket_set_status(cx, done, "solved"));
    test_ok(cx, ticket_counts_views(cx, counts));
    for (int v = 0; v < TICKET_VIEW_COUNT; v++)
        assert_int_equal(counts[v], want[v]);
}

static void queues_are_denied_to_others(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_page_of page;
    int64_t counts[TICKET_VIEW_COUNT];

    desk_as_tom(cx, &d);
    test_refused(cx, ticket_list_view(cx, TICKET_VIEW_OPEN, NULL, 0, &page), &ERR_DENIED);
    test_refused(cx, ticket_counts_views(cx, counts), &ERR_DENIED);
    test_as_staff(cx, d.priya, RIGHT_SALES);
    test_refused(cx, ticket_list_view(cx, TICKET_VIEW_OPEN, NULL, 0, &page), &ERR_DENIED);
}

static void what_waits_for_the_customer_comes_first_then_the_latest_solved(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id asked = desk_file(cx, &d, "asked"), old = desk_file(cx, &d, "old");
    const struct id latest = desk_file(cx, &d, "latest");
    struct ticket **rows;
    size_t count;

    (void)desk_file(cx, &d, "ours");
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_status(cx, asked, "waiting"));
    cx->now += CLOCK_MINUTE;
    test_ok(cx, ticket_set_status(cx, old, "solved"));
    cx->now += CLOCK_MINUTE;
    test_ok(cx, ticket_set_status(cx, latest, "solved"));
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_counts_needs_you(cx, 10, &rows, &count));
    assert_int_equal(count, 3);
    assert_true(id_equal(rows[0]->id, asked));
    assert_true(id_equal(rows[1]->id, latest));
    assert_true(id_equal(rows[2]->id, old));
    desk_as_eve(cx, &d);
    test_ok(cx, ticket_counts_needs_you(cx, 10, &rows, &count));
    assert_int_equal(count, 0);
}

/* --- search --- */

static size_t found(struct ctx *cx, const char *search)
{
    const struct ticket_filter filter = {.tab = TICKET_TAB_ALL, .search = search};
    struct ticket_page_of page;

    test_ok(cx, ticket_list(cx, &filter, &page));
    return page.count;
}

static void search_finds_numbers_words_and_chinese(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops after 5.2");
    struct ticket *t;

    (void)desk_file(cx, &d, "升级到 5.2 后小票打印机不出纸");
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(found(cx, t->number), 1);
    assert_int_equal(found(cx, "printer receipt"), 1);
    assert_int_equal(found(cx, "PRINTER rec"), 1);
    assert_int_equal(found(cx, "打印机"), 1);
    assert_int_equal(found(cx, "印机"), 1);
    assert_int_equal(found(cx, "ｐｒｉｎｔｅｒ"), 1);
    assert_int_equal(found(cx, "5"), 2);
    assert_int_equal(found(cx, "printer scanner"), 0);
    assert_int_equal(found(cx, "%"), 0);
    assert_int_equal(found(cx, "' OR 1=1 --"), 0);
}

static void what_staff_search_is_paged_and_as_visible_as_ever(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL, .search = "common word", .limit = 2};
    struct ticket_page_of page;
    struct id last = {{0xff}};
    size_t seen = 0;

    for (int i = 0; i < 5; i++)
        (void)desk_file(cx, &d, "a common word again");
    desk_as_priya(cx, &d);
    do {
        test_ok(cx, ticket_list(cx, &filter, &page));
        for (size_t i = 0; i < page.count; i++) {
            assert_true(id_compare(page.rows[i]->id, last) < 0);
            last = page.rows[i]->id;
        }
        seen += page.count;
        filter.after = page.next;
    } while (page.next != NULL);
    assert_int_equal(seen, 5);
    assert_int_equal(found(cx, "wor"), 5); /* just begun */
    assert_int_equal(found(cx, "!"), 0);
    desk_as_eve(cx, &d);
    assert_int_equal(found(cx, "common"), 0);
    desk_as_tom(cx, &d);
    assert_int_equal(found(cx, "common"), 5);
    test_as_staff(cx, d.priya, RIGHT_SALES);
    assert_int_equal(found(cx, "common"), 0);
}

static void a_subject_is_split_into_words_and_pairs(void **state)
{
    static const char *const WANT[] = {"pos", "打印", "印机", "v5", "纸"};
    struct ctx *cx = test_ctx(state);
    const char *terms[TICKET_TERM_MAX];
    const size_t count =
        ticket_term_split(cx->mem, "POS 打印机, V5/pos 纸", terms, TICKET_TERM_MAX);

    assert_int_equal(count, COUNT(WANT));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(terms[i], WANT[i]);
}

/* --- indexes: on thousands of rows no list may sort or read the table --- */

static void check_plan(struct ctx *cx, struct where *w, const char *indexes, bool may_sort)
{
    struct db_rows rows;
    const char *sql = arena_printf(cx->mem, "EXPLAIN %s", w->text.p);

    test_ok(cx, db_query_args(cx, &rows, sql, w->args, w->count));
    assert_true(db_next(&rows)); /* id, select_type, table, type, possible, key, .., Extra */
    assert_string_equal(db_text(&rows.row, 2), "t");
    assert_non_null(db_text(&rows.row, 5));
    print_message("          %s: %s of %s rows by %s\n", indexes, db_text(&rows.row, 8),
                  db_text(&rows.row, 3), db_text(&rows.row, 5));
    assert_non_null(strstr(indexes, db_text(&rows.row, 5)));
    if (db_text(&rows.row, rows.columns - 1) != NULL)
        assert_true(may_sort || strstr(db_text(&rows.row, rows.columns - 1), "filesort") == NULL);
}

static void queues_and_lists_read_by_index(void **state)
{
    static const char *const INDEXES[] = {
        [TICKET_VIEW_UNASSIGNED] = "ticket_assignee_due",
        [TICKET_VIEW_MINE] = "ticket_assignee_due",
        [TICKET_VIEW_WAITING] = "ticket_assignee_due",
        [TICKET_VIEW_DISPATCHED] = "ticket_dispatch_due",
        [TICKET_VIEW_DUE] = "ticket_due",
        [TICKET_VIEW_DISPUTED] = "ticket_disputed_due",
        [TICKET_VIEW_REVIEW] = "ticket_review_due",
        [TICKET_VIEW_OPEN] = "ticket_due",
        [TICKET_VIEW_SOLVED] = "ticket_category",
    };
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);
    struct where w;

    desk_as_priya(cx, &d);
    for (int v = 0; v < TICKET_VIEW_COUNT; v++) {
        where_start(&w, cx, "SELECT t.id FROM ticket t", NULL, 0);
        where_add(&w, ticket_view_index((enum ticket_view)v), DB_NONE);
        where_add(&w, "WHERE t.tenant_id = ?", DB_ID(cx->tenant_id));
        ticket_view_where(cx, &w, (enum ticket_view)v);
        where_add(&w,
                  v == TICKET_VIEW_SOLVED ? " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?"
                                          : " ORDER BY t.due_key, t.id LIMIT ?",
                  DB_INT(51));
        /* What waits for two, oneself and one's team, is little and sorted. */
        check_plan(cx, &w, INDEXES[v], v == TICKET_VIEW_DISPATCHED);
    }
    desk_as_tom(cx, &d);
    where_start(&w, cx, "SELECT " TICKET_ROW_COLUMNS TICKET_ROW_JOINS,
                (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, &w);
    where_add(&w, " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?", DB_INT(26));
    check_plan(cx, &w, "ticket_organisation", false);
}

/* EXPLAIN does not tell what a kept statement does when it is run again; pages asked for do. */
static int64_t pages_asked(struct ctx *cx)
{
    struct db_rows rows;
    int64_t pages;

    test_ok(cx, db_query(cx, &rows, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_read_requests'",
                         DB_NONE));
    assert_true(db_next(&rows));
    assert_true(parse_i64(db_text(&rows.row, 1), 0, INT64_MAX, &pages));
    return pages;
}

/* Counted again and again, another statement reading whole rows between. Some 5,000 tickets are in
 * the queues: a look at each would ask for two pages a ticket at the least. */
static void check_index_alone(struct ctx *cx)
{
    const struct ticket_filter whole = {.tab = TICKET_TAB_ALL, .limit = 1};
    int64_t counts[TICKET_VIEW_COUNT], before, asked;
    struct ticket_page_of page;

    for (int run = 0; run < 3; run++) {
        before = pages_asked(cx);
        test_ok(cx, ticket_counts_views(cx, counts));
        asked = pages_asked(cx) - before;
        print_message("          counting asks for %lld pages\n", (long long)asked);
        assert_true(asked < 1000);
        test_ok(cx, ticket_list(cx, &whole, &page));
    }
}

static void queues_are_counted_from_their_index_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = make_many(cx);

    desk_as_priya(cx, &d);
    check_index_alone(cx);
    test_as_staff(cx, d.priya, RIGHT_DESK_READ);
    assert_int_equal(viewer_scope(&cx->viewer, MODULE_DESK), SCOPE_OWN);
    check_index_alone(cx);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(pages_follow_each_other_without_gap_or_repeat),
        cmocka_unit_test(short_rows_show_the_same_tickets_and_leave_no_text_unset),
        cmocka_unit_test(rows_of_one_instant_are_paged_by_id),
        cmocka_unit_test(a_cursor_that_is_none_is_refused),
        cmocka_unit_test(queues_are_due_first_and_page_too),
        cmocka_unit_test(counts_equal_the_lists),
        cmocka_unit_test(queues_hold_what_their_names_say),
        cmocka_unit_test(queues_are_denied_to_others),
        cmocka_unit_test(what_waits_for_the_customer_comes_first_then_the_latest_solved),
        cmocka_unit_test(search_finds_numbers_words_and_chinese),
        cmocka_unit_test(what_staff_search_is_paged_and_as_visible_as_ever),
        cmocka_unit_test(a_subject_is_split_into_words_and_pairs),
        cmocka_unit_test(queues_and_lists_read_by_index),
        cmocka_unit_test(queues_are_counted_from_their_index_alone),
    };

    return test_group_run("ticket_list", TESTS, COUNT(TESTS));
}
