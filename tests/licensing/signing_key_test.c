/* Signing keys: rotation, withdrawal, and what opens (LS03). */
#include "licensing/licence_key.h"
#include "licensing/signing_key.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>
#include <time.h>

static struct ctx *open_tenant(void **state, struct signing_key **key)
{
    struct ctx *cx = test_ctx(state);

    licensing_seal(cx);
    test_ok(cx, signing_key_create(cx, key));
    return cx;
}

static void what_an_older_key_signed_stays_good(void **state)
{
    struct signing_key *first, *second, *list;
    struct ctx *cx = open_tenant(state, &first);
    struct policy draft = licensing_policy(cx);
    struct span payload;
    struct licence *before, *after;
    size_t count;

    draft.scheme = "ED25519_SIGN";
    before = licensing_licence(cx, &draft);
    cx->now += 1000000;
    test_ok(cx, signing_key_rotate(cx, &second));
    after = licensing_licence(cx, &draft);
    assert_memory_not_equal(first->public_key, second->public_key, CRYPTO_PUBLIC_SIZE);
    assert_true(licence_key_verify(cx->mem, before->key, first->public_key, &payload));
    assert_false(licence_key_verify(cx->mem, before->key, second->public_key, &payload));
    assert_true(licence_key_verify(cx->mem, after->key, second->public_key, &payload));
    test_ok(cx, signing_key_list(cx, &list, &count));
    assert_int_equal(count, 2);
    assert_true(list[0].is_current);
    assert_memory_equal(list[0].public_key, second->public_key, CRYPTO_PUBLIC_SIZE);
    assert_false(list[1].is_current);
    assert_int_equal(list[1].retired_at, cx->now);
    assert_memory_equal(list[1].public_key, first->public_key, CRYPTO_PUBLIC_SIZE);
    /* Nobody can sign with it any longer. */
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM signing_key WHERE tenant_id = ? "
                              "AND sealed_seed <> ''",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void an_older_key_is_withdrawn_and_the_one_in_use_is_not(void **state)
{
    struct signing_key *first, *second, *list;
    struct ctx *cx = open_tenant(state, &first);
    size_t count;

    test_refused(cx, signing_key_withdraw(cx, first->id), &ERR_SIGNING_KEY_IN_USE);
    cx->now += 1000000;
    test_ok(cx, signing_key_rotate(cx, &second));
    test_ok(cx, signing_key_withdraw(cx, first->id));
    test_ok(cx, signing_key_list(cx, &list, &count));
    assert_int_equal(list[1].withdrawn_at, cx->now);
    assert_int_equal(list[0].withdrawn_at, 0);
    test_refused(cx, signing_key_withdraw(cx, ctx_new_id(cx)), &ERR_NOT_FOUND);
}

static void a_role_that_could_not_sign_says_whose_key_and_which_file(void **state)
{
    struct signing_key *key;
    struct ctx *cx = open_tenant(state, &key);
    struct ctx *run = test_again(cx);
    struct crypto_master *other;

    run->master = cx->master;
    test_ok(run, signing_key_check_all(run, "/etc/master.key"));
    test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/other.key", test_dir()),
                                   true, &other));
    run->master = other;
    assert_false(signing_key_check_all(run, "/etc/master.key"));
    assert_ptr_equal(run->err.kind, &ERR_SIGNING_KEY_SEALED);
    assert_non_null(strstr(run->err.oper, "/etc/master.key"));
    assert_non_null(strstr(run->err.oper, "signing key "));
    err_clear(&run->err);
    crypto_master_free(other);
    run->master = cx->master;
    test_sql(cx, "UPDATE tenant SET token_secret = 'not sealed' WHERE id = ?",
             DB_ID(cx->tenant_id));
    assert_false(signing_key_check_all(run, "/etc/master.key"));
    assert_non_null(strstr(run->err.oper, "token secret"));
    err_clear(&run->err);
    licensing_seal(cx);
}

static void the_open_key_changes_with_the_row(void **state)
{
    struct signing_key *first, *second;
    struct ctx *cx = open_tenant(state, &first);
    struct signing_keys *keys = signing_keys_make();
    const struct signing_entry *entry;

    test_ok(cx, signing_keys_get(keys, cx, &entry));
    assert_true(id_equal(entry->key_id, first->id));
    test_ok(cx, signing_key_rotate(cx, &second));
    for (int i = 0; i < 500 && !id_equal(entry->key_id, second->id); i++) {
        struct timespec pause = {.tv_nsec = 10000000};

        nanosleep(&pause, NULL);
        test_ok(cx, signing_keys_get(keys, cx, &entry));
    }
    assert_true(id_equal(entry->key_id, second->id));
    signing_keys_free(keys);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(what_an_older_key_signed_stays_good),
        cmocka_unit_test(an_older_key_is_withdrawn_and_the_one_in_use_is_not),
        cmocka_unit_test(a_role_that_could_not_sign_says_whose_key_and_which_file),
        cmocka_unit_test(the_open_key_changes_with_the_row),
    };

    return test_group_run("signing_key", TESTS, COUNT(TESTS));
}
