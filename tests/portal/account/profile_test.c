/* Fields of one's own data: what the tenant allows, proposals, sealed values. */
#include "portal/account/merge.h"
#include "portal/account/person.h"
#include "portal/account/person_link.h"
#include "portal/account/profile_proposal.h"
#include "portal/account/profile_secret.h"
#include "portal/mail/mail_invite.h"
#include "tests/licensing/licensing_make.h"
#include "tests/support/test.h"

#include <string.h>

struct people {
    struct ctx *cx;
    struct id anna, tom, staff, marlow;
};

static struct people make(void **state)
{
    struct people p = {.cx = test_ctx(state)};

    p.anna = make_person(p.cx, "Anna Keller", "anna@marlow.example");
    p.tom = make_person(p.cx, "Tom Reed", "tom@marlow.example");
    p.staff = make_person(p.cx, "Ines Rossi", "ines@vendor.example");
    p.marlow = make_organisation(p.cx, "C-1", "Marlow");
    make_membership(p.cx, p.anna, p.marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN);
    make_membership(p.cx, p.tom, p.marlow, RIGHT_TICKET_OWN);
    return p;
}

static void as_anna(const struct people *p)
{
    test_as_customer(p->cx, p->anna, p->marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN);
}

static void as_staff(const struct people *p)
{
    test_as_staff(p->cx, p->staff, RIGHT_CUSTOMERS | RIGHT_SETTINGS);
}

static void set_level(const struct people *p, enum profile_field field, enum profile_level level)
{
    struct profile_levels levels;

    as_staff(p);
    test_ok(p->cx, profile_levels(p->cx, &levels));
    levels.of[field] = level;
    test_ok(p->cx, profile_levels_set(p->cx, &levels));
}

static bool change(const struct people *p, enum profile_field field, const char *value,
                   struct profile_outcome *out)
{
    const struct profile_subject of = {p->anna, p->marlow};
    struct profile_change c = {.value = {NULL}};

    c.value[field] = value;
    return profile_change(p->cx, &of, &c, out);
}

static struct profile seen(const struct people *p)
{
    const struct profile_subject of = {p->anna, p->marlow};
    struct profile profile;

    test_ok(p->cx, profile_get(p->cx, &of, &profile));
    return profile;
}

static int64_t events(struct ctx *cx, const char *name, const char *like)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ? AND "
                    "COALESCE(data, '') LIKE ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name), DB_TEXT(like));
}

static void each_field_is_hidden_read_proposed_or_edited_as_the_tenant_says(void **state)
{
    static const struct {
        enum profile_level level;
        bool is_seen, is_changed, is_proposed;
    } CASES[] = {{PROFILE_HIDDEN, false, false, false},
                 {PROFILE_READ, true, false, false},
                 {PROFILE_PROPOSE, true, false, true},
                 {PROFILE_EDIT, true, true, false}};
    static const enum profile_field FIELDS[] = {PROFILE_NAME,
                                                PROFILE_PHONE,
                                                PROFILE_LANGUAGE,
                                                PROFILE_POSITION,
                                                PROFILE_HOME_ADDRESS,
                                                PROFILE_ORGANISATION_PHONE,
                                                PROFILE_ORGANISATION_EMAIL,
                                                PROFILE_ORGANISATION_ADDRESS,
                                                PROFILE_ORGANISATION_CITY};
    struct people p = make(state);

    for (size_t f = 0; f < COUNT(FIELDS); f++) {
        for (size_t i = 0; i < COUNT(CASES); i++) {
            const char *value = FIELDS[f] == PROFILE_ORGANISATION_EMAIL
                                    ? arena_printf(p.cx->mem, "a%zu@x.example", i)
                                    : arena_printf(p.cx->mem, "v%zu", i);
            struct profile_outcome done = {0, 0};
            bool went;

            set_level(&p, FIELDS[f], CASES[i].level);
            as_anna(&p);
            assert_int_equal(seen(&p).value[FIELDS[f]] != NULL, CASES[i].is_seen);
            went = change(&p, FIELDS[f], value, &done);
            assert_int_equal(went, CASES[i].is_changed || CASES[i].is_proposed);
            if (!went)
                assert_ptr_equal(p.cx->err.kind, &ERR_DENIED);
            err_clear(&p.cx->err);
            assert_int_equal(done.changed, CASES[i].is_changed);
            assert_int_equal(done.proposed, CASES[i].is_proposed);
            as_staff(&p);
            assert_int_equal(strcmp(seen(&p).value[FIELDS[f]], value) == 0, CASES[i].is_changed);
        }
    }
}

