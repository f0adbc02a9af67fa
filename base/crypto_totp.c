/* One-time codes by time: HMAC-SHA-1 through libcrypto. SHA-1 is what authenticator programs use;
 * HMAC does not depend on its collision resistance. */
#include "base/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits.h>
#include <stdlib.h>

enum { TOTP_MODULUS = 1000000 };

unsigned crypto_totp(const uint8_t *secret, size_t len, uint64_t step)
{
    uint8_t counter[8];
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned mac_len = 0;
    unsigned at;
    uint32_t number;

    for (size_t i = 0; i < sizeof(counter); i++)
        counter[i] = (uint8_t)(step >> (8 * (sizeof(counter) - 1 - i)));
    if (len > INT_MAX ||
        !HMAC(EVP_sha1(), secret, (int)len, counter, sizeof(counter), mac, &mac_len) ||
        mac_len < 20)
        abort();
    at = mac[mac_len - 1] & 0x0fU;
    number = (uint32_t)(mac[at] & 0x7fU) << 24 | (uint32_t)mac[at + 1] << 16 |
             (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    return number % TOTP_MODULUS;
}
