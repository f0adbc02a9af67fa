/* Who asks: credentials, their errors and the order of these (checklist A01 to A16, A22 to A27,
 * V52). */
#include "base/crypto.h"
#include "licensing/licence_user.h"
#include "portal/account/role.h"
#include "portal/account/user.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct licence *l;
    const char *me, *admin, *text; /* the path of the licence; an administrator's token */
};

static struct site open_site(void **state, const struct policy *draft)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.l = licensing_licence(s.cx, draft);
    s.me = arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, s.l->id));
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.text = strchr(s.admin, ' ') + 1;
    return s;
}

static struct site site_with(void **state, enum policy_authentication strategy)
{
    struct site s = {.cx = test_ctx(state)};
    struct policy draft = licensing_policy(s.cx);

    draft.authentication = strategy;
    licence_site_open(s.cx);
    s.l = licensing_licence(s.cx, &draft);
    s.me = arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, s.l->id));
    return s;
}

static const char *key_of(const struct site *s)
{
    return licence_site_key_auth(s->cx, s->l);
}

static const char *token_of(const struct site *s)
{
    return licence_site_token_auth(
        s->cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s->l->id});
}

static const char *basic(struct ctx *cx, const char *pair)
{
    return arena_printf(cx->mem, "Basic %s",
                        crypto_base64(cx->mem, (const uint8_t *)pair, strlen(pair)));
}

static void works(const struct site *s, const char *path, const char *auth)
{
    assert_int_equal(licence_site_get(s->cx, path, auth).status, 200);
}

static void refused(const struct site *s, const char *path, const char *auth, int status,
                    const char *code)
{
    struct licence_answer a = licence_site_get(s->cx, path, auth);

    licence_site_refused(&a, status, code, NULL);
}

static void A01_C24_nobody_has_to_say_who_it_is(void **state)
{
    struct site s = open_site(state, NULL);
    struct licence_answer a = licence_site_get(s.cx, s.me, NULL);

    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    assert_string_equal(licence_site_header(s.cx, &a, "WWW-Authenticate"),
                        "Bearer realm=\"keygen\"");
    assert_string_equal(licence_site_text(&a, "errors/0/source/header"), "Authorization");
}

static void A02_bad_tokens_are_told_apart(void **state)
{
    struct site s = open_site(state, NULL);
    const char *old = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_ADMIN, .expires_at = s.cx->now});

    refused(&s, s.me, "Bearer admin-0123v3", 401, "TOKEN_INVALID");
    refused(&s, s.me, "Bearer 018f0000-0000-7000-8000-000000000000", 401, "TOKEN_FORMAT_INVALID");
    refused(&s, s.me, old, 401, "TOKEN_EXPIRED");
}

static void A03_A04_tokens_come_in_several_spellings(void **state)
{
    struct site s = open_site(state, NULL);
    struct arena *mem = s.cx->mem;

    works(&s, s.me, arena_printf(mem, "Bearer %s", s.text));
    works(&s, s.me, arena_printf(mem, "Token %s", s.text));
    works(&s, s.me, arena_printf(mem, "bearer  %s ", s.text));
    works(&s, s.me, arena_printf(mem, "tOkEn %s", s.text));
    works(&s, s.me, basic(s.cx, arena_printf(mem, "token:%s", s.text)));
    works(&s, s.me, basic(s.cx, arena_printf(mem, "%s:", s.text)));
    refused(&s, s.me, "Basic !!", 401, "TOKEN_MISSING");
}

static void A05_licence_keys_come_in_several_spellings(void **state)
{
    struct site s = open_site(state, NULL);
    struct policy draft = licensing_policy(s.cx);
    struct licence *l;

    draft.scheme = "ED25519_SIGN";
    l = licensing_licence(s.cx, &draft);
    assert_non_null(strchr(l->key, '.'));
    works(&s, "/v1/me", basic(s.cx, arena_printf(s.cx->mem, "license:%s", s.l->key)));
    works(&s, "/v1/me", arena_printf(s.cx->mem, "LICENSE   %s ", s.l->key));
    works(&s, "/v1/me", arena_printf(s.cx->mem, "License %s", l->key));
    works(&s, "/v1/me", basic(s.cx, arena_printf(s.cx->mem, "license:%s", l->key)));
}

