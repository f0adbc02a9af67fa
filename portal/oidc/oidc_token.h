/* ID tokens of OpenID Connect: read, and held against the provider's keys and what was asked for.
 * Pure: no clock, no network, no database. */
#pragma once

#include "base/crypto.h"
#include "base/json.h"

enum {
    OIDC_TOKEN_MAX = 16 * 1024,
    OIDC_TOKEN_KEYS_MAX = 50,
    OIDC_TOKEN_SUBJECT_MAX = 255,
    OIDC_TOKEN_SKEW_SECONDS = 120 /* by which clocks may differ */
};

extern const struct err_kind ERR_OIDC_TOKEN;     /* no token that can be read */
extern const struct err_kind ERR_OIDC_ALGORITHM; /* none, HS256 or whatever else */
extern const struct err_kind ERR_OIDC_KEY;       /* signed by a key that the provider has not */
extern const struct err_kind ERR_OIDC_SIGNATURE;
extern const struct err_kind ERR_OIDC_ISSUER;
extern const struct err_kind ERR_OIDC_AUDIENCE; /* made for another client */
extern const struct err_kind ERR_OIDC_TIME;  /* over, not begun, or made before it was asked for */
extern const struct err_kind ERR_OIDC_NONCE; /* made for another sign-in */
extern const struct err_kind ERR_OIDC_KEYS;  /* no key set that can be read */

struct oidc_key {
    const char *kid; /* "": it has none */
    struct crypto_jws_key key;
};
struct oidc_keys { /* in mem */
    struct oidc_key *list;
    size_t count;
};
/* Reads a JWK set; keys that could not have signed an ID token for us are left out: other kinds and
 * curves, for encryption, for another algorithm. Fails: ERR_OIDC_KEYS. */
bool oidc_token_keys(struct arena *mem, struct err *err, struct span text,
                     struct oidc_keys *out) MUST_CHECK;

struct oidc_wanted { /* what the token has to say */
    const char *issuer;
    const char *client_id;
    const char *nonce;
    int64_t since; /* when it was asked for */
    int64_t now;
};
struct oidc_claims { /* in mem; NULL where there is none */
    const char *subject;
    const char *email;
    bool is_email_verified;
    const char *full_name, *given_name;
};
/* Checks everything about a token. Fails: each of the kinds above but ERR_OIDC_KEYS. */
bool oidc_token_check(struct arena *mem, struct err *err, struct span token,
                      const struct oidc_keys *keys, const struct oidc_wanted *wanted,
                      struct oidc_claims *out) MUST_CHECK;
