/* Conventions, credentials and signatures of the licensing protocol (checklist C, A and S). */
#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/signing_key.h"
#include "portal/api/licence_serve.h"
#include "tests/http/licence_site.h"

#include <poll.h>
#include <string.h>

static const char JSON_API[] = "application/vnd.api+json; charset=utf-8";
static const char JSON_PLAIN[] = "application/json; charset=utf-8";

static struct ctx *open_site(void **state)
{
    struct ctx *cx = test_ctx(state);

    licence_site_open(cx);
    return cx;
}

static const char *validate_body(struct ctx *cx, const char *key)
{
    return arena_printf(cx->mem, "{\"meta\":{\"key\":\"%s\"}}", key);
}

static struct licence_answer ask_with(struct ctx *cx, const char *method, const char *path,
                                      const char *headers, const char *body)
{
    return licence_site_ask(
        cx,
        &(struct licence_ask){.method = method, .path = path, .headers = headers, .body = body});
}

static void C01_C02_ping_and_health_need_nobody(void **state)
{
    struct ctx *cx = open_site(state);
    const char *path =
        arena_printf(cx->mem, "/v1/accounts/%s/ping", id_text(cx->mem, cx->tenant_id));

    assert_int_equal(licence_site_get(cx, "/v1/ping", NULL).status, 200);
    assert_int_equal(licence_site_get(cx, "/v1/ping/", NULL).status, 200);
    assert_int_equal(licence_site_get(cx, "/v1/health", NULL).status, 204);
    assert_int_equal(licence_site_get(cx, path, NULL).status, 200);
}

static void C03_C28_both_path_forms_give_the_same_licence(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    const char *slug = test_text(cx, "SELECT slug FROM tenant WHERE id = ?", DB_ID(cx->tenant_id));
    const char *self;
    struct licence_answer a = licence_site_get(cx, "/v1/me", auth);
    struct licence_answer b =
        licence_site_get(cx, arena_printf(cx->mem, "/v1/accounts/%s/me", slug), auth);

    assert_int_equal(a.status, 200);
    assert_true(json_equal(licence_site_at(&a, "data/id"), licence_site_at(&b, "data/id")));
    self = licence_site_text(&a, "data/links/self");
    assert_string_equal(self,
                        arena_printf(cx->mem, "/v1/accounts/%s/licenses/%s",
                                     id_text(cx->mem, cx->tenant_id), id_text(cx->mem, l->id)));
    b = licence_site_get(cx, self, auth);
    assert_string_equal(licence_site_text(&b, "data/attributes/key"), l->key);
    assert_string_equal(licence_site_text(&b, "data/attributes/created") + 19, ".000Z");
}