static void nobody_gets_round_a_fields_right(void **state)
{
    struct people p = make(state);
    const struct profile_subject toms = {p.tom, p.marlow};
    struct person_change rename = {.full_name = "Somebody Else"};
    struct profile_change c = {.value = {NULL}};
    struct profile_outcome done;
    struct profile profile;

    set_level(&p, PROFILE_NAME, PROFILE_PROPOSE);
    as_anna(&p);
    test_refused(p.cx, person_change(p.cx, p.anna, &rename), &ERR_DENIED);
    c.value[PROFILE_PHONE] = "1";
    test_refused(p.cx, profile_change(p.cx, &toms, &c, &done), &ERR_DENIED);
    test_ok(p.cx, profile_get(p.cx, &toms, &profile));
    assert_null(profile.value[PROFILE_NAME]);
    /* Without RIGHT_ADMIN the organisation's fields are not there. */
    test_as_customer(p.cx, p.tom, p.marlow, RIGHT_TICKET_OWN);
    test_ok(p.cx, profile_get(p.cx, &toms, &profile));
    assert_null(profile.value[PROFILE_ORGANISATION_PHONE]);
    c = (struct profile_change){.value = {[PROFILE_ORGANISATION_PHONE] = "1"}};
    test_refused(p.cx, profile_change(p.cx, &toms, &c, &done), &ERR_DENIED);
    /* Staff without the right to customers see and change nobody's. */
    test_as_staff(p.cx, p.staff, RIGHT_DESK);
    assert_null(seen(&p).value[PROFILE_NAME]);
    test_refused(p.cx, change(&p, PROFILE_PHONE, "1", &done), &ERR_DENIED);
    test_refused(p.cx, profile_levels_set(p.cx, &(struct profile_levels){.of = {0}}), &ERR_DENIED);
}

static void values_are_checked_with_their_field(void **state)
{
    struct people p = make(state);
    struct profile_outcome done;

    as_staff(&p);
    test_refused(p.cx, change(&p, PROFILE_NAME, "", &done), &ERR_INVALID);
    test_refused(p.cx, change(&p, PROFILE_ORGANISATION_EMAIL, "no address", &done),
                 &ERR_PERSON_EMAIL);
    test_refused(p.cx, change(&p, PROFILE_LANGUAGE, "much too long", &done), &ERR_INVALID);
    test_ok(p.cx, change(&p, PROFILE_ORGANISATION_EMAIL, " Office@Marlow.example ", &done));
    assert_string_equal(seen(&p).value[PROFILE_ORGANISATION_EMAIL], "office@marlow.example");
}

static struct profile_proposal the_one(const struct people *p)
{
    struct profile_proposal *list;
    size_t count;

    as_staff(p);
    test_ok(p->cx, profile_proposal_list(p->cx, true, &list, &count));
    assert_int_equal(count, 1);
    return list[0];
}

