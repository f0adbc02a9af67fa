/* An OpenID provider's keys and signatures, made in the test. */
#pragma once

#include "base/crypto.h"

enum jose_kind { JOSE_RSA, JOSE_RSA_SHORT, JOSE_P256, JOSE_P384, JOSE_ED25519 };

struct jose_key;
/* Gone with mem. */
struct jose_key *jose_key_make(struct arena *mem, enum jose_kind kind);
/* Its public half as a JWK; more: further members as text (",\"use\":\"sig\""), or "". */
const char *jose_key_jwk(struct arena *mem, const struct jose_key *key, const char *kid,
                         const char *more);
/* A JWS of two JSON texts, signed by the key as its kind does, whatever the header says. */
const char *jose_sign(struct arena *mem, const struct jose_key *key, const char *header,
                      const char *claims);
/* The same with an HMAC (HS256) by these bytes. */
const char *jose_mac(struct arena *mem, struct span secret, const char *header, const char *claims);
/* base64url without padding. */
const char *jose_text(struct arena *mem, const void *bytes, size_t len);
