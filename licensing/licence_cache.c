#include "licensing/licence_cache.h"

#include "base/clock.h"
#include "licensing/licence_feed.h"
#include "licensing/licence_shard.h"
#include "licensing/licence_touch.h"
#include "licensing/validation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHARDS = 16 }; /* so that workers seldom wait for each other */

struct licence_cache {
    struct licence_shard shards[SHARDS];
    atomic_ullong hits, misses, bypasses, dropped;
    _Atomic int64_t
        fed_at;      /* monotonic us at the start of the last good read of the feed; 0: none */
    bool is_enabled; /* false: made for no entries */
    struct licence_feed *feed;
    struct licence_touch *touched;
    struct validation_log *validations;

    struct db_pool *pool;
    pthread_t thread, writer;
    pthread_mutex_t stop_lock; /* protects is_stopping */
    pthread_cond_t stop;
    bool is_stopping, is_running, is_writing;
};

static struct licence_shard *shard_of(struct licence_cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60];
}
_Static_assert(SHARDS == 16, "shard_of takes four bits");

static void insert(struct licence_cache *cache, const struct snapshot *s,
                   const uint64_t from[SHARDS])
{
    uint64_t hash = licence_shard_hash(s->tenant_id, s->licence.key, strlen(s->licence.key));
    struct licence_shard *shard = shard_of(cache, hash);

    licence_shard_insert(shard, s, hash, from[shard - cache->shards]);
}