static void a_proposal_changes_nothing_until_it_is_accepted(void **state)
{
    struct people p = make(state);
    struct profile_proposal *own, one;
    struct profile_outcome done;
    size_t count;

    set_level(&p, PROFILE_NAME, PROFILE_PROPOSE);
    as_anna(&p);
    test_ok(p.cx, change(&p, PROFILE_NAME, "Anna Marie Keller", &done));
    assert_int_equal(done.proposed, 1);
    assert_string_equal(seen(&p).value[PROFILE_NAME], "Anna Keller");
    test_ok(p.cx, profile_proposal_list_own(p.cx, false, &own, &count));
    assert_int_equal(count, 1);
    assert_string_equal(own[0].new_value, "Anna Marie Keller");
    test_refused(p.cx, profile_proposal_accept(p.cx, own[0].id), &ERR_DENIED);
    test_refused(p.cx, profile_proposal_decline(p.cx, own[0].id, ""), &ERR_DENIED);
    test_refused(p.cx, profile_proposal_list(p.cx, true, &own, &count), &ERR_DENIED);
    one = the_one(&p);
    assert_string_equal(one.old_value, "Anna Keller");
    assert_string_equal(one.proposed_by, "Anna Keller");
    test_ok(p.cx, profile_proposal_accept(p.cx, one.id));
    assert_string_equal(seen(&p).value[PROFILE_NAME], "Anna Marie Keller");
    test_refused(p.cx, profile_proposal_accept(p.cx, one.id), &ERR_PROFILE_PROPOSAL_OVER);
    test_refused(p.cx, profile_proposal_decline(p.cx, one.id, ""), &ERR_PROFILE_PROPOSAL_OVER);
    /* Both values and both people are on record. */
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'proposal.made' AND actor_id = ? AND data LIKE '%Anna Keller%' "
                              "AND data LIKE '%Anna Marie Keller%'",
                              DB_ID(p.cx->tenant_id), DB_ID(p.anna)),
                     1);
    assert_int_equal(
        test_i64(p.cx,
                 "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'proposal.decided' AND "
                 "actor_id = ? AND data LIKE '%Anna Keller%' AND data LIKE '%Anna Marie Keller%' "
                 "AND INSTR(data, ?) > 0",
                 DB_ID(p.cx->tenant_id), DB_ID(p.staff), DB_TEXT(id_text(p.cx->mem, p.anna))),
        1);
}

static void a_proposal_is_declined_with_a_reason_replaced_or_withdrawn(void **state)
{
    struct people p = make(state);
    struct profile_proposal *own;
    struct profile_outcome done;
    struct id other;
    int64_t waiting;
    size_t count;

    as_anna(&p);
    test_ok(p.cx, change(&p, PROFILE_ORGANISATION_PHONE, "1", &done));
    test_ok(p.cx, change(&p, PROFILE_ORGANISATION_PHONE, "2", &done));
    assert_string_equal(the_one(&p).new_value, "2"); /* the one before gave way */
    test_ok(p.cx, profile_proposal_decline(p.cx, the_one(&p).id, "Wrong number"));
    assert_string_equal(seen(&p).value[PROFILE_ORGANISATION_PHONE], "");
    as_anna(&p);
    test_ok(p.cx, profile_proposal_list_own(p.cx, true, &own, &count));
    assert_int_equal(count, 1);
    assert_string_equal(own[0].reason, "Wrong number");
    test_ok(p.cx, change(&p, PROFILE_ORGANISATION_CITY, "Reading", &done));
    other = the_one(&p).id;
    test_as_customer(p.cx, p.tom, p.marlow, RIGHT_TICKET_OWN);
    test_refused(p.cx, profile_proposal_withdraw(p.cx, other), &ERR_NOT_FOUND);
    test_refused(p.cx, profile_proposal_list_own(p.cx, true, &own, &count), &ERR_DENIED);
    as_anna(&p);
    test_ok(p.cx, profile_proposal_withdraw(p.cx, other));
    as_staff(&p);
    test_ok(p.cx, profile_proposal_waiting(p.cx, &waiting));
    assert_int_equal(waiting, 0);
    test_ok(p.cx, profile_proposal_list(p.cx, true, &own, &count));
    assert_int_equal(count, 0);
    test_ok(p.cx, profile_proposal_list(p.cx, false, &own, &count));
    assert_int_equal(count, 3);
    p.cx = test_ctx(state);
    test_refused(p.cx, profile_proposal_accept(p.cx, other), &ERR_NOT_FOUND);
}

