#include "portal/account/tenant_cache.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 128, CACHE_ARENA_BYTES = 1024 };
#define CACHE_FRESH CLOCK_SECOND
#define CACHE_KEPT  (3600 * CLOCK_SECOND)

struct slot {
    struct arena *mem; /* holds the two below */
    const char *host;  /* NULL: empty */
    struct req_tenant *tenant;
    int64_t loaded_us; /* by the monotonic clock */
};

struct zone_node {
    struct zone_node *next;
    struct zone *zone;
    char name[];
};

struct tenant_cache {
    pthread_mutex_t lock; /* slots, zones */
    struct slot slots[CACHE_SLOTS];
    struct zone_node *zones; /* never removed: requests borrow them */
};

struct tenant_cache *tenant_cache_make(void)
{
    struct tenant_cache *cache = calloc(1, sizeof(*cache));

    if (!cache || pthread_mutex_init(&cache->lock, NULL) != 0)
        abort();
    return cache;
}

void tenant_cache_free(struct tenant_cache *cache)
{
    struct zone_node *node;

    if (!cache)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        if (cache->slots[i].mem)
            arena_free(cache->slots[i].mem);
    }
    while ((node = cache->zones)) {
        cache->zones = node->next;
        zone_free(node->zone);
        free(node);
    }
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static struct req_tenant *tenant_copy(struct arena *mem, const struct req_tenant *from)
{
    struct req_tenant *t = arena_new(mem, struct req_tenant);

    *t = *from;
    t->slug = arena_dup(mem, from->slug);
    t->name = arena_dup(mem, from->name);
    t->accent = arena_dup(mem, from->accent);
    t->accent_dark = arena_dup(mem, from->accent_dark);
    t->mark = arena_dup(mem, from->mark);
    t->logo = arena_dup(mem, from->logo);
    t->words = arena_dup(mem, from->words);
    t->support_phone = arena_dup(mem, from->support_phone);
    t->support_email = arena_dup(mem, from->support_email);
    t->support_hours = arena_dup(mem, from->support_hours);
    t->language = arena_dup(mem, from->language);
    t->languages = arena_dup(mem, from->languages);
    t->currency = arena_dup(mem, from->currency);
    t->api_version = arena_dup(mem, from->api_version);
    t->zone_name = arena_dup(mem, from->zone_name);
    return t;
}

static struct slot *cache_slot(struct tenant_cache *cache, const char *host)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (const char *c = host; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return &cache->slots[hash % CACHE_SLOTS];
}

static struct req_tenant *find(struct tenant_cache *cache, struct arena *mem, const char *host,
                               int64_t age)
{
    struct slot *slot = cache_slot(cache, host);
    struct req_tenant *found = NULL;
    int64_t now = clock_mono_us();

    pthread_mutex_lock(&cache->lock);
    if (slot->host && !strcmp(slot->host, host) && now - slot->loaded_us < age)
        found = tenant_copy(mem, slot->tenant);
    pthread_mutex_unlock(&cache->lock);
    return found;
}

struct req_tenant *tenant_cache_find(struct tenant_cache *cache, struct arena *mem,
                                     const char *host)
{
    return find(cache, mem, host, CACHE_FRESH);
}

struct req_tenant *tenant_cache_recall(struct tenant_cache *cache, struct arena *mem,
                                       const char *host)
{
    return find(cache, mem, host, CACHE_KEPT);
}

void tenant_cache_put(struct tenant_cache *cache, const char *host, const struct req_tenant *tenant)
{
    struct slot *slot = cache_slot(cache, host);
    int64_t now = clock_mono_us();

    pthread_mutex_lock(&cache->lock);
    if (!slot->mem)
        slot->mem = arena_make(CACHE_ARENA_BYTES);
    arena_reset(slot->mem);
    slot->host = arena_dup(slot->mem, host);
    slot->tenant = tenant_copy(slot->mem, tenant);
    slot->loaded_us = now;
    pthread_mutex_unlock(&cache->lock);
}

void tenant_cache_forget(struct tenant_cache *cache, struct id tenant_id)
{
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        struct slot *slot = &cache->slots[i];

        if (slot->host && id_equal(slot->tenant->id, tenant_id))
            slot->host = NULL;
    }
    pthread_mutex_unlock(&cache->lock);
}

static const struct zone *zone_find(const struct tenant_cache *cache, const char *name)
{
    for (const struct zone_node *node = cache->zones; node; node = node->next) {
        if (!strcmp(node->name, name))
            return node->zone;
    }
    return NULL;
}

/* The zone's file is read without the lock; whoever comes second drops his copy. */
const struct zone *tenant_cache_zone(struct tenant_cache *cache, const char *name)
{
    size_t len = strlen(name);
    struct zone *loaded;
    const struct zone *known;
    struct zone_node *node;

    pthread_mutex_lock(&cache->lock);
    known = zone_find(cache, name);
    pthread_mutex_unlock(&cache->lock);
    if (known || !zone_load(name, &loaded))
        return known;
    node = calloc(1, sizeof(*node) + len + 1);
    if (!node)
        abort();
    memcpy(node->name, name, len);
    node->zone = loaded;
    pthread_mutex_lock(&cache->lock);
    known = zone_find(cache, name);
    if (!known) {
        node->next = cache->zones;
        cache->zones = node;
    }
    pthread_mutex_unlock(&cache->lock);
    if (!known)
        return loaded;
    zone_free(loaded);
    free(node);
    return known;
}
