#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/profile.h"
#include "tests/support/test.h"

#include <string.h>

static void an_address_is_trimmed_and_lowered_or_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const char *const BAD[] = {"",         "anna",   "@x.example",    "a@",
                                      "a@b",      "a@b..c", "a b@x.example", "a@x.example.",
                                      "a@@x.org", "a@.x",   "a,b@x.example", "a\n@x.example"};

    assert_string_equal(person_email_clean(cx->mem, "  Anna.Keller@Marlow.Example "),
                        "anna.keller@marlow.example");
    assert_string_equal(person_email_clean(cx->mem, "沈嘉@nantang.example"),
                        "沈嘉@nantang.example");
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_null(person_email_clean(cx->mem, BAD[i]));
}

static void a_given_name_is_the_first_word_and_a_chinese_name_stays_whole(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct person_spec anna = {.full_name = "Anna Keller", .email = "anna@marlow.example"};
    struct person_spec shen = {.full_name = "沈 嘉", .email = "shen@nantang.example"};
    struct person_spec bare = {.email = "till@marlow.example"};
    struct person *p;

    test_ok(cx, person_create(cx, &anna, &p));
    assert_string_equal(p->given_name, "Anna");
    test_ok(cx, person_create(cx, &shen, &p));
    assert_string_equal(p->given_name, "沈 嘉");
    test_ok(cx, person_create(cx, &bare, &p));
    assert_string_equal(p->full_name, "till");
}

static void a_name_is_one_line(void **state)
{
    static const char LINES[] = "Grace\nhttps://evil.example/login\n";
    struct ctx *cx = test_ctx(state);
    struct person_spec spec = {.full_name = LINES, .email = "grace@marlow.example"};
    const char *value = LINES;
    struct person *p;

    test_refused(cx, person_create(cx, &spec, &p), &ERR_INVALID);
    spec.full_name = "Grace";
    spec.given_name = "Gra\rce";
    test_refused(cx, person_create(cx, &spec, &p), &ERR_INVALID);
    spec.given_name = NULL;
    test_ok(cx, person_create(cx, &spec, &p));
    test_refused(cx, person_change(cx, p->id, &(struct person_change){.full_name = LINES}),
                 &ERR_INVALID);
    test_refused(cx, person_change(cx, p->id, &(struct person_change){.given_name = LINES}),
                 &ERR_INVALID);
    test_refused(cx, profile_check(cx, PROFILE_NAME, &value), &ERR_INVALID);
}

static void one_address_is_one_person_whatever_its_case(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct person_spec spec = {.full_name = "Anna", .email = "anna@marlow.example"};
    struct person *p;

    test_ok(cx, person_create(cx, &spec, &p));
    spec.email = "ANNA@marlow.example";
    test_refused(cx, person_create(cx, &spec, &p), &ERR_PERSON_TAKEN);
    test_ok(cx, person_find_by_email(cx, " anna@MARLOW.example", &p));
    assert_non_null(p);
    cx = test_ctx(state); /* another tenant knows nobody of that name */
    test_ok(cx, person_find_by_email(cx, "anna@marlow.example", &p));
    assert_null(p);
    test_ok(cx, person_create(cx, &spec, &p));
}

static void a_customer_reads_himself_and_nobody_else(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct person *p;

    test_as_customer(cx, anna, marlow, RIGHT_TICKET_OWN);
    test_ok(cx, person_get(cx, anna, &p));
    test_refused(cx, person_get(cx, tom, &p), &ERR_NOT_FOUND);
    test_as_staff(cx, tom, RIGHT_DESK);
    test_ok(cx, person_get(cx, anna, &p));
}

static void disabling_needs_the_right_and_ends_the_sessions(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct person *p;

    test_sql(cx,
             "INSERT INTO session (tenant_id, id, token_hash, person_id, created_at, used_at, "
             "expires_at) VALUES (?, ?, REPEAT('a', 32), ?, NOW(), NOW(), NOW())",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(anna));
    test_as_staff(cx, anna, RIGHT_DESK);
    test_refused(cx, person_set_disabled(cx, anna, true), &ERR_DENIED);
    test_as_system(cx);
    test_ok(cx, person_set_disabled(cx, anna, true));
    test_ok(cx, person_get(cx, anna, &p));
    assert_true(p->is_disabled);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    test_refused(cx, person_set_disabled(cx, ctx_new_id(cx), true), &ERR_NOT_FOUND);
}

static void a_password_has_a_least_and_a_greatest_length(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    char longest[CREDENTIAL_PASSWORD_MAX + 2];

    memset(longest, 'x', sizeof(longest));
    memcpy(longest, "correct horse battery", strlen("correct horse battery"));
    longest[CREDENTIAL_PASSWORD_MAX + 1] = '\0';
    test_refused(cx, credential_set(cx, anna, "elevenchars"), &ERR_CREDENTIAL_SHORT);
    test_refused(cx, credential_set(cx, anna, "这里只有十一个汉字不够"), &ERR_CREDENTIAL_SHORT);
    test_refused(cx, credential_set(cx, anna, longest), &ERR_CREDENTIAL_LONG);
    test_refused(cx, credential_set(cx, ctx_new_id(cx), "quite another one"), &ERR_NOT_FOUND);
    longest[CREDENTIAL_PASSWORD_MAX] = '\0';
    test_ok(cx, credential_set(cx, anna, longest));
    test_ok(cx, credential_set(cx, anna, "这里一共有十二个汉字才够"));
}

static bool create_anna(struct ctx *cx, void *arg)
{
    struct person_spec spec = {.full_name = "Anna", .email = "anna@marlow.example"};
    struct person *p;

    (void)arg;
    return person_create(cx, &spec, &p);
}

static void nobody_exists_yet(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM person WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void a_failure_at_any_statement_leaves_no_person(void **state)
{
    test_failures(test_ctx(state), create_anna, NULL, nobody_exists_yet);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_address_is_trimmed_and_lowered_or_refused),
        cmocka_unit_test(a_given_name_is_the_first_word_and_a_chinese_name_stays_whole),
        cmocka_unit_test(a_name_is_one_line),
        cmocka_unit_test(one_address_is_one_person_whatever_its_case),
        cmocka_unit_test(a_customer_reads_himself_and_nobody_else),
        cmocka_unit_test(disabling_needs_the_right_and_ends_the_sessions),
        cmocka_unit_test(a_password_has_a_least_and_a_greatest_length),
        cmocka_unit_test(a_failure_at_any_statement_leaves_no_person),
    };

    return test_group_run("person", TESTS, COUNT(TESTS));
}
