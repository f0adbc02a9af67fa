/* Machines: which computers hold a licence's seats. */
#pragma once

#include "licensing/licence.h"
#include "licensing/licence_scope.h"

enum {
    MACHINE_FINGERPRINT_MAX = 4096,
    MACHINE_NAME_MAX = 255,
    MACHINE_COMPONENTS_MAX = 20,
};

enum machine_heartbeat {
    MACHINE_NOT_STARTED,
    MACHINE_ALIVE,
    MACHINE_DEAD,
    MACHINE_RESURRECTED,
    MACHINE_HEARTBEAT_COUNT
};
extern const char *const MACHINE_HEARTBEAT_NAMES[MACHINE_HEARTBEAT_COUNT];

struct machine { /* a record: open, lives in cx->mem */
    struct id id;
    struct id licence_id, product_id, policy_id;
    struct id owner_id, group_id, site_id;                 /* zero for none */
    const char *fingerprint;                               /* as the client sent it */
    const char *name, *ip, *hostname, *platform, *version; /* NULL for none */
    int64_t cores, memory, disk;                           /* POLICY_NO_LIMIT: not told */
    int64_t max_processes;                                 /* in force, or POLICY_NO_LIMIT */
    int64_t last_heartbeat_at, last_check_out_at;          /* 0: never */
    int64_t first_seen_at, last_seen_at;
    const char *metadata; /* JSON object */
    int64_t created_at, updated_at;
    /* joined, for reading */
    enum machine_heartbeat heartbeat; /* at cx->now */
    bool require_heartbeat;           /* the policy's */
    struct id licence_owner_id;       /* zero for none */
    int64_t heartbeat_seconds;
    const char *licence_serial, *site_name, *site_city, *owner_name;
};

struct machine_component { /* embedded in an activation */
    const char *fingerprint;
    const char *name;
    const char *metadata; /* JSON object; NULL is {} */
};

struct machine_draft { /* zero and NULL mean "not given" */
    struct id id;      /* a client's own id */
    struct id licence_id;
    const char *fingerprint;
    const char *name, *ip, *hostname, *platform, *version;
    int64_t cores, memory, disk; /* 0: not told */
    struct id owner_id, group_id, site_id;
    const char *metadata;
    const struct machine_component *components;
    size_t component_count;
    struct id token_id; /* the activation token that asks, for its own limit */
};

extern const struct err_kind ERR_MACHINE_LICENCE_NOT_FOUND;
extern const struct err_kind ERR_FINGERPRINT_TAKEN;
extern const struct err_kind ERR_FINGERPRINT_CONFLICT;
extern const struct err_kind ERR_FINGERPRINT_NOT_ALLOWED;
extern const struct err_kind ERR_MACHINE_ID_CONFLICT;
extern const struct err_kind ERR_SEATS_FULL; /* MACHINE_LIMIT_EXCEEDED */
extern const struct err_kind ERR_MACHINE_CORES_FULL;
extern const struct err_kind ERR_MACHINE_MEMORY_FULL;
extern const struct err_kind ERR_MACHINE_DISK_FULL;
extern const struct err_kind ERR_MACHINE_OWNER_INVALID;
extern const struct err_kind ERR_MACHINE_OWNER_NOT_FOUND;
extern const struct err_kind ERR_MACHINE_GROUP_NOT_FOUND;
extern const struct err_kind ERR_MACHINE_GROUP_FULL;
extern const struct err_kind ERR_COMPONENTS_CONFLICT;
extern const struct err_kind ERR_COMPONENTS_TAKEN;
extern const struct err_kind ERR_COMPONENTS_TOO_MANY;
extern const struct err_kind ERR_ACTIVATIONS_FULL;
extern const struct err_kind ERR_DEACTIVATIONS_FULL;

/* Takes a seat for a machine, with its components; nothing is kept when any part fails. A machine
 * that holds one already never takes a second. The licence must be visible (licence.h). Emits
 * licence.activated in the same transaction (wire: machine.created).
 * Fails: the kinds above; ERR_BUSY. */
bool machine_add(struct ctx *cx, const struct machine_draft *draft,
                 struct machine **out) MUST_CHECK;

/* Visible are the machines of visible licences; for the rest ERR_NOT_FOUND. */
bool machine_get(struct ctx *cx, struct id id, struct machine **out) MUST_CHECK;
/* The oldest match within the scope. */
bool machine_find_fingerprint(struct ctx *cx, const struct licence_scope *scope,
                              const char *fingerprint, struct machine **out) MUST_CHECK;
/* Of one licence, oldest first; at most limit. */
bool machine_list(struct ctx *cx, struct id licence_id, unsigned limit, struct machine **out,
                  size_t *count) MUST_CHECK;
/* Frees the seat; its components and processes go too. token_id: an activation token's limit is
 * counted, zero for none. Emits licence.released (wire: machine.deleted). */
bool machine_remove(struct ctx *cx, struct id id, struct id token_id) MUST_CHECK;

/* Section 6.5. seconds: the heartbeat's duration. */
enum machine_heartbeat machine_heartbeat_at(bool is_required, int64_t last_heartbeat_at,
                                            int64_t created_at, int64_t seconds, int64_t now);