static void C04_C23_an_unknown_account_is_not_found(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = licence_site_ask(
        cx, &(struct licence_ask){
                .method = "GET", .path = "/v1/accounts/nobody-here/me", .is_unsigned = true});

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void C05_C06_media_types_are_negotiated(void **state)
{
    struct ctx *cx = open_site(state);
    static const struct {
        const char *accept;
        int status;
        const char *type;
    } CASES[] = {
        {"text/html", 400, JSON_API},
        {"image/png, application/xml", 400, JSON_API},
        {"nonsense", 400, JSON_API},
        {"application/json", 200, JSON_PLAIN},
        {"*/*", 200, JSON_API},
        {"application/vnd.api+json", 200, JSON_API},
        {"application/vnd.keygen+json; q=0.5", 200, JSON_API},
        {"text/html, application/json;q=0.9", 200, JSON_PLAIN},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = ask_with(
            cx, "GET", "/v1/ping", arena_printf(cx->mem, "Accept: %s\r\n", CASES[i].accept), NULL);

        if (CASES[i].status == 400)
            licence_site_refused(&a, 400, "MIME_TYPE_INVALID", NULL);
        assert_int_equal(a.status, CASES[i].status);
        assert_string_equal(licence_site_header(cx, &a, "Content-Type"), CASES[i].type);
    }
}

static void C07_C12_bodies_that_cannot_be_read_are_named(void **state)
{
    struct ctx *cx = open_site(state);
    static const char PATH[] = "/v1/licenses/actions/validate-key";
    static const struct {
        const char *type, *body, *code;
    } CASES[] = {
        {"application/json", "{bad", "JSON_INVALID"},
        {"application/json", "{\"a\":1,\"a\":2}", "JSON_INVALID"},
        {"application/json", "{\"meta\":{\"key\":\"a\\u0000b\"}}", "ENCODING_INVALID"},
        {"application/json", "{\"meta\":{\"key\":\"\xff\"}}", "ENCODING_INVALID"},
        {"application/xml", "{}", "MIME_TYPE_INVALID"},
        {"application/json", "[1]", ""}, /* as {"data":[1]}: no such member */
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a =
            ask_with(cx, "POST", PATH, arena_printf(cx->mem, "Content-Type: %s\r\n", CASES[i].type),
                     CASES[i].body);

        licence_site_refused(&a, 400, CASES[i].code, NULL);
    }
}

static void C08_every_usual_content_type_is_json(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    static const char *const TYPES[] = {
        "", "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: text/plain\r\n",
        "Content-Type: application/vnd.api+json; charset=utf-8\r\n"};

    for (size_t i = 0; i < COUNT(TYPES); i++) {
        struct licence_answer a = ask_with(cx, "POST", "/v1/licenses/actions/validate-key",
                                           TYPES[i], validate_body(cx, l->key));

        assert_string_equal(licence_site_text(&a, "data/attributes/key"), l->key);
    }
}

static const char *machine_body(struct ctx *cx, const char *type, struct id licence_id,
                                const char *attributes)
{
    return arena_printf(cx->mem,
                        "{\"data\":{\"type\":\"%s\",\"attributes\":{%s},\"relationships\":{"
                        "\"license\":{\"data\":{\"type\":\"licenses\",\"id\":\"%s\"}}}}}",
                        type, attributes, id_text(cx->mem, licence_id));
}

static void C09_C10_C11_members_are_known_in_every_spelling_and_unknown_ones_are_named(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    struct licence_answer a = licence_site_post(
        cx, "/v1/machines", auth,
        machine_body(cx, "machines", l->id, "\"fingerprint\":\"a\",\"wheels\":4"));

    licence_site_refused(&a, 400, "", "/data/attributes/wheels");
    a = licence_site_post(
        cx, "/v1/machines", auth,
        machine_body(
            cx, "machine", l->id,
            "\"Fingerprint\":\"a\",\"host-name\":null,\"metadata\":{\"a_b\":{\"C d\":1}}"));
    licence_site_refused(&a, 400, "", "/data/attributes/hostName");
    a = licence_site_post(cx, "/v1/machines", auth,
                          machine_body(cx, "machine", l->id,
                                       "\"Fingerprint\":\"a\",\"metadata\":{\"a_b\":{\"c d\":1}}"));
    assert_int_equal(a.status, 201);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/aB/cD")), 1);
    a = licence_site_post(cx, "/v1/machines", auth,
                          machine_body(cx, "licenses", l->id, "\"fingerprint\":\"a\""));
    licence_site_refused(&a, 400, "", "/data/type");
}

static void C22_metadata_is_bounded(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    char *big = arena_alloc(cx->mem, 17 * 1024 + 1);
    struct licence_answer a = licence_site_post(
        cx, "/v1/machines", auth,
        machine_body(cx, "machines", l->id,
                     "\"fingerprint\":\"a\",\"metadata\":{\"a\":{\"b\":{\"c\":{}}}}"));

    licence_site_refused(&a, 400, "", "/data/attributes/metadata/a/b/c");
    memset(big, 'x', 17 * 1024);
    a = licence_site_post(
        cx, "/v1/machines", auth,
        machine_body(
            cx, "machines", l->id,
            arena_printf(cx->mem, "\"fingerprint\":\"a\",\"metadata\":{\"a\":\"%s\"}", big)));
    licence_site_refused(&a, 422, "METADATA_TOO_LONG", NULL);
}

static void C19_versions_are_resolved_and_echoed(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = ask_with(cx, "GET", "/v1/ping", "Keygen-Version: 1.8\r\n", NULL);

    assert_string_equal(licence_site_header(cx, &a, "Keygen-Version"), "1.8");
    a = ask_with(cx, "GET", "/v1/ping", "Keygen-Version: v1.7\r\n", NULL);
    assert_string_equal(licence_site_header(cx, &a, "Keygen-Version"), "1.7");
    assert_string_not_equal(licence_site_header(cx, &a, "Keygen-Account"), "");
    a = ask_with(cx, "GET", "/v1/ping", "Keygen-Version: 1.3\r\n", NULL);
    assert_string_not_equal(licence_site_header(cx, &a, "Keygen-Account-Id"), "");
    assert_string_equal(licence_site_header(cx, &a, "Keygen-Account"), "");
    a = ask_with(cx, "GET", "/v1/ping", "Keygen-Version: 9.9\r\n", NULL);
    licence_site_refused(&a, 400, "INVALID_API_VERSION", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/header"), "Keygen-Version");
    test_sql(cx, "UPDATE tenant SET api_version = '1.5' WHERE id = ?", DB_ID(cx->tenant_id));
    a = licence_site_get(
        cx, arena_printf(cx->mem, "/v1/accounts/%s/ping", id_text(cx->mem, cx->tenant_id)),
        NULL); /* a name of the account that no request has used yet */
    assert_string_equal(licence_site_header(cx, &a, "Keygen-Version"), "1.5");
}

static void C21_C25_older_versions_have_their_names(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct licence_ask ask = {.method = "GET", .path = "/v1/me"};
    struct licence_answer a;
    struct licence *l;

    draft.heartbeat_basis = POLICY_HEARTBEAT_FROM_CREATION;
    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .owner_id = owner},
                          &l));
    ask.auth = licence_site_key_auth(cx, l);
    a = licence_site_ask(cx, &ask);
    assert_string_equal(licence_site_text(&a, "data/relationships/owner/data/id"),
                        id_text(cx->mem, owner));
    ask.headers = "Keygen-Version: 1.5\r\n";
    a = licence_site_ask(cx, &ask);
    assert_null(licence_site_at(&a, "data/relationships/owner"));
    assert_string_equal(licence_site_text(&a, "data/relationships/user/data/id"),
                        id_text(cx->mem, owner));
    ask = (struct licence_ask){
        .method = "POST",
        .path = "/v1/machines",
        .auth = ask.auth,
        .headers = "Keygen-Version: 1.2\r\n",
        .body = machine_body(cx, "machines", l->id,
                             "\"fingerprint\":\"a\",\"metadata\":{\"aB\":{\"cD\":1}}")};
    a = licence_site_ask(cx, &ask);
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "NOT_STARTED");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/aB/c_d")), 1);
    assert_string_equal(licence_site_text(&a, "data/relationships/user/data/id"),
                        id_text(cx->mem, owner));
    ask.headers = NULL;
    ask.body = machine_body(cx, "machines", l->id, "\"fingerprint\":\"b\"");
    a = licence_site_ask(cx, &ask);
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "ALIVE");
}

