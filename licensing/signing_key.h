/* Signing keys: one Ed25519 pair in use per tenant, its seed sealed with the master key. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

struct signing_key { /* a record: open */
    struct id id;
    uint8_t public_key[CRYPTO_PUBLIC_SIZE];
    bool is_current;
    int64_t created_at, retired_at; /* retired_at 0: in use */
    int64_t withdrawn_at;           /* what it signed is not to be trusted; 0: it is */
};

extern const struct err_kind ERR_SIGNING_KEY_SEALED; /* this installation's key does not open it */

extern const struct err_kind ERR_SIGNING_KEY_IN_USE; /* only an older key is withdrawn */

/* Makes the tenant's signing key and keeps it sealed; another one in use is retired, and its seed
 * destroyed: it never signs again. Needs cx->master. Inside the caller's transaction if one is
 * open. */
bool signing_key_create(struct ctx *cx, struct signing_key **out) MUST_CHECK;
/* The same for a tenant that has one, told in the trail. All nodes sign with the new key within
 * SIGNING_KEYS_FRESH_MS. */
bool signing_key_rotate(struct ctx *cx, struct signing_key **out) MUST_CHECK;
/* Says of an older key that what it signed is not to be trusted any longer. Fails: ERR_NOT_FOUND,
 * ERR_SIGNING_KEY_IN_USE. */
bool signing_key_withdraw(struct ctx *cx, struct id id) MUST_CHECK;
/* Opens every tenant's key in use and token secret and wipes them, so that a role does not start
 * which could not sign. Fails: ERR_SIGNING_KEY_SEALED, naming the first that does not open. */
bool signing_key_check_all(struct ctx *cx, const char *master_file) MUST_CHECK;
/* Newest first; retired ones stay listed, since what they signed stays good. */
bool signing_key_list(struct ctx *cx, struct signing_key **out, size_t *count) MUST_CHECK;
/* Signs with another process's keys: cx->signer of a process that has not the licensing role. */
struct ctx_signer {
    bool (*sign)(const struct ctx_signer *self, struct ctx *cx, const void *bytes, size_t len,
                 uint8_t out[CRYPTO_SIGNATURE_SIZE]);
};
/* Signs once with the tenant's key: opens it, signs, wipes, or asks cx->signer. For issue and
 * files; responses are signed through struct signing_keys. */
bool signing_key_sign(struct ctx *cx, const void *bytes, size_t len,
                      uint8_t out[CRYPTO_SIGNATURE_SIZE]) MUST_CHECK;

/* What a key's seed is sealed for: crypto_seal's context. */
const char *signing_key_context(struct arena *mem, struct id id);

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