static void A06_the_query_carries_credentials_and_the_header_wins(void **state)
{
    struct site s = open_site(state, NULL);
    struct arena *mem = s.cx->mem;
    const char *with_token = arena_printf(mem, "%s?token=%s", s.me, s.text);

    works(&s, with_token, NULL);
    works(&s, arena_printf(mem, "%s?auth=%s", s.me, s.text), NULL);
    works(&s, arena_printf(mem, "%s?auth=token:%s", s.me, s.text), NULL);
    works(&s, arena_printf(mem, "%s?auth=license:%s", s.me, s.l->key), NULL);
    works(&s, arena_printf(mem, "%s?auth=license%%3A%s", s.me, s.l->key), NULL);
    works(&s, arena_printf(mem, "%s?token=nonsense", s.me), s.admin);
    refused(&s, with_token, "Bearer nonsense", 401, "TOKEN_INVALID");
    refused(&s, arena_printf(mem, "%s?token=nonsense", s.me), NULL, 401, "TOKEN_INVALID");
}

static void A07_an_unknown_scheme_is_no_credential(void **state)
{
    struct site s = open_site(state, NULL);

    refused(&s, s.me, "Digest x", 401, "TOKEN_MISSING");
    works(&s, arena_printf(s.cx->mem, "%s?token=%s", s.me, s.text), "Digest x");
}

static void A08_an_unknown_key_is_refused(void **state)
{
    struct site s = open_site(state, NULL);

    refused(&s, "/v1/me", "License nobody-has-this", 401, "LICENSE_INVALID");
    refused(&s, "/v1/me", "License ", 401, "LICENSE_INVALID");
    refused(&s, "/v1/me", basic(s.cx, "license:"), 401, "LICENSE_INVALID");
}

static void A09_a_key_does_not_authenticate_under_TOKEN(void **state)
{
    struct site s = site_with(state, POLICY_AUTH_TOKEN);

    refused(&s, s.me, key_of(&s), 403, "LICENSE_NOT_ALLOWED");
    works(&s, s.me, token_of(&s));
}

static void A10_a_token_does_not_authenticate_under_LICENSE(void **state)
{
    struct site s = site_with(state, POLICY_AUTH_LICENCE);

    refused(&s, s.me, token_of(&s), 403, "TOKEN_NOT_ALLOWED");
    works(&s, s.me, key_of(&s));
}

static void A11_neither_authenticates_under_NONE(void **state)
{
    struct site s = site_with(state, POLICY_AUTH_NONE);

    refused(&s, s.me, key_of(&s), 403, "LICENSE_NOT_ALLOWED");
    refused(&s, s.me, token_of(&s), 403, "TOKEN_NOT_ALLOWED");
}

static void A11_neither_authenticates_under_SESSION(void **state)
{
    struct site s = site_with(state, POLICY_AUTH_SESSION);

    refused(&s, s.me, key_of(&s), 403, "LICENSE_NOT_ALLOWED");
    refused(&s, s.me, token_of(&s), 403, "TOKEN_NOT_ALLOWED");
}

static void A12_a_suspended_licences_key_is_refused_and_its_token_is_not(void **state)
{
    struct site s = open_site(state, NULL);
    struct licence *l;

    test_ok(s.cx, licence_suspend(s.cx, s.l->id, "", &l));
    refused(&s, s.me, key_of(&s), 403, "LICENSE_SUSPENDED");
    works(&s, s.me, token_of(&s));
}

static const char SQL_EXPIRE[] =
    "UPDATE licence SET expires_at = '2026-01-01' WHERE tenant_id = ? AND id = ?";

static void A13_an_expired_licences_key_is_refused_where_access_is_revoked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct site s = {.cx = cx};

    licence_site_open(cx);
    draft.expiration = POLICY_REVOKE_ACCESS;
    s.l = licensing_licence(cx, &draft);
    test_sql(cx, SQL_EXPIRE, DB_ID(cx->tenant_id), DB_ID(s.l->id));
    refused(&s, "/v1/me", key_of(&s), 403, "LICENSE_EXPIRED");
    works(&s, "/v1/me", token_of(&s));
    draft = licensing_policy(cx);
    draft.expiration = POLICY_RESTRICT_ACCESS;
    s.l = licensing_licence(cx, &draft);
    test_sql(cx, SQL_EXPIRE, DB_ID(cx->tenant_id), DB_ID(s.l->id));
    works(&s, "/v1/me", key_of(&s));
}

static const char SQL_OWN[] = "UPDATE licence SET owner_id = ? WHERE tenant_id = ? AND id = ?";

static void A14_the_banned_are_refused(void **state)
{
    struct site s = open_site(state, NULL);
    struct id owner = make_person(s.cx, "Ada Byron", "ada@example.com");
    const char *of_user = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = owner});
    struct user *u;

    test_sql(s.cx, SQL_OWN, DB_ID(owner), DB_ID(s.cx->tenant_id), DB_ID(s.l->id));
    works(&s, "/v1/me", of_user);
    test_ok(s.cx, user_set_banned(s.cx, owner, true, &u));
    refused(&s, "/v1/me", key_of(&s), 403, "LICENSE_BANNED");
    refused(&s, "/v1/me", of_user, 403, "USER_BANNED");
    refused(&s, "/v1/me", token_of(&s), 403, "USER_BANNED");
    test_ok(s.cx, user_set_banned(s.cx, owner, false, &u));
    works(&s, "/v1/me", of_user);
}