static void C20_environments_are_not_supported(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = ask_with(cx, "GET", "/v1/ping", "Keygen-Environment: x\r\n", NULL);

    licence_site_refused(&a, 400, "ENVIRONMENT_NOT_SUPPORTED", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/header"), "Keygen-Environment");
    a = licence_site_get(cx, "/v1/ping?environment=x", NULL);
    licence_site_refused(&a, 400, "ENVIRONMENT_NOT_SUPPORTED", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), "environment");
}

static void C29_a_preflight_is_answered(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = licence_site_ask(
        cx, &(struct licence_ask){
                .method = "OPTIONS",
                .path = "/v1/machines",
                .headers = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n"
                           "Access-Control-Request-Headers: authorization\r\n",
                .is_unsigned = true});

    assert_int_equal(a.status, 204);
    assert_string_equal(licence_site_header(cx, &a, "Access-Control-Allow-Headers"),
                        "authorization");
    assert_non_null(strstr(licence_site_header(cx, &a, "Access-Control-Allow-Methods"), "DELETE"));
    assert_string_equal(licence_site_header(cx, &a, "Access-Control-Max-Age"), "86400");
    assert_non_null(
        strstr(licence_site_header(cx, &a, "Access-Control-Expose-Headers"), "Keygen-Signature"));
}

