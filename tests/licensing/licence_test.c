#include "base/clock.h"
#include "licensing/entitlement.h"
#include "licensing/licence.h"
#include "licensing/licence_key.h"
#include "licensing/licence_user.h"
#include "licensing/signing_key.h"
#include "licensing/snapshot.h"
#include "licensing/token.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

static void an_issued_licence_has_a_key_a_serial_and_its_policys_limits(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence *again;

    assert_int_equal(strlen(l->key), 37);
    assert_memory_equal(l->serial, "CTR-", 4);
    assert_int_equal(l->max_machines, 3);
    assert_int_equal(l->max_users, POLICY_NO_LIMIT);
    assert_int_equal(l->status, LICENCE_ACTIVE);
    assert_int_equal(l->expires_at, 0);
    assert_int_equal(l->created_at, TEST_NOW);
    assert_string_equal(l->product_name, "Counter");
    test_ok(cx, licence_find_key(cx, l->key, &again));
    assert_true(id_equal(again->id, l->id));
    test_ok(cx, licence_find_serial(cx, l->serial, &again));
    assert_true(id_equal(again->id, l->id));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(l->id)),
                     1);
}

static void issuing_leaves_nothing_behind_when_any_statement_fails(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id policy_id = licensing_add_policy(cx, &draft)->id;
    struct licence *l;

    for (int n = 0;; n++) {
        struct ctx *run = test_again(cx);

        db_fail_after(run, n);
        if (licence_issue(run, &(struct licence_draft){.policy_id = policy_id}, &l))
            break;
        assert_ptr_equal(run->err.kind, &ERR_BUSY);
        db_fail_after(run, -1);
        assert_int_equal(
            test_i64(cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
            0);
        assert_true(n < 40);
    }
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static void a_given_key_is_checked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence_draft ask = {.policy_id = licensing_add_policy(cx, &draft)->id};
    char *huge = arena_alloc(cx->mem, LICENCE_KEY_MAX + 2);
    struct licence *l;
    struct licence *other;

    ask.key = "custom-key-1";
    test_ok(cx, licence_issue(cx, &ask, &l));
    assert_string_equal(l->key, "custom-key-1");
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_KEY_TAKEN);
    ask.key = "five5";
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_KEY_TOO_SHORT);
    ask.key = "actions";
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_KEY_NOT_ALLOWED);
    ask.key = id_text(cx->mem, l->id);
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_KEY_CONFLICT);
    memset(huge, 'k', LICENCE_KEY_MAX + 1);
    ask.key = huge;
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_KEY_TOO_LONG);
    huge[LICENCE_KEY_MAX] = '\0';
    test_ok(cx, licence_issue(cx, &ask, &other));
    ask = (struct licence_draft){.policy_id = ask.policy_id, .id = l->id};
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_ID_CONFLICT);
    ask = (struct licence_draft){.policy_id = l->id};
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_POLICY_NOT_FOUND);
    ask = (struct licence_draft){.policy_id = l->policy_id, .owner_id = l->id};
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_OWNER_NOT_FOUND);
    ask = (struct licence_draft){.policy_id = l->policy_id, .group_id = l->id};
    test_refused(cx, licence_issue(cx, &ask, &other), &ERR_LICENCE_GROUP_NOT_FOUND);
}

static void a_signed_key_verifies_with_the_tenants_key_and_tells_what_it_is_for(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id owner_id = make_person(cx, "Anna Keller", "anna@example.com");
    struct licence_draft ask = {.owner_id = owner_id};
    struct signing_key *keys;
    struct licence *l;
    struct span payload;
    size_t count;

    licensing_seal(cx);
    draft.scheme = "ED25519_SIGN";
    draft.duration_seconds = 31556952;
    ask.policy_id = licensing_add_policy(cx, &draft)->id;
    test_ok(cx, licence_issue(cx, &ask, &l));
    test_ok(cx, signing_key_list(cx, &keys, &count));
    assert_int_equal(count, 1);
    assert_true(licence_key_verify(cx->mem, l->key, keys[0].public_key, &payload));
    assert_string_equal(
        span_dup(cx->mem, payload),
        arena_printf(cx->mem,
                     "{\"account\":{\"id\":\"%s\"},\"product\":{\"id\":\"%s\"},"
                     "\"policy\":{\"id\":\"%s\",\"duration\":31556952},"
                     "\"user\":{\"id\":\"%s\",\"email\":\"anna@example.com\"},"
                     "\"license\":{\"id\":\"%s\",\"created\":\"2026-03-02T09:00:00.000Z\","
                     "\"expiry\":\"2027-03-02T09:00:00.000Z\"}}",
                     id_text(cx->mem, cx->tenant_id), id_text(cx->mem, l->product_id),
                     id_text(cx->mem, l->policy_id), id_text(cx->mem, owner_id),
                     id_text(cx->mem, l->id)));
    ask.key = "for {{email}} until {{expiry}}{{nothing}}";
    test_ok(cx, licence_issue(cx, &ask, &l));
    assert_true(licence_key_verify(cx->mem, l->key, keys[0].public_key, &payload));
    assert_true(span_equal(payload, "for anna@example.com until 2027-03-02T09:00:00.000Z"));
}

