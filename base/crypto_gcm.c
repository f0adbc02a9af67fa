/* AES-256-GCM: by sodium where the processor has AES instructions, else by OpenSSL. */
#include "base/crypto.h"
#include "base/crypto_parts.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool gcm_by_sodium;
static EVP_CIPHER *gcm_cipher;

void crypto_gcm_init(void)
{
    gcm_by_sodium = crypto_aead_aes256gcm_is_available() == 1;
    gcm_cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (gcm_cipher == NULL)
        abort();
}

bool crypto_gcm_choose(bool by_sodium)
{
    bool before = gcm_by_sodium;

    gcm_by_sodium = by_sodium && crypto_aead_aes256gcm_is_available() == 1;
    return before;
}

static EVP_CIPHER_CTX *openssl_start(const uint8_t key[32], const uint8_t iv[CRYPTO_GCM_IV_SIZE],
                                     bool encrypts)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (context == NULL ||
        EVP_CipherInit_ex2(context, gcm_cipher, key, iv, encrypts ? 1 : 0, NULL) != 1)
        abort();
    return context;
}

/* OpenSSL counts bytes in int; what is encrypted here are files of a few kilobytes. */
static void openssl_update(EVP_CIPHER_CTX *context, uint8_t *out, const void *in, size_t len)
{
    int n;

    assert(len <= INT_MAX);
    if (len > 0 && EVP_CipherUpdate(context, out, &n, in, (int)len) != 1)
        abort();
}

void crypto_gcm_encrypt(const uint8_t key[32], const uint8_t iv[CRYPTO_GCM_IV_SIZE],
                        const void *plain, size_t len, uint8_t *out,
                        uint8_t tag[CRYPTO_GCM_TAG_SIZE])
{
    uint8_t none[CRYPTO_GCM_TAG_SIZE];
    EVP_CIPHER_CTX *context;
    int n;

    if (gcm_by_sodium) {
        crypto_aead_aes256gcm_encrypt_detached(out, tag, NULL, plain, len, NULL, 0, NULL, iv, key);
        return;
    }
    context = openssl_start(key, iv, true);
    openssl_update(context, out, plain, len);
    if (EVP_CipherFinal_ex(context, none, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CRYPTO_GCM_TAG_SIZE, tag) != 1)
        abort();
    EVP_CIPHER_CTX_free(context);
}

bool crypto_gcm_decrypt(const uint8_t key[32], const uint8_t iv[CRYPTO_GCM_IV_SIZE],
                        const uint8_t *cipher, size_t len, const uint8_t tag[CRYPTO_GCM_TAG_SIZE],
                        uint8_t *out)
{
    uint8_t expected[CRYPTO_GCM_TAG_SIZE]; /* a copy, since OpenSSL takes it without const */
    uint8_t none[CRYPTO_GCM_TAG_SIZE];
    EVP_CIPHER_CTX *context;
    bool genuine;
    int n;

    if (gcm_by_sodium)
        return crypto_aead_aes256gcm_decrypt_detached(out, NULL, cipher, len, tag, NULL, 0, iv,
                                                      key) == 0;
    context = openssl_start(key, iv, false);
    openssl_update(context, out, cipher, len);
    memcpy(expected, tag, sizeof expected);
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CRYPTO_GCM_TAG_SIZE, expected) != 1)
        abort();
    genuine = EVP_CipherFinal_ex(context, none, &n) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!genuine)
        crypto_wipe(out, len);
    return genuine;
}
