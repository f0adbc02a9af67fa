/* Signing keys: one Ed25519 pair in use per tenant, its seed sealed with the master key. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

struct signing_key { /* a record: open */
    struct id id;
    uint8_t public_key[CRYPTO_PUBLIC_SIZE];
    bool is_current;
    int64_t created_at, retired_at; /* retired_at 0: in use */
};

extern const struct err_kind ERR_SIGNING_KEY_SEALED; /* this installation's key does not open it */

/* Makes the tenant's signing key and keeps it sealed; another one in use is retired. Needs
 * cx->master. Inside the caller's transaction if one is open. */
bool signing_key_create(struct ctx *cx, struct signing_key **out) MUST_CHECK;
/* Newest first; retired ones stay listed, since what they signed stays good. */
bool signing_key_list(struct ctx *cx, struct signing_key **out, size_t *count) MUST_CHECK;
/* Signs once with the tenant's key: opens it, signs, wipes. For issue and files; responses are
 * signed through struct signing_keys. */
bool signing_key_sign(struct ctx *cx, const void *bytes, size_t len,
                      uint8_t out[CRYPTO_SIGNATURE_SIZE]) MUST_CHECK;

/* The open keys of the licensing role, loaded at a tenant's first request. Threads: any. */
struct signing_keys;
struct signing_keys *signing_keys_make(void);
/* Wipes them. */
void signing_keys_free(struct signing_keys *keys);

struct signing_entry { /* read-only; borrowed until signing_keys_free */
    struct id tenant_id;
    struct id key_id;
    struct crypto_signer *signer;
    uint8_t token_secret[CRYPTO_HASH_SIZE]; /* what the tenant's API tokens are hashed with */
};
/* The tenant's entry; one older than SIGNING_KEYS_FRESH_MS is compared with the row in use, so that
 * a rotation is seen. Makes the tenant's key where it has none yet. Fails: ERR_SIGNING_KEY_SEALED,
 * ERR_BUSY. */
enum { SIGNING_KEYS_FRESH_MS = 1000 };
bool signing_keys_get(struct signing_keys *keys, struct ctx *cx,
                      const struct signing_entry **out) MUST_CHECK;
