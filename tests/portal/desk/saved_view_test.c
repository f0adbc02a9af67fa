#include "base/clock.h"
#include "portal/desk/saved_view.h"
#include "portal/desk/ticket_counts.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

/* --- what a line finds --- */

static void finds(struct ctx *cx, const char *line, const char *numbers)
{
    struct ticket_query *query;
    struct ticket_page_of page;
    struct saved_view v = {.query = line};
    struct str found = str_new(cx->mem);
    int64_t count;

    test_ok(cx, saved_view_query(cx, line, &query));
    test_ok(cx, ticket_list_query(cx, query, TICKET_SORT_CREATED, NULL, 0, &page));
    for (size_t i = page.count; i-- > 0;)
        str_add(&found, page.rows[i]->subject);
    if (strcmp(found.p, numbers) != 0)
        fail_msg("%s: found \"%s\", not \"%s\"", line, found.p, numbers);
    test_ok(cx, saved_view_count(cx, &v, &count));
    assert_int_equal(count, page.count);
}

/* Tickets a to d, each unlike the others in what a line can ask. */
static struct desk make_four(struct ctx *cx)
{
    static const char *const SUBJECTS[] = {"a", "b", "c", "d"};
    const struct desk d = desk_make(cx);
    struct id id[COUNT(SUBJECTS)];

    for (size_t i = 0; i < COUNT(SUBJECTS); i++) {
        cx->now += CLOCK_MINUTE;
        id[i] = desk_file(cx, &d, SUBJECTS[i]);
    }
    test_ok(cx, ticket_assign(cx, id[0], d.priya));
    test_ok(cx, ticket_assign(cx, id[1], d.dan));
    test_ok(cx, ticket_set_team(cx, id[0], d.team));
    test_ok(cx, ticket_set_level(cx, id[0], 1));
    test_ok(cx, ticket_set_level(cx, id[1], 2));
    test_ok(cx, ticket_set_level(cx, id[2], 4));
    test_ok(cx, ticket_set_level(cx, id[3], 3));
    test_ok(cx, ticket_set_status(cx, id[2], "waiting"));
    test_ok(cx, ticket_set_status(cx, id[3], "solved"));
    test_ok(cx, ticket_tag(cx, id[1], "Spam"));
    test_ok(cx, ticket_set_review(cx, id[3], true));
    test_sql(cx,
             "UPDATE ticket SET city = '上海', store = '100%_店' WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(id[2]));
    test_sql(cx, "UPDATE ticket SET created_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(cx->now - 10 * CLOCK_DAY), DB_ID(cx->tenant_id), DB_ID(id[0]));
    desk_as_priya(cx, &d);
    return d;
}

static void every_condition_finds_what_it_says(void **state)
{
    static const struct {
        const char *line, *subjects;
    } CASES[] = {
        {"status:open", "ab"},
        {"状态:处理中，已解决", "abd"},
        {"-status:open", "cd"},
        {"level:1,4", "ac"},
        {"level>2", "cd"},
        {"level<=2", "ab"},
        {"assignee:me", "a"},
        {"assignee:dan", "b"},
        {"assignee:none", "cd"},
        {"-assignee:me", "bcd"},
        {"team:Print", "a"},
        {"team:none", "bcd"},
        {"tag:spam", "b"},
        {"-tag:SPAM", "acd"},
        {"城市:上海", "c"},
        {"store:\"100%_\"", "c"},
        {"store:1__", ""},
        {"org:C-1", "abcd"},
        {"org:Mar", "abcd"},
        {"org:C-2", ""},
        {"reporter:anna@marlow.example", "abcd"},
        {"topic:fault -topic:order", "abcd"},
        {"review:yes", "d"},
        {"created<7d", "a"},
        {"created>7d level>3", "c"},
        {"source:portal serial:NONE", ""},
        {"b", "b"},
        {"-b", "acd"},
        {"level>2 c", "c"},
    };
    struct ctx *cx = test_ctx(state);

    (void)make_four(cx);
    for (size_t i = 0; i < COUNT(CASES); i++)
        finds(cx, CASES[i].line, CASES[i].subjects);
}

static void the_search_of_a_tenant_takes_conditions_beside_words(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL};
    struct ticket_query *query;
    struct ticket_page_of page;

    (void)make_four(cx);
    test_ok(cx, saved_view_query(cx, "level:2 b", &query));
    filter.query = query;
    filter.search = query->words;
    test_ok(cx, ticket_list(cx, &filter, &page));
    assert_int_equal(page.count, 1);
    test_ok(cx, saved_view_query(cx, "level:1 b", &query));
    filter.query = query;
    test_ok(cx, ticket_list(cx, &filter, &page));
    assert_int_equal(page.count, 0);
}

static void pages_of_every_order_follow_without_gap_or_repeat(void **state)
{
    struct ctx *cx = test_ctx(state);

    (void)make_four(cx);
    for (int sort = 0; sort < TICKET_SORTS; sort++) {
        struct ticket_query *query;
        struct ticket_page_of page = {.next = NULL};
        struct str seen = str_new(cx->mem);

        test_ok(cx, saved_view_query(cx, "org:C-1", &query));
        do {
            test_ok(cx, ticket_list_query(cx, query, (enum ticket_sort)sort, page.next, 1, &page));
            assert_int_equal(page.count, 1);
            assert_null(strstr(seen.p, page.rows[0]->subject));
            str_add(&seen, page.rows[0]->subject);
        } while (page.next != NULL);
        assert_int_equal(seen.len, 4);
    }
}

/* --- whose a view is --- */

static struct saved_view save(struct ctx *cx, const char *name, enum saved_view_scope scope)
{
    struct saved_view v = {.name = name, .query = "status:open", .scope = scope};

