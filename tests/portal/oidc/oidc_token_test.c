#include "base/clock.h"
#include "portal/oidc/oidc_token.h"
#include "tests/support/jose.h"
#include "tests/support/unit.h"

#include <string.h>

static const char ISSUER[] = "https://sso.example.com";
static const char CLIENT[] = "gatehouse";
static const char NONCE[] = "n-0S6_WzA2Mj";
#define NOW   (INT64_C(1772442000) * CLOCK_SECOND)
#define NOW_S 1772442000LL

/* Keys take long to make: each kind once. */
static struct arena *all;
static struct jose_key *rsa, *other_rsa, *short_rsa, *p256, *p384, *ed25519;

static int start(void **state)
{
    (void)state;
    crypto_init();
    all = arena_make(64 * 1024);
    rsa = jose_key_make(all, JOSE_RSA);
    other_rsa = jose_key_make(all, JOSE_RSA);
    short_rsa = jose_key_make(all, JOSE_RSA_SHORT);
    p256 = jose_key_make(all, JOSE_P256);
    p384 = jose_key_make(all, JOSE_P384);
    ed25519 = jose_key_make(all, JOSE_ED25519);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(all);
    return 0;
}

static struct oidc_keys keys_of(struct arena *mem, const char *list)
{
    const char *text = arena_printf(mem, "{\"keys\":[%s]}", list);
    struct err err = {.kind = NULL};
    struct oidc_keys keys;

    assert_true(oidc_token_keys(mem, &err, span_of(text), &keys));
    return keys;
}

static struct oidc_keys everybody(struct arena *mem)
{
    return keys_of(mem, arena_printf(mem, "%s,%s,%s", jose_key_jwk(mem, rsa, "r", ""),
                                     jose_key_jwk(mem, p256, "p", ",\"use\":\"sig\""),
                                     jose_key_jwk(mem, ed25519, "e", ",\"alg\":\"EdDSA\"")));
}

static const struct oidc_wanted WANTED = {
    .issuer = ISSUER, .client_id = CLIENT, .nonce = NONCE, .since = NOW, .now = NOW};

/* What a good token says; more replaces nothing, it is added. */
static const char *good(struct arena *mem, const char *more)
{
    return arena_printf(mem,
                        "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"u1\",\"nonce\":\"%s\","
                        "\"iat\":%lld,\"exp\":%lld%s}",
                        ISSUER, CLIENT, NONCE, NOW_S, NOW_S + 300, more);
}

static const struct err_kind *verdict(struct arena *mem, const char *token,
                                      const struct oidc_keys *keys, struct oidc_claims *out)
{
    struct err err = {.kind = NULL};
    bool ok = oidc_token_check(mem, &err, span_of(token), keys, &WANTED, out);

    assert_int_equal(ok, err.kind == NULL);
    return err.kind;
}

static const char RS256[] = "{\"alg\":\"RS256\",\"kid\":\"r\"}";

/* The verdict on these claims under a good signature. */
static const struct err_kind *claimed(struct arena *mem, const char *claims)
{
    struct oidc_keys keys = everybody(mem);
    struct oidc_claims out;

    return verdict(mem, jose_sign(mem, rsa, RS256, claims), &keys, &out);
}

static void a_token_of_each_algorithm_is_good_and_tells_who_it_is(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    const char *claims = good(mem,
                              ",\"email\":\"Ann@Example.com\",\"email_verified\":true,"
                              "\"name\":\"Ann Smith\",\"given_name\":\"Ann\"");
    const struct {
        const struct jose_key *key;
        const char *header;
    } CASES[] = {{rsa, RS256},
                 {p256, "{\"alg\":\"ES256\",\"kid\":\"p\",\"typ\":\"JWT\"}"},
                 {ed25519, "{\"alg\":\"EdDSA\",\"kid\":\"e\"}"},
                 {rsa, "{\"alg\":\"RS256\"}"}};
    struct oidc_claims out;

    assert_int_equal(keys.count, 3);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_null(
            verdict(mem, jose_sign(mem, CASES[i].key, CASES[i].header, claims), &keys, &out));
        assert_string_equal(out.subject, "u1");
        assert_string_equal(out.email, "Ann@Example.com");
        assert_true(out.is_email_verified);
        assert_string_equal(out.full_name, "Ann Smith");
        assert_string_equal(out.given_name, "Ann");
    }
}

