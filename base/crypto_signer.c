/* Ed25519 signatures (RFC 8032). */
#include "base/crypto.h"

#include <sodium.h>

#include <stdlib.h>

_Static_assert((int)CRYPTO_SEED_SIZE == crypto_sign_SEEDBYTES, "sodium's sizes");
_Static_assert((int)CRYPTO_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "sodium's sizes");
_Static_assert((int)CRYPTO_SIGNATURE_SIZE == crypto_sign_BYTES, "sodium's sizes");

struct crypto_signer { /* in guarded, locked memory, read-only once made */
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[CRYPTO_PUBLIC_SIZE];
};

struct crypto_signer *crypto_signer_make(const uint8_t seed[CRYPTO_SEED_SIZE])
{
    struct crypto_signer *signer = sodium_malloc(sizeof *signer);

    if (signer == NULL)
        abort();
    crypto_sign_seed_keypair(signer->public_key, signer->secret, seed);
    sodium_mprotect_readonly(signer);
    return signer;
}

void crypto_signer_free(struct crypto_signer *signer)
{
    sodium_free(signer); /* wipes */
}

const uint8_t *crypto_signer_public(const struct crypto_signer *signer)
{
    return signer->public_key;
}

void crypto_signer_sign(const struct crypto_signer *signer, const void *bytes, size_t len,
                        uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    crypto_sign_detached(out, NULL, bytes, len, signer->secret);
}

bool crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_SIZE], const void *bytes, size_t len,
                   const uint8_t signature[CRYPTO_SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, bytes, len, public_key) == 0;
}
