/* Tokens over the wire (checklist A17 to A21, C26; section 2.5). */
#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/role.h"
#include "portal/account/second_factor.h"
#include "portal/account/user.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct licence *l;
    struct id ada;
    const char *admin, *of_ada, *of_product, *of_licence;
};

static const char SQL_OWN[] = "UPDATE licence SET owner_id = ? WHERE tenant_id = ? AND id = ?";

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};
    struct ctx *cx = s.cx;

    licence_site_open(cx);
    s.l = licensing_licence(cx, NULL);
    s.ada = make_person(cx, "Ada Byron", "ada@example.com");
    test_sql(cx, SQL_OWN, DB_ID(s.ada), DB_ID(cx->tenant_id), DB_ID(s.l->id));
    s.admin = licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.of_ada =
        licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = s.ada});
    s.of_product = licence_site_token_auth(
        cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s.l->product_id});
    s.of_licence = licence_site_token_auth(
        cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s.l->id});
    return s;
}

static const char *basic(struct ctx *cx, const char *pair)
{
    return arena_printf(cx->mem, "Basic %s",
                        crypto_base64(cx->mem, (const uint8_t *)pair, strlen(pair)));
}

static const char *path_of(const struct site *s, const char *format, struct id id)
{
    const char *gap = strstr(format, "%s");

    return arena_printf(s->cx->mem, "%.*s%s%s", (int)(gap - format), format,
                        id_text(s->cx->mem, id), gap + 2);
}

static struct licence_answer ask(const struct site *s, const char *method, const char *path,
                                 const char *auth)
{
    return licence_site_ask(s->cx,
                            &(struct licence_ask){.method = method, .path = path, .auth = auth});
}

static const char *bearer(const struct site *s, const struct licence_answer *a)
{
    return arena_printf(s->cx->mem, "Bearer %s", licence_site_text(a, "data/attributes/token"));
}

static size_t rows(const struct licence_answer *a)
{
    return json_array_size(licence_site_at(a, "data"));
}

static const char *days(const struct site *s, int64_t n)
{
    char *text = arena_alloc(s->cx->mem, CLOCK_ISO_SIZE);

    clock_iso(clock_now() + n * CLOCK_DAY, text);
    text[10] = '\0'; /* the day */
    return text;
}

static void A17_an_email_and_a_password_make_a_token(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;
    const char *token;

    test_ok(s.cx, credential_set(s.cx, s.ada, "correct horse battery"));
    a = licence_site_post(s.cx, "/v1/tokens", basic(s.cx, "ADA@example.com:correct horse battery"),
                          NULL);
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/kind"), "user-token");
    assert_string_equal(licence_site_text(&a, "data/relationships/bearer/data/type"), "users");
    assert_non_null(licence_site_header(s.cx, &a, "Location"));
    token = bearer(&s, &a);
    assert_int_equal(strlen(token), strlen("Bearer user-") + 64 + strlen("v3"));
    a = licence_site_get(s.cx, "/v1/me", token);
    assert_string_equal(licence_site_text(&a, "data/attributes/email"), "ada@example.com");
    assert_null(licence_site_at(&a, "included/0/attributes/token"));
}

/* An address that nobody has is told from a wrong password, after the same work. */
static void A17_what_is_wrong_with_a_password_is_told(void **state)
{
    static const char *const CASES[][2] = {
        {":pw", "EMAIL_REQUIRED"},
        {"ada@example.com:", "PASSWORD_REQUIRED"},
        {"bob@example.com:some password", "EMAIL_INVALID"},
        {"no address:some password", "EMAIL_INVALID"},
        {"ada@example.com:some password", "PASSWORD_NOT_SUPPORTED"},
    };
    struct site s = open_site(state);
    struct licence_answer a;
    struct user *u;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = licence_site_post(s.cx, "/v1/tokens", basic(s.cx, CASES[i][0]), NULL);
        licence_site_refused(&a, 401, CASES[i][1], NULL);
    }
    test_ok(s.cx, credential_set(s.cx, s.ada, "correct horse battery"));
    a = licence_site_get(s.cx, "/v1/me", basic(s.cx, "ada@example.com:correct horse battery"));
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    test_ok(s.cx, user_set_banned(s.cx, s.ada, true, &u));
    a = licence_site_post(s.cx, "/v1/tokens", basic(s.cx, "ada@example.com:correct horse battery"),
                          NULL);
    licence_site_refused(&a, 403, "USER_BANNED", NULL);
    a = licence_site_post(s.cx, "/v1/tokens", NULL, NULL);
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
}