static void a_sealed_key_does_not_open_with_another_master_key(void **state)
{
    struct ctx *cx = test_ctx(state);
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct crypto_master *other;
    struct signing_key *key;

    licensing_seal(cx);
    test_ok(cx, signing_key_create(cx, &key));
    test_ok(cx, signing_key_sign(cx, "text", 4, signature));
    assert_true(crypto_verify(key->public_key, "text", 4, signature));
    test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/other.key", test_dir()),
                                   true, &other));
    cx->master = other;
    test_refused(cx, signing_key_sign(cx, "text", 4, signature), &ERR_SIGNING_KEY_SEALED);
    cx->master = NULL;
    test_refused(cx, signing_key_sign(cx, "text", 4, signature), &ERR_SIGNING_KEY_SEALED);
    crypto_master_free(other);
}

static void a_rotated_key_signs_and_the_old_one_stays_listed(void **state)
{
    struct ctx *cx = test_ctx(state);
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct signing_key *first;
    struct signing_key *second;
    struct signing_key *list;
    size_t count;

    licensing_seal(cx);
    test_ok(cx, signing_key_create(cx, &first));
    test_ok(cx, signing_key_create(cx, &second));
    test_ok(cx, signing_key_list(cx, &list, &count));
    assert_int_equal(count, 2);
    assert_true(list[0].is_current != list[1].is_current);
    test_ok(cx, signing_key_sign(cx, "text", 4, signature));
    assert_true(crypto_verify(second->public_key, "text", 4, signature));
    assert_false(crypto_verify(first->public_key, "text", 4, signature));
}

static void the_open_keys_follow_a_rotation_and_serve_a_new_tenant_at_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct signing_keys *keys = signing_keys_make();
    const struct signing_entry *entry;
    const struct signing_entry *again;
    struct signing_key *list;
    size_t count;

    licensing_seal(cx);
    test_ok(cx, signing_keys_get(keys, cx, &entry)); /* makes the tenant's first key */
    test_ok(cx, signing_key_list(cx, &list, &count));
    assert_int_equal(count, 1);
    assert_memory_equal(list[0].public_key, crypto_signer_public(entry->signer),
                        CRYPTO_PUBLIC_SIZE);
    test_ok(cx, signing_keys_get(keys, cx, &again));
    assert_ptr_equal(again, entry);
    signing_keys_free(keys);
}

static void suspending_twice_is_refused_and_reinstating_ends_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);

    test_refused(cx, licence_reinstate(cx, l->id, "", &l), &ERR_LICENCE_NOT_SUSPENDED);
    test_ok(cx, licence_suspend(cx, l->id, "unpaid", &l));
    assert_true(l->is_suspended);
    assert_int_equal(l->status, LICENCE_SUSPENDED);
    test_refused(cx, licence_suspend(cx, l->id, "", &l), &ERR_LICENCE_IS_SUSPENDED);
    test_ok(cx, licence_reinstate(cx, l->id, "paid", &l));
    assert_int_equal(l->status, LICENCE_ACTIVE);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM licence_change WHERE tenant_id = ? "
                              "AND subject = 'licence'",
                              DB_ID(cx->tenant_id)),
                     2);
}

static void renewal_follows_the_policys_basis(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const struct {
        enum policy_renewal renewal;
        int64_t days_left; /* of the licence */
        int64_t days_then; /* after renewal by 30 days */
    } CASES[] = {
        {POLICY_FROM_EXPIRY, -100, -70},      {POLICY_FROM_EXPIRY, 5, 35},
        {POLICY_FROM_NOW, -100, 30},          {POLICY_FROM_NOW, 5, 30},
        {POLICY_FROM_NOW_IF_EXPIRED, -1, 30}, {POLICY_FROM_NOW_IF_EXPIRED, 5, 35},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy draft = licensing_policy(cx);
        struct licence *l;

        draft.renewal = CASES[i].renewal;
        draft.duration_seconds = 14 * 86400; /* exact: two weeks */
        test_ok(cx, licence_issue(cx,
                                  &(struct licence_draft){
                                      .policy_id = licensing_add_policy(cx, &draft)->id,
                                      .expires_at = cx->now + CASES[i].days_left * CLOCK_DAY},
                                  &l));
        test_ok(cx, licence_renew(cx, l->id, "", &l));
        assert_int_equal(l->expires_at, cx->now + (CASES[i].days_then - 30 + 14) * CLOCK_DAY);
    }
}