void licence_cache_drop(struct licence_cache *cache, struct id tenant_id, struct id licence_id)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct licence_shard *shard = &cache->shards[i];
        struct licence_entry *e;

        pthread_mutex_lock(&shard->lock);
        licence_shard_note_drop(shard, licence_id);
        e = licence_shard_find_id(shard, tenant_id, licence_id);
        if (e != NULL) {
            licence_shard_remove(shard, e);
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
        struct licence_shard *shard = &cache->shards[i];

        pthread_mutex_lock(&shard->lock);
        licence_shard_note_drop(shard, (struct id){0});
        for (size_t at = 0; at < shard->capacity; at++) {
            struct licence_entry *e = shard->slots[at];

            if (e != NULL && id_equal(e->snapshot->tenant_id, tenant_id) &&
                snapshot_depends_on(e->snapshot, subject, subject_id)) {
                licence_shard_remove(shard, e);
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

    return cache->is_enabled && fed_at != 0 &&
           clock_mono_us() - fed_at <= LICENCE_CACHE_STALE_MS * (CLOCK_SECOND / 1000);
}

/* Takes a reference for the run. Called with the shard's lock held; it is given up here. */
static bool hit(struct licence_cache *cache, struct ctx *cx, struct licence_shard *shard,
                struct licence_entry *e, const struct snapshot **out)
{
    if (e != NULL) {
        e->used = true;
        atomic_fetch_add(&e->refs, 1);
    }
    pthread_mutex_unlock(&shard->lock);
    if (e == NULL)
        return false;
    arena_defer(cx->mem, licence_shard_release, e);
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
    uint64_t hash = licence_shard_hash(cx->tenant_id, key, len);
    struct licence_shard *shard = shard_of(cache, hash);
    bool fresh = is_fresh(cache);
    uint64_t from[SHARDS];
    struct snapshot *s;

    if (fresh) {
        pthread_mutex_lock(&shard->lock);
        if (hit(cache, cx, shard, licence_shard_find_key(shard, hash, cx->tenant_id, key, len),
                out))
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
        struct licence_shard *shard = &cache->shards[i];

        pthread_mutex_lock(&shard->lock);
        if (hit(cache, cx, shard, licence_shard_find_id(shard, cx->tenant_id, id), out))
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

void licence_cache_note(struct licence_cache *cache, struct id tenant_id, struct id licence_id,
                        const struct verdict *verdict, int64_t at)
{
    validation_log_note(cache->validations, tenant_id, licence_id, verdict->code, verdict->is_valid,
                        at);
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

void licence_cache_forget(struct licence_cache *cache, struct id tenant_id, const char *subject,
                          struct id subject_id)
{
    forget(cache, tenant_id, subject, subject_id);
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
    return licence_touch_flush(cache->touched, cx) && validation_log_flush(cache->validations, cx);
}

/* One round of the reader; a failure is told once a second at most and tried again in the next
 * round. */
static void read_round(struct licence_cache *cache, struct arena *mem, unsigned round)
{
    const unsigned second = (unsigned)(1000 / LICENCE_CACHE_FEED_MS);
    const unsigned minute = 60 * second;
    struct ctx cx;
    bool ok;

    ctx_start(&cx, mem, cache->pool);
    ok = licence_cache_read_feed(cache, &cx);
    if (ok && round % minute == 0)
        ok = licence_feed_purge(&cx);
    if (!ok && round % second == 0)
        log_warn(cx.trace, "licence cache: %s %s", cx.err.kind->code, cx.err.oper);
    db_release(&cx);
    arena_reset(mem);
}

/* One round of the writer, once a second. */
static void write_round(struct licence_cache *cache, struct arena *mem)
{
    struct ctx cx;

    ctx_start(&cx, mem, cache->pool);
    if (!licence_cache_flush(cache, &cx))
        log_warn(cx.trace, "licence cache: %s %s", cx.err.kind->code, cx.err.oper);
    db_release(&cx);
    arena_reset(mem);
}

static bool wait_or_stop(struct licence_cache *cache, int64_t ms)
{
    int64_t until = clock_now() + ms * (CLOCK_SECOND / 1000);
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

static void *run_reader(void *with)
{
    struct licence_cache *cache = with;
    struct arena *mem = arena_make(64 * 1024);
    unsigned round = 1;

    db_thread_start();
    do
        read_round(cache, mem, round++);
    while (!wait_or_stop(cache, LICENCE_CACHE_FEED_MS));
    db_thread_end();
    arena_free(mem);
    return NULL;
}

/* A thread of its own: with many stamps a round takes longer than the cache may go without its
 * feed. */
static void *run_writer(void *with)
{
    struct licence_cache *cache = with;
    struct arena *mem = arena_make(64 * 1024);

    db_thread_start();
    while (!wait_or_stop(cache, 1000))
        write_round(cache, mem);
    write_round(cache, mem);
    db_thread_end();
    arena_free(mem);
    return NULL;
}

bool licence_cache_start(struct licence_cache *cache, struct db_pool *pool, struct err *err)
{
    int code;

    cache->pool = pool;
    cache->is_stopping = false;
    code = pthread_create(&cache->thread, NULL, run_reader, cache);
    if (code != 0)
        return err_set(err, &ERR_INTERNAL, "licence cache thread: %s", strerror(code));
    cache->is_running = true;
    code = pthread_create(&cache->writer, NULL, run_writer, cache);
    if (code != 0)
        return err_set(err, &ERR_INTERNAL, "licence cache writer: %s", strerror(code));
    cache->is_writing = true;
    return true;
}

void licence_cache_stop(struct licence_cache *cache)
{
    if (!cache->is_running)
        return;
    pthread_mutex_lock(&cache->stop_lock);
    cache->is_stopping = true;
    pthread_cond_broadcast(&cache->stop);
    pthread_mutex_unlock(&cache->stop_lock);
    pthread_join(cache->thread, NULL);
    cache->is_running = false;
    if (cache->is_writing)
        pthread_join(cache->writer, NULL);
    cache->is_writing = false;
}

/* --- making --- */

struct licence_cache *licence_cache_make(unsigned entries)
{
    struct licence_cache *cache = calloc(1, sizeof *cache);
    size_t capacity = entries / SHARDS + 1;

    if (cache == NULL)
        abort();
    for (size_t i = 0; i < SHARDS; i++)
        licence_shard_open(&cache->shards[i], capacity);
    pthread_mutex_init(&cache->stop_lock, NULL);
    pthread_cond_init(&cache->stop, NULL);
    cache->is_enabled = entries > 0;
    cache->feed = licence_feed_make();
    cache->touched = licence_touch_make();
    cache->validations = validation_log_make();
    return cache;
}

void licence_cache_free(struct licence_cache *cache)
{
    if (cache == NULL)
        return;
    licence_cache_stop(cache);
    for (size_t i = 0; i < SHARDS; i++)
        licence_shard_close(&cache->shards[i]);
    pthread_mutex_destroy(&cache->stop_lock);
    pthread_cond_destroy(&cache->stop);
    licence_feed_free(cache->feed);
    licence_touch_free(cache->touched);
    validation_log_free(cache->validations);
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
