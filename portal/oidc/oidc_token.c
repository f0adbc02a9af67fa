#include "portal/oidc/oidc_token.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

const struct err_kind ERR_OIDC_TOKEN = {
    ERR_CLASS_DENIED, "OIDC_TOKEN",
    "Your sign-on provider's answer could not be read. Try again; if it stays so, tell whoever "
    "looks after your sign-on."};
const struct err_kind ERR_OIDC_ALGORITHM = {
    ERR_CLASS_DENIED, "OIDC_ALGORITHM",
    "Your sign-on provider signs in a way that is not accepted here. Tell whoever looks after your "
    "sign-on: RS256, ES256 and EdDSA are."};
const struct err_kind ERR_OIDC_KEY = {
    ERR_CLASS_DENIED, "OIDC_KEY",
    "The answer was signed with a key that your sign-on provider does not publish. Try again in a "
    "minute."};
const struct err_kind ERR_OIDC_SIGNATURE = {
    ERR_CLASS_DENIED, "OIDC_SIGNATURE",
    "The answer does not bear your sign-on provider's signature. You were not signed in."};
const struct err_kind ERR_OIDC_ISSUER = {
    ERR_CLASS_DENIED, "OIDC_ISSUER",
    "The answer came from another sign-on provider than the one that was asked. You were not "
    "signed in."};
const struct err_kind ERR_OIDC_AUDIENCE = {
    ERR_CLASS_DENIED, "OIDC_AUDIENCE",
    "Your sign-on provider's answer was meant for another program. You were not signed in."};
const struct err_kind ERR_OIDC_TIME = {
    ERR_CLASS_DENIED, "OIDC_TIME",
    "Your sign-on provider's answer is too old or not yet valid. Try again; if it stays so, its "
    "clock is wrong."};
const struct err_kind ERR_OIDC_NONCE = {
    ERR_CLASS_DENIED, "OIDC_NONCE",
    "Your sign-on provider's answer belongs to another sign-in. Start again."};
const struct err_kind ERR_OIDC_KEYS = {
    ERR_CLASS_BUSY, "OIDC_KEYS",
    "The keys of your sign-on provider could not be read. Sign in with your password, or try again "
    "later."};

static const char *const ALG_NAMES[] = {
    [CRYPTO_JWS_RS256] = "RS256",
    [CRYPTO_JWS_ES256] = "ES256",
    [CRYPTO_JWS_EDDSA] = "EdDSA",
};
_Static_assert(COUNT(ALG_NAMES) == CRYPTO_JWS_COUNT, "name every algorithm");

