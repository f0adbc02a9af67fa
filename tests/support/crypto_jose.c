#include "tests/support/jose.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <assert.h>
#include <string.h>

struct jose_key {
    enum jose_kind kind;
    EVP_PKEY *pkey;
};

const char *jose_text(struct arena *mem, const void *bytes, size_t len)
{
    char *text = arena_dup(mem, crypto_base64url(mem, bytes, len));

    text[strcspn(text, "=")] = '\0';
    return text;
}

static void release(void *what)
{
    EVP_PKEY_free(what);
}

struct jose_key *jose_key_make(struct arena *mem, enum jose_kind kind)
{
    struct jose_key *key = arena_new(mem, struct jose_key);

    key->kind = kind;
    switch (kind) {
    case JOSE_RSA:
        key->pkey = EVP_RSA_gen(2048U);
        break;
    case JOSE_RSA_SHORT:
        key->pkey = EVP_RSA_gen(1024U);
        break;
    case JOSE_P256:
        key->pkey = EVP_EC_gen("prime256v1");
        break;
    case JOSE_P384:
        key->pkey = EVP_EC_gen("secp384r1");
        break;
    case JOSE_ED25519:
        key->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    }
    assert(key->pkey != NULL);
    arena_defer(mem, release, key->pkey);
    return key;
}

static const char *number(struct arena *mem, const struct jose_key *key, const char *name, int size)
{
    BIGNUM *n = NULL;
    uint8_t bytes[1024];

    assert(EVP_PKEY_get_bn_param(key->pkey, name, &n) == 1);
    size = size != 0 ? BN_bn2binpad(n, bytes, size) : BN_bn2bin(n, bytes);
    BN_free(n);
    return jose_text(mem, bytes, (size_t)size);
}

const char *jose_key_jwk(struct arena *mem, const struct jose_key *key, const char *kid,
                         const char *more)
{
    int size = key->kind == JOSE_P256 ? 32 : 48;
    uint8_t raw[32];
    size_t len = sizeof raw;

    switch (key->kind) {
    case JOSE_RSA:
    case JOSE_RSA_SHORT:
        return arena_printf(mem, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"%s}",
                            kid, number(mem, key, OSSL_PKEY_PARAM_RSA_N, 0),
                            number(mem, key, OSSL_PKEY_PARAM_RSA_E, 0), more);
    case JOSE_P256:
    case JOSE_P384:
        return arena_printf(
            mem, "{\"kty\":\"EC\",\"crv\":\"P-%d\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}",
            size * 8, kid, number(mem, key, OSSL_PKEY_PARAM_EC_PUB_X, size),
            number(mem, key, OSSL_PKEY_PARAM_EC_PUB_Y, size), more);
    case JOSE_ED25519:
        break;
    }
    assert(EVP_PKEY_get_raw_public_key(key->pkey, raw, &len) == 1);
    return arena_printf(mem, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"%s}",
                        kid, jose_text(mem, raw, len), more);
}

static const char *is_signed_of(struct arena *mem, const char *header, const char *claims)
{
    return arena_printf(mem, "%s.%s", jose_text(mem, header, strlen(header)),
                        jose_text(mem, claims, strlen(claims)));
}

/* libcrypto's two numbers as ASN.1, side by side as JOSE has them. */
static size_t flat(uint8_t *signature, size_t len, int size)
{
    const uint8_t *at = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)len);

    assert(pair != NULL);
    assert(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, size) == size);
    assert(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + size, size) == size);
    ECDSA_SIG_free(pair);
    return 2 * (size_t)size;
}

const char *jose_sign(struct arena *mem, const struct jose_key *key, const char *header,
                      const char *claims)
{
    const char *text = is_signed_of(mem, header, claims);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[1024];
    size_t len = sizeof signature;

    assert(EVP_DigestSignInit(context, NULL, key->kind == JOSE_ED25519 ? NULL : EVP_sha256(), NULL,
                              key->pkey) == 1);
    assert(EVP_DigestSign(context, signature, &len, (const uint8_t *)text, strlen(text)) == 1);
    EVP_MD_CTX_free(context);
    if (key->kind == JOSE_P256 || key->kind == JOSE_P384)
        len = flat(signature, len, key->kind == JOSE_P256 ? 32 : 48);
    return arena_printf(mem, "%s.%s", text, jose_text(mem, signature, len));
}

const char *jose_mac(struct arena *mem, struct span secret, const char *header, const char *claims)
{
    const char *text = is_signed_of(mem, header, claims);
    uint8_t mac[CRYPTO_HASH_SIZE];

    crypto_mac((const uint8_t *)secret.p, secret.len, text, strlen(text), mac);
    return arena_printf(mem, "%s.%s", text, jose_text(mem, mac, sizeof mac));
}
