/* Two people or organisations become one, and are parted again to the last row. */
#include "portal/account/membership.h"
#include "portal/account/merge.h"
#include "portal/account/person.h"
#include "portal/account/trace.h"
#include "tests/portal/account/people_make.h"

#include <string.h>

struct pair {
    struct ctx *cx;
    struct id organisation;
    struct full_person kept, gone;
};

static struct pair make(void **state)
{
    struct pair p = {.cx = test_ctx(state)};

    licensing_seal(p.cx);
    p.organisation = make_organisation(p.cx, "C-1", "Marlow");
    p.kept = full_person_make(p.cx, p.organisation, "anna", RIGHT_TICKET_OWN);
    p.gone = full_person_make(p.cx, p.organisation, "keller", RIGHT_TICKET_OWN | RIGHT_ORDER);
    return p;
}

/* What stands in all tables that merging moves rows of. */
static const char *all_rows(struct ctx *cx, const struct trace *list, size_t count)
{
    struct str s = str_new(cx->mem);

    for (size_t i = 0; i < count; i++) {
        struct db_rows rows;

        if (list[i].merge != TRACE_MOVE)
            continue;
        test_ok(cx, db_query(cx, &rows, arena_printf(cx->mem, "CHECKSUM TABLE %s", list[i].table),
                             DB_NONE));
        assert_true(db_next(&rows));
        str_fmt(&s, "%s %lld\n", list[i].table, (long long)db_i64(&rows.row, 1));
    }
    return s.p;
}

static void all_that_named_one_names_the_other(void **state)
{
    struct pair p = make(state);
    struct merge_line *lines;
    struct membership *members;
    struct person *found;
    struct id merge;
    size_t count;

    test_ok(p.cx, merge_preview(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &lines, &count));
    assert_true(count > 5);
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].title, "Tickets") == 0)
            assert_true(lines[i].kept == 1 && lines[i].gone == 1);
    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge));
    for (size_t i = 0; i < TRACE_OF_PERSON_COUNT; i++) {
        const struct trace *t = &TRACE_OF_PERSON[i];
        bool clashes = strcmp(t->table, "membership") == 0 || strcmp(t->table, "notice_habit") == 0;

        if (t->merge == TRACE_MOVE)
            assert_int_equal(rows_of(p.cx, t->table, t->column, p.gone.person), clashes ? 1 : 0);
    }
    assert_int_equal(rows_of(p.cx, "ticket", "person_id", p.kept.person), 2);
    assert_int_equal(rows_of(p.cx, "participant", "person_id", p.kept.person), 2);
    assert_int_equal(rows_of(p.cx, "licence", "owner_id", p.kept.person), 2);
    assert_int_equal(rows_of(p.cx, "session", "person_id", p.gone.person), 0);
    assert_int_equal(rows_of(p.cx, "session", "person_id", p.kept.person), 1);
    /* One member, with the rights of both; every address is the kept one's. */
    test_ok(p.cx, membership_list_of_organisation(p.cx, p.organisation, &members, &count));
    assert_int_equal(count, 1);
    assert_int_equal(members[0].rights, RIGHT_TICKET_OWN | RIGHT_ORDER);
    test_ok(p.cx, person_find_by_email(p.cx, "keller@marlow.example", &found));
    assert_true(id_equal(found->id, p.kept.person));
    test_ok(p.cx, person_find_by_email(p.cx, "keller@home.example", &found));
    assert_true(id_equal(found->id, p.kept.person));
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM licence_change WHERE tenant_id = ? AND "
                              "subject_id = ?",
                              DB_ID(p.cx->tenant_id), DB_ID(p.gone.licence)) > 0,
                     1);
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'person.merged' AND subject_id = ?",
                              DB_ID(p.cx->tenant_id), DB_ID(p.kept.person)),
                     1);
}

