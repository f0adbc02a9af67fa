/* The revocation list as the client reads it: as it is (none of the fuzzer's making is genuine),
 * and signed. */
#include "licensing/client/client.h"
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const unsigned char seed[32] = {1};
    unsigned char public_key[32], secret[64], *copy = malloc(len + GHC_SIGNATURE_SIZE);
    struct gatehouse_options options = {0};
    struct gatehouse_revocations *list;
    struct gatehouse *g;
    char hex[65];

    if (sodium_init() < 0 || copy == NULL)
        abort();
    crypto_sign_seed_keypair(public_key, secret, seed);
    options.public_keys = sodium_bin2hex(hex, sizeof hex, public_key, sizeof public_key);
    if (gatehouse_open(&options, &g) != GATEHOUSE_OK)
        abort();
    if (gatehouse_revocations_open(g, bytes, len, &list) == GATEHOUSE_OK)
        abort();
    memcpy(copy, bytes, len);
    crypto_sign_detached(copy + len, NULL, copy, len, secret);
    if (gatehouse_revocations_open(g, copy, len + GHC_SIGNATURE_SIZE, &list) == GATEHOUSE_OK) {
        (void)gatehouse_revocations_has(list, "A");
        (void)gatehouse_revocations_has(list, "B");
        gatehouse_revocations_free(list);
    }
    free(copy);
    gatehouse_close(g);
    return 0;
}