static void nothing_but_the_three_algorithms_is_looked_at(void **state)
{
    static const char *const HEADERS[] = {"{\"alg\":\"none\"}",
                                          "{\"alg\":\"None\",\"kid\":\"r\"}",
                                          "{\"kid\":\"r\"}",
                                          "{\"alg\":\"RS512\",\"kid\":\"r\"}",
                                          "{\"alg\":\"PS256\",\"kid\":\"r\"}",
                                          "{\"alg\":\"rs256\",\"kid\":\"r\"}",
                                          "{\"alg\":[\"RS256\"]}",
                                          "{\"alg\":\"ES256K\"}"};
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    struct oidc_claims out;

    for (size_t i = 0; i < COUNT(HEADERS); i++)
        assert_ptr_equal(verdict(mem, jose_sign(mem, rsa, HEADERS[i], good(mem, "")), &keys, &out),
                         &ERR_OIDC_ALGORITHM);
}

static void a_public_key_is_never_taken_for_a_secret(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    struct span modulus = keys.list[0].key.a;
    struct oidc_claims out;

    assert_ptr_equal(
        verdict(mem, jose_mac(mem, modulus, "{\"alg\":\"HS256\",\"kid\":\"r\"}", good(mem, "")),
                &keys, &out),
        &ERR_OIDC_ALGORITHM);
    assert_ptr_equal(verdict(mem, jose_mac(mem, modulus, RS256, good(mem, "")), &keys, &out),
                     &ERR_OIDC_SIGNATURE);
}

static void a_key_is_good_for_its_own_algorithm_alone(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    struct oidc_claims out;

    assert_ptr_equal(
        verdict(mem, jose_sign(mem, p256, "{\"alg\":\"ES256\",\"kid\":\"r\"}", good(mem, "")),
                &keys, &out),
        &ERR_OIDC_KEY);
    assert_ptr_equal(
        verdict(mem, jose_sign(mem, ed25519, "{\"alg\":\"RS256\",\"kid\":\"e\"}", good(mem, "")),
                &keys, &out),
        &ERR_OIDC_KEY);
}

static void a_signature_by_another_key_or_over_other_bytes_is_refused(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    char *token = arena_dup(mem, jose_sign(mem, rsa, RS256, good(mem, "")));
    struct oidc_claims out;
    char *last;

    assert_ptr_equal(verdict(mem, jose_sign(mem, other_rsa, RS256, good(mem, "")), &keys, &out),
                     &ERR_OIDC_SIGNATURE);
    last = strrchr(token, '.') - 5;
    *last = *last == 'A' ? 'B' : 'A';
    assert_ptr_equal(verdict(mem, token, &keys, &out), &ERR_OIDC_SIGNATURE);
    *strrchr(token, '.') = '\0';
    assert_ptr_equal(verdict(mem, arena_printf(mem, "%s.", token), &keys, &out),
                     &ERR_OIDC_SIGNATURE);
    assert_ptr_equal(verdict(mem, token, &keys, &out), &ERR_OIDC_TOKEN);
}

static void an_unknown_key_is_told_apart_so_that_the_keys_can_be_asked_for_again(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    struct oidc_keys none = keys_of(mem, "");
    struct oidc_claims out;

    assert_ptr_equal(
        verdict(mem, jose_sign(mem, rsa, "{\"alg\":\"RS256\",\"kid\":\"new\"}", good(mem, "")),
                &keys, &out),
        &ERR_OIDC_KEY);
    assert_ptr_equal(verdict(mem,
                             jose_sign(mem, rsa, "{\"alg\":\"RS256\",\"kid\":7}", good(mem, "")),
                             &keys, &out),
                     &ERR_OIDC_KEY);
    assert_ptr_equal(verdict(mem, jose_sign(mem, rsa, RS256, good(mem, "")), &none, &out),
                     &ERR_OIDC_KEY);
}

static void a_token_that_brings_its_own_key_is_held_against_the_published_ones(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    const char *header = arena_printf(
        mem, "{\"alg\":\"RS256\",\"kid\":\"r\",\"jku\":\"https://evil.example/jwks\",\"jwk\":%s}",
        jose_key_jwk(mem, other_rsa, "r", ""));
    struct oidc_claims out;

    assert_ptr_equal(verdict(mem, jose_sign(mem, other_rsa, header, good(mem, "")), &keys, &out),
                     &ERR_OIDC_SIGNATURE);
    assert_ptr_equal(verdict(mem,
                             jose_sign(mem, rsa,
                                       "{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"b64\"],"
                                       "\"b64\":false}",
                                       good(mem, "")),
                             &keys, &out),
                     &ERR_OIDC_TOKEN);
}

#define CLAIMS(iss, aud, nonce, iat, exp)                                              \
    "{\"iss\":" iss ",\"aud\":" aud ",\"sub\":\"u1\",\"nonce\":" nonce ",\"iat\":" iat \
    ",\"exp\":" exp "}"
