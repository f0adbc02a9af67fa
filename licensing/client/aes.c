/* AES-256-GCM of encrypted files: libsodium where the processor has AES, else OpenSSL if it is
 * built in. No other cipher may stand in for it. */
#include "client.h"

#include <sodium.h>

#include <limits.h>
#include <string.h>
#ifdef GATEHOUSE_WITH_OPENSSL
#include <openssl/evp.h>
#endif

static enum gatehouse_error with_sodium(const unsigned char key[32], const unsigned char iv[12],
                                        const unsigned char tag[16], const unsigned char *cipher,
                                        size_t len, unsigned char *out)
{
    if (crypto_aead_aes256gcm_is_available() == 0)
        return GATEHOUSE_E_NO_AES;
    return crypto_aead_aes256gcm_decrypt_detached(out, NULL, cipher, len, tag, NULL, 0, iv, key) ==
                   0
               ? GATEHOUSE_OK
               : GATEHOUSE_E_FILE_KEY;
}

#ifdef GATEHOUSE_WITH_OPENSSL
static enum gatehouse_error with_openssl(const unsigned char key[32], const unsigned char iv[12],
                                         const unsigned char tag[16], const unsigned char *cipher,
                                         size_t len, unsigned char *out)
{
    EVP_CIPHER_CTX *cx = EVP_CIPHER_CTX_new();
    unsigned char own_tag[16];
    bool is_good = false;
    int n = 0;

    memcpy(own_tag, tag, sizeof own_tag);
    if (cx != NULL && len <= INT_MAX &&
        EVP_DecryptInit_ex(cx, EVP_aes_256_gcm(), NULL, key, iv) == 1 &&
        EVP_CIPHER_CTX_ctrl(cx, EVP_CTRL_AEAD_SET_TAG, (int)sizeof own_tag, own_tag) == 1 &&
        EVP_DecryptUpdate(cx, out, &n, cipher, (int)len) == 1)
        is_good = EVP_DecryptFinal_ex(cx, out + n, &n) == 1;
    EVP_CIPHER_CTX_free(cx);
    if (is_good)
        return GATEHOUSE_OK;
    sodium_memzero(out, len);
    return GATEHOUSE_E_FILE_KEY;
}
#else
static enum gatehouse_error with_openssl(const unsigned char key[32], const unsigned char iv[12],
                                         const unsigned char tag[16], const unsigned char *cipher,
                                         size_t len, unsigned char *out)
{
    (void)key;
    (void)iv;
    (void)tag;
    (void)cipher;
    (void)len;
    (void)out;
    return GATEHOUSE_E_NO_AES;
}
#endif

enum gatehouse_error ghc_aes_open(enum gatehouse_aes how, const unsigned char key[32],
                                  const unsigned char iv[12], const unsigned char tag[16],
                                  const unsigned char *cipher, size_t len, unsigned char *out)
{
    enum gatehouse_error error = GATEHOUSE_E_NO_AES;

    if (how != GATEHOUSE_AES_OPENSSL)
        error = with_sodium(key, iv, tag, cipher, len, out);
    if (how != GATEHOUSE_AES_SODIUM && error == GATEHOUSE_E_NO_AES)
        error = with_openssl(key, iv, tag, cipher, len, out);
    return error;
}
