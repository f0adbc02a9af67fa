#include "base/crypto.h"

#include <openssl/evp.h>

#include <stdlib.h>

struct crypto_digest {
    EVP_MD_CTX *sha256, *sha512;
};

static void digest_free(void *what)
{
    struct crypto_digest *d = what;

    EVP_MD_CTX_free(d->sha256);
    EVP_MD_CTX_free(d->sha512);
}

static EVP_MD_CTX *context_of(const EVP_MD *kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, kind, NULL) != 1)
        abort();
    return context;
}

struct crypto_digest *crypto_digest_make(struct arena *mem)
{
    struct crypto_digest *d = arena_new(mem, struct crypto_digest);

    d->sha256 = context_of(EVP_sha256());
    d->sha512 = context_of(EVP_sha512());
    arena_defer(mem, digest_free, d);
    return d;
}

void crypto_digest_add(struct crypto_digest *d, const void *bytes, size_t len)
{
    if (EVP_DigestUpdate(d->sha256, bytes, len) != 1 ||
        EVP_DigestUpdate(d->sha512, bytes, len) != 1)
        abort();
}

void crypto_digest_end(struct crypto_digest *d, uint8_t sha256[CRYPTO_HASH_SIZE],
                       uint8_t sha512[CRYPTO_HASH512_SIZE])
{
    if (EVP_DigestFinal_ex(d->sha256, sha256, NULL) != 1 ||
        EVP_DigestFinal_ex(d->sha512, sha512, NULL) != 1)
        abort();
}