/* --- credentials --- */

static void A01_A02_A07_A08_A22_C24_a_protected_route_needs_a_credential_that_is_good(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = licence_site_get(cx, "/v1/me", NULL);

    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    assert_string_equal(licence_site_header(cx, &a, "WWW-Authenticate"), "Bearer realm=\"keygen\"");
    a = licence_site_get(cx, "/v1/me", "Bearer garbage");
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_get(cx, "/v1/me", "Bearer 33333333-3333-4333-8333-333333333333");
    licence_site_refused(&a, 401, "TOKEN_FORMAT_INVALID", NULL);
    a = licence_site_get(cx, "/v1/me", "Digest x");
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = licence_site_get(cx, "/v1/me", "License nothing-like-it");
    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
    a = licence_site_get(cx, "/v1/ping", "Bearer garbage"); /* optional, but then good */
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_get(
        cx, "/v1/me",
        licence_site_token_auth(
            cx, &(struct token_draft){.kind = TOKEN_ADMIN, .expires_at = TEST_NOW - 1}));
    licence_site_refused(&a, 401, "TOKEN_EXPIRED", NULL);
}

static void A03_A04_A05_A16_tokens_are_taken_in_every_form(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct token *token;
    const char *text;
    const char *forms[5];

    test_ok(cx, token_add(cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = l->id},
                          &token));
    text = arena_printf(cx->mem, "token:%s", token->text);
    forms[0] = arena_printf(cx->mem, "bearer %s", token->text);
    forms[1] = arena_printf(cx->mem, "Token %s", token->text);
    forms[2] = arena_printf(cx->mem, "Basic %s", crypto_base64(cx->mem, text, strlen(text)));
    text = arena_printf(cx->mem, "%s:", token->text);
    forms[3] = arena_printf(cx->mem, "Basic %s", crypto_base64(cx->mem, text, strlen(text)));
    text = arena_printf(cx->mem, "license:%s", l->key);
    forms[4] = arena_printf(cx->mem, "Basic %s", crypto_base64(cx->mem, text, strlen(text)));
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct licence_answer a = licence_site_get(cx, "/v1/me", forms[i]);

        assert_int_equal(a.status, 200);
        assert_string_equal(licence_site_header(cx, &a, "Keygen-Bearer"), id_text(cx->mem, l->id));
        if (i < 4) {
            assert_string_equal(licence_site_text(&a, "included/0/attributes/kind"),
                                "activation-token");
            assert_string_equal(licence_site_header(cx, &a, "Keygen-Token"),
                                id_text(cx->mem, token->id));
        } else {
            assert_null(licence_site_at(&a, "included"));
        }
    }
}

static void A06_the_query_carries_credentials_and_the_header_wins(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence_answer a;
    struct licence *l;

    draft.scheme = "ED25519_SIGN"; /* its keys have = and / in them */
    l = licensing_licence(cx, &draft);
    a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
    assert_int_equal(a.status, 200);
    a = licence_site_get(cx, arena_printf(cx->mem, "/v1/me?auth=license:%s", l->key), NULL);
    assert_int_equal(a.status, 200);
    a = licence_site_get(cx, arena_printf(cx->mem, "/v1/me?auth=license:%s", l->key), "Bearer x");
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_get(cx, "/v1/me?token=x", NULL);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), "token");
}

static void A09_A10_A11_the_policy_says_which_credentials_of_a_licence_count(void **state)
{
    struct ctx *cx = open_site(state);
    static const struct {
        enum policy_authentication strategy;
        bool by_key, by_token;
    } CASES[] = {
        {POLICY_AUTH_TOKEN, false, true}, {POLICY_AUTH_LICENCE, true, false},
        {POLICY_AUTH_MIXED, true, true},  {POLICY_AUTH_SESSION, false, false},
        {POLICY_AUTH_NONE, false, false},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy draft = licensing_policy(cx);
        struct licence_answer a;
        struct licence *l;

        draft.authentication = CASES[i].strategy;
        l = licensing_licence(cx, &draft);
        a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
        if (CASES[i].by_key)
            assert_int_equal(a.status, 200);
        else
            licence_site_refused(&a, 403, "LICENSE_NOT_ALLOWED", NULL);
        a = licence_site_get(
            cx, "/v1/me",
            licence_site_token_auth(
                cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = l->id}));
        if (CASES[i].by_token)
            assert_int_equal(a.status, 200);
        else
            licence_site_refused(&a, 403, "TOKEN_NOT_ALLOWED", NULL);
    }
}

