#include "licensing/revocation.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The head, numbers with the highest byte first. */
enum {
    AT_FORM = 4,
    AT_ENTRY_SIZE = 5,
    AT_ACCOUNT = 8,
    AT_KEY_ID = 24,
    AT_ISSUED = 40,
    AT_NEXT = 48,
    AT_COUNT = 56,
    FORM = 1
};
static const uint8_t MAGIC[AT_FORM] = {'G', 'H', 'R', 'L'};

static const char SQL_LICENCE_REVOKED[] =
    "SELECT LEFT(key_hash, 16) AS entry FROM licence "
    "WHERE tenant_id = ? AND deleted_at IS NOT NULL UNION "
    "SELECT LEFT(key_hash, 16) FROM licence WHERE tenant_id = ? AND is_suspended = TRUE "
    "ORDER BY entry LIMIT ?";
static const char SQL_SIGNING_KEY_IN_USE[] =
    "SELECT id FROM signing_key WHERE tenant_id = ? AND current_slot = 1";

/* --- the bytes --- */

static void put_number(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static uint64_t get_number(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static void put_head(struct ctx *cx, struct id key_id, uint8_t *bytes,
                     const struct revocation_list *list)
{
    memset(bytes, 0, REVOCATION_HEAD_SIZE);
    memcpy(bytes, MAGIC, sizeof MAGIC);
    bytes[AT_FORM] = FORM;
    bytes[AT_ENTRY_SIZE] = REVOCATION_ENTRY_SIZE;
    memcpy(bytes + AT_ACCOUNT, cx->tenant_id.b, sizeof cx->tenant_id.b);
    memcpy(bytes + AT_KEY_ID, key_id.b, sizeof key_id.b);
    put_number(bytes + AT_ISSUED, (uint64_t)(list->issued_at / CLOCK_SECOND), 8);
    put_number(bytes + AT_NEXT, (uint64_t)((list->issued_at + REVOCATION_NEXT) / CLOCK_SECOND), 8);
    put_number(bytes + AT_COUNT, list->count, 4);
}

static bool find_key_id(struct ctx *cx, const struct signing_entry *keys, struct id *out)
{
    struct db_rows rows;

    *out = (struct id){{0}};
    if (keys != NULL) {
        *out = keys->key_id;
        return true;
    }
    if (!db_query(cx, &rows, SQL_SIGNING_KEY_IN_USE, DB_ID(cx->tenant_id)))
        return false;
    if (db_next(&rows))
        *out = db_id(&rows.row, 0);
    return true;
}

static bool sign(struct ctx *cx, const struct signing_entry *keys, uint8_t *bytes, size_t len)
{
    if (keys == NULL)
        return signing_key_sign(cx, bytes, len, bytes + len);
    crypto_signer_sign(keys->signer, bytes, len, bytes + len);
    return true;
}

bool revocation_make(struct ctx *cx, const struct signing_entry *keys, struct revocation_list *out)
{
    struct revocation_list list = {.issued_at = cx->now - cx->now % REVOCATION_STEP};
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    struct id key_id;
    uint8_t *bytes;
    size_t len;

    if (!find_key_id(cx, keys, &key_id) ||
        !db_query(cx, &rows, SQL_LICENCE_REVOKED, DB_ID(cx->tenant_id), DB_ID(cx->tenant_id),
                  DB_INT(REVOCATION_MAX)))
        return false;
    list.count = rows.count;
    len = REVOCATION_HEAD_SIZE + list.count * REVOCATION_ENTRY_SIZE;
    bytes = arena_alloc(cx->mem, len + CRYPTO_SIGNATURE_SIZE);
    put_head(cx, key_id, bytes, &list);
    for (size_t i = 0; db_next(&rows); i++)
        memcpy(bytes + REVOCATION_HEAD_SIZE + i * REVOCATION_ENTRY_SIZE, db_bytes(&rows.row, 0).p,
               REVOCATION_ENTRY_SIZE);
    if (!sign(cx, keys, bytes, len))
        return false;
    list.bytes = bytes;
    list.len = len + CRYPTO_SIGNATURE_SIZE;
    crypto_sha256(bytes, list.len, hash);
    memcpy(list.tag, crypto_hex(cx->mem, hash, sizeof hash), sizeof list.tag);
    *out = list;
    return true;
}

/* --- reading --- */

bool revocation_verify(const uint8_t *bytes, size_t len, struct id account,
                       const uint8_t public_key[CRYPTO_PUBLIC_SIZE])
{
    size_t body;

    if (len < REVOCATION_HEAD_SIZE + CRYPTO_SIGNATURE_SIZE ||
        memcmp(bytes, MAGIC, sizeof MAGIC) != 0 || bytes[AT_FORM] != FORM ||
        bytes[AT_ENTRY_SIZE] != REVOCATION_ENTRY_SIZE ||
        memcmp(bytes + AT_ACCOUNT, account.b, sizeof account.b) != 0)
        return false;
    body = len - CRYPTO_SIGNATURE_SIZE;
    return body - REVOCATION_HEAD_SIZE == get_number(bytes + AT_COUNT, 4) * REVOCATION_ENTRY_SIZE &&
           crypto_verify(public_key, bytes, body, bytes + body);
}

bool revocation_has(const uint8_t *bytes, const char *key)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    size_t low = 0, high = get_number(bytes + AT_COUNT, 4);

    crypto_sha256(key, strlen(key), hash);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(hash, bytes + REVOCATION_HEAD_SIZE + middle * REVOCATION_ENTRY_SIZE,
                           REVOCATION_ENTRY_SIZE);

        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* --- a node's lists --- */

enum { SLOTS = 256 }; /* tenants that share one take turns */

struct kept {
    struct id tenant_id; /* zero: empty */
    struct id key_id;
    int64_t made_at; /* monotonic us */
    struct revocation_list list;
    uint8_t *bytes; /* owned */
};

struct revocation_cache {
    pthread_mutex_t lock; /* protects slots */
    struct kept slots[SLOTS];
};

struct revocation_cache *revocation_cache_make(void)
{
    struct revocation_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL || pthread_mutex_init(&cache->lock, NULL) != 0)
        abort();
    return cache;
}

void revocation_cache_free(struct revocation_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(cache->slots[i].bytes);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static struct kept *slot_of(struct revocation_cache *cache, struct id tenant_id)
{
    unsigned hash = 0;

    for (size_t i = 0; i < sizeof tenant_id.b; i++)
        hash = hash * 31 + tenant_id.b[i];
    return &cache->slots[hash % SLOTS];
}

static bool find(struct revocation_cache *cache, struct ctx *cx, const struct signing_entry *keys,
                 struct revocation_list *out)
{
    struct kept *kept = slot_of(cache, cx->tenant_id);
    uint8_t *copy;
    bool found;

    pthread_mutex_lock(&cache->lock);
    found = id_equal(kept->tenant_id, cx->tenant_id) && id_equal(kept->key_id, keys->key_id) &&
            clock_mono_us() - kept->made_at < REVOCATION_FRESH_MS * INT64_C(1000);
    if (found) {
        *out = kept->list;
        copy = arena_alloc(cx->mem, kept->list.len);
        memcpy(copy, kept->bytes, kept->list.len);
        out->bytes = copy;
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void keep(struct revocation_cache *cache, const struct ctx *cx,
                 const struct signing_entry *keys, const struct revocation_list *list)
{
    struct kept *kept = slot_of(cache, cx->tenant_id);
    uint8_t *bytes = malloc(list->len);

    if (bytes == NULL)
        abort();
    memcpy(bytes, list->bytes, list->len);
    pthread_mutex_lock(&cache->lock);
    free(kept->bytes);
    *kept = (struct kept){.tenant_id = cx->tenant_id,
                          .key_id = keys->key_id,
                          .made_at = clock_mono_us(),
                          .list = *list,
                          .bytes = bytes};
    pthread_mutex_unlock(&cache->lock);
}

bool revocation_cache_get(struct revocation_cache *cache, struct ctx *cx,
                          const struct signing_entry *keys, struct revocation_list *out)
{
    if (find(cache, cx, keys, out))
        return true;
    if (!revocation_make(cx, keys, out))
        return false;
    keep(cache, cx, keys, out);
    return true;
}
