/* A licence with everything that a verdict and an answer read, at one moment. */
#pragma once

#include "base/crypto.h"
#include "licensing/licence.h"

#include <stdatomic.h>

struct snapshot_person {
    struct id id;
    const char *email;
};

struct snapshot_component {
    const char *fingerprint;
};

struct snapshot_machine {
    struct id id;
    const char *fingerprint;
    struct id owner_id;          /* zero for none */
    const char *owner_email;     /* NULL for none */
    int64_t cores, memory, disk; /* 0 where not told */
    int64_t max_processes;       /* in force, or POLICY_NO_LIMIT */
    int64_t process_count;
    int64_t last_heartbeat_at;
    int64_t created_at;
    const struct snapshot_component *components;
    size_t component_count;
};

struct snapshot { /* Threads: read-only once made. */
    struct id tenant_id;
    struct licence licence;
    struct policy policy;
    const char *product_distribution;
    const struct snapshot_person *users; /* licensees, without the owner */
    size_t user_count;
    const char *const *entitlements; /* codes: the policy's and its own, each once */
    size_t entitlement_count;
    const struct snapshot_machine *machines; /* oldest first */
    size_t machine_count;
    int64_t cores, memory, disk; /* sums over the machines, saturating */
    /* In a copy: when it was validated since it was read, which is not worth reading it again. NULL
     * in the one that was read. */
    _Atomic int64_t *touched_at;
    _Atomic int64_t *noted_at; /* when that was noted for the database last; NULL likewise */
};

/* Reads a licence of the tenant into cx->mem. *out is NULL where there is none. The viewer is not
 * asked: this serves the licence service, whose callers have shown the key or a credential. */
bool snapshot_load_key(struct ctx *cx, const char *key, struct snapshot **out) MUST_CHECK;
bool snapshot_load_id(struct ctx *cx, struct id id, struct snapshot **out) MUST_CHECK;
/* Whether a change of that subject (licence_changed) concerns this licence; not for "licence". */
bool snapshot_depends_on(const struct snapshot *s, const char *subject, struct id subject_id);
/* What the wire calls lastValidated: as read, or touched since. */
int64_t snapshot_last_validated(const struct snapshot *s);
/* A copy in mem with what answers and verdicts read: no names of product, policy, organisation and
 * owner, no note. */
struct snapshot *snapshot_copy(struct arena *mem, const struct snapshot *s);