static void undoing_gives_back_every_row(void **state)
{
    struct pair p = make(state);
    const char *before;
    struct merge *list;
    struct person *found;
    struct id merge;
    size_t count;

    before = all_rows(p.cx, TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT);
    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge));
    assert_string_not_equal(all_rows(p.cx, TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT), before);
    test_ok(p.cx, merge_list(p.cx, MERGE_PERSON, p.kept.person, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].gone_name, "keller");
    test_ok(p.cx, merge_undo(p.cx, merge));
    assert_string_equal(all_rows(p.cx, TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT), before);
    test_ok(p.cx, person_find_by_email(p.cx, "keller@marlow.example", &found));
    assert_true(id_equal(found->id, p.gone.person));
    assert_true(found->is_verified);
    test_refused(p.cx, merge_undo(p.cx, merge), &ERR_MERGE_OVER);
    test_ok(p.cx, merge_list(p.cx, MERGE_PERSON, p.kept.person, &list, &count));
    assert_int_equal(count, 0);
}

static void rows_that_came_later_stay_with_the_kept_one(void **state)
{
    struct pair p = make(state);
    struct full_person other;
    struct id merge;

    other = full_person_make(p.cx, p.organisation, "other", RIGHT_TICKET_OWN);
    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge));
    test_sql(p.cx, "UPDATE ticket SET person_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(p.kept.person), DB_ID(p.cx->tenant_id), DB_ID(other.ticket));
    test_sql(p.cx, "UPDATE licence SET owner_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(other.person), DB_ID(p.cx->tenant_id), DB_ID(p.gone.licence));
    test_ok(p.cx, merge_undo(p.cx, merge));
    assert_int_equal(rows_of(p.cx, "ticket", "person_id", p.kept.person), 2);
    assert_int_equal(rows_of(p.cx, "ticket", "person_id", p.gone.person), 1);
    assert_int_equal(rows_of(p.cx, "licence", "owner_id", other.person), 2);
}

static void organisations_are_merged_and_parted_too(void **state)
{
    struct pair p = make(state);
    struct id second = make_organisation(p.cx, "C-2", "Marlow again");
    struct full_person member = full_person_make(p.cx, second, "mo", RIGHT_TICKET_OWN);
    const char *before;
    struct id merge;

    test_sql(p.cx,
             "INSERT INTO site (tenant_id, id, organisation_id, name, city) VALUES "
             "(?, ?, ?, 'Henley', 'Henley'), (?, ?, ?, 'Henley', 'Henley')",
             DB_ID(p.cx->tenant_id), DB_ID(ctx_new_id(p.cx)), DB_ID(p.organisation),
             DB_ID(p.cx->tenant_id), DB_ID(ctx_new_id(p.cx)), DB_ID(second));
    before = all_rows(p.cx, TRACE_OF_ORGANISATION, TRACE_OF_ORGANISATION_COUNT);
    test_ok(p.cx, merge_do(p.cx, MERGE_ORGANISATION, p.organisation, second, &merge));
    assert_int_equal(rows_of(p.cx, "ticket", "organisation_id", second), 0);
    assert_int_equal(rows_of(p.cx, "licence", "organisation_id", p.organisation), 3);
    assert_int_equal(rows_of(p.cx, "membership", "organisation_id", p.organisation), 3);
    assert_int_equal(rows_of(p.cx, "site", "organisation_id", second), 1); /* of the same name */
    assert_int_equal(rows_of(p.cx, "sales_order", "organisation_id", p.organisation), 3);
    test_refused(p.cx, merge_do(p.cx, MERGE_ORGANISATION, p.organisation, second, &merge),
                 &ERR_NOT_FOUND);
    test_ok(p.cx, merge_undo(p.cx, merge));
    assert_string_equal(all_rows(p.cx, TRACE_OF_ORGANISATION, TRACE_OF_ORGANISATION_COUNT), before);
    assert_int_equal(rows_of(p.cx, "membership", "person_id", member.person), 1);
}

static void merging_needs_the_right_and_two_customers(void **state)
{
    struct pair p = make(state);
    struct id boss = make_person(p.cx, "Boss", "boss@vendor.example");
    struct id role = ctx_new_id(p.cx);
    struct id merge;

    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.kept.person, &merge),
                 &ERR_MERGE_SELF);
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, ctx_new_id(p.cx), &merge),
                 &ERR_NOT_FOUND);
    test_as_customer(p.cx, p.kept.person, p.organisation, RIGHT_ADMIN);
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge),
                 &ERR_DENIED);
    test_as_staff(p.cx, boss, RIGHT_CUSTOMERS & ~RIGHT_CUSTOMERS_DELETE);
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge),
                 &ERR_DENIED);
    /* The scope of one's own customers, of whom there are none. */
    test_as_staff(p.cx, boss, RIGHT_CUSTOMERS & ~RIGHT_ALL_OF(MODULE_CUSTOMERS));
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge),
                 &ERR_NOT_FOUND);
    test_sql(p.cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'R')",
             DB_ID(p.cx->tenant_id), DB_ID(role));
    test_sql(p.cx, "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)",
             DB_ID(p.cx->tenant_id), DB_ID(boss), DB_ID(role));
    test_as_staff(p.cx, boss, RIGHT_CUSTOMERS);
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, boss, &merge), &ERR_MERGE_STAFF);
    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &merge));
    test_as_customer(p.cx, p.kept.person, p.organisation, RIGHT_ADMIN);
    test_refused(p.cx, merge_undo(p.cx, merge), &ERR_DENIED);
    p.cx = test_ctx(state);
    test_refused(p.cx, merge_undo(p.cx, merge), &ERR_NOT_FOUND);
}