/* One licence for each step: what a node has read stays in its cache for a while. */
static void A15_banned_beats_suspended_beats_expired_beats_strategy(void **state)
{
    static const char *const CODES[] = {"LICENSE_NOT_ALLOWED", "LICENSE_EXPIRED",
                                        "LICENSE_SUSPENDED", "LICENSE_BANNED"};
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct site s = {.cx = cx};
    struct id owner = make_person(cx, "Ada Byron", "ada@example.com");
    struct licence *l;
    struct user *u;

    licence_site_open(cx);
    draft.expiration = POLICY_REVOKE_ACCESS;
    draft.authentication = POLICY_AUTH_NONE;
    test_ok(cx, user_set_banned(cx, owner, true, &u));
    for (size_t i = 0; i < COUNT(CODES); i++) {
        s.l = licensing_licence(cx, &draft);
        if (i >= 1)
            test_sql(cx, SQL_EXPIRE, DB_ID(cx->tenant_id), DB_ID(s.l->id));
        if (i >= 2)
            test_ok(cx, licence_suspend(cx, s.l->id, "", &l));
        if (i >= 3)
            test_sql(cx, SQL_OWN, DB_ID(owner), DB_ID(cx->tenant_id), DB_ID(s.l->id));
        refused(&s, "/v1/me", key_of(&s), 403, CODES[i]);
    }
}

static void A16_me_is_the_bearer(void **state)
{
    struct site s = open_site(state, NULL);
    struct licence_answer a = licence_site_get(s.cx, "/v1/me", key_of(&s));

    assert_string_equal(licence_site_text(&a, "data/type"), "licenses");
    assert_null(licence_site_at(&a, "included"));
    a = licence_site_get(s.cx, "/v1/me", token_of(&s));
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.l->id));
    assert_string_equal(licence_site_text(&a, "included/0/type"), "tokens");
    assert_null(licence_site_at(&a, "included/0/attributes/token"));
    a = licence_site_get(s.cx, "/v1/profile", token_of(&s));
    assert_string_equal(licence_site_text(&a, "data/type"), "licenses");
    assert_string_equal(licence_site_text(&a, "meta/tokenId"),
                        licence_site_header(s.cx, &a, "Keygen-Token"));
}

static void A22_a_bad_credential_is_refused_where_none_is_needed(void **state)
{
    struct site s = open_site(state, NULL);
    const char *body = arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"%s\"}}", s.l->key);
    struct licence_answer a =
        licence_site_post(s.cx, "/v1/licenses/actions/validate-key", "Bearer nonsense", body);

    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, body);
    assert_int_equal(a.status, 200);
}

static void A23_what_is_out_of_scope_is_not_found(void **state)
{
    struct site s = open_site(state, NULL);
    struct licence *other = licensing_licence(s.cx, NULL);
    const char *path = arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, other->id));
    const char *of_product = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s.l->product_id});

    refused(&s, path, key_of(&s), 404, "NOT_FOUND");
    refused(&s, path, of_product, 404, "NOT_FOUND");
    works(&s, s.me, of_product);
}

/* A person's own token is worth no more than the person's role is at that moment. */
static void a_staff_token_loses_what_its_person_loses(void **state)
{
    struct site s = open_site(state, NULL);
    struct id boss = make_person(s.cx, "Boss", "boss@staff.example");
    struct id staff = make_person(s.cx, "Ada Byron", "ada@staff.example");
    const struct id none = {{0}};
    const char *auth;
    struct user *u;

    test_ok(s.cx, role_add_presets(s.cx));
    test_ok(s.cx, role_staff_set(s.cx, boss, "Administrator", none, NULL));
    test_ok(s.cx, role_staff_set(s.cx, staff, "Administrator", none, NULL));
    auth = licence_site_token_auth(s.cx,
                                   &(struct token_draft){.kind = TOKEN_ADMIN, .person_id = staff});
    assert_int_equal(
        licence_site_post(s.cx, arena_printf(s.cx->mem, "%s/actions/suspend", s.me), auth, NULL)
            .status,
        200);
    test_ok(s.cx, role_staff_set(s.cx, staff, "Manager", none, NULL));
    works(&s, s.me, auth);
    assert_int_equal(
        licence_site_post(s.cx, arena_printf(s.cx->mem, "%s/actions/reinstate", s.me), auth, NULL)
            .status,
        403);
    test_ok(s.cx, user_change(s.cx, staff,
                              &(struct user_draft){.has_role = true, .role = TOKEN_USER}, &u));
    refused(&s, s.me, auth, 404, "NOT_FOUND");
}

