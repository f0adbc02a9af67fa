#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person.h"
#include "tests/support/test.h"

#include <string.h>

#define GOOD "correct horse battery"

static struct id make_anna(struct ctx *cx)
{
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");

    test_ok(cx, credential_set(cx, anna, GOOD));
    return anna;
}

static bool sign_in(struct ctx *cx, const char *email, const char *password)
{
    struct login_try attempt = {.email = email, .password = password, .address = "192.0.2.7"};
    struct id id;

    return login_check(cx, &attempt, &id);
}

static void guess_wrong(struct ctx *cx, int times)
{
    for (int i = 0; i < times; i++)
        test_refused(cx, sign_in(cx, "anna@marlow.example", "wrong"), &ERR_LOGIN_REFUSED);
}

static int64_t outcomes(struct ctx *cx, const char *outcome)
{
    return test_i64(cx, "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? AND outcome = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(outcome));
}

static void the_right_password_names_the_person(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_anna(cx);
    struct login_try attempt = {
        .email = " Anna@MARLOW.example", .password = GOOD, .address = "192.0.2.7"};
    struct id id;

    test_ok(cx, login_check(cx, &attempt, &id));
    assert_true(id_equal(id, anna));
    assert_int_equal(outcomes(cx, "ok"), 1);
}

/* One sentence and one hash for all that can be wrong, so that nobody learns who has an account. */
static void every_refusal_has_one_sentence_and_costs_one_hash(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id locked = make_person(cx, "Lou", "lou@marlow.example");
    static const struct {
        const char *email;
        const char *password;
        const char *outcome;
    } CASES[] = {
        {"anna@marlow.example", "wrong", "wrong"}, {"nobody@marlow.example", GOOD, "wrong"},
        {"no address at all", GOOD, "wrong"},      {"tom@marlow.example", GOOD, "disabled"},
        {"lou@marlow.example", GOOD, "locked"},    {"bare@marlow.example", GOOD, "wrong"},
        {"lou@marlow.example", "wrong", "locked"}, {"anna@marlow.example", "", "wrong"},
        {"tom@marlow.example", "wrong", "wrong"},
    };

    make_anna(cx);
    make_person(cx, "Bare", "bare@marlow.example"); /* has no password yet */
    test_ok(cx, credential_set(cx, tom, GOOD));
    test_ok(cx, person_set_disabled(cx, tom, true));
    test_ok(cx, credential_set(cx, locked, GOOD));
    test_ok(cx, credential_fail(cx, locked, cx->now + CLOCK_MINUTE));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        uint64_t hashes = crypto_password_count();
        int64_t before = outcomes(cx, CASES[i].outcome);

        test_refused(cx, sign_in(cx, CASES[i].email, CASES[i].password), &ERR_LOGIN_REFUSED);
        assert_int_equal(crypto_password_count() - hashes, 1);
        assert_int_equal(outcomes(cx, CASES[i].outcome) - before, 1);
    }
}

/* What the server of this program alone has run so far. */
static int64_t statements(struct ctx *cx)
{
    static const char SQL_RUN[] =
        "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM information_schema.GLOBAL_STATUS "
        "WHERE VARIABLE_NAME IN ('COM_SELECT', 'COM_INSERT', 'COM_UPDATE', 'COM_DELETE', "
        "'COM_BEGIN', 'COM_COMMIT', 'COM_ROLLBACK') AND ? = ?";

    return test_i64(cx, SQL_RUN, DB_INT(1), DB_INT(1));
}

static int64_t work_of(struct ctx *cx, const char *email, const char *password)
{
    int64_t before = statements(cx);
    uint64_t hashes = crypto_password_count();

    test_refused(cx, sign_in(cx, email, password), &ERR_LOGIN_REFUSED);
    assert_int_equal(crypto_password_count() - hashes, 1);
    return statements(cx) - before;
}

/* Each kind of refusal: the same hashes and the same statements, up to the one that locks and
 * beyond, so that the time an answer takes says nothing. */