static void C26_older_versions_have_one_code_for_credentials(void **state)
{
    struct site s = open_site(state);
    struct licence_ask old = {.method = "POST",
                              .path = "/v1/tokens",
                              .auth = basic(s.cx, "ada@example.com:wrong password"),
                              .headers = "Keygen-Version: 1.7\r\n"};
    struct licence_answer a;

    test_ok(s.cx, credential_set(s.cx, s.ada, "correct horse battery"));
    a = licence_site_ask(s.cx, &old);
    licence_site_refused(&a, 401, "CREDENTIALS_INVALID", NULL);
    old.headers = "Keygen-Version: 1.8\r\n";
    a = licence_site_ask(s.cx, &old);
    licence_site_refused(&a, 401, "PASSWORD_INVALID", NULL);
}

/* The authenticator's code of a secret in Base32 (RFC 6238). */
static const char *code_at(struct ctx *cx, const char *secret, int64_t now)
{
    uint8_t bytes[64];
    uint32_t held = 0;
    unsigned bits = 0;
    size_t len = 0;

    for (const char *c = secret; *c != '\0'; c++) {
        held = held << 5 | (uint32_t)(*c >= 'A' ? *c - 'A' : *c - '2' + 26);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[len++] = (uint8_t)(held >> bits);
        }
    }
    return arena_printf(
        cx->mem, "%06u",
        crypto_totp(bytes, len, (uint64_t)(now / (SECOND_FACTOR_STEP_SECONDS * CLOCK_SECOND))));
}

static void a_second_factor_is_asked_for(void **state)
{
    struct site s = open_site(state);
    const char *auth = basic(s.cx, "ada@example.com:correct horse battery");
    const char *secret;
    const char **recovery;
    const char *body;
    struct licence_answer a;

    test_ok(s.cx, credential_set(s.cx, s.ada, "correct horse battery"));
    test_ok(s.cx, second_factor_offer(s.cx, s.ada, &secret));
    test_ok(s.cx, second_factor_confirm(s.cx, s.ada, code_at(s.cx, secret, s.cx->now), &recovery));
    a = licence_site_post(s.cx, "/v1/tokens", auth, NULL);
    licence_site_refused(&a, 401, "OTP_REQUIRED", "/meta/otp");
    a = licence_site_post(s.cx, "/v1/tokens", auth, "{\"meta\":{\"otp\":\"000\"}}");
    licence_site_refused(&a, 401, "OTP_INVALID", "/meta/otp");
    body = arena_printf(s.cx->mem, "{\"meta\":{\"otp\":\"%s\"}}", recovery[0]);
    a = licence_site_post(s.cx, "/v1/tokens", auth, body);
    assert_int_equal(a.status, 201);
    a = licence_site_post(s.cx, "/v1/tokens", auth, body);
    licence_site_refused(&a, 401, "OTP_INVALID", "/meta/otp");
}

/* Whatever the network's own limits are, an account locks itself. */
static void an_account_is_locked_after_wrong_passwords(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = {0};

    test_ok(s.cx, credential_set(s.cx, s.ada, "correct horse battery"));
    for (int i = 0; i < LOGIN_ACCOUNT_TRIES; i++) {
        a = licence_site_post(s.cx, "/v1/tokens", basic(s.cx, "ada@example.com:wrong one"), NULL);
        licence_site_refused(&a, 401, "PASSWORD_INVALID", NULL);
    }
    a = licence_site_post(s.cx, "/v1/tokens", basic(s.cx, "ada@example.com:correct horse battery"),
                          NULL);
    licence_site_refused(&a, 401, "PASSWORD_INVALID", NULL);
}