/* Banned beats suspended beats expired beats the strategy. */
static void A12_A14_A15_a_keys_refusals_come_in_their_order(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct licence_answer a;
    struct licence *l;

    draft.expiration = POLICY_REVOKE_ACCESS;
    draft.authentication = POLICY_AUTH_TOKEN;
    test_sql(cx, "UPDATE person SET is_banned = TRUE WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .owner_id = owner,
                                                  .is_suspended = true,
                                                  .expires_at = TEST_NOW},
                          &l));
    a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
    licence_site_refused(&a, 403, "LICENSE_BANNED", NULL);
    a = licence_site_get(cx, "/v1/me",
                         licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ACTIVATION,
                                                                           .licence_id = l->id}));
    licence_site_refused(&a, 403, "USER_BANNED", NULL);
    /* Each further licence is another one: what the cache holds is not the point here. */
    test_sql(cx, "UPDATE person SET is_banned = FALSE WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_ok(cx, licence_issue(cx,
                              &(struct licence_draft){.policy_id = l->policy_id,
                                                      .is_suspended = true,
                                                      .expires_at = TEST_NOW},
                              &l));
    a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
    licence_site_refused(&a, 403, "LICENSE_SUSPENDED", NULL);
    a = licence_site_get(cx, "/v1/me",
                         licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ACTIVATION,
                                                                           .licence_id = l->id}));
    assert_int_equal(a.status, 200);
    test_ok(cx, licence_issue(
                    cx, &(struct licence_draft){.policy_id = l->policy_id, .expires_at = TEST_NOW},
                    &l));
    a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
    licence_site_refused(&a, 403, "LICENSE_EXPIRED", NULL);
    test_ok(cx, licence_issue(cx, &(struct licence_draft){.policy_id = l->policy_id}, &l));
    a = licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l));
    licence_site_refused(&a, 403, "LICENSE_NOT_ALLOWED", NULL);
}

static void A13_an_expired_licence_with_restricted_access_still_authenticates(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .expires_at = TEST_NOW},
                          &l));
    assert_int_equal(licence_site_get(cx, "/v1/me", licence_site_key_auth(cx, l)).status, 200);
}

static void A23_a_bearer_sees_what_is_its_own(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *mine = licensing_licence(cx, NULL);
    struct licence *other = licensing_licence(cx, NULL); /* of another product */
    const char *path = arena_printf(cx->mem, "/v1/licenses/%s", id_text(cx->mem, other->id));
    const char *product_auth = licence_site_token_auth(
        cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = mine->product_id});
    struct licence_answer a = licence_site_get(cx, path, licence_site_key_auth(cx, mine));

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(cx, path, product_auth);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(cx, arena_printf(cx->mem, "/v1/licenses/%s", mine->key), product_auth);
    assert_int_equal(a.status, 200);
    a = licence_site_get(cx, "/v1/me", product_auth);
    assert_string_equal(licence_site_text(&a, "data/type"), "products");
    a = licence_site_get(cx, path,
                         licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN}));
    assert_int_equal(a.status, 200);
}