static void every_refusal_takes_the_same_work(void **state)
{
    static const struct {
        const char *email, *password;
    } CASES[] = {
        {"anna@marlow.example", "wrong"}, {"nobody@marlow.example", "wrong"},
        {"bare@marlow.example", "wrong"}, {"tom@marlow.example", GOOD},
        {"tom@marlow.example", "wrong"},  {"lou@marlow.example", GOOD},
        {"lou@marlow.example", "wrong"},
    };
    struct ctx *cx = test_ctx(state);
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id lou = make_person(cx, "Lou", "lou@marlow.example");

    make_anna(cx);
    make_person(cx, "Bare", "bare@marlow.example");
    test_ok(cx, credential_set(cx, tom, GOOD));
    test_ok(cx, person_set_disabled(cx, tom, true));
    test_ok(cx, credential_set(cx, lou, GOOD));
    test_ok(cx, credential_fail(cx, lou, cx->now + CLOCK_MINUTE));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t taken = work_of(cx, CASES[i].email, CASES[i].password);

        assert_true(taken > 4);
        assert_int_equal(taken, work_of(cx, "somebody.else@marlow.example", "wrong"));
        test_sql(cx, "DELETE FROM login_event WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    }
}

static void the_try_that_locks_and_those_after_it_take_no_other_work(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_anna(cx);
    for (int i = 0; i < LOGIN_ACCOUNT_TRIES + 2; i++)
        assert_int_equal(work_of(cx, "anna@marlow.example", "wrong"),
                         work_of(cx, "nobody@marlow.example", "wrong"));
    assert_int_equal(outcomes(cx, "locked"), 2);
}

static void every_hash_is_of_the_same_cost(void **state)
{
    static const char COST[] = "$argon2id$v=19$m=19456,t=2,p=1$";
    struct ctx *cx = test_ctx(state);
    struct id anna = make_anna(cx);
    struct credential *credential;

    test_ok(cx, credential_find(cx, anna, &credential));
    assert_memory_equal(credential->password_hash, COST, sizeof COST - 1);
    assert_memory_equal(crypto_password_nobody(), COST, sizeof COST - 1);
}

static void five_wrong_passwords_lock_for_fifteen_minutes(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_anna(cx);
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES);
    test_refused(cx, sign_in(cx, "anna@marlow.example", GOOD), &ERR_LOGIN_REFUSED);
    assert_int_equal(outcomes(cx, "locked"), 1);
    cx->now += LOGIN_LOCK_MINUTES * CLOCK_MINUTE - 1;
    test_refused(cx, sign_in(cx, "anna@marlow.example", GOOD), &ERR_LOGIN_REFUSED);
    cx->now += 1;
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
}

static void four_wrong_passwords_do_not_lock_and_a_right_one_starts_over(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_anna(cx);
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES - 1);
    cx->now += CLOCK_SECOND;
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
    cx->now += CLOCK_SECOND;
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES - 1);
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
}

static void wrong_passwords_of_long_ago_do_not_count(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_anna(cx);
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES - 1);
    cx->now += LOGIN_WINDOW_MINUTES * CLOCK_MINUTE;
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES - 1);
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
}

static void staff_unlock_and_a_new_password_unlocks_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_anna(cx);

    guess_wrong(cx, LOGIN_ACCOUNT_TRIES);
    test_ok(cx, credential_unlock(cx, anna));
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
    cx->now += CLOCK_SECOND;
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES);
    test_ok(cx, credential_set(cx, anna, "another long one"));
    test_ok(cx, sign_in(cx, "anna@marlow.example", "another long one"));
}

static void whoever_mistypes_and_then_gets_in_does_not_shut_his_colleagues_out(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct login_try here = {.email = "anna@marlow.example",
                             .password = GOOD,
                             .address = "192.0.2.7",
                             .account_tries = 10,
                             .address_tries = 3};
    struct id id;

    make_anna(cx);
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES - 1);
    test_refused(cx, login_check(cx, &here, &id), &ERR_LOGIN_THROTTLED);
    here.address_tries = LOGIN_ACCOUNT_TRIES;
    cx->now += CLOCK_SECOND;
    test_ok(cx, login_check(cx, &here, &id));
    here.address_tries = 2; /* his failures count no longer */
    test_ok(cx, login_check(cx, &here, &id));
}

static void the_number_of_tries_is_a_setting(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct login_try bad = {.email = "anna@marlow.example",
                            .password = "not the right one",
                            .address = "192.0.2.7",
                            .account_tries = 2};
    struct id id;

    make_anna(cx);
    for (int i = 0; i < 2; i++)
        test_refused(cx, login_check(cx, &bad, &id), &ERR_LOGIN_REFUSED);
    bad.password = GOOD;
    test_refused(cx, login_check(cx, &bad, &id), &ERR_LOGIN_REFUSED); /* locked */
}

static void an_address_with_too_many_failures_is_shut_out_without_a_hash(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct login_try elsewhere = {
        .email = "anna@marlow.example", .password = GOOD, .address = "198.51.100.1"};
    uint64_t hashes;
    struct id id;

    make_anna(cx);
    for (int i = 0; i < LOGIN_ADDRESS_TRIES; i++)
        test_sql(cx,
                 "INSERT INTO login_event (tenant_id, id, email, address, network, outcome, at) "
                 "VALUES (?, ?, 'x@example.com', '192.0.2.7', '192.0.2.7', 'wrong', ?)",
                 DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_TIME(cx->now));
    hashes = crypto_password_count();
    test_refused(cx, sign_in(cx, "anna@marlow.example", GOOD), &ERR_LOGIN_THROTTLED);
    assert_int_equal(crypto_password_count(), hashes);
    test_ok(cx, login_check(cx, &elsewhere, &id));
    cx->now += LOGIN_WINDOW_MINUTES * CLOCK_MINUTE;
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
}

