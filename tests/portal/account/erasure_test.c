/* A person takes along what is kept about him, and is forgotten. */
#include "db/event.h"
#include "portal/account/erasure.h"
#include "portal/account/merge.h"
#include "portal/account/own_data.h"
#include "portal/account/person.h"
#include "portal/account/request_answer.h"
#include "portal/account/trace.h"
#include "portal/desk/report.h"
#include "tests/portal/account/people_make.h"

#include <string.h>

#define MARK "zwetschge"

struct town {
    struct ctx *cx;
    struct id organisation, staff;
    struct full_person who, other;
};

static struct town make(void **state)
{
    struct town t = {.cx = test_ctx(state)};

    licensing_seal(t.cx);
    t.organisation = make_organisation(t.cx, "C-1", "Marlow");
    t.staff = make_person(t.cx, "Ines", "ines@vendor.example");
    t.who = full_person_make(t.cx, t.organisation, MARK, RIGHT_TICKET_OWN);
    t.other = full_person_make(t.cx, t.organisation, "mirabelle", RIGHT_TICKET_OWN);
    test_as_customer(t.cx, t.who.person, t.organisation, RIGHT_TICKET_OWN);
    test_ok(t.cx, db_begin(t.cx));
    test_ok(t.cx, event_emit(t.cx, EVENT_TICKET_CREATED, t.who.ticket,
                             json_own(t.cx->mem, json_pack("{s:{s:s}}", "after", "name", MARK))));
    test_ok(t.cx, event_emit(t.cx, EVENT_PERSON_UPDATED, t.who.person,
                             json_own(t.cx->mem, json_pack("{s:s}", "before", MARK))));
    test_ok(t.cx, db_commit(t.cx));
    return t;
}

static void as_staff(const struct town *t)
{
    test_as_staff(t->cx, t->staff, RIGHT_CUSTOMERS);
}

static struct id ask(struct town *t)
{
    struct erasure *own;

    test_as_customer(t->cx, t->who.person, t->organisation, RIGHT_TICKET_OWN);
    test_ok(t->cx, erasure_ask(t->cx));
    test_ok(t->cx, erasure_own(t->cx, &own));
    assert_string_equal(own->state, "waiting");
    as_staff(t);
    return own->id;
}

/* Every column of the schema that text can stand in, with how many rows have it. */
static int64_t columns_with(struct ctx *cx, const char *what, bool tells)
{
    struct db_rows columns;
    int64_t found = 0;

    test_ok(cx, db_query(cx, &columns,
                         "SELECT table_name, column_name FROM information_schema.columns "
                         "WHERE table_schema = DATABASE() AND data_type IN ('varchar', 'char', "
                         "'text', 'mediumtext', 'longtext')",
                         DB_NONE));
    while (db_next(&columns)) {
        int64_t n = test_i64(cx,
                             arena_printf(cx->mem, "SELECT COUNT(*) FROM `%s` WHERE INSTR(`%s`, ?)",
                                          db_text(&columns.row, 0), db_text(&columns.row, 1)),
                             DB_TEXT(what));

        if (n > 0 && tells)
            print_message("%s.%s still has it\n", db_text(&columns.row, 0),
                          db_text(&columns.row, 1));
        found += n;
    }
    return found;
}

/* The figures of every report row there is. */
static const char *figures(struct ctx *cx)
{
    const struct report_period all = {0, cx->now + INT64_C(86400000000)};
    struct str s = str_new(cx->mem);
    struct report_figures *list;
    struct report_row *rows;
    size_t count, n;

    test_as_system(cx);
    test_ok(cx, report_rows(cx, &all, &rows, &count));
    str_fmt(&s, "%zu tickets\n", count);
    for (int by_team = 0; by_team < 2; by_team++) {
        report_figures_of(cx, rows, count, by_team != 0, &list, &n);
        for (size_t i = 0; i < n; i++)
            str_fmt(&s, "%lld %lld %lld %lld %lld %lld\n", (long long)list[i].taken,
                    (long long)list[i].solved, (long long)list[i].answered,
                    (long long)list[i].answer_median, (long long)list[i].solve_median,
                    (long long)list[i].solve_90);
    }
    str_fmt(&s, "%lld points\n",
            (long long)test_i64(cx,
                                "SELECT SUM(score) * 1000 + COUNT(*) FROM survey "
                                "WHERE tenant_id = ?",
                                DB_ID(cx->tenant_id)));
    return s.p;
}