    test_ok(cx, saved_view_save(cx, &v));
    return v;
}

static size_t views(struct ctx *cx)
{
    struct saved_view *all;
    size_t count;

    test_ok(cx, saved_view_list(cx, &all, &count));
    return count;
}

static void a_view_is_seen_by_whom_it_is_for(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct saved_view own, *seen;

    test_sql(cx, "UPDATE staff_member SET team_id = ? WHERE tenant_id = ? AND person_id = ?",
             DB_ID(d.team), DB_ID(cx->tenant_id), DB_ID(d.priya));
    test_as_staff(cx, d.priya, RIGHT_DESK | RIGHT_SETTINGS);
    own = save(cx, "own", SAVED_VIEW_OWN);
    (void)save(cx, "team", SAVED_VIEW_TEAM);
    (void)save(cx, "all", SAVED_VIEW_ALL);
    assert_int_equal(views(cx), 3);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    assert_int_equal(views(cx), 1);
    assert_false(saved_view_get(cx, own.id, &seen));
    assert_ptr_equal(cx->err.kind, &ERR_NOT_FOUND);
    cx->err.kind = NULL;
    test_sql(cx, "UPDATE staff_member SET team_id = ? WHERE tenant_id = ? AND person_id = ?",
             DB_ID(d.team), DB_ID(cx->tenant_id), DB_ID(d.dan));
    assert_int_equal(views(cx), 2);
    desk_as_tom(cx, &d);
    assert_false(saved_view_get(cx, own.id, &seen));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
}

static void refused(struct ctx *cx, struct saved_view v, const struct err_kind *kind)
{
    assert_false(saved_view_save(cx, &v));
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void what_may_not_be_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct saved_view all;

    test_as_staff(cx, d.priya, RIGHT_DESK | RIGHT_SETTINGS);
    all = save(cx, "all", SAVED_VIEW_ALL);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    refused(cx, (struct saved_view){.name = "", .query = "a"}, &ERR_INVALID);
    refused(cx, (struct saved_view){.name = "n", .query = "x:y"}, &ERR_TICKET_QUERY_FIELD);
    refused(cx, (struct saved_view){.name = "n", .query = "a", .scope = SAVED_VIEW_ALL},
            &ERR_INVALID);
    refused(cx, (struct saved_view){.name = "n", .query = "a", .scope = SAVED_VIEW_TEAM},
            &ERR_INVALID);
    refused(cx, (struct saved_view){.id = all.id, .name = "n", .query = "a"}, &ERR_DENIED);
    assert_false(saved_view_remove(cx, all.id));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM saved_view WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        1);
}

static void a_view_is_pinned_for_one_person(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct saved_view all, *seen;

    test_as_staff(cx, d.priya, RIGHT_DESK | RIGHT_SETTINGS);
    all = save(cx, "all", SAVED_VIEW_ALL);
    test_ok(cx, saved_view_get(cx, all.id, &seen));
    assert_string_equal(seen->team_name, ""); /* of no team */
    assert_true(seen->is_pinned);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, saved_view_get(cx, all.id, &seen));
    assert_false(seen->is_pinned);
    for (int i = 0; i < SAVED_VIEW_PINS_MAX; i++)
        (void)save(cx, "mine", SAVED_VIEW_OWN);
    assert_false(saved_view_pin(cx, all.id, true));
    assert_ptr_equal(cx->err.kind, &ERR_SAVED_VIEW_PINS);
    cx->err = (struct err){.kind = NULL};
    test_as_staff(cx, d.priya, RIGHT_DESK);
    test_ok(cx, saved_view_pin(cx, all.id, false));
    test_ok(cx, saved_view_get(cx, all.id, &seen));
    assert_false(seen->is_pinned);
}