static bool try_from(struct ctx *cx, const char *address, const char *email)
{
    const struct login_try attempt = {
        .email = email, .password = "wrong", .address = address, .address_tries = 3};
    struct id id;

    return login_check(cx, &attempt, &id);
}

static void an_ipv6_network_is_one_place_and_its_neighbour_another(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_refused(cx, try_from(cx, "2001:db8:1:2::1", "a@marlow.example"), &ERR_LOGIN_REFUSED);
    test_refused(cx, try_from(cx, "2001:db8:1:2:ffff::2", "b@marlow.example"), &ERR_LOGIN_REFUSED);
    test_refused(cx, try_from(cx, "2001:0DB8:1:2:3:4:5:6", "c@marlow.example"), &ERR_LOGIN_REFUSED);
    test_refused(cx, try_from(cx, "2001:db8:1:2::7", "d@marlow.example"), &ERR_LOGIN_THROTTLED);
    test_refused(cx, try_from(cx, "2001:db8:1:3::1", "e@marlow.example"), &ERR_LOGIN_REFUSED);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? "
                              "AND address = '2001:db8:1:2:ffff::2'",
                              DB_ID(cx->tenant_id)),
                     1); /* the log has the address itself */
}

static void failures_in_one_tenant_lock_nobody_in_another(void **state)
{
    struct ctx *cx = test_ctx(state);

    make_anna(cx);
    guess_wrong(cx, LOGIN_ACCOUNT_TRIES);
    cx = test_ctx(state);
    make_anna(cx);
    test_ok(cx, sign_in(cx, "anna@marlow.example", GOOD));
}

static bool go_on(struct ctx *cx, struct id person_id, void *arg)
{
    (void)person_id;
    return *(bool *)arg || err_set(&cx->err, &ERR_BUSY, "no session today");
}

/* A sign-in that comes to nothing leaves no trace, so that running it again is one sign-in. */
static void a_session_that_cannot_be_made_undoes_the_sign_in(void **state)
{
    struct ctx *cx = test_ctx(state);
    bool can = false;
    struct login_try attempt = {.email = "anna@marlow.example",
                                .password = GOOD,
                                .address = "192.0.2.7",
                                .then = go_on,
                                .arg = &can};
    struct id id;

    make_anna(cx);
    test_refused(cx, login_check(cx, &attempt, &id), &ERR_BUSY);
    assert_int_equal(outcomes(cx, "ok"), 0);
    can = true;
    test_ok(cx, login_check(cx, &attempt, &id));
    assert_int_equal(outcomes(cx, "ok"), 1);
}

struct guesses {
    int let_in[24];
};

static void guess(struct ctx *cx, unsigned index, void *arg)
{
    struct guesses *g = arg;

    g->let_in[index] = sign_in(cx, "anna@marlow.example", index == 23 ? GOOD : "wrong");
}

/* The right one among many sent at once gets in only while fewer than the limit were refused: no
 * more is learnt at once than in a row. */
static void guesses_sent_at_once_lock_the_account(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct guesses g = {{0}};
    int64_t wrong;

    make_anna(cx);
    test_threads(cx, COUNT(g.let_in), guess, &g);
    wrong = outcomes(cx, "wrong");
    assert_true(wrong >= LOGIN_ACCOUNT_TRIES - 1);
    assert_int_equal(wrong + outcomes(cx, "locked") + outcomes(cx, "ok"), COUNT(g.let_in));
    for (size_t i = 0; i + 1 < COUNT(g.let_in); i++)
        assert_false(g.let_in[i]);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_right_password_names_the_person),
        cmocka_unit_test(every_refusal_has_one_sentence_and_costs_one_hash),
        cmocka_unit_test(every_refusal_takes_the_same_work),
        cmocka_unit_test(the_try_that_locks_and_those_after_it_take_no_other_work),
        cmocka_unit_test(every_hash_is_of_the_same_cost),
        cmocka_unit_test(an_ipv6_network_is_one_place_and_its_neighbour_another),
        cmocka_unit_test(five_wrong_passwords_lock_for_fifteen_minutes),
        cmocka_unit_test(four_wrong_passwords_do_not_lock_and_a_right_one_starts_over),
        cmocka_unit_test(wrong_passwords_of_long_ago_do_not_count),
        cmocka_unit_test(staff_unlock_and_a_new_password_unlocks_too),
        cmocka_unit_test(whoever_mistypes_and_then_gets_in_does_not_shut_his_colleagues_out),
        cmocka_unit_test(the_number_of_tries_is_a_setting),
        cmocka_unit_test(an_address_with_too_many_failures_is_shut_out_without_a_hash),
        cmocka_unit_test(failures_in_one_tenant_lock_nobody_in_another),
        cmocka_unit_test(a_session_that_cannot_be_made_undoes_the_sign_in),
        cmocka_unit_test(guesses_sent_at_once_lock_the_account),
    };

    return test_group_run("login", TESTS, COUNT(TESTS));
}
