/* Licences: issue, look up, suspend, renew. */
#pragma once

#include "db/event.h"
#include "licensing/policy.h"

enum {
    LICENCE_KEY_MIN = 6,
    LICENCE_KEY_MAX = 16384,
    LICENCE_NAME_MAX = 1024,
    LICENCE_NOTE_MAX = 4000,
    LICENCE_SERIAL_SIZE = 20,
};

enum licence_status { /* the first that applies */
                      LICENCE_BANNED,
                      LICENCE_SUSPENDED,
                      LICENCE_EXPIRED,
                      LICENCE_EXPIRING, /* within LICENCE_EXPIRING_DAYS */
                      LICENCE_INACTIVE, /* unused for LICENCE_IDLE_DAYS */
                      LICENCE_ACTIVE,
                      LICENCE_STATUS_COUNT
};
enum { LICENCE_EXPIRING_DAYS = 3, LICENCE_IDLE_DAYS = 90 };
extern const char *const LICENCE_STATUS_NAMES[LICENCE_STATUS_COUNT]; /* the wire's words */

enum licence_limit { /* what a licence may have instead of its policy's */
                     LICENCE_MACHINES,
                     LICENCE_PROCESSES,
                     LICENCE_USERS,
                     LICENCE_CORES,
                     LICENCE_MEMORY,
                     LICENCE_DISK,
                     LICENCE_USES,
                     LICENCE_LIMIT_COUNT
};
struct licence_own {
    unsigned told; /* 1 << limit: those that are told; the others stay as they are */
    int64_t limits[LICENCE_LIMIT_COUNT]; /* POLICY_NO_LIMIT: the policy's */
};

struct licence { /* a record: open, lives in cx->mem */
    struct id id;
    const char *serial; /* "CTR-7Q4M-91KX" */
    const char *key;
    struct id product_id, policy_id;
    struct id organisation_id, owner_id, group_id; /* zero for none */
    const char *name;                              /* NULL for none */
    int64_t starts_at;
    int64_t expires_at;    /* 0: never, or not started */
    int64_t support_until; /* 0: none */
    int64_t grace_days;
    bool is_trial, is_suspended;
    bool is_protected; /* in force: its own value or the policy's */
    int64_t uses;
    int64_t max_machines, max_processes, max_users, max_cores, max_memory, max_disk,
        max_uses; /* in force: own or the policy's, or POLICY_NO_LIMIT */
    const char *last_version;
    int64_t last_validated_at, last_check_in_at, last_check_out_at; /* 0: never */
    const char *note;                                               /* for staff */
    const char *metadata;                                           /* JSON object */
    int64_t version;
    int64_t created_at, updated_at;
    /* joined, for reading */
    enum licence_status status; /* at cx->now */
    const char *product_name, *policy_name;
    const char *organisation_name, *owner_name, *owner_email; /* NULL for none */
    bool is_owner_banned;
    int64_t machine_count;
    int64_t licensee_count; /* without the owner */
};

extern const struct err_kind ERR_LICENCE_KEY_TOO_SHORT;
extern const struct err_kind ERR_LICENCE_KEY_TOO_LONG;
extern const struct err_kind ERR_LICENCE_KEY_TAKEN;
extern const struct err_kind ERR_LICENCE_KEY_CONFLICT;
extern const struct err_kind ERR_LICENCE_KEY_NOT_ALLOWED;
extern const struct err_kind ERR_LICENCE_ID_CONFLICT;
extern const struct err_kind ERR_LICENCE_POLICY_NOT_FOUND;
extern const struct err_kind ERR_LICENCE_OWNER_NOT_FOUND;
extern const struct err_kind ERR_LICENCE_GROUP_NOT_FOUND;
extern const struct err_kind ERR_LICENCE_GROUP_FULL;
extern const struct err_kind ERR_LICENCE_LIMIT_INVALID; /* source: the attribute's pointer */
extern const struct err_kind ERR_LICENCE_NAME_TOO_LONG;
extern const struct err_kind ERR_LICENCE_IS_SUSPENDED;  /* to suspend it again */
extern const struct err_kind ERR_LICENCE_NOT_SUSPENDED; /* to reinstate it */
extern const struct err_kind ERR_LICENCE_NO_DURATION;   /* to renew: the policy has none */
extern const struct err_kind ERR_LICENCE_NO_EXPIRY;     /* to renew: it never ends */

/* What licence_issue is asked for. Zero and NULL mean "not given" throughout. */
struct licence_draft {
    struct id id; /* a client's own id */
    struct id policy_id;
    struct id organisation_id, owner_id, group_id;
    const char *name;
    const char *key; /* with a signing scheme: the payload, after substitution of {{id}} .. */
    int64_t starts_at;
    int64_t expires_at; /* instead of the policy's duration */
    int64_t support_until;
    int64_t grace_days;
    bool is_trial, is_suspended;
    int64_t max_machines; /* seats bought, instead of the policy's; 0: the policy's */
    struct licence_own own;
    bool has_protected, is_protected; /* its own value, instead of the policy's */
    const char *note;
    const char *metadata; /* JSON object */
};