/* --- its columns --- */

static struct custom_field make_field(struct ctx *cx, const char *code, enum field_kind kind)
{
    const struct viewer viewer = cx->viewer;
    struct custom_field f = {.subject = FIELD_TICKET,
                             .code = code,
                             .label = code,
                             .label_zh = "",
                             .hint = "",
                             .hint_zh = "",
                             .kind = kind};

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    test_ok(cx, custom_field_save(cx, &f));
    cx->viewer = viewer;
    return f;
}

static void a_view_keeps_its_columns_in_their_order(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct custom_field till = make_field(cx, "till", FIELD_TEXT);
    struct saved_view v = {.name = "n",
                           .query = "status:open",
                           .columns = "field.till\n\nengineer\nsubject\n"},
                      *kept;
    struct ticket_columns columns;
    struct ticket_query *query;
    struct ticket_page_of page;
    const char **values;
    struct id id;

    id = desk_file(cx, &d, "Printer");
    test_ok(cx, ticket_assign(cx, id, d.dan));
    test_ok(cx, custom_value_write(
                    cx, &(struct field_set){.fields = (struct custom_field[]){till}, .count = 1},
                    id, (const char *const[]){NULL}, (const char *const[]){"T-4"}));
    desk_as_priya(cx, &d);
    test_ok(cx, saved_view_save(cx, &v));
    test_ok(cx, saved_view_get(cx, v.id, &kept));
    assert_string_equal(kept->columns, "field.till,engineer,subject");
    test_ok(cx, ticket_column_read(cx, kept->columns, &columns));
    assert_int_equal(columns.count, 3);
    assert_int_equal(columns.list[0].what, TICKET_COLUMN_OWN);
    assert_int_equal(columns.list[1].what, TICKET_COLUMN_ENGINEER);
    assert_int_equal(columns.list[2].what, TICKET_COLUMN_SUBJECT);
    test_ok(cx, saved_view_query(cx, kept->query, &query));
    test_ok(cx, ticket_list_query(cx, query, TICKET_SORT_DUE, NULL, 0, &page));
    test_ok(cx, ticket_column_load(cx, &columns, page.rows, page.count, &values));
    assert_int_equal(page.count, 1);
    assert_string_equal(values[columns.list[0].field], "T-4");
    assert_string_equal(page.rows[0]->assignee_name, "Dan Osei");
    test_sql(cx, "UPDATE custom_field SET is_retired = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(till.id));
    test_ok(cx, ticket_column_read(cx, kept->columns, &columns));
    assert_int_equal(columns.count, 2); /* the view stands without the field that is gone */
    v.columns = NULL;
    test_ok(cx, saved_view_save(cx, &v));
    test_ok(cx, saved_view_get(cx, v.id, &kept));
    assert_string_equal(kept->columns, "");
}

static void columns_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *columns;
        const struct err_kind *kind;
    } CASES[] = {
        {"subject\ncolour", &ERR_TICKET_COLUMN},
        {"field.none", &ERR_TICKET_COLUMN},
        {"field.", &ERR_TICKET_COLUMN},
        {"field.story", &ERR_TICKET_COLUMN}, /* many lines are no cell */
        {"subject\nlevel\nsubject", &ERR_TICKET_COLUMN_TWICE},
        {"field.till\nfield.till", &ERR_TICKET_COLUMN_TWICE},
        {"number\nsubject\nstatus\nlevel\ntopic\norganisation\nreporter\nengineer\nteam\nproduct"
         "\ncity\nstore\ndue",
         &ERR_TICKET_COLUMN_MANY},
    };
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);

    (void)make_field(cx, "till", FIELD_TEXT);
    (void)make_field(cx, "story", FIELD_LINES);
    desk_as_priya(cx, &d);
    for (size_t i = 0; i < COUNT(CASES); i++)
        refused(cx, (struct saved_view){.name = "n", .query = "a", .columns = CASES[i].columns},
                CASES[i].kind);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_condition_finds_what_it_says),
        cmocka_unit_test(the_search_of_a_tenant_takes_conditions_beside_words),
        cmocka_unit_test(pages_of_every_order_follow_without_gap_or_repeat),
        cmocka_unit_test(a_view_is_seen_by_whom_it_is_for),
        cmocka_unit_test(what_may_not_be_is_refused),
        cmocka_unit_test(a_view_is_pinned_for_one_person),
        cmocka_unit_test(a_view_keeps_its_columns_in_their_order),
        cmocka_unit_test(columns_that_are_none_are_refused),
    };

    return test_group_run("saved_view", TESTS, COUNT(TESTS));
}