static void staff_reach_the_customers_of_their_role_alone(void **state)
{
    struct people p = make(state);
    const uint64_t own = RIGHT_CUSTOMERS_READ | RIGHT_CUSTOMERS_UPDATE;
    struct profile_proposal *list;
    struct profile_outcome done;
    struct id proposal;
    int64_t waiting;
    size_t count;

    as_anna(&p);
    test_ok(p.cx, change(&p, PROFILE_ORGANISATION_CITY, "Reading", &done));
    proposal = the_one(&p).id;
    test_as_staff(p.cx, p.staff, RIGHT_CUSTOMERS_READ | RIGHT_ALL_OF(MODULE_CUSTOMERS));
    assert_int_equal(seen(&p).level[PROFILE_PHONE], PROFILE_READ);
    test_refused(p.cx, change(&p, PROFILE_PHONE, "1", &done), &ERR_DENIED);
    test_refused(p.cx, profile_proposal_accept(p.cx, proposal), &ERR_DENIED);
    test_as_staff(p.cx, p.staff, own); /* and looks after nobody */
    assert_null(seen(&p).value[PROFILE_PHONE]);
    test_ok(p.cx, profile_proposal_list(p.cx, true, &list, &count));
    assert_int_equal(count, 0);
    test_ok(p.cx, profile_proposal_waiting(p.cx, &waiting));
    assert_int_equal(waiting, 0);
    test_refused(p.cx, profile_proposal_accept(p.cx, proposal), &ERR_NOT_FOUND);
    test_sql(p.cx, "UPDATE organisation SET owner_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(p.staff), DB_ID(p.cx->tenant_id), DB_ID(p.marlow));
    test_ok(p.cx, profile_proposal_list(p.cx, true, &list, &count));
    assert_int_equal(count, 1);
    test_ok(p.cx, change(&p, PROFILE_PHONE, "1", &done));
    test_ok(p.cx, profile_proposal_accept(p.cx, proposal));
}

/* Whoever looks after Marlow alone takes over nobody of another customer's. */
static void a_narrow_role_gets_at_nobody_elses_people(void **state)
{
    struct people p = make(state);
    const struct id bracken = make_organisation(p.cx, "C-2", "Bracken");
    const struct id ellen = make_person(p.cx, "Ellen Ross", "ellen@bracken.example");
    const struct membership_spec there = {.organisation_id = p.marlow, .rights = RIGHT_TICKET_OWN};
    const struct person_spec known = {.full_name = "E", .email = "ellen@bracken.example"};
    struct person *person;
    const char *token;
    struct id merge;

    make_membership(p.cx, ellen, bracken, RIGHT_TICKET_OWN | RIGHT_ADMIN);
    test_sql(p.cx, "UPDATE organisation SET owner_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(p.staff), DB_ID(p.cx->tenant_id), DB_ID(p.marlow));
    test_as_staff(p.cx, p.staff, RIGHT_CUSTOMERS & ~RIGHT_ALL_OF(MODULE_CUSTOMERS));
    test_ok(p.cx, person_link_make(p.cx, p.tom, &token));
    test_refused(p.cx, mail_invite(p.cx, NULL, &known, &there, &person, &token),
                 &ERR_MAIL_INVITE_KNOWN);
    test_refused(p.cx, person_link_make(p.cx, ellen, &token), &ERR_DENIED);
    make_membership(p.cx, p.tom, bracken, RIGHT_TICKET_OWN); /* one foot in each */
    test_refused(p.cx, person_link_make(p.cx, p.tom, &token), &ERR_DENIED);
    test_refused(p.cx, merge_do(p.cx, MERGE_PERSON, p.anna, p.tom, &merge), &ERR_NOT_FOUND);
    test_as_staff(p.cx, p.staff, RIGHT_CUSTOMERS);
    test_ok(p.cx, mail_invite(p.cx, NULL, &known, &there, &person, &token));
    test_ok(p.cx, person_link_make(p.cx, ellen, &token));
}

/* --- sealed values --- */

static struct people with_master(void **state)
{
    struct people p = make(state);

    licensing_seal(p.cx);
    return p;
}

static void a_sensitive_field_is_off_until_the_tenant_wants_it(void **state)
{
    struct people p = with_master(state);
    struct profile_outcome done;
    const char *value;

    as_staff(&p);
    assert_null(seen(&p).value[PROFILE_BIRTH_DATE]);
    test_refused(p.cx, change(&p, PROFILE_BIRTH_DATE, "1980-05-06", &done), &ERR_DENIED);
    test_refused(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_BIRTH_DATE, &value),
                 &ERR_NOT_FOUND);
    as_anna(&p);
    test_refused(p.cx, change(&p, PROFILE_IDENTITY_NUMBER, "X1", &done), &ERR_DENIED);
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        struct profile_levels levels;

        if (profile_field_is_sensitive((enum profile_field)i))
            continue;
        as_staff(&p);
        test_ok(p.cx, profile_levels(p.cx, &levels));
        levels.of[i] = PROFILE_OFF;
        test_refused(p.cx, profile_levels_set(p.cx, &levels), &ERR_PROFILE_LEVEL);
    }
}

