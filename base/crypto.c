#include "base/crypto.h"

#include "base/crypto_parts.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* SHA-256 through OpenSSL, four times as fast as sodium's. Both the fetched algorithm and each
 * thread's context are kept: fetching and allocating cost more than hashing a short text. */
static EVP_MD *sha256;
static pthread_key_t sha256_context; /* of this thread */
static pthread_once_t crypto_once = PTHREAD_ONCE_INIT;

static void sha256_context_free(void *context)
{
    EVP_MD_CTX_free(context);
}

static void crypto_start(void)
{
    if (sodium_init() < 0)
        abort();
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL || pthread_key_create(&sha256_context, sha256_context_free) != 0)
        abort();
    crypto_gcm_init();
    crypto_password_init();
}

void crypto_init(void)
{
    pthread_once(&crypto_once, crypto_start);
}

void crypto_random(void *out, size_t size)
{
    randombytes_buf(out, size);
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void crypto_wipe(void *secret, size_t size)
{
    sodium_memzero(secret, size);
}

/* Locked memory is rationed (RLIMIT_MEMLOCK): without it the secret is wiped all the same. */
void crypto_hold(void *secret, size_t size)
{
    if (sodium_mlock(secret, size) != 0)
        return;
}

void crypto_let_go(void *secret, size_t size)
{
    sodium_munlock(secret, size); /* wipes */
}

void crypto_sha256(const void *bytes, size_t len, uint8_t out[CRYPTO_HASH_SIZE])
{
    EVP_MD_CTX *context;
    unsigned size;

    assert(sha256 != NULL); /* crypto_init came first */
    context = pthread_getspecific(sha256_context);
    if (context == NULL) {
        context = EVP_MD_CTX_new();
        if (context == NULL || pthread_setspecific(sha256_context, context) != 0)
            abort();
    }
    if (EVP_DigestInit_ex2(context, sha256, NULL) != 1 ||
        EVP_DigestUpdate(context, bytes, len) != 1 || EVP_DigestFinal_ex(context, out, &size) != 1)
        abort();
}

void crypto_mac(const uint8_t *key, size_t key_len, const void *bytes, size_t len,
                uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key, key_len);
    crypto_auth_hmacsha256_update(&state, bytes, len);
    crypto_auth_hmacsha256_final(&state, out);
    crypto_wipe(&state, sizeof state);
}

const char *crypto_token(struct arena *mem, size_t bytes)
{
    uint8_t *random = arena_alloc(mem, bytes);
    const char *text;

    crypto_random(random, bytes);
    text = crypto_hex(mem, random, bytes);
    crypto_wipe(random, bytes);
    return text;
}

const char *crypto_hex(struct arena *mem, const void *bytes, size_t len)
{
    char *text = arena_alloc_array(mem, len + 1, 2);

    return sodium_bin2hex(text, 2 * len + 1, bytes, len);
}

static const char *encode(struct arena *mem, const void *bytes, size_t len, int variant)
{
    size_t size = sodium_base64_encoded_len(len, variant);

    return sodium_bin2base64(arena_alloc(mem, size), size, bytes, len, variant);
}

const char *crypto_base64(struct arena *mem, const void *bytes, size_t len)
{
    return encode(mem, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

const char *crypto_base64url(struct arena *mem, const void *bytes, size_t len)
{
    return encode(mem, bytes, len, sodium_base64_VARIANT_URLSAFE);
}

static bool decode(struct arena *mem, const char *text, int variant, uint8_t **out, size_t *len)
{
    size_t text_len = strlen(text);
    uint8_t *bytes = arena_alloc(mem, text_len / 4 * 3 + 3);
    size_t bytes_len;

    /* libsodium 1.0.18 takes bytes from 128 on for digits. */
    for (size_t i = 0; i < text_len; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
    }
    if (sodium_base642bin(bytes, text_len / 4 * 3 + 3, text, text_len, NULL, &bytes_len, NULL,
                          variant) != 0)
        return false;
    *out = bytes;
    *len = bytes_len;
    return true;
}

bool crypto_from_base64(struct arena *mem, const char *text, uint8_t **out, size_t *len)
{
    return decode(mem, text, sodium_base64_VARIANT_ORIGINAL, out, len);
}

bool crypto_from_base64url(struct arena *mem, const char *text, uint8_t **out, size_t *len)
{
    return decode(mem, text, sodium_base64_VARIANT_URLSAFE, out, len);
}
