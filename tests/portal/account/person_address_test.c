#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person_address.h"
#include "portal/account/person_link.h"
#include "portal/account/user.h"
#include "tests/support/test.h"

#include <string.h>

#define GOOD "correct horse battery"

static void as_self(struct ctx *cx, struct id person)
{
    test_as_customer(cx, person, (struct id){{0}}, RIGHT_TICKET_OWN);
}

static struct id add(struct ctx *cx, struct id person, const char *email)
{
    const char *clean, *token;
    struct person_address *list;
    struct id id = {{0}};
    size_t count;

    as_self(cx, person);
    test_ok(cx, person_address_ask(cx, email, &clean, &token));
    test_ok(cx, person_address_confirm(cx, token));
    test_ok(cx, person_address_list(cx, person, &list, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].email, clean) == 0)
            id = list[i].id;
    assert_false(id_is_zero(id));
    return id;
}

static struct id who_is(struct ctx *cx, const char *email)
{
    struct person *p;

    test_ok(cx, person_find_by_email(cx, email, &p));
    return p != NULL ? p->id : (struct id){{0}};
}

static bool signs_in(struct ctx *cx, const char *email, const char *password, struct id *id)
{
    struct login_try attempt = {.email = email, .password = password, .address = "192.0.2.7"};

    return login_check(cx, &attempt, id);
}

static void a_further_address_waits_for_its_mail_then_signs_in_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct person_address *list;
    const char *clean, *token, *email;
    struct id id;
    size_t count;

    test_ok(cx, credential_set(cx, anna, GOOD));
    as_self(cx, anna);
    test_ok(cx, person_address_ask(cx, " Anna@Home.example", &clean, &token));
    assert_string_equal(clean, "anna@home.example");
    test_ok(cx, person_address_list(cx, anna, &list, &count));
    assert_int_equal(count, 2);
    assert_true(list[0].is_main);
    assert_false(list[1].is_confirmed);
    assert_true(id_is_zero(who_is(cx, clean)));
    test_refused(cx, signs_in(cx, clean, GOOD, &id), &ERR_LOGIN_REFUSED);
    for (int i = 0; i < 2; i++) { /* a scanner, then she herself */
        test_ok(cx, person_address_asked(cx, token, &email));
        assert_string_equal(email, clean);
    }
    assert_true(id_is_zero(who_is(cx, clean)));
    test_ok(cx, person_address_confirm(cx, token));
    test_refused(cx, person_address_confirm(cx, token), &ERR_PERSON_LINK_OVER);
    assert_true(id_equal(who_is(cx, clean), anna));
    test_ok(cx, signs_in(cx, clean, GOOD, &id));
    assert_true(id_equal(id, anna));
    test_ok(cx, signs_in(cx, "anna@marlow.example", GOOD, &id));
    /* The main address is none the more confirmed for it. */
    test_ok(cx, person_address_list(cx, anna, &list, &count));
    assert_int_equal(count, 2);
    assert_false(list[0].is_confirmed);
    assert_true(list[1].is_confirmed);
}

static void wrong_tries_by_several_addresses_count_as_one_accounts(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id id;

    test_ok(cx, credential_set(cx, anna, GOOD));
    add(cx, anna, "anna@home.example");
    for (int i = 0; i < LOGIN_ACCOUNT_TRIES; i++)
        test_refused(
            cx,
            signs_in(cx, i % 2 != 0 ? "anna@home.example" : "anna@marlow.example", "wrong", &id),
            &ERR_LOGIN_REFUSED);
    test_refused(cx, signs_in(cx, "anna@home.example", GOOD, &id), &ERR_LOGIN_REFUSED);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? AND email = "
                              "'anna@marlow.example' AND outcome = 'locked'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void an_address_belongs_to_one_person_of_a_tenant(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct person_spec spec = {.full_name = "X", .email = "anna@home.example"};
    struct person_change change = {.email = "anna@home.example"};
    struct user_draft draft = {.email = "anna@home.example"};
    const char *clean, *token, *again;
    struct person *p;
    struct user *u;

    as_self(cx, anna);
    test_refused(cx, person_address_ask(cx, "nonsense", &clean, &token), &ERR_PERSON_EMAIL);
    test_refused(cx, person_address_ask(cx, "ANNA@marlow.example", &clean, &token),
                 &ERR_PERSON_ADDRESS_OWN);
    /* Asking does not tell whose it is; the link does, to whoever reads the mail there. */
    test_ok(cx, person_address_ask(cx, "tom@marlow.example", &clean, &token));
    test_refused(cx, person_address_confirm(cx, token), &ERR_PERSON_ADDRESS_USED);
    add(cx, anna, "anna@home.example");
    test_refused(cx, person_address_ask(cx, "anna@home.example", &clean, &token),
                 &ERR_PERSON_ADDRESS_OWN);
    as_self(cx, tom);
    test_ok(cx, person_address_ask(cx, "anna@home.example", &clean, &token));
    test_refused(cx, person_address_confirm(cx, token), &ERR_PERSON_ADDRESS_USED);
    test_ok(cx, person_address_ask(cx, "tom@home.example", &clean, &token));
    test_ok(cx, person_address_ask(cx, "tom@home.example", &clean, &again));
    test_refused(cx, person_address_confirm(cx, token), &ERR_PERSON_LINK_OVER);
    as_self(cx, anna);
    test_refused(cx, person_address_confirm(cx, again), &ERR_PERSON_ADDRESS_OTHER);
    test_as_system(cx);
    test_refused(cx, person_create(cx, &spec, &p), &ERR_PERSON_TAKEN);
    test_refused(cx, person_change(cx, tom, &change), &ERR_PERSON_TAKEN);
    test_refused(cx, user_change(cx, tom, &draft, &u), &ERR_USER_EMAIL_TAKEN);
    cx = test_ctx(state);
    test_ok(cx, person_create(cx, &spec, &p));
}

