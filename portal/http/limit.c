/* The generic cell rate algorithm: an address is one instant, up to which its requests are paid. */
#include "portal/http/limit.h"

#include "base/crypto.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { LIMIT_SETS = 2048, LIMIT_WAYS = 4, LIMIT_LOCKS = 16, SECOND_US = 1000000 };

struct bucket {
    uint64_t key;
    int64_t paid_until;
};

struct limit {
    int64_t interval_us; /* what a request costs */
    int64_t burst_us;
    uint64_t seed; /* so that nobody can choose addresses that share a set */
    pthread_mutex_t locks[LIMIT_LOCKS];
    struct bucket sets[LIMIT_SETS][LIMIT_WAYS]; /* set s is protected by locks[s % LIMIT_LOCKS] */
};

struct limit *limit_make(int64_t interval_us, int64_t burst)
{
    struct limit *limit = calloc(1, sizeof(*limit));

    assert(limit != NULL && interval_us > 0 && burst > 0);
    limit->interval_us = interval_us;
    limit->burst_us = limit->interval_us * burst;
    crypto_random(&limit->seed, sizeof(limit->seed));
    for (size_t i = 0; i < LIMIT_LOCKS; i++)
        pthread_mutex_init(&limit->locks[i], NULL);
    return limit;
}

void limit_free(struct limit *limit)
{
    if (limit == NULL)
        return;
    for (size_t i = 0; i < LIMIT_LOCKS; i++)
        pthread_mutex_destroy(&limit->locks[i]);
    free(limit);
}

/* FNV-1a over the seed and the text, mixed once more. */
static uint64_t key_of(uint64_t seed, const char *address)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ seed;

    for (; *address != '\0'; address++)
        h = (h ^ (unsigned char)*address) * UINT64_C(1099511628211);
    h = (h ^ (h >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static struct bucket *bucket_of(struct bucket *set, uint64_t key)
{
    struct bucket *oldest = &set[0];

    for (size_t i = 0; i < LIMIT_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].paid_until < oldest->paid_until)
            oldest = &set[i];
    }
    *oldest = (struct bucket){.key = key};
    return oldest;
}

bool limit_take(struct limit *limit, const char *address, int64_t mono_us, int64_t *retry_s)
{
    uint64_t key = key_of(limit->seed, address);
    size_t set = key % LIMIT_SETS;
    pthread_mutex_t *lock = &limit->locks[set % LIMIT_LOCKS];
    struct bucket *bucket;
    int64_t wait_us;

    pthread_mutex_lock(lock);
    bucket = bucket_of(limit->sets[set], key);
    if (bucket->paid_until < mono_us)
        bucket->paid_until = mono_us;
    wait_us = bucket->paid_until + limit->interval_us - mono_us - limit->burst_us;
    if (wait_us <= 0)
        bucket->paid_until += limit->interval_us;
    pthread_mutex_unlock(lock);
    *retry_s = wait_us <= 0 ? 0 : (wait_us + SECOND_US - 1) / SECOND_US;
    return wait_us <= 0;
}