static void another_tenants_credentials_and_rows_do_not_exist_here(void **state)
{
    struct ctx *theirs = open_site(state);
    struct licence *l = licensing_licence(theirs, NULL);
    const char *admin = licence_site_token_auth(theirs, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct ctx *ours = open_site(state);
    struct licence_answer a = licence_site_get(ours, "/v1/me", licence_site_key_auth(ours, l));

    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
    a = licence_site_get(ours, "/v1/me", admin);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_get(ours,
                         arena_printf(ours->mem, "/v1/licenses/%s", id_text(ours->mem, l->id)),
                         licence_site_token_auth(ours, &(struct token_draft){.kind = TOKEN_ADMIN}));
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_post(ours, "/v1/licenses/actions/validate-key", NULL,
                          validate_body(ours, l->key));
    assert_string_equal(licence_site_text(&a, "meta/code"), "NOT_FOUND");
}

static void S07_an_account_is_for_those_who_may_read_it(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *path = arena_printf(cx->mem, "/v1/accounts/%s", id_text(cx->mem, cx->tenant_id));
    struct signing_key *keys;
    size_t count;
    const char *hex;
    struct licence_answer a = licence_site_get(cx, path, licence_site_key_auth(cx, l));

    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(cx, path,
                         licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN}));
    assert_string_equal(licence_site_text(&a, "data/attributes/apiVersion"), "1.8");
    test_ok(cx, signing_key_list(cx, &keys, &count));
    hex = crypto_hex(cx->mem, keys[0].public_key, CRYPTO_PUBLIC_SIZE);
    assert_string_equal(licence_site_text(&a, "data/meta/keys/ed25519"),
                        crypto_base64(cx->mem, hex, strlen(hex)));
    assert_null(licence_site_at(&a, "meta"));
}

static void S07_older_keys_are_listed_until_they_are_retired(void **state)
{
    struct ctx *cx = open_site(state);
    const char *path = arena_printf(cx->mem, "/v1/accounts/%s", id_text(cx->mem, cx->tenant_id));
    const char *auth = licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct signing_key *keys, *next;
    struct licence_answer a;
    size_t count;

    test_ok(cx, signing_key_list(cx, &keys, &count));
    cx->now += CLOCK_SECOND;
    test_ok(cx, signing_key_rotate(cx, &next)); /* nobody has asked this site before */
    a = licence_site_get(cx, path, auth);
    assert_string_equal(licence_site_text(&a, "meta/gatehouse/olderKeys/0/ed25519"),
                        crypto_hex(cx->mem, keys[0].public_key, CRYPTO_PUBLIC_SIZE));
    assert_null(licence_site_at(&a, "meta/gatehouse/olderKeys/1"));
    test_ok(cx, signing_key_withdraw(cx, keys[0].id));
    a = licence_site_get(cx, path, auth);
    assert_null(licence_site_at(&a, "meta"));
}

/* --- signatures --- */