static void link_all(struct ctx *cx)
{
    unsigned linked;

    do
        test_ok(cx, event_chain_link(cx, 100, &linked));
    while (linked > 0);
}

static void the_chain_is_whole(struct ctx *cx)
{
    struct id broken;
    int64_t checked;

    test_as_system(cx);
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_true(id_is_zero(broken));
    assert_true(checked > 2);
}

static void keep_answer(struct ctx *cx, const char *key, const char *body)
{
    const struct request_answer answer = {.status = 201, .location = "", .body = body};
    struct request_call call;

    request_answer_call(cx, "POST", "/api/v1/tickets", key, span_of(key), &call);
    test_ok(cx, request_answer_keep(cx, &call, &answer));
}

static void kept_answers_forget_him_and_are_not_done_again(void **state)
{
    struct town t = make(state);
    struct id request;
    struct db_rows rows;

    test_as_customer(t.cx, t.who.person, t.organisation, RIGHT_TICKET_OWN);
    keep_answer(t.cx, "his", "{\"body\":\"My printer stops\"}");
    as_staff(&t);
    keep_answer(t.cx, "about", "{\"email\":\"" MARK "@home.example\"}");
    keep_answer(t.cx, "named", "{\"name\":\"" MARK "\"}");
    keep_answer(t.cx, "other", "{\"name\":\"mirabelle\"}");
    request = ask(&t);
    test_ok(t.cx, erasure_do(t.cx, request));
    test_ok(t.cx, db_query(t.cx, &rows,
                           "SELECT body FROM request_answer WHERE tenant_id = ? ORDER BY body",
                           DB_ID(t.cx->tenant_id)));
    assert_int_equal(rows.count, 3);
    assert_true(db_next(&rows));
    assert_string_equal(db_text(&rows.row, 0), "{\"name\":\"mirabelle\"}");
    assert_true(db_next(&rows));
    assert_string_equal(db_text(&rows.row, 0), "{}");
    assert_true(db_next(&rows));
    assert_string_equal(db_text(&rows.row, 0), "{}");
}

static void nothing_names_him_any_more_and_every_figure_stays(void **state)
{
    struct town t = make(state);
    struct id request = ask(&t);
    const char *before;
    struct person *found;

    link_all(t.cx);
    before = figures(t.cx);
    assert_true(columns_with(t.cx, MARK, false) > 10);
    as_staff(&t);
    test_ok(t.cx, erasure_do(t.cx, request));
    assert_int_equal(columns_with(t.cx, MARK, true), 0);
    assert_true(columns_with(t.cx, "mirabelle", false) > 8); /* nobody else is touched */
    assert_string_equal(figures(t.cx), before);
    link_all(t.cx);
    the_chain_is_whole(t.cx);
    assert_int_equal(rows_of(t.cx, "ticket", "person_id", t.who.person), 1); /* a pseudonym */
    assert_string_equal(test_text(t.cx,
                                  "SELECT author_name FROM message WHERE tenant_id = ? AND id = ?",
                                  DB_ID(t.cx->tenant_id), DB_ID(t.who.message)),
                        ERASURE_NAME);
    assert_int_equal(rows_of(t.cx, "session", "person_id", t.who.person), 0);
    test_ok(t.cx, person_find_by_email(t.cx, MARK "@home.example", &found));
    assert_null(found);
    as_staff(&t);
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_ERASURE_OVER);
}

static void accounts_merged_into_his_are_erased_with_him(void **state)
{
    struct town t = make(state);
    struct full_person second;
    struct id merge, request;

    test_as_system(t.cx);
    second = full_person_make(t.cx, t.organisation, "quitte", RIGHT_TICKET_OWN);
    as_staff(&t);
    test_ok(t.cx, merge_do(t.cx, MERGE_PERSON, t.who.person, second.person, &merge));
    request = ask(&t);
    test_ok(t.cx, erasure_do(t.cx, request));
    assert_int_equal(columns_with(t.cx, MARK, true), 0);
    assert_int_equal(columns_with(t.cx, "quitte", true), 0);
    test_refused(t.cx, merge_undo(t.cx, merge), &ERR_MERGE_LATER);
}

