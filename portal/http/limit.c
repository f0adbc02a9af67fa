/* The generic cell rate algorithm: a key is one instant, up to which its requests are paid. */
#include "portal/http/limit.h"

#include "base/crypto.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_SETS = 2048, LIMIT_WAYS = 4, SECOND_US = 1000000 };

/* A bucket that changes hands is one store of its key and one of its instant: a request between the
 * two may see the instant of the former owner, who is the one that was quiet longest. So what can
 * go wrong is one request counted too many, and no lock is needed. */
struct bucket {
    _Atomic uint64_t key; /* 0: unused */
    _Atomic int64_t paid_until;
};

struct limit {
    struct limit_rule rule;
    uint64_t seed; /* so that nobody can choose keys that share a set */
    struct bucket sets[LIMIT_SETS][LIMIT_WAYS];
};

struct limit *limit_make(int64_t interval_us, int64_t burst)
{
    struct limit *limit = calloc(1, sizeof(*limit));

    assert(limit != NULL && interval_us > 0 && burst > 0);
    limit->rule = (struct limit_rule){.interval_us = interval_us, .burst = burst};
    crypto_random(&limit->seed, sizeof(limit->seed));
    return limit;
}

void limit_free(struct limit *limit)
{
    free(limit);
}

/* FNV-1a over the seed and the parts, mixed once more after each. */
uint64_t limit_key(const struct limit *limit, uint64_t before, const void *bytes, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ limit->seed ^ before;

    for (size_t i = 0; i < len; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    h = (h ^ (h >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
    return h == 0 ? 1 : h;
}

static struct bucket *bucket_of(struct bucket *set, uint64_t key)
{
    struct bucket *oldest = &set[0];
    int64_t oldest_until = INT64_MAX;
    uint64_t expected;

    for (size_t i = 0; i < LIMIT_WAYS; i++) {
        int64_t until = atomic_load_explicit(&set[i].paid_until, memory_order_relaxed);

        if (atomic_load_explicit(&set[i].key, memory_order_relaxed) == key)
            return &set[i];
        if (until < oldest_until) {
            oldest = &set[i];
            oldest_until = until;
        }
    }
    expected = atomic_load_explicit(&oldest->key, memory_order_relaxed);
    if (atomic_compare_exchange_strong(&oldest->key, &expected, key))
        atomic_store_explicit(&oldest->paid_until, 0, memory_order_relaxed);
    return oldest;
}

/* Pays one more, unless that is too far ahead of now: *until is what is paid then. */
static bool pay(struct bucket *bucket, const struct limit_rule *rule, int64_t now, int64_t *until)
{
    int64_t before = atomic_load_explicit(&bucket->paid_until, memory_order_relaxed);
    int64_t after;

    do {
        after = (before < now ? now : before) + rule->interval_us;
        *until = after - rule->interval_us;
        if (after - now > rule->interval_us * rule->burst)
            return false;
    } while (!atomic_compare_exchange_weak(&bucket->paid_until, &before, after));
    *until = after;
    return true;
}

bool limit_take_key(struct limit *limit, const struct limit_rule *rule, uint64_t key,
                    int64_t mono_us, struct limit_count *out)
{
    const struct limit_rule *r = rule != NULL ? rule : &limit->rule;
    struct bucket *bucket = bucket_of(limit->sets[key % LIMIT_SETS], key);
    int64_t until, used, wait_us = 0;
    bool ok = pay(bucket, r, mono_us, &until);

    used = (until - mono_us + r->interval_us - 1) / r->interval_us;
    if (!ok)
        wait_us = until + r->interval_us - mono_us - r->interval_us * r->burst;
    *out =
        (struct limit_count){.limit = r->burst,
                             .count = used,
                             .remaining = used < r->burst ? r->burst - used : 0,
                             .rest_us = until - mono_us,
                             .retry_s = (wait_us + SECOND_US - 1) / SECOND_US,
                             .window_s = (r->interval_us * r->burst + SECOND_US / 2) / SECOND_US};
    return ok;
}

bool limit_take(struct limit *limit, const char *address, int64_t mono_us, int64_t *retry_s)
{
    struct limit_count count;
    bool ok =
        limit_take_key(limit, NULL, limit_key(limit, 0, address, strlen(address)), mono_us, &count);

    *retry_s = count.retry_s;
    return ok;
}