#define ISS "\"https://sso.example.com\""
#define AUD "\"gatehouse\""
#define NON "\"n-0S6_WzA2Mj\""
#define IAT "1772442000"
#define EXP "1772442300"

static void what_it_claims_is_held_against_what_was_asked(void **state)
{
    static const struct {
        const char *claims;
        const struct err_kind *kind;
    } CASES[] = {
        {CLAIMS(ISS, AUD, NON, IAT, EXP), NULL},
        {CLAIMS("\"https://sso.example.com/\"", AUD, NON, IAT, EXP), &ERR_OIDC_ISSUER},
        {CLAIMS("\"https://evil.example\"", AUD, NON, IAT, EXP), &ERR_OIDC_ISSUER},
        {CLAIMS("[" ISS "]", AUD, NON, IAT, EXP), &ERR_OIDC_ISSUER},
        {CLAIMS("null", AUD, NON, IAT, EXP), &ERR_OIDC_ISSUER},
        {CLAIMS(ISS, "\"other\"", NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, "[" AUD "]", NON, IAT, EXP), NULL},
        {CLAIMS(ISS, "[]", NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, "null", NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, "[" AUD ",\"other\"]", NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, "[" AUD ",\"other\"],\"azp\":" AUD, NON, IAT, EXP), NULL},
        {CLAIMS(ISS, AUD ",\"azp\":\"other\"", NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, "[" AUD ",7],\"azp\":" AUD, NON, IAT, EXP), &ERR_OIDC_AUDIENCE},
        {CLAIMS(ISS, AUD, "\"n-0S6_WzA2Mk\"", IAT, EXP), &ERR_OIDC_NONCE},
        {CLAIMS(ISS, AUD, "\"\"", IAT, EXP), &ERR_OIDC_NONCE},
        {CLAIMS(ISS, AUD, "null", IAT, EXP), &ERR_OIDC_NONCE},
        /* over by more than clocks differ, and just within */
        {CLAIMS(ISS, AUD, NON, IAT, "1772441880"), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, IAT, "1772441881"), NULL},
        {CLAIMS(ISS, AUD, NON, IAT, "\"1772442300\""), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, IAT, "null"), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, IAT, "1e300"), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, "1772442120.5", EXP), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, "1772442120", EXP), NULL},
        {CLAIMS(ISS, AUD, NON, "1772441879", EXP), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, "-1", EXP), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, IAT, EXP ",\"nbf\":1772442121"), &ERR_OIDC_TIME},
        {CLAIMS(ISS, AUD, NON, IAT, EXP ",\"nbf\":1772442120"), NULL},
        {CLAIMS(ISS, AUD, NON, IAT, EXP ",\"nbf\":\"now\""), &ERR_OIDC_TIME},
    };

    for (size_t i = 0; i < COUNT(CASES); i++)
        if (claimed(*state, CASES[i].claims) != CASES[i].kind)
            fail_msg("case %zu: %s", i, CASES[i].claims);
}

static void a_subject_has_to_be_there_and_short(void **state)
{
    struct arena *mem = *state;
    char *longest = arena_alloc(mem, OIDC_TOKEN_SUBJECT_MAX + 2);
    const char *head =
        "{\"iss\":" ISS ",\"aud\":" AUD ",\"nonce\":" NON ",\"iat\":" IAT ",\"exp\":" EXP;

    memset(longest, 's', OIDC_TOKEN_SUBJECT_MAX + 1);
    assert_ptr_equal(claimed(mem, arena_printf(mem, "%s}", head)), &ERR_OIDC_TOKEN);
    assert_ptr_equal(claimed(mem, arena_printf(mem, "%s,\"sub\":\"%s\"}", head, longest)),
                     &ERR_OIDC_TOKEN);
    longest[OIDC_TOKEN_SUBJECT_MAX] = '\0';
    assert_null(claimed(mem, arena_printf(mem, "%s,\"sub\":\"%s\"}", head, longest)));
}

static void a_claim_that_stands_there_twice_spoils_the_token(void **state)
{
    struct arena *mem = *state;

    assert_ptr_equal(claimed(mem, good(mem, ",\"sub\":\"u2\"")), &ERR_OIDC_TOKEN);
    assert_ptr_equal(claimed(mem, good(mem, ",\"\\u0073ub\":\"u2\"")), &ERR_OIDC_TOKEN);
}