static void a_licence_without_end_or_duration_is_not_renewed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l = licensing_licence(cx, NULL);

    test_refused(cx, licence_renew(cx, l->id, "", &l), &ERR_LICENCE_NO_DURATION);
    draft.duration_seconds = 86400;
    draft.expiration_basis = POLICY_FROM_FIRST_ACTIVATION;
    l = licensing_licence(cx, &draft);
    assert_int_equal(l->expires_at, 0);
    test_refused(cx, licence_renew(cx, l->id, "", &l), &ERR_LICENCE_NO_EXPIRY);
}

static void revoking_takes_machines_and_tokens_along(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    uint8_t secret[CRYPTO_HASH_SIZE];
    struct token *token;
    struct token *found;

    licensing_seal(cx);
    licensing_machine(cx, l->id, "one");
    test_ok(cx, token_add(cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = l->id},
                          &token));
    test_ok(cx, token_secret_open(cx, secret));
    test_ok(cx, token_find(cx, secret, token->text, &found));
    assert_non_null(found);
    test_ok(cx, licence_revoke(cx, l->id, "fraud"));
    test_refused(cx, licence_get(cx, l->id, &l), &ERR_NOT_FOUND);
    test_refused(cx, licence_revoke(cx, l->id, ""), &ERR_NOT_FOUND);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    test_ok(cx, token_find(cx, secret, token->text, &found));
    assert_null(found);
}

static void a_token_is_found_by_its_text_alone_and_not_once_revoked(void **state)
{
    struct ctx *cx = test_ctx(state);
    uint8_t secret[CRYPTO_HASH_SIZE];
    struct token *token;
    struct token *found;

    licensing_seal(cx);
    test_ok(cx, token_add(cx, &(struct token_draft){.kind = TOKEN_ADMIN, .name = "ops"}, &token));
    assert_memory_equal(token->text, "admin-", 6);
    assert_int_equal(strlen(token->text), 6 + 64 + 2);
    test_ok(cx, token_secret_open(cx, secret));
    test_ok(cx, token_find(cx, secret, token->text, &found));
    assert_int_equal(found->kind, TOKEN_ADMIN);
    assert_null(found->text);
    test_ok(cx, token_find(cx, secret, "admin-x", &found));
    assert_null(found);
    test_ok(cx, token_revoke(cx, token->id));
    test_ok(cx, token_find(cx, secret, token->text, &found));
    assert_null(found);
    test_refused(cx, token_revoke(cx, token->id), &ERR_NOT_FOUND);
}

static void customers_see_their_organisations_licences_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ours = make_organisation(cx, "C1", "Harbour Stores");
    struct id theirs = make_organisation(cx, "C2", "Others");
    struct id person = make_person(cx, "Li Wei", "li@example.com");
    struct policy draft = licensing_policy(cx);
    struct licence_draft ask = {.policy_id = licensing_add_policy(cx, &draft)->id};
    struct licence *mine;
    struct licence *foreign;
    struct licence *list;
    size_t count;

    ask.organisation_id = ours;
    test_ok(cx, licence_issue(cx, &ask, &mine));
    ask.organisation_id = theirs;
    test_ok(cx, licence_issue(cx, &ask, &foreign));
    test_as_customer(cx, person, ours, RIGHT_LICENCE);
    test_ok(cx, licence_list(cx, &(struct licence_filter){0}, &list, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(list[0].id, mine->id));
    assert_string_equal(list[0].organisation_name, "Harbour Stores");
    test_refused(cx, licence_get(cx, foreign->id, &list), &ERR_NOT_FOUND);
    test_refused(cx, licence_find_key(cx, foreign->key, &list), &ERR_NOT_FOUND);
    test_refused(cx, licence_suspend(cx, mine->id, "", &list), &ERR_DENIED);
    test_refused(cx, licence_issue(cx, &ask, &list), &ERR_DENIED);
    test_as_customer(cx, person, ours, RIGHT_TICKET_OWN);
    test_ok(cx, licence_list(cx, &(struct licence_filter){0}, &list, &count));
    assert_int_equal(count, 0);
    test_as_nobody(cx);
    test_refused(cx, licence_get(cx, mine->id, &list), &ERR_NOT_FOUND);
    test_as_staff(cx, person, RIGHT_LICENCES);
    test_ok(cx, licence_list(cx, &(struct licence_filter){0}, &list, &count));
    assert_int_equal(count, 2);
    test_as_staff(cx, person, RIGHT_DESK);
    test_refused(cx, licence_get(cx, mine->id, &list), &ERR_NOT_FOUND);
}