/* Every text and byte column of the schema, as a dump of the database has them. */
static int64_t columns_with(struct ctx *cx, const char *what)
{
    struct db_rows columns;
    int64_t found = 0;

    test_ok(cx, db_query(cx, &columns,
                         "SELECT table_name, column_name FROM information_schema.columns "
                         "WHERE table_schema = DATABASE() AND data_type IN ('varchar', 'char', "
                         "'text', 'mediumtext', 'longtext', 'varbinary', 'binary', 'mediumblob', "
                         "'blob', 'longblob')",
                         DB_NONE));
    assert_true(columns.count > 100);
    while (db_next(&columns))
        found += test_i64(cx,
                          arena_printf(cx->mem, "SELECT COUNT(*) FROM `%s` WHERE INSTR(`%s`, ?)",
                                       db_text(&columns.row, 0), db_text(&columns.row, 1)),
                          DB_TEXT(what));
    return found;
}

static void a_sensitive_value_is_nowhere_in_clear_and_each_look_is_on_record(void **state)
{
    struct people p = with_master(state);
    struct profile_outcome done;
    const char *value;

    set_level(&p, PROFILE_BIRTH_DATE, PROFILE_READ);
    set_level(&p, PROFILE_IDENTITY_NUMBER, PROFILE_EDIT);
    test_refused(p.cx, change(&p, PROFILE_BIRTH_DATE, "1980-02-31", &done),
                 &ERR_PROFILE_SECRET_DATE);
    test_refused(p.cx, change(&p, PROFILE_BIRTH_DATE, "2990-02-01", &done),
                 &ERR_PROFILE_SECRET_DATE);
    test_ok(p.cx, change(&p, PROFILE_BIRTH_DATE, "1980-05-06", &done));
    as_anna(&p);
    test_refused(p.cx, change(&p, PROFILE_BIRTH_DATE, "1981-05-06", &done), &ERR_DENIED);
    test_ok(p.cx, change(&p, PROFILE_IDENTITY_NUMBER, "ZX-81-4711-Q", &done));
    assert_int_equal(columns_with(p.cx, "1980-05-06"), 0);
    assert_int_equal(columns_with(p.cx, "ZX-81-4711-Q"), 0);
    assert_int_equal(columns_with(p.cx, "anna@marlow.example") > 0, 1); /* the search finds */
    assert_true(seen(&p).has[PROFILE_BIRTH_DATE]);
    assert_string_equal(seen(&p).value[PROFILE_BIRTH_DATE], "");
    assert_int_equal(events(p.cx, "person.revealed", "%"), 0);
    test_ok(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_BIRTH_DATE, &value));
    assert_string_equal(value, "1980-05-06");
    assert_int_equal(events(p.cx, "person.revealed", "%birth_date%"), 1);
    as_staff(&p);
    test_ok(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_IDENTITY_NUMBER, &value));
    assert_string_equal(value, "ZX-81-4711-Q");
    assert_int_equal(events(p.cx, "person.revealed", "%identity_number%"), 1);
    assert_int_equal(columns_with(p.cx, "ZX-81-4711-Q"), 0);
    test_as_customer(p.cx, p.tom, p.marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN);
    test_refused(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_BIRTH_DATE, &value),
                 &ERR_NOT_FOUND);
    test_as_staff(p.cx, p.staff, RIGHT_DESK);
    test_refused(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_BIRTH_DATE, &value),
                 &ERR_DENIED);
    set_level(&p, PROFILE_BIRTH_DATE, PROFILE_HIDDEN);
    as_anna(&p);
    test_refused(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_BIRTH_DATE, &value),
                 &ERR_DENIED);
}