/* JOSE leaves the padding out, and so must whoever writes it: one text for one value. */
static bool decode(struct arena *mem, struct span text, struct span *out)
{
    static const char PADDING[] = "==";
    uint8_t *bytes;
    size_t len;

    if (text.len == 0 || text.len % 4 == 1 || memchr(text.p, '=', text.len) != NULL ||
        memchr(text.p, '\0', text.len) != NULL)
        return false;
    if (!crypto_from_base64url(mem,
                               arena_printf(mem, "%.*s%s", (int)text.len, text.p,
                                            PADDING + 2 - (4 - text.len % 4) % 4),
                               &bytes, &len))
        return false;
    *out = (struct span){(const char *)bytes, len};
    return true;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_text(const json_t *object, const char *key, const char *wanted)
{
    const char *text = text_of(object, key);

    return text != NULL && strcmp(text, wanted) == 0;
}

/* --- keys --- */

static bool number_of(struct arena *mem, const json_t *jwk, const char *name, struct span *out)
{
    const char *text = text_of(jwk, name);

    return text != NULL && decode(mem, span_of(text), out);
}

static bool key_read(struct arena *mem, const json_t *jwk, struct oidc_key *out)
{
    const json_t *kid = json_object_get(jwk, "kid");
    const json_t *use = json_object_get(jwk, "use");
    const json_t *alg = json_object_get(jwk, "alg");

    *out = (struct oidc_key){.kid = ""};
    if ((kid != NULL && !json_is_string(kid)) || (use != NULL && !is_text(jwk, "use", "sig")))
        return false;
    if (kid != NULL)
        out->kid = arena_dup(mem, json_string_value(kid));
    if (is_text(jwk, "kty", "RSA")) {
        out->key.alg = CRYPTO_JWS_RS256;
        if (!number_of(mem, jwk, "n", &out->key.a) || !number_of(mem, jwk, "e", &out->key.b))
            return false;
    } else if (is_text(jwk, "kty", "EC") && is_text(jwk, "crv", "P-256")) {
        out->key.alg = CRYPTO_JWS_ES256;
        if (!number_of(mem, jwk, "x", &out->key.a) || !number_of(mem, jwk, "y", &out->key.b))
            return false;
    } else if (is_text(jwk, "kty", "OKP") && is_text(jwk, "crv", "Ed25519")) {
        out->key.alg = CRYPTO_JWS_EDDSA;
        if (!number_of(mem, jwk, "x", &out->key.a))
            return false;
    } else {
        return false;
    }
    return alg == NULL || is_text(jwk, "alg", ALG_NAMES[out->key.alg]);
}

bool oidc_token_keys(struct arena *mem, struct err *err, struct span text, struct oidc_keys *out)
{
    struct err why = {.kind = NULL};
    const json_t *keys;
    const json_t *jwk;
    json_t *json;
    size_t i;

    if (!json_read(mem, &why, text.p, text.len, &json))
        return err_set(err, &ERR_OIDC_KEYS, "%s", why.oper);
    keys = json_object_get(json, "keys");
    if (!json_is_array(keys) || json_array_size(keys) > OIDC_TOKEN_KEYS_MAX)
        return err_set(err, &ERR_OIDC_KEYS, "no list of keys, or too many");
    *out = (struct oidc_keys){.list = arena_array(mem, struct oidc_key, json_array_size(keys) + 1)};
    json_array_foreach (keys, i, jwk)
        if (json_is_object(jwk) && key_read(mem, jwk, &out->list[out->count]))
            out->count++;
    return true;
}

/* --- the signature --- */

struct parts {
    struct span header, claims, signature; /* as they came */
    struct span is_signed;                 /* the first two with their dot */
};

static bool cut(struct span token, struct parts *out)
{
    struct span rest = token;

    if (token.len == 0 || token.len > OIDC_TOKEN_MAX || !span_cut(&rest, '.', &out->header) ||
        !span_cut(&rest, '.', &out->claims) || !span_cut(&rest, '.', &out->signature) ||
        rest.len != 0 || out->signature.p + out->signature.len != token.p + token.len)
        return false;
    out->is_signed = (struct span){token.p, (size_t)(out->claims.p + out->claims.len - token.p)};
    return true;
}

static bool object_of(struct arena *mem, struct err *err, struct span part, json_t **out)
{
    struct err why = {.kind = NULL};
    struct span text;

    if (!decode(mem, part, &text))
        return err_set(err, &ERR_OIDC_TOKEN, "a part is no base64url");
    if (!json_read(mem, &why, text.p, text.len, out) || !json_is_object(*out))
        return err_set(err, &ERR_OIDC_TOKEN, "a part is no JSON object: %s", why.oper);
    return true;
}

/* The header names the algorithm, the key says whether it may: a key is good for one of them alone,
 * so that no RSA key is ever taken for the secret of an HMAC. */
static bool alg_of(const json_t *header, enum crypto_jws_alg *out)
{
    for (size_t i = 0; i < CRYPTO_JWS_COUNT; i++)
        if (is_text(header, "alg", ALG_NAMES[i])) {
            *out = (enum crypto_jws_alg)i;
            return true;
        }
    return false;
}

static bool signature_check(struct arena *mem, struct err *err, const struct parts *parts,
                            const json_t *header, const struct oidc_keys *keys)
{
    const json_t *kid = json_object_get(header, "kid");
    enum crypto_jws_alg alg;
    struct span signature;
    size_t fitting = 0;
    bool is_good = false;

    if (!alg_of(header, &alg))
        return err_set(err, &ERR_OIDC_ALGORITHM, "alg %.40s",
                       text_of(header, "alg") != NULL ? text_of(header, "alg") : "is absent");
    if (!decode(mem, parts->signature, &signature))
        return err_set(err, &ERR_OIDC_SIGNATURE, "the signature is no base64url");
    for (size_t i = 0; i < keys->count && fitting < 4; i++) {
        const struct oidc_key *key = &keys->list[i];

        if (key->key.alg != alg || (kid != NULL && (!json_is_string(kid) ||
                                                    strcmp(key->kid, json_string_value(kid)) != 0)))
            continue;
        fitting++;
        is_good = is_good || crypto_jws_verify(&key->key, parts->is_signed, signature);
    }
    if (fitting == 0)
        return err_set(err, &ERR_OIDC_KEY, "kid %.60s",
                       json_is_string(kid) ? json_string_value(kid) : "is absent");
    return is_good || err_set(err, &ERR_OIDC_SIGNATURE, "by none of %zu keys", fitting);
}

/* --- what it says --- */

static bool has_audience(const json_t *claims, const char *client_id)
{
    const json_t *aud = json_object_get(claims, "aud");
    const json_t *azp = json_object_get(claims, "azp");
    const json_t *one;
    bool is_ours = false;
    size_t i;

    if (azp != NULL && !is_text(claims, "azp", client_id))
        return false;
    if (json_is_string(aud))
        return strcmp(json_string_value(aud), client_id) == 0;
    json_array_foreach (aud, i, one) {
        if (!json_is_string(one))
            return false;
        is_ours = is_ours || strcmp(json_string_value(one), client_id) == 0;
    }
    return is_ours && (json_array_size(aud) == 1 || azp != NULL);
}

/* A NumericDate in seconds, which some write with a fraction. */
static bool seconds_of(const json_t *claims, const char *name, double *out)
{
    const json_t *value = json_object_get(claims, name);

    *out = json_number_value(value);
    return json_is_number(value) && isfinite(*out) && *out >= 0 && *out < 1e11;
}

static bool time_check(struct err *err, const json_t *claims, const struct oidc_wanted *wanted)
{
    const double now = (double)(wanted->now / CLOCK_SECOND);
    const double since = (double)(wanted->since / CLOCK_SECOND);
    double exp, iat, nbf;

    if (!seconds_of(claims, "exp", &exp) || exp + OIDC_TOKEN_SKEW_SECONDS <= now)
        return err_set(err, &ERR_OIDC_TIME, "exp is absent or over");
    if (!seconds_of(claims, "iat", &iat) || iat > now + OIDC_TOKEN_SKEW_SECONDS)
        return err_set(err, &ERR_OIDC_TIME, "iat is absent or to come");
    if (iat < since - OIDC_TOKEN_SKEW_SECONDS)
        return err_set(err, &ERR_OIDC_TIME, "iat is before the sign-in was begun");
    if (json_object_get(claims, "nbf") != NULL &&
        (!seconds_of(claims, "nbf", &nbf) || nbf > now + OIDC_TOKEN_SKEW_SECONDS))
        return err_set(err, &ERR_OIDC_TIME, "nbf is to come");
    return true;
}

static bool claims_check(struct err *err, const json_t *claims, const struct oidc_wanted *wanted)
{
    const char *nonce = text_of(claims, "nonce");
    const char *subject = text_of(claims, "sub");

    if (!is_text(claims, "iss", wanted->issuer))
        return err_set(err, &ERR_OIDC_ISSUER, "iss %.200s",
                       text_of(claims, "iss") != NULL ? text_of(claims, "iss") : "is absent");
    if (!has_audience(claims, wanted->client_id))
        return err_set(err, &ERR_OIDC_AUDIENCE, "aud or azp is not the client's");
    if (!time_check(err, claims, wanted))
        return false;
    if (nonce == NULL || strlen(nonce) != strlen(wanted->nonce) ||
        !crypto_equal(nonce, wanted->nonce, strlen(nonce)))
        return err_set(err, &ERR_OIDC_NONCE, "nonce is absent or another");
    if (subject == NULL || *subject == '\0' || strlen(subject) > OIDC_TOKEN_SUBJECT_MAX)
        return err_set(err, &ERR_OIDC_TOKEN, "sub is absent or too long");
    return true;
}

bool oidc_token_check(struct arena *mem, struct err *err, struct span token,
                      const struct oidc_keys *keys, const struct oidc_wanted *wanted,
                      struct oidc_claims *out)
{
    struct parts parts;
    json_t *header, *claims;

    if (!cut(token, &parts))
        return err_set(err, &ERR_OIDC_TOKEN, "not three parts, or too large: %zu", token.len);
    if (!object_of(mem, err, parts.header, &header))
        return false;
    if (json_object_get(header, "crit") != NULL)
        return err_set(err, &ERR_OIDC_TOKEN, "crit: an extension that is not known here");
    if (!signature_check(mem, err, &parts, header, keys) ||
        !object_of(mem, err, parts.claims, &claims) || !claims_check(err, claims, wanted))
        return false;
    *out = (struct oidc_claims){.subject = text_of(claims, "sub"),
                                .email = text_of(claims, "email"),
                                /* Some providers write the truth as text. */
                                .is_email_verified =
                                    json_is_true(json_object_get(claims, "email_verified")) ||
                                    is_text(claims, "email_verified", "true"),
                                .full_name = text_of(claims, "name"),
                                .given_name = text_of(claims, "given_name")};
    return true;
}
