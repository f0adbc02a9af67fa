#include "portal/account/credential.h"
#include "portal/account/password_rule.h"
#include "tests/support/test.h"

static void what_everybody_tries_first_does_not_hold(void **state)
{
    static const char *const EASY[] = {"password",  "12345678",  "qwertyuiop",      "Summer2024!",
                                       "P@ssw0rd1", "iloveyou2", "secretsecret",    "aaaaaaaaaaaa",
                                       "19841203",  "zaq12wsx",  "密码密码密码密码"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(EASY); i++)
        if (password_rule_holds(cx->mem, EASY[i], NULL))
            fail_msg("%s holds", EASY[i]);
}

static void length_does_it_without_digits_and_signs(void **state)
{
    static const char *const GOOD[] = {"correct horse battery", "quite another one", "tr0ub4dor&3",
                                       "八个汉字就够用了", "wo ai beijing tian an men"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(GOOD); i++)
        if (!password_rule_holds(cx->mem, GOOD[i], NULL))
            fail_msg("%s does not hold", GOOD[i]);
}

static void ones_own_name_and_address_make_no_password(void **state)
{
    static const char *const OWN[] = {"Wilhelmina Oxenstierna", "w.oxen@kvarnsjo.example",
                                      "Tilwick", NULL};
    static const char *const MADE[] = {"Oxenstierna1", "wilhelmina!", "kvarnsjo.example",
                                       "tilwick2024"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(MADE); i++)
        if (password_rule_holds(cx->mem, MADE[i], OWN))
            fail_msg("%s holds", MADE[i]);
    assert_true(password_rule_holds(cx->mem, "kvarnsjo.example", NULL)); /* a stranger's is fine */
    assert_true(password_rule_holds(cx->mem, "correct horse battery", OWN));
}

static void a_long_password_is_judged_quickly(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct str s = str_new(cx->mem);

    for (int i = 0; i < 5000; i++)
        str_add(&s, "ab ");
    assert_false(password_rule_holds(cx->mem, s.p, NULL));
}

static void an_easy_one_is_refused_with_advice(void **state)
{
    static const char *const OWN[] = {"Anna Keller", NULL};
    struct ctx *cx = test_ctx(state);
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];

    test_refused(cx, credential_hash(cx, "password1234", hash), &ERR_CREDENTIAL_EASY);
    test_refused(cx, credential_hash_for(cx, "Annakeller77", OWN, hash), &ERR_CREDENTIAL_EASY);
    test_ok(cx, credential_hash_for(cx, "correct horse battery", OWN, hash));
    assert_false(credential_is_strong(cx->mem, "password1234"));
    assert_true(credential_is_strong(cx->mem, "correct horse battery"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(what_everybody_tries_first_does_not_hold),
        cmocka_unit_test(length_does_it_without_digits_and_signs),
        cmocka_unit_test(ones_own_name_and_address_make_no_password),
        cmocka_unit_test(a_long_password_is_judged_quickly),
        cmocka_unit_test(an_easy_one_is_refused_with_advice),
    };

    return test_group_run("password_rule", TESTS, COUNT(TESTS));
}