static void asking_is_his_own_and_deciding_is_staffs(void **state)
{
    struct town t = make(state);
    struct id request = ask(&t);
    struct erasure *list, *own;
    size_t count;

    test_as_customer(t.cx, t.who.person, t.organisation, RIGHT_TICKET_OWN);
    test_refused(t.cx, erasure_ask(t.cx), &ERR_ERASURE_WAITING);
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_DENIED);
    test_refused(t.cx, erasure_decline(t.cx, request, ""), &ERR_DENIED);
    test_refused(t.cx, erasure_list(t.cx, &list, &count), &ERR_DENIED);
    test_ok(t.cx, erasure_withdraw(t.cx));
    as_staff(&t);
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_ERASURE_OVER);
    request = ask(&t);
    test_as_staff(t.cx, t.staff, RIGHT_CUSTOMERS & ~RIGHT_CUSTOMERS_DELETE);
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_DENIED);
    as_staff(&t);
    test_ok(t.cx, erasure_list(t.cx, &list, &count));
    assert_int_equal(count, 1);
    test_ok(t.cx, erasure_decline(t.cx, request, "An invoice is open"));
    test_as_customer(t.cx, t.who.person, t.organisation, RIGHT_TICKET_OWN);
    test_ok(t.cx, erasure_own(t.cx, &own));
    assert_string_equal(own->reason, "An invoice is open");
    t.cx = test_ctx(state);
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_NOT_FOUND);
}

static void staff_are_removed_before_they_are_erased(void **state)
{
    struct town t = make(state);
    struct id request = ask(&t);
    struct id role = ctx_new_id(t.cx);

    test_sql(t.cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'R')",
             DB_ID(t.cx->tenant_id), DB_ID(role));
    test_sql(t.cx, "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)",
             DB_ID(t.cx->tenant_id), DB_ID(t.who.person), DB_ID(role));
    test_refused(t.cx, erasure_do(t.cx, request), &ERR_ERASURE_STAFF);
    test_as_staff(t.cx, t.who.person, RIGHT_DESK);
    test_refused(t.cx, erasure_ask(t.cx), &ERR_ERASURE_STAFF);
}

struct work {
    struct town *t;
    struct id request;
    int64_t before;
};

static bool erase_once(struct ctx *cx, void *arg)
{
    return erasure_do(cx, ((const struct work *)arg)->request);
}

static void all_is_there(struct ctx *cx, void *arg)
{
    assert_int_equal(columns_with(cx, MARK, false), ((const struct work *)arg)->before);
}

static void a_failure_at_any_statement_erases_nothing(void **state)
{
    struct town t = make(state);
    struct work w = {&t, ask(&t), 0};
    struct ctx *again = test_again(t.cx); /* ids of its own */

    again->viewer = t.cx->viewer;
    again->actor_id = t.cx->actor_id;
    again->master = t.cx->master;
    w.before = columns_with(t.cx, MARK, false);
    test_failures(again, erase_once, &w, all_is_there);
}

/* --- taking along --- */

static void the_download_has_every_row_that_names_him(void **state)
{
    struct town t = make(state);
    const json_t *rows;
    json_t *all;
    char *text;

    test_refused(t.cx, own_data(t.cx, t.other.person, &all), &ERR_DENIED);
    test_sql(t.cx,
             "INSERT INTO credential (tenant_id, person_id, password_hash) VALUES (?, ?, 'argon')",
             DB_ID(t.cx->tenant_id), DB_ID(t.who.person));
    test_sql(t.cx, "UPDATE licence SET key_text = 'K-SECRET' WHERE tenant_id = ?",
             DB_ID(t.cx->tenant_id));
    test_ok(t.cx, own_data(t.cx, t.who.person, &all));
    rows = json_object_get(all, "rows");
    for (size_t i = 0; i < TRACE_OF_PERSON_COUNT; i++) {
        const struct trace *trace = &TRACE_OF_PERSON[i];
        const char *name = arena_printf(t.cx->mem, "%s.%s", trace->table, trace->column);

        assert_int_equal(json_array_size(json_object_get(rows, name)),
                         rows_of(t.cx, trace->table, trace->column, t.who.person));
    }
    assert_int_equal(json_array_size(json_object_get(rows, "login_event.email")), 1);
    text = json_dumps(all, JSON_COMPACT);
    assert_non_null(strstr(text, "phone-" MARK));
    assert_non_null(strstr(text, "It stops"));
    assert_null(strstr(text, "argon"));
    assert_null(strstr(text, "K-SECRET"));
    assert_null(json_object_get(json_array_get(json_object_get(rows, "event.subject_id"), 0),
                                "address")); /* where staff were who did it */
    assert_null(strstr(text, "mirabelle"));
    free(text);
}

