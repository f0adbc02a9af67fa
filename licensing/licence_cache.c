#include "licensing/licence_cache.h"

#include "base/clock.h"
#include "licensing/licence_feed.h"
#include "licensing/licence_touch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SHARDS = 16,       /* so that workers seldom wait for each other */
    SHARD_DROPS = 256, /* drops remembered, to keep a load that began before one out */
    SNAPSHOT_BLOCK = 2048,
};

struct entry {
    struct arena *mem; /* holds the entry as well */
    const struct snapshot *snapshot;
    atomic_uint refs;
    uint64_t hash;
    size_t slot; /* in its shard's table, for the clock hand */
    bool used;   /* since the hand passed */
    struct entry *next_by_key, *next_by_id;
};

struct shard {
    pthread_mutex_t lock; /* protects all below */
    struct entry **slots; /* capacity; NULL is free */
    struct entry **by_key, **by_id;
    size_t capacity, buckets, count, hand;
    struct id drops[SHARD_DROPS]; /* a ring of licences dropped; zero: any of them */
    atomic_ullong drop_count;     /* read without the lock as well */
};

struct licence_cache {
    struct shard shards[SHARDS];
    atomic_ullong hits, misses, bypasses, dropped;
    _Atomic int64_t
        fed_at; /* monotonic us at the start of the last good read of the feed; 0: none */
    struct licence_feed *feed;
    struct licence_touch *touched;

    struct db_pool *pool;
    pthread_t thread;
    pthread_mutex_t stop_lock; /* protects is_stopping */
    pthread_cond_t stop;
    bool is_stopping, is_running;
};

/* --- entries --- */

static void release(void *what)
{
    struct entry *e = what;

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

static uint64_t hash_of(struct id tenant_id, const char *key, size_t len)
{
    return hash_bytes(key, len) ^ hash_bytes(tenant_id.b, sizeof tenant_id.b);
}

static struct shard *shard_of(struct licence_cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60];
}
_Static_assert(SHARDS == 16, "shard_of takes four bits");

static size_t id_bucket(const struct shard *shard, struct id id)
{
    return hash_bytes(id.b, sizeof id.b) & (shard->buckets - 1);
}

static struct entry *make_entry(const struct snapshot *s, uint64_t hash)
{
    struct arena *mem = arena_make(SNAPSHOT_BLOCK);
    struct entry *e = arena_new(mem, struct entry);

    e->mem = mem;
    e->snapshot = snapshot_copy(mem, s);
    e->hash = hash;
    atomic_init(&e->refs, 1);
    return e;
}

static void unlink_entry(struct shard *shard, struct entry *e)
{
    struct entry **at = &shard->by_key[e->hash & (shard->buckets - 1)];

    while (*at != e)
        at = &(*at)->next_by_key;
    *at = e->next_by_key;
    at = &shard->by_id[id_bucket(shard, e->snapshot->licence.id)];
    while (*at != e)
        at = &(*at)->next_by_id;
    *at = e->next_by_id;
    shard->slots[e->slot] = NULL;
    shard->count--;
    release(e);
}

/* The next slot that is free, or whose entry was not used since the hand came by last. */
static size_t take_slot(struct shard *shard)
{
    for (;;) {
        size_t at = shard->hand;
        struct entry *e = shard->slots[at];

        shard->hand = (at + 1) % shard->capacity;
        if (e == NULL)
            return at;
        if (!e->used) {
            unlink_entry(shard, e);
            return at;
        }
        e->used = false;
    }
}

static struct entry *lookup_key(struct shard *shard, uint64_t hash, struct id tenant_id,
                                const char *key, size_t len)
{
    struct entry *e = shard->by_key[hash & (shard->buckets - 1)];

    while (e != NULL) {
        const char *own = e->snapshot->licence.key;

        if (e->hash == hash && id_equal(e->snapshot->tenant_id, tenant_id) && strlen(own) == len &&
            crypto_equal(own, key, len))
            break;
        e = e->next_by_key;
    }
    return e;
}