static void a_list_is_filtered_and_paged_by_key(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence_draft ask = {.policy_id = licensing_add_policy(cx, &draft)->id};
    struct licence *made[3];
    struct licence *list;
    size_t count;
    int64_t total;

    for (size_t i = 0; i < COUNT(made); i++) {
        ask.name = i == 1 ? "Harbour 100%" : "Other";
        ask.expires_at = cx->now + (int64_t)i * CLOCK_DAY;
        test_ok(cx, licence_issue(cx, &ask, &made[i]));
    }
    test_ok(cx, licence_list(cx, &(struct licence_filter){.limit = 2}, &list, &count));
    assert_int_equal(count, 2);
    assert_true(id_equal(list[0].id, made[2]->id));
    test_ok(cx, licence_list(cx, &(struct licence_filter){.limit = 2, .after = list[1].id}, &list,
                             &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(list[0].id, made[0]->id));
    test_ok(cx,
            licence_list(cx, &(struct licence_filter){.search = "harbour 100%"}, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, licence_list(cx, &(struct licence_filter){.search = "%"}, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, licence_list(cx, &(struct licence_filter){.search = made[0]->key}, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, licence_count(
                    cx, &(struct licence_filter){.expires_from = cx->now + CLOCK_DAY, .limit = 1},
                    &total));
    assert_int_equal(total, 2);
}

static void entitlements_are_the_policys_and_the_licences_each_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct entitlement *a;
    struct entitlement *b;
    struct entitlement *list;
    struct snapshot *s;
    size_t count;

    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "Alpha", .code = "ALPHA"}, &a));
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "Beta", .code = "BETA"}, &b));
    test_refused(cx,
                 entitlement_add(cx, &(struct entitlement){.name = "x", .code = "alpha"}, &list),
                 &ERR_ENTITLEMENT_CODE_TAKEN);
    test_ok(cx, entitlement_attach_policy(cx, l->policy_id, a->id));
    test_ok(cx, entitlement_attach_licence(cx, l->id, b->id));
    test_refused(cx, entitlement_attach_licence(cx, l->id, b->id), &ERR_ENTITLEMENT_TAKEN);
    test_refused(cx, entitlement_attach_licence(cx, l->id, a->id), &ERR_ENTITLEMENT_CONFLICT);
    test_ok(cx, entitlement_list(cx, l->id, &list, &count));
    assert_int_equal(count, 2);
    test_ok(cx, snapshot_load_id(cx, l->id, &s));
    assert_int_equal(s->entitlement_count, 2);
    assert_string_equal(s->entitlements[0], "ALPHA");
    assert_string_equal(s->entitlements[1], "BETA");
}

static void users_are_counted_with_the_owner_against_the_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct id first = make_person(cx, "First", "first@example.com");
    struct id second = make_person(cx, "Second", "second@example.com");
    struct licence_link *links;
    struct licence *l;

    draft.max_users = 2;
    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .owner_id = owner},
                          &l));
    test_refused(cx, licence_user_attach(cx, l->id, &owner, 1, &links), &ERR_LICENCE_USER_CONFLICT);
    licensing_user(cx, l->id, first);
    test_refused(cx, licence_user_attach(cx, l->id, &second, 1, &links), &ERR_LICENCE_USERS_FULL);
}

static void a_policy_is_checked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy p = licensing_policy(cx);
    struct policy good = p;
    struct policy *out;

