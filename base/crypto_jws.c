/* Signatures that others made (RFC 7518, RFC 8037), by keys that came as bare numbers. */
#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <string.h>

enum { P256_NUMBER = 32, RSA_MIN = 2048 / 8, RSA_MAX = 8192 / 8, EXPONENT_MAX = 8 };

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM *params = build == NULL ? NULL : OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (params == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

static BIGNUM *number(struct span bytes)
{
    return BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.len, NULL);
}

/* A huge exponent or modulus would make each check take seconds; a small one protects nothing. */
static EVP_PKEY *rsa_key(const struct crypto_jws_key *key)
{
    OSSL_PARAM_BLD *build;
    BIGNUM *n, *e;
    EVP_PKEY *made = NULL;

    if (key->a.len < RSA_MIN || key->a.len > RSA_MAX || key->b.len == 0 ||
        key->b.len > EXPONENT_MAX || key->a.p[0] == '\0')
        return NULL;
    build = OSSL_PARAM_BLD_new();
    n = number(key->a);
    e = number(key->b);
    if (build != NULL && n != NULL && e != NULL && BN_is_odd(e) && !BN_is_one(e) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        made = key_from("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return made;
}

/* A point that is not on the curve makes no key. */
static EVP_PKEY *p256_key(const struct crypto_jws_key *key)
{
    unsigned char point[1 + 2 * P256_NUMBER] = {POINT_CONVERSION_UNCOMPRESSED};
    char curve[] = "prime256v1";
    OSSL_PARAM_BLD *build;
    EVP_PKEY *made = NULL;

    if (key->a.len != P256_NUMBER || key->b.len != P256_NUMBER)
        return NULL;
    memcpy(point + 1, key->a.p, P256_NUMBER);
    memcpy(point + 1 + P256_NUMBER, key->b.p, P256_NUMBER);
    build = OSSL_PARAM_BLD_new();
    if (build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1)
        made = key_from("EC", build);
    OSSL_PARAM_BLD_free(build);
    return made;
}

static bool check(EVP_PKEY *key, struct span bytes, const unsigned char *signature, size_t len)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok =
        key != NULL && context != NULL &&
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, len, (const unsigned char *)bytes.p, bytes.len) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    ERR_clear_error(); /* what a wrong signature left in the thread's queue */
    return ok;
}

/* JOSE has the two numbers side by side, libcrypto wants them as ASN.1. */
static bool check_p256(EVP_PKEY *key, struct span bytes, struct span signature)
{
    ECDSA_SIG *pair = signature.len == 2 * P256_NUMBER ? ECDSA_SIG_new() : NULL;
    BIGNUM *r, *s;
    unsigned char *der = NULL;
    int len = 0;
    bool ok;

    if (pair == NULL) {
        EVP_PKEY_free(key);
        return false;
    }
    r = number((struct span){signature.p, P256_NUMBER});
    s = number((struct span){signature.p + P256_NUMBER, P256_NUMBER});
    if (r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        len = i2d_ECDSA_SIG(pair, &der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    if (len <= 0) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ok = check(key, bytes, der, len > 0 ? (size_t)len : 0);
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
    return ok;
}

bool crypto_jws_verify(const struct crypto_jws_key *key, struct span bytes, struct span signature)
{
    switch (key->alg) {
    case CRYPTO_JWS_RS256:
        return signature.len == key->a.len &&
               check(rsa_key(key), bytes, (const unsigned char *)signature.p, signature.len);
    case CRYPTO_JWS_ES256:
        return check_p256(p256_key(key), bytes, signature);
    case CRYPTO_JWS_EDDSA:
        return key->a.len == CRYPTO_PUBLIC_SIZE && signature.len == CRYPTO_SIGNATURE_SIZE &&
               crypto_verify((const uint8_t *)key->a.p, bytes.p, bytes.len,
                             (const uint8_t *)signature.p);
    case CRYPTO_JWS_COUNT:
        break;
    }
    return false;
}
