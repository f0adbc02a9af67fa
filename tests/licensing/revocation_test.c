/* The revocation list (LS18). */
#include "base/clock.h"
#include "licensing/revocation.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

enum { MANY = 10000, SMALL = 300 * 1024 };

static struct ctx *open_tenant(void **state, struct signing_key **key)
{
    struct ctx *cx = test_ctx(state);

    licensing_seal(cx);
    test_ok(cx, signing_key_create(cx, key));
    return cx;
}

static struct revocation_list make(struct ctx *cx)
{
    struct revocation_list list;

    test_ok(cx, revocation_make(cx, NULL, &list));
    return list;
}

static void revoked_and_suspended_licences_are_in_and_others_are_not(void **state)
{
    struct signing_key *key;
    struct ctx *cx = open_tenant(state, &key);
    struct policy draft = licensing_policy(cx);
    struct licence *good = licensing_licence(cx, &draft);
    struct licence *revoked = licensing_licence(cx, NULL);
    struct licence *suspended = licensing_licence(cx, NULL);
    struct revocation_list list = make(cx);

    assert_int_equal(list.count, 0);
    assert_int_equal(list.len, REVOCATION_HEAD_SIZE + CRYPTO_SIGNATURE_SIZE);
    assert_true(revocation_verify(list.bytes, list.len, cx->tenant_id, key->public_key));
    assert_false(revocation_has(list.bytes, good->key));
    test_ok(cx, licence_revoke(cx, revoked->id, ""));
    test_ok(cx, licence_suspend(cx, suspended->id, "", &suspended));
    list = make(cx);
    assert_int_equal(list.count, 2);
    assert_true(revocation_verify(list.bytes, list.len, cx->tenant_id, key->public_key));
    assert_true(revocation_has(list.bytes, revoked->key));
    assert_true(revocation_has(list.bytes, suspended->key));
    assert_false(revocation_has(list.bytes, good->key));
    test_ok(cx, licence_reinstate(cx, suspended->id, "", &suspended));
    list = make(cx);
    assert_int_equal(list.count, 1);
    assert_false(revocation_has(list.bytes, suspended->key));
}

static void a_changed_byte_is_noticed_wherever_it_is(void **state)
{
    struct signing_key *key;
    struct ctx *cx = open_tenant(state, &key);
    struct licence *l = licensing_licence(cx, NULL);
    struct revocation_list list;
    uint8_t *copy;

    test_ok(cx, licence_revoke(cx, l->id, ""));
    list = make(cx);
    copy = arena_alloc(cx->mem, list.len);
    for (size_t i = 0; i < list.len; i++) {
        memcpy(copy, list.bytes, list.len);
        copy[i] ^= 1;
        assert_false(revocation_verify(copy, list.len, cx->tenant_id, key->public_key));
        assert_false(revocation_verify(list.bytes, i, cx->tenant_id, key->public_key));
    }
    assert_false(revocation_verify(list.bytes, list.len, l->id, key->public_key));
}

static void ten_thousand_are_small_and_each_is_found(void **state)
{
    struct signing_key *key;
    struct ctx *cx = open_tenant(state, &key);
    struct licence *l = licensing_licence(cx, NULL);
    struct revocation_list list;

    test_sql(cx,
             "INSERT INTO licence (tenant_id, id, serial, product_id, policy_id, key_text, "
             "key_hash, starts_at, deleted_at, created_at, updated_at) "
             "SELECT tenant_id, UUID(), CONCAT('S-', n.seq), product_id, policy_id, "
             "CONCAT('revoked-', n.seq), UNHEX(SHA2(CONCAT('revoked-', n.seq), 256)), starts_at, "
             "created_at, created_at, updated_at FROM licence JOIN seq_1_to_10000 n "
             "WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(l->id));
    list = make(cx);
    assert_int_equal(list.count, MANY);
    assert_true(list.len < SMALL);
    assert_true(revocation_verify(list.bytes, list.len, cx->tenant_id, key->public_key));
    for (int i = 1; i <= MANY; i++)
        if (!revocation_has(list.bytes, arena_printf(cx->mem, "revoked-%d", i)))
            fail_msg("revoked-%d is not found", i);
    assert_false(revocation_has(list.bytes, "revoked-0"));
    assert_false(revocation_has(list.bytes, "revoked-10001"));
    assert_false(revocation_has(list.bytes, l->key));
}

static void a_list_says_the_same_within_an_hour_and_another_tenants_rows_are_not_in_it(void **state)
{
    struct signing_key *key;
    struct ctx *other = open_tenant(state, &key);
    struct licence *l = licensing_licence(other, NULL);
    struct ctx *cx;
    struct revocation_list first, second;

    test_ok(other, licence_revoke(other, l->id, ""));
    cx = open_tenant(state, &key);
    first = make(cx);
    assert_int_equal(first.count, 0);
    assert_int_equal(first.issued_at, cx->now);
    cx->now += CLOCK_MINUTE;
    second = make(cx);
    assert_string_equal(first.tag, second.tag);
    cx->now += 60 * CLOCK_MINUTE;
    second = make(cx);
    assert_string_not_equal(first.tag, second.tag);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(revoked_and_suspended_licences_are_in_and_others_are_not),
        cmocka_unit_test(a_changed_byte_is_noticed_wherever_it_is),
        cmocka_unit_test(ten_thousand_are_small_and_each_is_found),
        cmocka_unit_test(
            a_list_says_the_same_within_an_hour_and_another_tenants_rows_are_not_in_it),
    };

    return test_group_run("revocation", TESTS, COUNT(TESTS));
}
