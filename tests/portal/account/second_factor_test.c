#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/second_factor.h"
#include "tests/support/test.h"

#include <string.h>

#define GOOD "correct horse battery"

static const struct crypto_master *master(struct ctx *cx)
{
    static struct crypto_master *opened;

    if (!opened)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/second.key", test_dir()),
                                       true, &opened));
    return opened;
}

/* What an authenticator does with the text of a secret. */
static const char *code_at(struct ctx *cx, const char *secret, int64_t now)
{
    uint8_t bytes[32];
    uint32_t held = 0;
    unsigned bits = 0;
    size_t len = 0;

    for (const char *c = secret; *c; c++) {
        held = held << 5 | (uint32_t)(*c >= 'A' ? *c - 'A' : *c - '2' + 26);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[len++] = (uint8_t)(held >> bits);
        }
    }
    return arena_printf(cx->mem, "%06u",
                        crypto_totp(bytes, len, (uint64_t)(now / (30 * CLOCK_SECOND))));
}

struct anna { /* somebody with the second step on */
    struct id id;
    const char *secret;
    const char **recovery;
};

static struct ctx *with_anna(void **state, struct anna *a)
{
    struct ctx *cx = test_ctx(state);

    cx->master = master(cx);
    a->id = make_person(cx, "Anna", "anna@marlow.example");
    test_ok(cx, credential_set(cx, a->id, GOOD));
    test_ok(cx, second_factor_offer(cx, a->id, &a->secret));
    test_ok(cx, second_factor_confirm(cx, a->id, code_at(cx, a->secret, cx->now), &a->recovery));
    cx->now += CLOCK_MINUTE;
    return cx;
}

static bool half(struct ctx *cx, struct id person_id, void *arg)
{
    (void)cx;
    (void)person_id;
    ++*(int *)arg;
    return true;
}

static bool enter(struct ctx *cx, const struct anna *a, const char *code)
{
    const struct login_try attempt = {.address = "192.0.2.7"};

    return login_check_code(cx, a->id, code, &attempt);
}

static void a_wrong_first_code_switches_nothing_on(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = make_person(cx, "Anna", "anna@marlow.example");
    const char **recovery;
    const char *secret;
    const char *again;
    bool is_on;

    cx->master = master(cx);
    test_ok(cx, credential_set(cx, id, GOOD));
    test_refused(cx, second_factor_confirm(cx, id, "123456", &recovery), &ERR_SECOND_FACTOR_CODE);
    test_ok(cx, second_factor_offer(cx, id, &secret));
    test_refused(
        cx, second_factor_confirm(cx, id, code_at(cx, secret, cx->now - CLOCK_HOUR), &recovery),
        &ERR_SECOND_FACTOR_CODE);
    test_ok(cx, second_factor_offered(cx, id, &again));
    assert_string_equal(again, secret);
    test_ok(cx, second_factor_is_on(cx, id, &is_on));
    assert_false(is_on);
}

/* Who has but a session cannot put an authenticator of his own in place of the right one. */
static void a_second_step_that_is_on_is_not_replaced(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    const char *secret = NULL;

    test_refused(cx, second_factor_offer(cx, a.id, &secret), &ERR_CONFLICT);
    assert_null(secret);
    test_ok(cx, enter(cx, &a, code_at(cx, a.secret, cx->now)));
}