static void S03_the_vectors_of_response_signatures(void **state)
{
    struct ctx *cx = test_ctx(state);
    uint8_t seed[CRYPTO_SEED_SIZE];
    struct crypto_signer *signer;
    static const char DATE[] = "Fri, 02 Jan 2026 03:04:05 GMT";

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    signer = crypto_signer_make(seed);
    assert_string_equal(licence_serve_sign(cx->mem, signer, "GET", "/v1/me",
                                           "licensing.example.com", DATE,
                                           "sha-256=fxR4dnD7LJEz8A0ayLy0BtEQF4VWcT0P3QKUkWMCjjY="),
                        "B6KP5AxBwO4Hj6nejGiLtzYODFPxy8c72HXIrEr/"
                        "CYPFCqnjgXxKTgBYcGTeMo5ABOUduOSkHWD4+KPJH9x+Bg==");
    assert_string_equal(
        licence_serve_sign(cx->mem, signer, "DELETE",
                           "/v1/machines/33333333-3333-4333-8333-333333333333?x=1",
                           "licensing.example.com:8443", DATE,
                           "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        "9+XqlQDBzo8LDf+vGT3q9F68J2dDFbiV4NrdAHeCBnkxouLi34V6K49vc98OQafOK8jqhfkK0TgikNYwJ1u9Cg==");
    crypto_signer_free(signer);
}

static void S04_only_this_accounts_ed25519_signature_can_be_asked_for(void **state)
{
    struct ctx *cx = open_site(state);
    const char *account = id_text(cx->mem, cx->tenant_id);
    struct licence_answer a =
        ask_with(cx, "GET", "/v1/ping", "Keygen-Accept-Signature: algorithm=\"md5\"\r\n", NULL);

    licence_site_refused(&a, 400, "", NULL);
    a = ask_with(cx, "GET", "/v1/ping",
                 "Keygen-Accept-Signature: keyid=\"x\", algorithm=\"ed25519\"\r\n", NULL);
    licence_site_refused(&a, 400, "", NULL);
    a = ask_with(cx, "GET", "/v1/ping", "Keygen-Accept-Signature: nonsense\r\n", NULL);
    licence_site_refused(&a, 400, "", NULL);
    a = ask_with(cx, "GET", "/v1/ping",
                 arena_printf(cx->mem,
                              "Keygen-Accept-Signature: keyid=\"%s\", algorithm=\"ed25519\"\r\n",
                              account),
                 NULL);
    assert_int_equal(a.status, 200);
}

static void S05_unknown_paths_and_encoded_targets_are_signed_as_they_came(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = licence_site_get(cx, "/v1/nothing/here?a=%20b&c=%C3%A9", NULL);

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    assert_int_equal(licence_site_get(cx, "/v1/ping?x=%2F%2f", NULL).status, 200);
    a = ask_with(cx, "DELETE", "/v1/licenses/actions/validate-key", NULL, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void a_rotated_key_signs_within_a_second(void **state)
{
    struct ctx *cx = open_site(state);
    struct signing_key *key;
    struct licence_answer a = licence_site_get(cx, "/v1/ping", NULL);
    bool is_new = false;

    assert_int_equal(a.status, 200);
    test_ok(cx, signing_key_create(cx, &key));
    test_sql(cx, "DELETE FROM signing_key WHERE tenant_id = ? AND current_slot IS NULL",
             DB_ID(cx->tenant_id)); /* so that only the new one passes */
    for (int64_t until = clock_mono_us() + CLOCK_MINUTE; !is_new && clock_mono_us() < until;) {
        const char *text;
        struct licence_ask ask = {.method = "GET", .path = "/v1/ping"};

        poll(NULL, 0, 100);
        (void)licence_site_raw(cx, &ask, &text);
        is_new = licence_site_is_signed(cx, &ask, text);
    }
    assert_true(is_new);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(C01_C02_ping_and_health_need_nobody),
        cmocka_unit_test(C03_C28_both_path_forms_give_the_same_licence),
        cmocka_unit_test(C04_C23_an_unknown_account_is_not_found),
        cmocka_unit_test(C05_C06_media_types_are_negotiated),
        cmocka_unit_test(C07_C12_bodies_that_cannot_be_read_are_named),
        cmocka_unit_test(C08_every_usual_content_type_is_json),
        cmocka_unit_test(
            C09_C10_C11_members_are_known_in_every_spelling_and_unknown_ones_are_named),
        cmocka_unit_test(C22_metadata_is_bounded),
        cmocka_unit_test(C19_versions_are_resolved_and_echoed),
        cmocka_unit_test(C21_C25_older_versions_have_their_names),
        cmocka_unit_test(C20_environments_are_not_supported),
        cmocka_unit_test(C29_a_preflight_is_answered),
        cmocka_unit_test(A01_A02_A07_A08_A22_C24_a_protected_route_needs_a_credential_that_is_good),
        cmocka_unit_test(A03_A04_A05_A16_tokens_are_taken_in_every_form),
        cmocka_unit_test(A06_the_query_carries_credentials_and_the_header_wins),
        cmocka_unit_test(A09_A10_A11_the_policy_says_which_credentials_of_a_licence_count),
        cmocka_unit_test(A12_A14_A15_a_keys_refusals_come_in_their_order),
        cmocka_unit_test(A13_an_expired_licence_with_restricted_access_still_authenticates),
        cmocka_unit_test(A23_a_bearer_sees_what_is_its_own),
        cmocka_unit_test(another_tenants_credentials_and_rows_do_not_exist_here),
        cmocka_unit_test(S07_an_account_is_for_those_who_may_read_it),
        cmocka_unit_test(S07_older_keys_are_listed_until_they_are_retired),
        cmocka_unit_test(S03_the_vectors_of_response_signatures),
        cmocka_unit_test(S04_only_this_accounts_ed25519_signature_can_be_asked_for),
        cmocka_unit_test(S05_unknown_paths_and_encoded_targets_are_signed_as_they_came),
        cmocka_unit_test(a_rotated_key_signs_within_a_second),
    };

    return test_group_run_around("licence_conventions", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