static void what_his_deeds_hold_of_others_is_not_in_it(void **state)
{
    struct town t = make(state);
    json_t *all, *row;
    bool has_own = false;
    char *text;
    size_t i;

    test_ok(t.cx, db_begin(t.cx));
    test_ok(t.cx,
            event_emit(t.cx, EVENT_TICKET_REPLIED, t.who.ticket,
                       json_own(t.cx->mem, json_pack("{s:{s:s}}", "before", "risk", "quince"))));
    test_ok(t.cx, db_commit(t.cx));
    test_ok(t.cx, own_data(t.cx, t.who.person, &all));
    json_array_foreach (json_object_get(json_object_get(all, "rows"), "event.actor_id"), i, row)
        has_own = has_own || json_is_string(json_object_get(row, "data"));
    assert_true(has_own); /* of the events about himself */
    text = json_dumps(all, JSON_COMPACT);
    assert_null(strstr(text, "quince")); /* a field of the ticket that staff alone see */
    free(text);
}

static void what_a_rule_noted_for_staff_in_his_name_is_not_in_it(void **state)
{
    struct town t = make(state);
    json_t *all;
    char *text;

    test_sql(t.cx,
             "INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, author_id, "
             "source, body, created_at) VALUES (?, ?, ?, 'note', FALSE, 'script', ?, 'rule', "
             "'gave us two of five', ?)",
             DB_ID(t.cx->tenant_id), DB_ID(ctx_new_id(t.cx)), DB_ID(t.who.ticket),
             DB_ID(t.who.person), DB_TIME(t.cx->now));
    test_ok(t.cx, own_data(t.cx, t.who.person, &all));
    text = json_dumps(all, JSON_COMPACT);
    assert_null(strstr(text, "gave us two of five"));
    free(text);
}

static void staffs_notes_and_tokens_of_links_are_not_in_it(void **state)
{
    struct town t = make(state);
    json_t *all;
    char *text;

    test_sql(t.cx,
             "UPDATE licence SET note = 'pays late', metadata = '{\"crm\":\"tier c\"}' "
             "WHERE tenant_id = ?",
             DB_ID(t.cx->tenant_id));
    test_sql(t.cx,
             "UPDATE message SET body = 'You sent https://help.example/survey/AAAABBBBCCCCDDDD_x "
             "and https://help.example/login/link/aaaabbbbccccdddd-x. See /survey/ there.' "
             "WHERE tenant_id = ?",
             DB_ID(t.cx->tenant_id));
    test_ok(t.cx, own_data(t.cx, t.who.person, &all));
    text = json_dumps(all, JSON_COMPACT);
    assert_null(strstr(text, "pays late"));
    assert_null(strstr(text, "tier c"));
    assert_null(strstr(text, "CCCC"));
    assert_null(strstr(text, "cccc"));
    assert_non_null(strstr(text, "https://help.example/survey/... and"));
    assert_non_null(strstr(text, "See /survey/ there."));
    free(text);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(kept_answers_forget_him_and_are_not_done_again),
        cmocka_unit_test(nothing_names_him_any_more_and_every_figure_stays),
        cmocka_unit_test(accounts_merged_into_his_are_erased_with_him),
        cmocka_unit_test(asking_is_his_own_and_deciding_is_staffs),
        cmocka_unit_test(staff_are_removed_before_they_are_erased),
        cmocka_unit_test(a_failure_at_any_statement_erases_nothing),
        cmocka_unit_test(the_download_has_every_row_that_names_him),
        cmocka_unit_test(what_his_deeds_hold_of_others_is_not_in_it),
        cmocka_unit_test(what_a_rule_noted_for_staff_in_his_name_is_not_in_it),
        cmocka_unit_test(staffs_notes_and_tokens_of_links_are_not_in_it),
    };
    return test_group_run("erasure", TESTS, COUNT(TESTS));
}
