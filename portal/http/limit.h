/* Request rates: a bucket for each key (an address, a tenant, an address with a name), on this
 * node. */
#pragma once

#include "base/attr.h"

struct limit; /* Threads: any; without locks, since every licence request passes here. */

struct limit_rule {
    int64_t interval_us; /* what a request costs */
    int64_t burst;       /* how many at once after a rest */
};

/* What a client is told: X-RateLimit-*. */
struct limit_count {
    int64_t limit, count, remaining;
    int64_t rest_us;  /* until everything is available again */
    int64_t retry_s;  /* 0: let in; else when the next would be */
    int64_t window_s; /* in which `limit` requests come back */
};

/* One each interval_us on average; burst at once after a rest. Remembers some thousand keys: of
 * more, those that were quiet longest are forgotten. Owned, free with limit_free. */
struct limit *limit_make(int64_t interval_us, int64_t burst);
void limit_free(struct limit *limit);

/* Counts a request at mono_us. False: too many; *retry_s is when the next would be let in. */
bool limit_take(struct limit *limit, const char *address, int64_t mono_us, int64_t *retry_s);

/* A key of several parts: begin with limit_key(limit, 0, ...), then give the result as `before`. */
uint64_t limit_key(const struct limit *limit, uint64_t before, const void *bytes, size_t len);
/* As limit_take by a key; rule NULL is the one of limit_make. */
bool limit_take_key(struct limit *limit, const struct limit_rule *rule, uint64_t key,
                    int64_t mono_us, struct limit_count *out);
