/* Licence keys in text form (licensing protocol sections 3.5 and 7.2). */
#pragma once

#include "base/crypto.h"
#include "base/str.h"

/* Thirty-two hexadecimal digits, the last two "v3", in groups of six: C1B6DE-39A6E3-...-V3. */
const char *licence_key_plain(struct arena *mem);
/* A short number for people: PREFIX-XXXX-XXXX without letters and digits that look alike. */
const char *licence_key_serial(struct arena *mem, const char *prefix);

/* ED25519_SIGN: "key/" base64url(payload) "." base64url(signature over all before the dot). */
typedef bool (*licence_key_signer)(void *with, const void *bytes, size_t len,
                                   uint8_t out[CRYPTO_SIGNATURE_SIZE]);
bool licence_key_sign(struct arena *mem, struct span payload, licence_key_signer sign, void *with,
                      const char **out) MUST_CHECK;
/* True when key is a signed key of this public key; *payload is in mem. */
bool licence_key_verify(struct arena *mem, const char *key,
                        const uint8_t public_key[CRYPTO_PUBLIC_SIZE],
                        struct span *payload) MUST_CHECK;

struct licence_key_names { /* what {{id}} and its like stand for; NULL: empty */
    const char *id, *account, *product, *policy, *user, *email, *created, *expiry, *duration;
};
/* Replaces {{name}}; an unknown name becomes empty. In mem. */
const char *licence_key_fill(struct arena *mem, const char *text,
                             const struct licence_key_names *names);
