#include "licensing/licence_shard.h"

#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT_BLOCK = 2048 };

/* --- entries --- */

void licence_shard_release(void *what)
{
    struct licence_entry *e = what;

    if (atomic_fetch_sub(&e->refs, 1) == 1)
        arena_free(e->mem);
}

/* FNV-1a. Only keys that exist get in, so nobody can choose what collides. */
static uint64_t hash_bytes(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t licence_shard_hash(struct id tenant_id, const char *key, size_t len)
{
    return hash_bytes(key, len) ^ hash_bytes(tenant_id.b, sizeof tenant_id.b);
}

static size_t id_bucket(const struct licence_shard *shard, struct id id)
{
    return hash_bytes(id.b, sizeof id.b) & (shard->buckets - 1);
}

static struct licence_entry *make_entry(const struct snapshot *s, uint64_t hash)
{
    struct arena *mem = arena_make(SNAPSHOT_BLOCK);
    struct licence_entry *e = arena_new(mem, struct licence_entry);

    e->mem = mem;
    e->snapshot = snapshot_copy(mem, s);
    e->hash = hash;
    atomic_init(&e->refs, 1);
    return e;
}

void licence_shard_remove(struct licence_shard *shard, struct licence_entry *e)
{
    struct licence_entry **at = &shard->by_key[e->hash & (shard->buckets - 1)];

    while (*at != e)
        at = &(*at)->next_by_key;
    *at = e->next_by_key;
    at = &shard->by_id[id_bucket(shard, e->snapshot->licence.id)];
    while (*at != e)
        at = &(*at)->next_by_id;
    *at = e->next_by_id;
    shard->slots[e->slot] = NULL;
    shard->count--;
    licence_shard_release(e);
}

/* The next slot that is free, or whose entry was not used since the hand came by last. */
static size_t take_slot(struct licence_shard *shard)
{
    for (;;) {
        size_t at = shard->hand;
        struct licence_entry *e = shard->slots[at];

        shard->hand = (at + 1) % shard->capacity;
        if (e == NULL)
            return at;
        if (!e->used) {
            licence_shard_remove(shard, e);
            return at;
        }
        e->used = false;
    }
}

struct licence_entry *licence_shard_find_key(struct licence_shard *shard, uint64_t hash,
                                             struct id tenant_id, const char *key, size_t len)
{
    struct licence_entry *e = shard->by_key[hash & (shard->buckets - 1)];

    while (e != NULL) {
        const char *own = e->snapshot->licence.key;

        if (e->hash == hash && id_equal(e->snapshot->tenant_id, tenant_id) && strlen(own) == len &&
            crypto_equal(own, key, len))
            break;
        e = e->next_by_key;
    }
    return e;
}

struct licence_entry *licence_shard_find_id(struct licence_shard *shard, struct id tenant_id,
                                            struct id licence_id)
{
    struct licence_entry *e = shard->by_id[id_bucket(shard, licence_id)];

    while (e != NULL && !(id_equal(e->snapshot->licence.id, licence_id) &&
                          id_equal(e->snapshot->tenant_id, tenant_id)))
        e = e->next_by_id;
    return e;
}

/* --- drops: a load that began before one must not put what it read into the table --- */

void licence_shard_note_drop(struct licence_shard *shard, struct id licence_id)
{
    shard->drops[atomic_load(&shard->drop_count) % LICENCE_SHARD_DROPS] = licence_id;
    atomic_fetch_add(&shard->drop_count, 1);
}

static bool undisturbed(const struct licence_shard *shard, uint64_t from, struct id licence_id)
{
    uint64_t to = atomic_load(&shard->drop_count);

    if (to - from > LICENCE_SHARD_DROPS)
        return false;
    for (uint64_t n = from; n < to; n++) {
        const struct id *dropped = &shard->drops[n % LICENCE_SHARD_DROPS];

        if (id_is_zero(*dropped) || id_equal(*dropped, licence_id))
            return false;
    }
    return true;
}

bool licence_shard_insert(struct licence_shard *shard, const struct snapshot *s, uint64_t hash,
                          uint64_t from)
{
    struct licence_entry *e = make_entry(s, hash);
    size_t key_at = hash & (shard->buckets - 1);
    size_t id_at = id_bucket(shard, s->licence.id);

    pthread_mutex_lock(&shard->lock);
    if (undisturbed(shard, from, s->licence.id) &&
        licence_shard_find_id(shard, s->tenant_id, s->licence.id) == NULL) {
        e->slot = take_slot(shard);
        e->used = true;
        shard->slots[e->slot] = e;
        e->next_by_key = shard->by_key[key_at];
        shard->by_key[key_at] = e;
        e->next_by_id = shard->by_id[id_at];
        shard->by_id[id_at] = e;
        shard->count++;
        e = NULL;
    }
    pthread_mutex_unlock(&shard->lock);
    if (e != NULL)
        licence_shard_release(e);
    return e == NULL;
}

void licence_shard_open(struct licence_shard *shard, size_t capacity)
{
    size_t buckets = 16;

    while (buckets < capacity)
        buckets *= 2;
    pthread_mutex_init(&shard->lock, NULL);
    shard->capacity = capacity;
    shard->buckets = buckets;
    shard->slots = calloc(capacity, sizeof *shard->slots);
    shard->by_key = calloc(buckets, sizeof *shard->by_key);
    shard->by_id = calloc(buckets, sizeof *shard->by_id);
    if (shard->slots == NULL || shard->by_key == NULL || shard->by_id == NULL)
        abort();
}

void licence_shard_close(struct licence_shard *shard)
{
    for (size_t at = 0; at < shard->capacity; at++)
        if (shard->slots[at] != NULL)
            licence_shard_release(shard->slots[at]);
    free(shard->slots);
    free(shard->by_key);
    free(shard->by_id);
    pthread_mutex_destroy(&shard->lock);
}