static void what_is_taken_away_or_switched_off_is_gone(void **state)
{
    struct people p = with_master(state);
    struct profile_outcome done;

    set_level(&p, PROFILE_BIRTH_DATE, PROFILE_EDIT);
    set_level(&p, PROFILE_IDENTITY_NUMBER, PROFILE_EDIT);
    test_ok(p.cx, change(&p, PROFILE_BIRTH_DATE, "1980-05-06", &done));
    test_ok(p.cx, change(&p, PROFILE_IDENTITY_NUMBER, "X1", &done));
    test_ok(p.cx, change(&p, PROFILE_BIRTH_DATE, "", &done));
    assert_false(seen(&p).has[PROFILE_BIRTH_DATE]);
    assert_true(seen(&p).has[PROFILE_IDENTITY_NUMBER]);
    set_level(&p, PROFILE_IDENTITY_NUMBER, PROFILE_OFF);
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM person_sensitive WHERE tenant_id = ? AND "
                              "(birth_date IS NOT NULL OR identity_number IS NOT NULL)",
                              DB_ID(p.cx->tenant_id)),
                     0);
}

static void a_sensitive_value_is_proposed_unseen_and_sealed(void **state)
{
    struct people p = with_master(state);
    struct profile_outcome done;
    struct profile_proposal one;
    const char *value;

    set_level(&p, PROFILE_IDENTITY_NUMBER, PROFILE_PROPOSE);
    as_anna(&p);
    test_ok(p.cx, change(&p, PROFILE_IDENTITY_NUMBER, "ZX-81-4711-Q", &done));
    assert_int_equal(done.proposed, 1);
    assert_int_equal(columns_with(p.cx, "ZX-81-4711-Q"), 0);
    assert_false(seen(&p).has[PROFILE_IDENTITY_NUMBER]);
    one = the_one(&p);
    assert_string_equal(one.new_value, "");
    test_ok(p.cx, profile_proposal_accept(p.cx, one.id));
    assert_int_equal(columns_with(p.cx, "ZX-81-4711-Q"), 0);
    test_ok(p.cx, profile_secret_reveal(p.cx, p.anna, PROFILE_IDENTITY_NUMBER, &value));
    assert_string_equal(value, "ZX-81-4711-Q");
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM profile_proposal WHERE tenant_id = ? "
                              "AND new_sealed IS NOT NULL",
                              DB_ID(p.cx->tenant_id)),
                     0); /* decided: only the person's own row has it */
    as_anna(&p);
    test_ok(p.cx, change(&p, PROFILE_IDENTITY_NUMBER, "ZX-81-4712-Q", &done));
    one = the_one(&p);
    set_level(&p, PROFILE_IDENTITY_NUMBER, PROFILE_OFF); /* forgets what waits as well */
    as_staff(&p);
    test_refused(p.cx, profile_proposal_accept(p.cx, one.id), &ERR_PROFILE_PROPOSAL_OVER);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_sensitive_value_is_proposed_unseen_and_sealed),
        cmocka_unit_test(each_field_is_hidden_read_proposed_or_edited_as_the_tenant_says),
        cmocka_unit_test(nobody_gets_round_a_fields_right),
        cmocka_unit_test(values_are_checked_with_their_field),
        cmocka_unit_test(a_proposal_changes_nothing_until_it_is_accepted),
        cmocka_unit_test(a_proposal_is_declined_with_a_reason_replaced_or_withdrawn),
        cmocka_unit_test(staff_reach_the_customers_of_their_role_alone),
        cmocka_unit_test(a_narrow_role_gets_at_nobody_elses_people),
        cmocka_unit_test(a_sensitive_field_is_off_until_the_tenant_wants_it),
        cmocka_unit_test(a_sensitive_value_is_nowhere_in_clear_and_each_look_is_on_record),
        cmocka_unit_test(what_is_taken_away_or_switched_off_is_gone),
    };
    return test_group_run("profile", TESTS, COUNT(TESTS));
}