static void A18_a_list_never_shows_a_text_and_holds_what_the_bearer_may_know(void **state)
{
    struct site s = open_site(state);
    struct licence *other = licensing_licence(s.cx, NULL);
    struct licence_answer a;

    licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = other->id});
    a = licence_site_get(s.cx, "/v1/tokens?limit=100", s.admin);
    assert_int_equal(rows(&a), 5);
    assert_null(strstr(a.body, "\"token\":"));
    a = licence_site_get(s.cx, "/v1/tokens?limit=100", s.of_licence);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/tokens?limit=100", s.of_product);
    assert_int_equal(rows(&a), 3);
    a = licence_site_get(s.cx, "/v1/tokens?limit=100", s.of_ada);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/tokens?bearer[type]=license", s.admin);
    assert_int_equal(rows(&a), 2);
    a = licence_site_get(s.cx, "/v1/tokens?bearer[role]=user", s.admin);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, path_of(&s, "/v1/tokens?bearer[id]=%s", s.l->id), s.admin);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/tokens?bearer[type]=nobody", s.admin);
    assert_int_equal(rows(&a), 0);
}

static void the_tokens_of_one_bearer_are_listed_under_it(void **state)
{
    struct site s = open_site(state);
    const char *licence = path_of(&s, "/v1/licenses/%s/tokens", s.l->id);
    const char *product = path_of(&s, "/v1/products/%s/tokens", s.l->product_id);
    struct licence_answer a = licence_site_get(s.cx, licence, s.of_licence);

    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, licence, s.of_ada);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(s.cx, product, s.of_product);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, product, s.of_licence);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/tokens", s.of_ada);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/tokens", s.of_product);
    assert_int_equal(rows(&a), 1);
}

static void A19_a_revoked_token_is_refused(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(s.cx, "/v1/tokens", s.of_ada, NULL);
    const char *made = bearer(&s, &a);
    const char *path = arena_printf(s.cx->mem, "/v1/tokens/%s", licence_site_text(&a, "data/id"));

    assert_int_equal(licence_site_get(s.cx, "/v1/me", made).status, 200);
    a = ask(&s, "DELETE", path, s.of_licence);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(&s, "DELETE", path, s.of_product);
    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(ask(&s, "DELETE", path, s.of_ada).status, 204);
    a = licence_site_get(s.cx, "/v1/me", made);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = ask(&s, "DELETE", path, s.of_ada);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void A20_a_regenerated_token_has_a_new_text(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(s.cx, "/v1/tokens", s.of_ada, NULL);
    const char *old = bearer(&s, &a);
    const char *path = arena_printf(s.cx->mem, "/v1/tokens/%s", licence_site_text(&a, "data/id"));
    const char *renewed;

    a = ask(&s, "PUT", path, s.of_ada);
    assert_int_equal(a.status, 200);
    renewed = bearer(&s, &a);
    a = licence_site_get(s.cx, "/v1/me", old);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = ask(&s, "PUT", "/v1/tokens", renewed);
    assert_int_equal(a.status, 200);
    assert_int_equal(licence_site_get(s.cx, "/v1/me", bearer(&s, &a)).status, 200);
    assert_int_equal(licence_site_get(s.cx, "/v1/me", renewed).status, 401);
}

static void A21_a_users_token_ends_in_two_weeks_unless_it_is_told_otherwise(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(s.cx, "/v1/tokens", s.of_ada, NULL);
    const char *expiry = licence_site_text(&a, "data/attributes/expiry");

    assert_true(strncmp(expiry, days(&s, 14), 10) == 0);
    a = licence_site_post(s.cx, "/v1/tokens", s.of_ada,
                          "{\"data\":{\"type\":\"tokens\",\"attributes\":{\"expiry\":null}}}");
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    a = ask(&s, "PUT", arena_printf(s.cx->mem, "/v1/tokens/%s", licence_site_text(&a, "data/id")),
            s.of_ada);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    a = licence_site_post(s.cx, "/v1/tokens", s.of_licence, NULL);
    assert_int_equal(a.status, 201);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_int_equal(strlen(licence_site_text(&a, "data/attributes/token")),
                     strlen("activ-") + 32 + strlen("v3"));
}

static void a_licences_token_counts_activations(void **state)
{
    struct site s = open_site(state);
    const char *path = path_of(&s, "/v1/licenses/%s/tokens", s.l->id);
    struct licence_answer a = licence_site_post(
        s.cx, path, s.of_product,
        "{\"data\":{\"type\":\"token\",\"attributes\":{\"name\":\"CI\",\"max_activations\":3}}}");

    assert_int_equal(a.status, 200);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxActivations")), 3);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/maxDeactivations")));
    a = licence_site_post(
        s.cx, path, s.admin,
        "{\"data\":{\"type\":\"tokens\",\"attributes\":{\"maxActivations\":-1}}}");
    licence_site_refused(&a, 400, "", "/data/attributes/maxActivations");
    a = licence_site_post(s.cx, path, s.of_licence, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, path_of(&s, "/v1/products/%s/tokens", s.l->product_id), s.admin,
                          "{\"data\":{\"type\":\"tokens\",\"attributes\":{\"maxActivations\":1}}}");
    licence_site_refused(&a, 400, "", "/data/attributes/maxActivations");
}