static void a_right_password_is_only_half_of_it(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    int halves = 0;
    struct login_try attempt = {.email = "anna@marlow.example",
                                .password = GOOD,
                                .address = "192.0.2.7",
                                .halfway = half,
                                .arg = &halves};
    struct id id;

    test_ok(cx, login_check(cx, &attempt, &id));
    assert_int_equal(halves, 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? "
                              "AND outcome = 'ok'",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void a_code_is_good_once_and_for_clocks_a_step_apart(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    int64_t step = SECOND_FACTOR_STEP_SECONDS * CLOCK_SECOND;

    test_refused(cx, enter(cx, &a, code_at(cx, a.secret, cx->now - 2 * step)), &ERR_LOGIN_CODE);
    test_refused(cx, enter(cx, &a, code_at(cx, a.secret, cx->now + 2 * step)), &ERR_LOGIN_CODE);
    test_ok(cx, enter(cx, &a, code_at(cx, a.secret, cx->now - step)));
    test_ok(cx, enter(cx, &a, code_at(cx, a.secret, cx->now)));
    test_refused(cx, enter(cx, &a, code_at(cx, a.secret, cx->now)), &ERR_LOGIN_CODE);
    test_refused(cx, enter(cx, &a, code_at(cx, a.secret, cx->now - step)), &ERR_LOGIN_CODE);
    test_ok(cx, enter(cx, &a, code_at(cx, a.secret, cx->now + step)));
}

static void a_recovery_code_is_good_once_however_it_is_typed(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    char *lower = arena_dup(cx->mem, a.recovery[1]);

    for (char *c = lower; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    test_ok(cx, enter(cx, &a, a.recovery[0]));
    test_refused(cx, enter(cx, &a, a.recovery[0]), &ERR_LOGIN_CODE);
    test_ok(cx, enter(cx, &a, lower));
    test_refused(cx, enter(cx, &a, "AAAAA-AAAAA"), &ERR_LOGIN_CODE);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM recovery_code WHERE tenant_id = ? "
                              "AND used_at IS NULL",
                              DB_ID(cx->tenant_id)),
                     SECOND_FACTOR_RECOVERY_CODES - 2);
}

/* Who knows the password must not get five new guesses with each right password. */
static void five_wrong_codes_lock_and_the_password_does_not_start_the_count_over(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    int halves = 0;
    struct login_try attempt = {.email = "anna@marlow.example",
                                .password = GOOD,
                                .address = "192.0.2.7",
                                .halfway = half,
                                .arg = &halves};
    struct id id;

    for (int i = 0; i < LOGIN_ACCOUNT_TRIES; i++) {
        cx->now += CLOCK_SECOND;
        test_ok(cx, login_check(cx, &attempt, &id));
        test_refused(cx, enter(cx, &a, "000000"), &ERR_LOGIN_CODE);
    }
    test_refused(cx, enter(cx, &a, code_at(cx, a.secret, cx->now)), &ERR_LOGIN_REFUSED);
    test_refused(cx, login_check(cx, &attempt, &id), &ERR_LOGIN_REFUSED);
}

struct takers {
    const struct anna *anna;
    const char *code;
    bool ok[8];
};

static void take(struct ctx *cx, unsigned index, void *arg)
{
    struct takers *t = arg;

    t->ok[index] = enter(cx, t->anna, t->code);
}

static void of_many_who_send_one_code_one_gets_in(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    struct takers t = {.anna = &a, .code = code_at(cx, a.secret, cx->now)};
    int in = 0;

    test_threads(cx, COUNT(t.ok), take, &t);
    for (size_t i = 0; i < COUNT(t.ok); i++)
        in += t.ok[i];
    assert_int_equal(in, 1);
}

static void it_is_taken_off_by_oneself_and_by_those_with_the_right(void **state)
{
    struct anna a;
    struct ctx *cx = with_anna(state, &a);
    bool is_on;

    test_as_customer(cx, make_person(cx, "Tom", "tom@marlow.example"),
                     make_organisation(cx, "C-1", "Marlow"), RIGHT_ADMIN);
    test_refused(cx, second_factor_remove(cx, a.id), &ERR_DENIED);
    test_as_staff(cx, a.id, 0);
    cx->viewer.person_id = ctx_new_id(cx);
    test_refused(cx, second_factor_remove(cx, a.id), &ERR_DENIED);
    cx->viewer.rights = RIGHT_CUSTOMERS;
    test_ok(cx, second_factor_remove(cx, a.id));
    test_ok(cx, second_factor_is_on(cx, a.id, &is_on));
    assert_false(is_on);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_wrong_first_code_switches_nothing_on),
        cmocka_unit_test(a_second_step_that_is_on_is_not_replaced),
        cmocka_unit_test(a_right_password_is_only_half_of_it),
        cmocka_unit_test(a_code_is_good_once_and_for_clocks_a_step_apart),
        cmocka_unit_test(a_recovery_code_is_good_once_however_it_is_typed),
        cmocka_unit_test(five_wrong_codes_lock_and_the_password_does_not_start_the_count_over),
        cmocka_unit_test(of_many_who_send_one_code_one_gets_in),
        cmocka_unit_test(it_is_taken_off_by_oneself_and_by_those_with_the_right),
    };

    return test_group_run("second_factor", TESTS, COUNT(TESTS));
}
