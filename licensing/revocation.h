/* The revocation list: a small signed file of the licences that are revoked or suspended, for
 * programs that are offline or want to know at once. Its bytes are described in docs/licensing.md.
 */
#pragma once

#include "licensing/signing_key.h"

enum {
    REVOCATION_HEAD_SIZE = 64,
    REVOCATION_ENTRY_SIZE = 16, /* the beginning of SHA-256 of the key's text */
    REVOCATION_MAX = 1000000,
};
/* The instant it is made is cut to this, so that all nodes give the same bytes meanwhile. */
#define REVOCATION_STEP (INT64_C(3600) * 1000000)
#define REVOCATION_NEXT (INT64_C(24) * 3600 * 1000000) /* when to ask again, at the latest */

struct revocation_list { /* a record: open, in cx->mem */
    const uint8_t *bytes;
    size_t len;
    size_t count;
    int64_t issued_at;
    char tag[2 * CRYPTO_HASH_SIZE + 1]; /* names the bytes: an ETag's inside */
};

/* Makes the tenant's list, signed by the key in use: by `keys`, or (NULL) by opening it as
 * signing_key_sign does. */
bool revocation_make(struct ctx *cx, const struct signing_entry *keys,
                     struct revocation_list *out) MUST_CHECK;

/* The lists of a node, made anew after REVOCATION_FRESH_MS. Threads: any. */
struct revocation_cache;
enum { REVOCATION_FRESH_MS = 1000 };
struct revocation_cache *revocation_cache_make(void);
void revocation_cache_free(struct revocation_cache *cache);
bool revocation_cache_get(struct revocation_cache *cache, struct ctx *cx,
                          const struct signing_entry *keys, struct revocation_list *out) MUST_CHECK;

/* What a reader does: the form, the account and the signature are good (once, when it is loaded),
 * then whether it has a key. */
bool revocation_verify(const uint8_t *bytes, size_t len, struct id account,
                       const uint8_t public_key[CRYPTO_PUBLIC_SIZE]) MUST_CHECK;
bool revocation_has(const uint8_t *bytes, const char *key);