static void what_stands_in_the_way_of_undoing_is_said(void **state)
{
    struct pair p = make(state);
    struct full_person third = full_person_make(p.cx, p.organisation, "third", RIGHT_TICKET_OWN);
    struct id first, second;

    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, p.kept.person, p.gone.person, &first));
    test_ok(p.cx, merge_do(p.cx, MERGE_PERSON, third.person, p.kept.person, &second));
    test_refused(p.cx, merge_undo(p.cx, first), &ERR_MERGE_LATER);
    test_ok(p.cx, merge_undo(p.cx, second));
    test_sql(p.cx, "DELETE FROM person_address WHERE tenant_id = ? AND email = ?",
             DB_ID(p.cx->tenant_id), DB_TEXT("keller@marlow.example"));
    test_sql(p.cx, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?",
             DB_TEXT("keller@marlow.example"), DB_ID(p.cx->tenant_id), DB_ID(p.kept.person));
    test_refused(p.cx, merge_undo(p.cx, first), &ERR_MERGE_ADDRESS);
    test_sql(p.cx, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?",
             DB_TEXT("anna@marlow.example"), DB_ID(p.cx->tenant_id), DB_ID(p.kept.person));
    test_ok(p.cx, merge_undo(p.cx, first));
}

struct work {
    struct pair *p;
    const char *before;
};

static bool merge_once(struct ctx *cx, void *arg)
{
    const struct work *w = arg;
    struct id merge;

    return merge_do(cx, MERGE_PERSON, w->p->kept.person, w->p->gone.person, &merge);
}

static void nothing_moved(struct ctx *cx, void *arg)
{
    const struct work *w = arg;

    assert_string_equal(all_rows(cx, TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT), w->before);
}

static void a_failure_at_any_statement_moves_nothing(void **state)
{
    struct pair p = make(state);
    struct work w = {&p, all_rows(p.cx, TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT)};

    test_failures(p.cx, merge_once, &w, nothing_moved);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(all_that_named_one_names_the_other),
        cmocka_unit_test(undoing_gives_back_every_row),
        cmocka_unit_test(rows_that_came_later_stay_with_the_kept_one),
        cmocka_unit_test(organisations_are_merged_and_parted_too),
        cmocka_unit_test(merging_needs_the_right_and_two_customers),
        cmocka_unit_test(what_stands_in_the_way_of_undoing_is_said),
        cmocka_unit_test(a_failure_at_any_statement_moves_nothing),
    };
    return test_group_run("merge", TESTS, COUNT(TESTS));
}