static void what_is_no_token_is_refused(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    const char *token = jose_sign(mem, rsa, RS256, good(mem, ""));
    char *huge = arena_alloc(mem, OIDC_TOKEN_MAX + 1);
    struct oidc_claims out;
    const char *const CASES[] = {"",
                                 ".",
                                 "..",
                                 "...",
                                 "e30.e30.",
                                 "e30=.e30.AA",
                                 arena_printf(mem, "%s.", token),
                                 arena_printf(mem, "%s.e30", token),
                                 arena_printf(mem, " %s", token),
                                 jose_sign(mem, rsa, "[]", good(mem, "")),
                                 jose_sign(mem, rsa, "{\"alg\":\"RS256\",\"alg\":\"none\"}", "{}"),
                                 jose_sign(mem, rsa, RS256, "[]"),
                                 jose_sign(mem, rsa, RS256, "{"),
                                 huge};

    memset(huge, 'A', OIDC_TOKEN_MAX);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct err_kind *kind = verdict(mem, CASES[i], &keys, &out);

        if (kind != &ERR_OIDC_TOKEN && !(i == 4 && kind == &ERR_OIDC_ALGORITHM))
            fail_msg("case %zu", i);
    }
    token = jose_sign(mem, rsa, RS256, good(mem, arena_printf(mem, ",\"x\":\"%s\"", huge)));
    assert_ptr_equal(verdict(mem, token, &keys, &out), &ERR_OIDC_TOKEN);
}

static void keys_that_cannot_have_signed_for_us_are_left_out(void **state)
{
    struct arena *mem = *state;
    const char *list = arena_printf(
        mem, "%s,%s,%s,%s,7,{\"kty\":\"oct\",\"k\":\"AAAA\"},{\"kty\":\"RSA\"},%s",
        jose_key_jwk(mem, rsa, "a", ",\"use\":\"enc\""),
        jose_key_jwk(mem, rsa, "b", ",\"alg\":\"RS512\""), jose_key_jwk(mem, p384, "c", ""),
        jose_key_jwk(mem, rsa, "d", ",\"use\":1"), jose_key_jwk(mem, short_rsa, "r", ""));
    struct oidc_keys keys = keys_of(mem, list);
    struct oidc_claims out;

    assert_int_equal(keys.count, 1);
    assert_ptr_equal(verdict(mem, jose_sign(mem, short_rsa, RS256, good(mem, "")), &keys, &out),
                     &ERR_OIDC_SIGNATURE); /* 1024 bits are no key */
}

static void a_point_beside_the_curve_is_no_key(void **state)
{
    struct arena *mem = *state;
    struct oidc_keys keys = everybody(mem);
    char *y = arena_dup_bytes(mem, keys.list[1].key.b.p, keys.list[1].key.b.len);
    struct oidc_claims out;

    y[31] = (char)(y[31] ^ 1);
    keys.list[1].key.b.p = y;
    assert_ptr_equal(
        verdict(mem, jose_sign(mem, p256, "{\"alg\":\"ES256\",\"kid\":\"p\"}", good(mem, "")),
                &keys, &out),
        &ERR_OIDC_SIGNATURE);
}

static void a_key_set_that_is_none_or_too_long_is_refused(void **state)
{
    struct arena *mem = *state;
    struct str many = str_new(mem);
    struct oidc_keys keys;

    str_add(&many, "{\"keys\":[7");
    for (int i = 0; i < OIDC_TOKEN_KEYS_MAX; i++)
        str_add(&many, ",7");
    str_add(&many, "]}");
    const char *const CASES[] = {
        "",    "7", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]} x",
        many.p};

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct err err = {.kind = NULL};

        assert_false(oidc_token_keys(mem, &err, span_of(CASES[i]), &keys));
        assert_ptr_equal(err.kind, &ERR_OIDC_KEYS);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        with_arena(a_token_of_each_algorithm_is_good_and_tells_who_it_is),
        with_arena(nothing_but_the_three_algorithms_is_looked_at),
        with_arena(a_public_key_is_never_taken_for_a_secret),
        with_arena(a_key_is_good_for_its_own_algorithm_alone),
        with_arena(a_signature_by_another_key_or_over_other_bytes_is_refused),
        with_arena(an_unknown_key_is_told_apart_so_that_the_keys_can_be_asked_for_again),
        with_arena(a_token_that_brings_its_own_key_is_held_against_the_published_ones),
        with_arena(what_it_claims_is_held_against_what_was_asked),
        with_arena(a_subject_has_to_be_there_and_short),
        with_arena(a_claim_that_stands_there_twice_spoils_the_token),
        with_arena(what_is_no_token_is_refused),
        with_arena(keys_that_cannot_have_signed_for_us_are_left_out),
        with_arena(a_point_beside_the_curve_is_no_key),
        with_arena(a_key_set_that_is_none_or_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("oidc_token", TESTS, start, stop);
}