/* Issues a licence: makes its key (signed when the policy has a scheme) and serial. Needs the
 * system or staff with RIGHT_LICENCES. Emits licence.issued in the same transaction. Fails:
 * ERR_DENIED, and everything that is wrong with the draft at once (the kinds above). */
bool licence_issue(struct ctx *cx, const struct licence_draft *draft,
                   struct licence **out) MUST_CHECK;

/* Visible are: to customers with RIGHT_LICENCE those of their current organisation; to staff with
 * RIGHT_LICENCES and the system all of the tenant. What is not visible is ERR_NOT_FOUND. */
bool licence_get(struct ctx *cx, struct id id, struct licence **out) MUST_CHECK;
bool licence_find_key(struct ctx *cx, const char *key, struct licence **out) MUST_CHECK;
bool licence_find_serial(struct ctx *cx, const char *serial, struct licence **out) MUST_CHECK;

struct licence_page { /* a part of a list in the order of creation */
    unsigned limit;
    int64_t offset;    /* for numbered pages */
    struct id after;   /* key paging: the last id of the page before; zero: from the start */
    bool is_ascending; /* oldest first; else newest first */
    bool wants_total;  /* a list may leave its total 0 where this is not set */
};

struct licence_filter {        /* zero and NULL: any */
    struct id organisation_id; /* for staff */
    struct id product_id, policy_id, owner_id;
    const char *search;               /* part of a serial or name, or a whole key; any case */
    bool is_suspended;                /* only those */
    int64_t expires_from, expires_to; /* instants; to is exclusive */
    struct id after;                  /* key paging: the last id of the page before */
    unsigned limit;                   /* 0: LICENCE_LIST_MAX */
};
enum { LICENCE_LIST_MAX = 100 };
/* Newest first. */
bool licence_list(struct ctx *cx, const struct licence_filter *filter, struct licence **out,
                  size_t *count) MUST_CHECK;
/* How many a filter finds, regardless of after and limit. */
bool licence_count(struct ctx *cx, const struct licence_filter *filter, int64_t *out) MUST_CHECK;

/* Each needs the system or staff with RIGHT_LICENCES, takes a person's reason ("" for none), emits
 * its event in the same transaction, and returns the licence as it is then. */
bool licence_suspend(struct ctx *cx, struct id id, const char *reason,
                     struct licence **out) MUST_CHECK;
bool licence_reinstate(struct ctx *cx, struct id id, const char *reason,
                       struct licence **out) MUST_CHECK;
bool licence_renew(struct ctx *cx, struct id id, const char *reason,
                   struct licence **out) MUST_CHECK;
/* Seats bought: the licence's own max_machines. */
bool licence_set_seats(struct ctx *cx, struct id id, int64_t seats, const char *reason,
                       struct licence **out) MUST_CHECK;
/* Removes the licence, its machines and tokens for good; its key is not given out again. */
bool licence_revoke(struct ctx *cx, struct id id, const char *reason) MUST_CHECK;
bool licence_delete(struct ctx *cx, struct id id) MUST_CHECK; /* the same, by another event */

/* Starts the clock of a licence whose policy counts from an event that has just happened: its end
 * becomes cx->now and the policy's duration, unless it has one already. */
bool licence_start(struct ctx *cx, struct id id) MUST_CHECK;

/* Notes that a file was made of a licence, or (not zero) of its machine. */
bool licence_checked_out(struct ctx *cx, struct id id, struct id machine_id) MUST_CHECK;

/* The next instant a check-in is due; 0 where the policy asks for none. */
int64_t licence_next_check_in(const struct policy *policy, int64_t last_check_in_at);
/* The latest of creation, validation, check-in and check-out: what "inactive" is counted from. */
int64_t licence_last_used(const struct licence *licence);
enum licence_status licence_status_at(bool is_owner_banned, bool is_suspended, int64_t expires_at,
                                      int64_t last_used_at, int64_t now);
/* What each change of a licence begins and ends with. The first writes the row, as whoever takes a
 * seat does, and reads it and its policy under that lock. The second tells caches and the trail,
 * reads the licence as it is then (out may be NULL), and commits; rolls back when any of it fails.
 */
bool licence_lock(struct ctx *cx, struct id id, struct licence **licence,
                  struct policy **policy) MUST_CHECK;
bool licence_finish(struct ctx *cx, struct id id, enum event_kind event, json_t *data,
                    struct licence **out) MUST_CHECK;
/* Tells the caches of all nodes that a row changed; inside its transaction. subject: "licence",
 * "policy", "product", "entitlement", "person", "token", "release". */
bool licence_changed(struct ctx *cx, const char *subject, struct id subject_id) MUST_CHECK;