/* Versions 1.0 and 1.1, with their other names, are none of those that are spoken here. */
static void V52_version_1_1_is_refused_as_unknown(void **state)
{
    struct site s = open_site(state, NULL);
    struct licence_answer a =
        licence_site_ask(s.cx, &(struct licence_ask){.method = "POST",
                                                     .path = "/v1/licenses/actions/validate-key",
                                                     .headers = "Keygen-Version: 1.1\r\n",
                                                     .body = "{\"meta\":{\"key\":\"x\"}}"});

    licence_site_refused(&a, 400, "INVALID_API_VERSION", NULL);
}

static void A25_a_licence_reads_its_policy_where_the_tenant_says_so(void **state)
{
    struct site s = open_site(state, NULL);
    const char *path =
        arena_printf(s.cx->mem, "/v1/policies/%s", id_text(s.cx->mem, s.l->policy_id));

    refused(&s, path, key_of(&s), 403, "");
    test_sql(s.cx, "UPDATE tenant SET wire_rights = 'policy.read' WHERE id = ?",
             DB_ID(s.cx->tenant_id));
    works(&s, path, key_of(&s));
    refused(&s, "/v1/products", key_of(&s), 403, "");
}

static void A26_A27_what_a_person_may_do_with_its_licence(void **state)
{
    struct site s = open_site(state, NULL);
    struct id owner = make_person(s.cx, "Ada Byron", "ada@example.com");
    struct id guest = make_person(s.cx, "Guest", "guest@example.com");
    const char *as_owner = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = owner});
    const char *as_guest = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = guest});
    struct policy draft = licensing_policy(s.cx);
    struct licence_ask ask = {.method = "DELETE", .path = s.me, .auth = as_guest};
    struct licence_link *links;
    struct licence *locked;
    struct licence_answer a;

    draft.is_protected = true;
    locked = licensing_licence(s.cx, &draft);
    test_sql(s.cx, SQL_OWN, DB_ID(owner), DB_ID(s.cx->tenant_id), DB_ID(s.l->id));
    test_sql(s.cx, SQL_OWN, DB_ID(owner), DB_ID(s.cx->tenant_id), DB_ID(locked->id));
    test_ok(s.cx, licence_user_attach(s.cx, s.l->id, &guest, 1, &links));
    a = licence_site_post(s.cx, arena_printf(s.cx->mem, "%s/actions/validate", s.me), as_guest,
                          NULL);
    assert_int_equal(a.status, 200);
    a = licence_site_ask(s.cx, &ask);
    licence_site_refused(&a, 403, "", NULL);
    ask.auth = as_owner;
    ask.path = arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, locked->id));
    a = licence_site_ask(s.cx, &ask);
    licence_site_refused(&a, 403, "", NULL);
    ask.path = s.me;
    assert_int_equal(licence_site_ask(s.cx, &ask).status, 204);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(A01_C24_nobody_has_to_say_who_it_is),
        cmocka_unit_test(A02_bad_tokens_are_told_apart),
        cmocka_unit_test(A03_A04_tokens_come_in_several_spellings),
        cmocka_unit_test(A05_licence_keys_come_in_several_spellings),
        cmocka_unit_test(A06_the_query_carries_credentials_and_the_header_wins),
        cmocka_unit_test(A07_an_unknown_scheme_is_no_credential),
        cmocka_unit_test(A08_an_unknown_key_is_refused),
        cmocka_unit_test(A09_a_key_does_not_authenticate_under_TOKEN),
        cmocka_unit_test(A10_a_token_does_not_authenticate_under_LICENSE),
        cmocka_unit_test(A11_neither_authenticates_under_NONE),
        cmocka_unit_test(A11_neither_authenticates_under_SESSION),
        cmocka_unit_test(A12_a_suspended_licences_key_is_refused_and_its_token_is_not),
        cmocka_unit_test(A13_an_expired_licences_key_is_refused_where_access_is_revoked),
        cmocka_unit_test(A14_the_banned_are_refused),
        cmocka_unit_test(A15_banned_beats_suspended_beats_expired_beats_strategy),
        cmocka_unit_test(A16_me_is_the_bearer),
        cmocka_unit_test(A22_a_bad_credential_is_refused_where_none_is_needed),
        cmocka_unit_test(A23_what_is_out_of_scope_is_not_found),
        cmocka_unit_test(a_staff_token_loses_what_its_person_loses),
        cmocka_unit_test(A25_a_licence_reads_its_policy_where_the_tenant_says_so),
        cmocka_unit_test(V52_version_1_1_is_refused_as_unknown),
        cmocka_unit_test(A26_A27_what_a_person_may_do_with_its_licence),
    };

    return test_group_run_around("auth_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
