/* Ed25519ph with a context (RFC 8032, section 5.1): libsodium's own takes none. */
#include "client.h"

#include <sodium.h>

#include <string.h>

enum { SCALAR_SIZE = crypto_core_ed25519_SCALARBYTES, POINT_SIZE = crypto_core_ed25519_BYTES };

/* A scalar has one form, below the group's order: another would be a second signature. */
static bool is_canonical(const unsigned char scalar[SCALAR_SIZE])
{
    unsigned char wide[crypto_core_ed25519_NONREDUCEDSCALARBYTES] = {0}, reduced[SCALAR_SIZE];

    memcpy(wide, scalar, SCALAR_SIZE);
    crypto_core_ed25519_scalar_reduce(reduced, wide);
    return memcmp(reduced, scalar, SCALAR_SIZE) == 0;
}

bool ghc_prehash_is_good(const unsigned char hash[64], const char *context,
                         const unsigned char public_key[GHC_PUBLIC_SIZE],
                         const unsigned char signature[GHC_SIGNATURE_SIZE])
{
    static const char domain[] = "SigEd25519 no Ed25519 collisions";
    const unsigned char *r = signature, *s = signature + POINT_SIZE;
    const unsigned char dom[2] = {1, (unsigned char)strlen(context)};
    unsigned char wide[crypto_hash_sha512_BYTES], h[SCALAR_SIZE], sb[POINT_SIZE], ha[POINT_SIZE],
        difference[POINT_SIZE];
    crypto_hash_sha512_state state;

    if (strlen(context) > UINT8_MAX || !is_canonical(s))
        return false;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, (const unsigned char *)domain, strlen(domain));
    crypto_hash_sha512_update(&state, dom, sizeof dom);
    crypto_hash_sha512_update(&state, (const unsigned char *)context, strlen(context));
    crypto_hash_sha512_update(&state, r, POINT_SIZE);
    crypto_hash_sha512_update(&state, public_key, GHC_PUBLIC_SIZE);
    crypto_hash_sha512_update(&state, hash, crypto_hash_sha512_BYTES);
    crypto_hash_sha512_final(&state, wide);
    crypto_core_ed25519_scalar_reduce(h, wide);
    /* S·B = R + h·A, as R = S·B - h·A: so R need not be decoded. Keys of small order are refused.
     */
    return crypto_scalarmult_ed25519_base_noclamp(sb, s) == 0 &&
           crypto_scalarmult_ed25519_noclamp(ha, h, public_key) == 0 &&
           crypto_core_ed25519_sub(difference, sb, ha) == 0 &&
           sodium_memcmp(difference, r, POINT_SIZE) == 0;
}