static void a_token_that_counts_makes_no_other(void **state)
{
    struct site s = open_site(state);
    const char *counted = licence_site_token_auth(
        s.cx, &(struct token_draft){
                  .kind = TOKEN_ACTIVATION, .licence_id = s.l->id, .max_activations = 1});
    struct licence_answer a = licence_site_post(s.cx, "/v1/tokens", counted, NULL);

    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(ask(&s, "PUT", "/v1/tokens", counted).status, 200);
}

static const char *for_user(const struct site *s, struct id id)
{
    return arena_printf(s->cx->mem,
                        "{\"data\":{\"type\":\"tokens\",\"relationships\":{\"bearer\":{\"data\":"
                        "{\"type\":\"users\",\"id\":\"%s\"}}}}}",
                        id_text(s->cx->mem, id));
}

static void nobody_makes_a_token_above_its_own(void **state)
{
    struct site s = open_site(state);
    struct id boss = make_person(s.cx, "Boss", "boss@staff.example");
    const char *developer =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_DEVELOPER});
    const char *sales = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_SALES});
    struct licence_answer a;

    test_ok(s.cx, role_add_presets(s.cx));
    test_ok(s.cx, role_staff_set(s.cx, boss, "Administrator", (struct id){{0}}, NULL));
    a = licence_site_post(s.cx, "/v1/tokens", developer, for_user(&s, boss));
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, "/v1/tokens", developer, for_user(&s, s.ada));
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/kind"), "user-token");
    a = licence_site_post(s.cx, "/v1/tokens", sales, for_user(&s, s.ada));
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, "/v1/tokens", s.admin, for_user(&s, boss));
    assert_string_equal(licence_site_text(&a, "data/attributes/kind"), "admin-token");
    a = licence_site_post(s.cx, "/v1/tokens", s.of_product, for_user(&s, boss));
    licence_site_refused(&a, 422, "BEARER_NOT_FOUND", "/data/relationships/bearer");
    a = licence_site_post(s.cx, "/v1/tokens", s.of_ada, for_user(&s, boss));
    licence_site_refused(&a, 422, "BEARER_NOT_FOUND", NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(A17_an_email_and_a_password_make_a_token),
        cmocka_unit_test(A17_what_is_wrong_with_a_password_is_told),
        cmocka_unit_test(C26_older_versions_have_one_code_for_credentials),
        cmocka_unit_test(a_second_factor_is_asked_for),
        cmocka_unit_test(an_account_is_locked_after_wrong_passwords),
        cmocka_unit_test(A18_a_list_never_shows_a_text_and_holds_what_the_bearer_may_know),
        cmocka_unit_test(the_tokens_of_one_bearer_are_listed_under_it),
        cmocka_unit_test(A19_a_revoked_token_is_refused),
        cmocka_unit_test(A20_a_regenerated_token_has_a_new_text),
        cmocka_unit_test(A21_a_users_token_ends_in_two_weeks_unless_it_is_told_otherwise),
        cmocka_unit_test(a_licences_token_counts_activations),
        cmocka_unit_test(a_token_that_counts_makes_no_other),
        cmocka_unit_test(nobody_makes_a_token_above_its_own),
    };

    return test_group_run_around("token_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