static void the_main_one_is_chosen_among_confirmed_ones(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id home = add(cx, anna, "anna@home.example");
    struct id old;
    struct person_address *list;
    struct person *p;
    size_t count;

    as_self(cx, tom);
    test_refused(cx, person_address_make_main(cx, anna, home), &ERR_DENIED);
    test_refused(cx, person_address_remove(cx, anna, home), &ERR_DENIED);
    test_refused(cx, person_address_make_main(cx, tom, home), &ERR_NOT_FOUND);
    as_self(cx, anna);
    test_ok(cx, person_address_make_main(cx, anna, home));
    test_ok(cx, person_get(cx, anna, &p));
    assert_string_equal(p->email, "anna@home.example");
    assert_true(p->is_verified);
    /* The first one was never confirmed: it is nobody's now. */
    assert_true(id_is_zero(who_is(cx, "anna@marlow.example")));
    old = add(cx, anna, "anna@marlow.example");
    test_ok(cx, person_address_make_main(cx, anna, old));
    test_ok(cx, person_address_list(cx, anna, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].email, "anna@marlow.example");
    assert_string_equal(list[1].email, "anna@home.example");
    assert_true(list[1].is_confirmed);
    test_ok(cx, person_address_remove(cx, anna, list[1].id));
    assert_true(id_is_zero(who_is(cx, "anna@home.example")));
    test_refused(cx, person_address_remove(cx, anna, list[1].id), &ERR_NOT_FOUND);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? "
                              "AND data LIKE '%address_main%'",
                              DB_ID(cx->tenant_id), DB_ID(anna)),
                     2);
}

static void there_are_at_most_ten(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const char *clean, *token;

    as_self(cx, anna);
    for (int i = 1; i < PERSON_ADDRESS_MAX; i++)
        test_ok(cx,
                person_address_ask(cx, arena_printf(cx->mem, "a%d@x.example", i), &clean, &token));
    test_refused(cx, person_address_ask(cx, "more@x.example", &clean, &token),
                 &ERR_PERSON_ADDRESS_MANY);
    test_ok(cx, person_address_ask(cx, "a3@x.example", &clean, &token));
}

static void a_person_who_goes_leaves_the_addresses_free(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct person_spec spec = {.full_name = "X", .email = "anna@home.example"};
    struct person *p;

    add(cx, anna, "anna@home.example");
    test_as_system(cx);
    test_ok(cx, user_remove(cx, anna));
    test_ok(cx, person_create(cx, &spec, &p));
}

struct race {
    const char *token;
    struct id anna;
    bool went[2];
};

static bool take(struct ctx *cx, void *arg)
{
    struct race *race = arg;
    struct person_spec spec = {.full_name = "X", .email = "both@x.example"};
    struct person *p;

    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return person_address_confirm(cx, race->token);
    return person_create(cx, &spec, &p);
}

static void take_at_once(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;

    if (index == 0)
        cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER, .person_id = race->anna};
    race->went[index] = db_retry(cx, take, race);
    err_clear(&cx->err);
}

static void of_two_who_take_an_address_at_once_one_gets_it(void **state)
{
    struct ctx *cx = test_ctx(state);

    for (int i = 0; i < 10; i++) {
        struct race race = {
            .anna = make_person(cx, "Anna", arena_printf(cx->mem, "anna%d@x.example", i))};
        const char *clean;

        as_self(cx, race.anna);
        test_ok(cx, person_address_ask(cx, "both@x.example", &clean, &race.token));
        test_as_system(cx);
        test_threads(cx, 2, take_at_once, &race);
        assert_true(race.went[0] != race.went[1]);
        test_sql(cx, "DELETE FROM person WHERE tenant_id = ? AND email = 'both@x.example'",
                 DB_ID(cx->tenant_id));
        test_sql(cx, "DELETE FROM person_address WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_further_address_waits_for_its_mail_then_signs_in_too),
        cmocka_unit_test(wrong_tries_by_several_addresses_count_as_one_accounts),
        cmocka_unit_test(an_address_belongs_to_one_person_of_a_tenant),
        cmocka_unit_test(the_main_one_is_chosen_among_confirmed_ones),
        cmocka_unit_test(there_are_at_most_ten),
        cmocka_unit_test(a_person_who_goes_leaves_the_addresses_free),
        cmocka_unit_test(of_two_who_take_an_address_at_once_one_gets_it),
    };
    return test_group_run("person_address", TESTS, COUNT(TESTS));
}
