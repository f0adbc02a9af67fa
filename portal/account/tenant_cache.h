/* What a node remembers of tenants, by the name that the browser asks for. */
#pragma once

#include "portal/http/req.h"

struct tenant_cache; /* Threads: any. */
/* What a node remembers of tenants: entries are asked anew after a second, absent ones each time,
 * so a tenant made on the console is served at once. Owned, free with tenant_cache_free. */
struct tenant_cache *tenant_cache_make(void);
void tenant_cache_free(struct tenant_cache *cache);

/* The tenant of a host name, copied into mem, if it was put there less than a second ago; else
 * NULL.
 */
struct req_tenant *tenant_cache_find(struct tenant_cache *cache, struct arena *mem,
                                     const char *host);
/* Likewise, but as long as an hour: for the pages that say that the database is away. */
struct req_tenant *tenant_cache_recall(struct tenant_cache *cache, struct arena *mem,
                                       const char *host);
void tenant_cache_put(struct tenant_cache *cache, const char *host,
                      const struct req_tenant *tenant);
/* A time zone, loaded once and kept as long as the cache; NULL when there is none of that name. */
const struct zone *tenant_cache_zone(struct tenant_cache *cache, const char *name);
/* What was remembered of a tenant is asked for anew, on this node. */
void tenant_cache_forget(struct tenant_cache *cache, struct id tenant_id);
