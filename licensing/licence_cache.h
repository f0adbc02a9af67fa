/* The licence cache of a node: immutable snapshots by key, dropped when their rows change. */
#pragma once

#include "licensing/snapshot.h"

struct licence_cache; /* Threads: any. */

/* Holds at most `entries` licences, rounded up to a share for each shard; 0: none. Owned, free with
 * licence_cache_free. */
struct licence_cache *licence_cache_make(unsigned entries);
void licence_cache_free(struct licence_cache *cache);

/* Starts and ends the thread that reads the change feed (each LICENCE_CACHE_FEED_MS) and writes
 * what was touched (each second, and at the stop). Until the feed was read for the first time, and
 * whenever it could not be read for a second, find goes to the database. */
enum { LICENCE_CACHE_FEED_MS = 200, LICENCE_CACHE_STALE_MS = 1000 };
bool licence_cache_start(struct licence_cache *cache, struct db_pool *pool,
                         struct err *err) MUST_CHECK;
void licence_cache_stop(struct licence_cache *cache);

/* The licence with this key, from memory or the database; *out is NULL when the tenant has none.
 * It stays good until the run's arena is reset. */
bool licence_cache_find(struct licence_cache *cache, struct ctx *cx, const char *key,
                        const struct snapshot **out) MUST_CHECK;
bool licence_cache_find_id(struct licence_cache *cache, struct ctx *cx, struct id id,
                           const struct snapshot **out) MUST_CHECK;
/* Forgets a licence: the writing node does so after its own commit. */
void licence_cache_drop(struct licence_cache *cache, struct id tenant_id, struct id licence_id);
/* The same for all licences that a change of another subject concerns (licence_changed): "policy",
 * "product", "entitlement", "person". */
void licence_cache_forget(struct licence_cache *cache, struct id tenant_id, const char *subject,
                          struct id subject_id);

/* Notes that a licence (and the machine named, unless zero) was seen; in memory, written within a
 * second. version: of the software, as the scope told it, or NULL. */
void licence_cache_touch(struct licence_cache *cache, struct id tenant_id, struct id licence_id,
                         struct id machine_id, const char *version, int64_t at);

/* Notes a validation for the webhooks that listen to them; written as licence_cache_touch's. */
struct verdict;
void licence_cache_note(struct licence_cache *cache, struct id tenant_id, struct id licence_id,
                        const struct verdict *verdict, int64_t at);

/* One step of the thread, for tests and for shutting down: reads the feed, writes what was touched.
 */
bool licence_cache_read_feed(struct licence_cache *cache, struct ctx *cx) MUST_CHECK;
bool licence_cache_flush(struct licence_cache *cache, struct ctx *cx) MUST_CHECK;

struct licence_cache_figures {
    uint64_t hits, misses, bypasses, drops;
    unsigned entries;
};
void licence_cache_figures(struct licence_cache *cache, struct licence_cache_figures *out);