static struct entry *lookup_id(struct shard *shard, struct id tenant_id, struct id licence_id)
{
    struct entry *e = shard->by_id[id_bucket(shard, licence_id)];

    while (e != NULL && !(id_equal(e->snapshot->licence.id, licence_id) &&
                          id_equal(e->snapshot->tenant_id, tenant_id)))
        e = e->next_by_id;
    return e;
}

/* --- drops: a load that began before one must not put what it read into the table --- */

static void note_drop(struct shard *shard, struct id licence_id)
{
    shard->drops[atomic_load(&shard->drop_count) % SHARD_DROPS] = licence_id;
    atomic_fetch_add(&shard->drop_count, 1);
}

static bool undisturbed(const struct shard *shard, uint64_t from, struct id licence_id)
{
    uint64_t to = atomic_load(&shard->drop_count);

    if (to - from > SHARD_DROPS)
        return false;
    for (uint64_t n = from; n < to; n++) {
        const struct id *dropped = &shard->drops[n % SHARD_DROPS];

        if (id_is_zero(*dropped) || id_equal(*dropped, licence_id))
            return false;
    }
    return true;
}

static void insert(struct licence_cache *cache, const struct snapshot *s,
                   const uint64_t from[SHARDS])
{
    const char *key = s->licence.key;
    uint64_t hash = hash_of(s->tenant_id, key, strlen(key));
    struct shard *shard = shard_of(cache, hash);
    struct entry *e = make_entry(s, hash);
    size_t key_at = hash & (shard->buckets - 1);
    size_t id_at = id_bucket(shard, s->licence.id);

    pthread_mutex_lock(&shard->lock);
    if (undisturbed(shard, from[shard - cache->shards], s->licence.id) &&
        lookup_id(shard, s->tenant_id, s->licence.id) == NULL) {
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
        release(e);
}

void licence_cache_drop(struct licence_cache *cache, struct id tenant_id, struct id licence_id)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        struct entry *e;

        pthread_mutex_lock(&shard->lock);
        note_drop(shard, licence_id);
        e = lookup_id(shard, tenant_id, licence_id);
        if (e != NULL) {
            unlink_entry(shard, e);
            atomic_fetch_add(&cache->dropped, 1);
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

/* Rare changes (of a policy, a person, ...) look at every entry. */
static void drop_concerned(struct licence_cache *cache, struct id tenant_id, const char *subject,
                           struct id subject_id)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];

        pthread_mutex_lock(&shard->lock);
        note_drop(shard, (struct id){0});
        for (size_t at = 0; at < shard->capacity; at++) {
            struct entry *e = shard->slots[at];

            if (e != NULL && id_equal(e->snapshot->tenant_id, tenant_id) &&
                snapshot_depends_on(e->snapshot, subject, subject_id)) {
                unlink_entry(shard, e);
                atomic_fetch_add(&cache->dropped, 1);
            }
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

/* --- finding --- */

static bool is_fresh(const struct licence_cache *cache)
{
    int64_t fed_at = atomic_load(&cache->fed_at);

    return fed_at != 0 &&
           clock_mono_us() - fed_at <= LICENCE_CACHE_STALE_MS * (CLOCK_SECOND / 1000);
}

/* Takes a reference for the run. Called with the shard's lock held; it is given up here. */
static bool hit(struct licence_cache *cache, struct ctx *cx, struct shard *shard, struct entry *e,
                const struct snapshot **out)
{
    if (e != NULL) {
        e->used = true;
        atomic_fetch_add(&e->refs, 1);
    }
    pthread_mutex_unlock(&shard->lock);
    if (e == NULL)
        return false;
    arena_defer(cx->mem, release, e);
    atomic_fetch_add(&cache->hits, 1);
    *out = e->snapshot;
    return true;
}

static void note_drops(struct licence_cache *cache, uint64_t from[SHARDS])
{
    for (size_t i = 0; i < SHARDS; i++)
        from[i] = atomic_load(&cache->shards[i].drop_count);
}

static void keep(struct licence_cache *cache, bool fresh, const struct snapshot *s,
                 const uint64_t from[SHARDS])
{
    atomic_fetch_add(fresh ? &cache->misses : &cache->bypasses, 1);
    if (fresh && s != NULL)
        insert(cache, s, from);
}

bool licence_cache_find(struct licence_cache *cache, struct ctx *cx, const char *key,
                        const struct snapshot **out)
{
    size_t len = strlen(key);
    uint64_t hash = hash_of(cx->tenant_id, key, len);
    struct shard *shard = shard_of(cache, hash);
    bool fresh = is_fresh(cache);
    uint64_t from[SHARDS];
    struct snapshot *s;

    if (fresh) {
        pthread_mutex_lock(&shard->lock);
        if (hit(cache, cx, shard, lookup_key(shard, hash, cx->tenant_id, key, len), out))
            return true;
    }
    note_drops(cache, from);
    if (!snapshot_load_key(cx, key, &s))
        return false;
    keep(cache, fresh, s, from);
    *out = s;
    return true;
}

bool licence_cache_find_id(struct licence_cache *cache, struct ctx *cx, struct id id,
                           const struct snapshot **out)
{
    bool fresh = is_fresh(cache);
    uint64_t from[SHARDS];
    struct snapshot *s;

    for (size_t i = 0; fresh && i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];

        pthread_mutex_lock(&shard->lock);
        if (hit(cache, cx, shard, lookup_id(shard, cx->tenant_id, id), out))
            return true;
    }
    note_drops(cache, from);
    if (!snapshot_load_id(cx, id, &s))
        return false;
    keep(cache, fresh, s, from);
    *out = s;
    return true;
}

void licence_cache_touch(struct licence_cache *cache, struct id tenant_id, struct id licence_id,
                         struct id machine_id, const char *version, int64_t at)
{
    licence_touch_note(cache->touched, tenant_id, licence_id, machine_id, version, at);
}

/* --- the thread --- */

static void forget(void *with, struct id tenant_id, const char *subject, struct id subject_id)
{
    struct licence_cache *cache = with;

    if (strcmp(subject, "licence") == 0)
        licence_cache_drop(cache, tenant_id, subject_id);
    else if (strcmp(subject, "token") != 0 && strcmp(subject, "release") != 0)
        drop_concerned(cache, tenant_id, subject, subject_id);
}

bool licence_cache_read_feed(struct licence_cache *cache, struct ctx *cx)
{
    int64_t started = clock_mono_us();

    if (!licence_feed_read(cache->feed, cx, forget, cache))
        return false;
    atomic_store(&cache->fed_at, started);
    return true;
}

bool licence_cache_flush(struct licence_cache *cache, struct ctx *cx)
{
    return licence_touch_flush(cache->touched, cx);
}

/* One round; a failure is told once a second at most and tried again in the next round. */
static void run_round(struct licence_cache *cache, struct arena *mem, unsigned round)
{
    const unsigned second = (unsigned)(1000 / LICENCE_CACHE_FEED_MS);
    const unsigned minute = 60 * second;
    struct ctx cx;
    bool ok;

    ctx_start(&cx, mem, cache->pool);
    ok = licence_cache_read_feed(cache, &cx);
    if (ok && round % second == 0)
        ok = licence_cache_flush(cache, &cx);
    if (ok && round % minute == 0)
        ok = licence_feed_purge(&cx);
    if (!ok && round % second == 0)
        log_warn(cx.trace, "licence cache: %s %s", cx.err.kind->code, cx.err.oper);
    db_release(&cx);
    arena_reset(mem);
}

static bool wait_or_stop(struct licence_cache *cache)
{
    int64_t until = clock_now() + LICENCE_CACHE_FEED_MS * (CLOCK_SECOND / 1000);
    const struct timespec at = {.tv_sec = (time_t)(until / CLOCK_SECOND),
                                .tv_nsec = (long)(until % CLOCK_SECOND) * 1000};
    bool is_stopping;

    pthread_mutex_lock(&cache->stop_lock);
    while (!cache->is_stopping && pthread_cond_timedwait(&cache->stop, &cache->stop_lock, &at) == 0)
        continue;
    is_stopping = cache->is_stopping;
    pthread_mutex_unlock(&cache->stop_lock);
    return is_stopping;
}

static void *run(void *with)
{
    struct licence_cache *cache = with;
    struct arena *mem = arena_make(64 * 1024);
    unsigned round = 1;

    db_thread_start();
    do
        run_round(cache, mem, round++);
    while (!wait_or_stop(cache));
    run_round(cache, mem, 0);
    db_thread_end();
    arena_free(mem);
    return NULL;
}

bool licence_cache_start(struct licence_cache *cache, struct db_pool *pool, struct err *err)
{
    int code;

    cache->pool = pool;
    cache->is_stopping = false;
    code = pthread_create(&cache->thread, NULL, run, cache);
    if (code != 0)
        return err_set(err, &ERR_INTERNAL, "licence cache thread: %s", strerror(code));
    cache->is_running = true;
    return true;
}

void licence_cache_stop(struct licence_cache *cache)
{
    if (!cache->is_running)
        return;
    pthread_mutex_lock(&cache->stop_lock);
    cache->is_stopping = true;
    pthread_cond_signal(&cache->stop);
    pthread_mutex_unlock(&cache->stop_lock);
    pthread_join(cache->thread, NULL);
    cache->is_running = false;
}

/* --- making --- */

struct licence_cache *licence_cache_make(unsigned entries)
{
    struct licence_cache *cache = calloc(1, sizeof *cache);
    size_t capacity = entries / SHARDS + 1;
    size_t buckets = 16;

    if (cache == NULL)
        abort();
    while (buckets < capacity)
        buckets *= 2;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];

        pthread_mutex_init(&shard->lock, NULL);
        shard->capacity = capacity;
        shard->buckets = buckets;
        shard->slots = calloc(capacity, sizeof *shard->slots);
        shard->by_key = calloc(buckets, sizeof *shard->by_key);
        shard->by_id = calloc(buckets, sizeof *shard->by_id);
        if (shard->slots == NULL || shard->by_key == NULL || shard->by_id == NULL)
            abort();
    }
    pthread_mutex_init(&cache->stop_lock, NULL);
    pthread_cond_init(&cache->stop, NULL);
    cache->feed = licence_feed_make();
    cache->touched = licence_touch_make();
    return cache;
}

void licence_cache_free(struct licence_cache *cache)
{
    if (cache == NULL)
        return;
    licence_cache_stop(cache);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];

        for (size_t at = 0; at < shard->capacity; at++)
            if (shard->slots[at] != NULL)
                release(shard->slots[at]);
        free(shard->slots);
        free(shard->by_key);
        free(shard->by_id);
        pthread_mutex_destroy(&shard->lock);
    }
    pthread_mutex_destroy(&cache->stop_lock);
    pthread_cond_destroy(&cache->stop);
    licence_feed_free(cache->feed);
    licence_touch_free(cache->touched);
    free(cache);
}

void licence_cache_figures(struct licence_cache *cache, struct licence_cache_figures *out)
{
    *out = (struct licence_cache_figures){
        .hits = atomic_load(&cache->hits),
        .misses = atomic_load(&cache->misses),
        .bypasses = atomic_load(&cache->bypasses),
        .drops = atomic_load(&cache->dropped),
    };
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&cache->shards[i].lock);
        out->entries += (unsigned)cache->shards[i].count;
        pthread_mutex_unlock(&cache->shards[i].lock);
    }
}
