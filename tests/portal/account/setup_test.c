/* How a tenant begins: by an operator's link, with its own keys, and with first steps. */
#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/setup.h"
#include "portal/account/tenant_invite.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

static struct tenant_spec spec_of(struct ctx *cx, const char *slug)
{
    return (struct tenant_spec){.slug = slug,
                                .name = "Northgate",
                                .host = arena_printf(cx->mem, "%s.example", slug),
                                .admin_email = "nora@northgate.example",
                                .admin_name = "Nora Gate",
                                .admin_password = "correct horse battery staple"};
}

static void a_link_makes_one_tenant_with_its_keys_and_its_administrator(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_spec spec = spec_of(cx, "invited-one");
    struct signing_key *keys;
    const char *token;
    struct person *nora;
    struct tenant *t;
    struct setup s;
    size_t count;

    licensing_seal(cx);
    test_ok(cx, tenant_invite_make(cx, &token));
    test_as_nobody(cx);
    test_ok(cx, tenant_invite_check(cx, token));
    test_ok(cx, tenant_invite_use(cx, token, &spec, &t));
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);
    test_as_system(cx);
    test_ok(cx, person_find_by_email(cx, "nora@northgate.example", &nora));
    assert_non_null(nora);
    test_ok(cx, signing_key_list(cx, &keys, &count));
    assert_int_equal(count, 1);
    test_ok(cx, setup_get(cx, &s));
    assert_false(s.is_over);
    spec = spec_of(cx, "invited-two");
    test_refused(cx, tenant_invite_use(cx, token, &spec, &t), &ERR_TENANT_INVITE_OVER);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM tenant WHERE slug = ?", DB_TEXT("invited-two")), 0);
}

static void a_link_is_not_used_up_by_a_form_that_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_spec spec = spec_of(cx, "invited-three");
    const char *token;
    struct tenant *t;

    licensing_seal(cx);
    test_ok(cx, tenant_invite_make(cx, &token));
    spec.admin_password = "short";
    test_refused(cx, tenant_invite_use(cx, token, &spec, &t), &ERR_CREDENTIAL_SHORT);
    spec = spec_of(cx, "Not A Slug");
    test_refused(cx, tenant_invite_use(cx, token, &spec, &t), &ERR_TENANT_SLUG);
    spec = spec_of(cx, "invited-three");
    test_ok(cx, tenant_invite_use(cx, token, &spec, &t));
}

static void a_link_lasts_an_hour_and_is_the_operators_to_make(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id sam = make_person(cx, "Sam", "sam@staff.example");
    const char *token;

    test_ok(cx, tenant_invite_make(cx, &token));
    test_refused(cx, tenant_invite_check(cx, "0123"), &ERR_TENANT_INVITE_OVER);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM tenant_invite WHERE hash = ?", DB_TEXT(token)), 0);
    cx->now += TENANT_INVITE_MINUTES * CLOCK_MINUTE;
    test_refused(cx, tenant_invite_check(cx, token), &ERR_TENANT_INVITE_OVER);
    test_as_staff(cx, sam, RIGHT_SETTINGS);
    test_refused(cx, tenant_invite_make(cx, &token), &ERR_DENIED);
}

static void steps_are_seen_from_rows_or_remembered(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id sam = make_person(cx, "Sam", "sam@staff.example");
    struct id organisation;
    struct setup s;

    test_ok(cx, setup_get(cx, &s));
    assert_true(s.is_over); /* who was there before is led nowhere */
    test_ok(cx, setup_mark(cx, SETUP_BRAND, SETUP_DONE));
    test_ok(cx, setup_get(cx, &s));
    assert_int_equal(s.steps[SETUP_BRAND], SETUP_OPEN);
    test_sql(cx, "UPDATE tenant SET is_set_up = FALSE WHERE id = ?", DB_ID(cx->tenant_id));
    test_ok(cx, setup_mark(cx, SETUP_BRAND, SETUP_DONE));
    test_ok(cx, setup_mark(cx, SETUP_MAIL, SETUP_SKIPPED));
    organisation = make_organisation(cx, "C-1", "Marlow");
    test_ok(cx, setup_get(cx, &s));
    assert_int_equal(s.steps[SETUP_BRAND], SETUP_DONE);
    assert_int_equal(s.steps[SETUP_MAIL], SETUP_SKIPPED);
    assert_int_equal(s.steps[SETUP_CUSTOMER], SETUP_OPEN);
    make_membership(cx, sam, organisation, RIGHT_TICKET_ALL);
    test_ok(cx, setup_get(cx, &s));
    assert_int_equal(s.steps[SETUP_CUSTOMER], SETUP_DONE);
    assert_int_equal(s.steps[SETUP_TICKET], SETUP_OPEN);
    test_ok(cx, setup_finish(cx));
    test_ok(cx, setup_get(cx, &s));
    assert_true(s.is_over);
    test_as_staff(cx, sam, RIGHT_SETTINGS_READ);
    test_refused(cx, setup_mark(cx, SETUP_MAIL, SETUP_DONE), &ERR_DENIED);
    test_refused(cx, setup_finish(cx), &ERR_DENIED);
}

/* Nothing of one tenant's keys can be had from another's: each is random, and sealed for its own
 * row. */
static void one_tenants_keys_say_nothing_about_anothers(void **state)
{
    static const char SQL_STEAL[] =
        "UPDATE tenant a JOIN tenant b ON b.id = ? "
        "SET a.token_secret = b.token_secret WHERE a.id = ?";
    struct ctx *here = test_ctx(state), *there = test_ctx(state);
    struct ctx *both[] = {here, there};
    uint8_t secret[2][CRYPTO_HASH_SIZE];
    const struct token_draft draft = {.kind = TOKEN_ADMIN, .name = "first"};
    struct signing_key *key[2];
    struct token *token, *found;
    struct tenant *made[2];

    licensing_seal(here);
    there->master = here->master;
    for (int i = 0; i < 2; i++) {
        struct tenant_spec spec = spec_of(both[i], i == 0 ? "keys-one" : "keys-two");

        test_ok(both[i], tenant_create(both[i], &spec, &made[i]));
        test_ok(both[i], signing_key_create(both[i], &key[i]));
        test_ok(both[i], token_secret_open(both[i], secret[i]));
    }
    assert_memory_not_equal(secret[0], secret[1], CRYPTO_HASH_SIZE);
    assert_memory_not_equal(key[0]->public_key, key[1]->public_key, sizeof key[0]->public_key);
    test_ok(here, token_add(here, &draft, &token));
    test_ok(there, token_find(there, secret[1], token->text, &found));
    assert_null(found);
    test_ok(there, token_find(there, secret[0], token->text, &found)); /* even with its secret */
    assert_null(found);
    test_sql(there, SQL_STEAL, DB_ID(made[0]->id), DB_ID(made[1]->id));
    test_refused(there, token_secret_open(there, secret[1]), &ERR_SIGNING_KEY_SEALED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_makes_one_tenant_with_its_keys_and_its_administrator),
        cmocka_unit_test(a_link_is_not_used_up_by_a_form_that_is_refused),
        cmocka_unit_test(a_link_lasts_an_hour_and_is_the_operators_to_make),
        cmocka_unit_test(steps_are_seen_from_rows_or_remembered),
        cmocka_unit_test(one_tenants_keys_say_nothing_about_anothers)};

    return test_group_run("setup", tests, COUNT(tests));
}
