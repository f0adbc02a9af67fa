/* A shard of the licence cache: snapshots by key and by id, within a bound. */
#pragma once

#include "licensing/snapshot.h"

#include <pthread.h>

/* Drops remembered, to keep a load that began before one out. */
enum { LICENCE_SHARD_DROPS = 256 };

struct licence_entry {
    struct arena *mem; /* holds the entry as well */
    const struct snapshot *snapshot;
    atomic_uint refs;
    uint64_t hash;
    size_t slot; /* in its shard's table, for the clock hand */
    bool used;   /* since the hand passed */
    struct licence_entry *next_by_key, *next_by_id;
};

struct licence_shard {
    pthread_mutex_t lock;         /* protects all below */
    struct licence_entry **slots; /* capacity; NULL is free */
    struct licence_entry **by_key, **by_id;
    size_t capacity, buckets, count, hand;
    struct id drops[LICENCE_SHARD_DROPS]; /* a ring of licences dropped; zero: any of them */
    atomic_ullong drop_count;             /* read without the lock as well */
};

void licence_shard_open(struct licence_shard *shard, size_t capacity);
void licence_shard_close(struct licence_shard *shard);

uint64_t licence_shard_hash(struct id tenant_id, const char *key, size_t len);
/* Puts a copy of a snapshot in, unless something that concerns it was dropped since drop_count was
 * `from`. Takes the lock itself. */
bool licence_shard_insert(struct licence_shard *shard, const struct snapshot *s, uint64_t hash,
                          uint64_t from);
/* Gives a reference up; the last one frees the entry. */
void licence_shard_release(void *entry);

/* --- with the lock held --- */
struct licence_entry *licence_shard_find_key(struct licence_shard *shard, uint64_t hash,
                                             struct id tenant_id, const char *key, size_t len);
struct licence_entry *licence_shard_find_id(struct licence_shard *shard, struct id tenant_id,
                                            struct id licence_id);
void licence_shard_remove(struct licence_shard *shard, struct licence_entry *e);
/* licence_id zero: whatever it is. */
void licence_shard_note_drop(struct licence_shard *shard, struct id licence_id);