#define REFUSED(kind, change)                              \
    do {                                                   \
        p = good;                                          \
        change;                                            \
        test_refused(cx, policy_add(cx, &p, &out), &kind); \
    } while (0)
    REFUSED(ERR_POLICY_DURATION_INVALID, p.duration_seconds = 86399);
    REFUSED(ERR_POLICY_MAX_MACHINES_INVALID, p.max_machines = 0);
    REFUSED(ERR_POLICY_MAX_MACHINES_INVALID, (p.is_floating = false, p.max_machines = 2));
    REFUSED(ERR_POLICY_OVERAGE_NOT_ALLOWED, p.overage = POLICY_OVERAGE_1_25X);
    REFUSED(ERR_POLICY_OVERAGE_NOT_ALLOWED,
            (p.is_floating = false, p.max_machines = 1, p.overage = POLICY_OVERAGE_1_5X));
    REFUSED(ERR_POLICY_SCHEME_NOT_ALLOWED, p.scheme = "RSA_2048_JWT_RS256");
    REFUSED(ERR_POLICY_CHECK_IN_INTERVAL, p.require_check_in = true);
    REFUSED(ERR_POLICY_CHECK_IN_COUNT,
            (p.require_check_in = true, p.check_in_interval = POLICY_DAY));
    REFUSED(ERR_POLICY_HEARTBEAT_INVALID, p.heartbeat_seconds = 59);
    REFUSED(ERR_POLICY_CULL_NOT_ALLOWED, p.revive = POLICY_ALWAYS_REVIVE);
    p = good;
    p.is_floating = false;
    p.max_machines = POLICY_NO_LIMIT;
    p.overage = POLICY_OVERAGE_2X;
    test_ok(cx, policy_add(cx, &p, &out));
    assert_int_equal(out->max_machines, 1);
    assert_int_equal(out->overage, POLICY_OVERAGE_2X);
    assert_int_equal(out->authentication, POLICY_AUTH_MIXED);
}

static void another_tenants_rows_are_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct machine *m = licensing_machine(cx, l->id, "one");
    struct ctx *other = test_ctx(state);
    struct machine_draft draft = licensing_draft(l->id, "two");
    struct licence *found;
    struct machine *machine;
    struct snapshot *s;
    struct policy *p;
    struct product *product;

    test_refused(other, licence_get(other, l->id, &found), &ERR_NOT_FOUND);
    test_refused(other, licence_find_key(other, l->key, &found), &ERR_NOT_FOUND);
    test_refused(other, licence_suspend(other, l->id, "", &found), &ERR_NOT_FOUND);
    test_refused(other, licence_renew(other, l->id, "", &found), &ERR_NOT_FOUND);
    test_refused(other, licence_revoke(other, l->id, ""), &ERR_NOT_FOUND);
    test_refused(other, machine_get(other, m->id, &machine), &ERR_NOT_FOUND);
    test_refused(other,
                 machine_find_fingerprint(other, &(struct licence_scope){.licence_id = {{0}}},
                                          "one", &machine),
                 &ERR_NOT_FOUND);
    test_refused(other, machine_remove(other, m->id, (struct id){0}), &ERR_NOT_FOUND);
    test_refused(other, machine_add(other, &draft, &machine), &ERR_MACHINE_LICENCE_NOT_FOUND);
    test_refused(other, policy_get(other, l->policy_id, &p), &ERR_NOT_FOUND);
    test_refused(other, product_get(other, l->product_id, &product), &ERR_NOT_FOUND);
    test_ok(other, snapshot_load_key(other, l->key, &s));
    assert_null(s);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_issued_licence_has_a_key_a_serial_and_its_policys_limits),
        cmocka_unit_test(issuing_leaves_nothing_behind_when_any_statement_fails),
        cmocka_unit_test(a_given_key_is_checked),
        cmocka_unit_test(a_signed_key_verifies_with_the_tenants_key_and_tells_what_it_is_for),
        cmocka_unit_test(a_sealed_key_does_not_open_with_another_master_key),
        cmocka_unit_test(a_rotated_key_signs_and_the_old_one_stays_listed),
        cmocka_unit_test(the_open_keys_follow_a_rotation_and_serve_a_new_tenant_at_once),
        cmocka_unit_test(suspending_twice_is_refused_and_reinstating_ends_it),
        cmocka_unit_test(renewal_follows_the_policys_basis),
        cmocka_unit_test(a_licence_without_end_or_duration_is_not_renewed),
        cmocka_unit_test(revoking_takes_machines_and_tokens_along),
        cmocka_unit_test(a_token_is_found_by_its_text_alone_and_not_once_revoked),
        cmocka_unit_test(customers_see_their_organisations_licences_alone),
        cmocka_unit_test(a_list_is_filtered_and_paged_by_key),
        cmocka_unit_test(entitlements_are_the_policys_and_the_licences_each_once),
        cmocka_unit_test(users_are_counted_with_the_owner_against_the_limit),
        cmocka_unit_test(a_policy_is_checked),
        cmocka_unit_test(another_tenants_rows_are_not_found),
    };

    return test_group_run("licence", TESTS, COUNT(TESTS));
}
