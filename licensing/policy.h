/* Policies: the rules that a product's licences follow (licensing protocol section 3.3). */
#pragma once

#include "db/db.h"

enum { POLICY_NAME_MAX = 255 };
enum { POLICY_NO_LIMIT = -1 }; /* a limit that is not set */

enum policy_uniqueness { /* by rank: a wider scope has the greater value */
                         POLICY_UNIQUE_PER_MACHINE,
                         POLICY_UNIQUE_PER_LICENCE,
                         POLICY_UNIQUE_PER_POLICY,
                         POLICY_UNIQUE_PER_PRODUCT,
                         POLICY_UNIQUE_PER_ACCOUNT
};
enum policy_matching { POLICY_MATCH_ANY, POLICY_MATCH_TWO, POLICY_MATCH_MOST, POLICY_MATCH_ALL };
enum policy_expiration { /* what a licence may do once it has expired */
                         POLICY_RESTRICT_ACCESS,
                         POLICY_REVOKE_ACCESS,
                         POLICY_MAINTAIN_ACCESS,
                         POLICY_ALLOW_ACCESS
};
enum policy_expiration_basis {
    POLICY_FROM_CREATION,
    POLICY_FROM_FIRST_VALIDATION,
    POLICY_FROM_FIRST_ACTIVATION,
    POLICY_FROM_FIRST_DOWNLOAD,
    POLICY_FROM_FIRST_USE
};
enum policy_renewal { POLICY_FROM_EXPIRY, POLICY_FROM_NOW, POLICY_FROM_NOW_IF_EXPIRED };
enum policy_transfer { POLICY_KEEP_EXPIRY, POLICY_RESET_EXPIRY };
enum policy_authentication {
    POLICY_AUTH_TOKEN,
    POLICY_AUTH_LICENCE,
    POLICY_AUTH_SESSION,
    POLICY_AUTH_MIXED,
    POLICY_AUTH_NONE
};
enum policy_leasing { POLICY_PER_MACHINE, POLICY_PER_LICENCE, POLICY_PER_USER };
enum policy_overage {
    POLICY_NO_OVERAGE,
    POLICY_ALWAYS_ALLOW_OVERAGE,
    POLICY_OVERAGE_1_25X,
    POLICY_OVERAGE_1_5X,
    POLICY_OVERAGE_2X
};
enum policy_interval { POLICY_NO_INTERVAL, POLICY_DAY, POLICY_WEEK, POLICY_MONTH, POLICY_YEAR };
enum policy_cull { POLICY_DEACTIVATE_DEAD, POLICY_KEEP_DEAD };
enum policy_revive {
    POLICY_NO_REVIVE,
    POLICY_REVIVE_1_MINUTE,
    POLICY_REVIVE_2_MINUTES,
    POLICY_REVIVE_5_MINUTES,
    POLICY_REVIVE_10_MINUTES,
    POLICY_REVIVE_15_MINUTES,
    POLICY_ALWAYS_REVIVE
};
enum policy_heartbeat_basis { POLICY_HEARTBEAT_FROM_FIRST_PING, POLICY_HEARTBEAT_FROM_CREATION };

struct policy { /* a record: open */
    struct id id;
    struct id product_id;
    const char *name;
    int64_t duration_seconds; /* 0: never expires */
    bool is_strict, is_floating;
    int64_t max_machines, max_processes, max_users, max_cores, max_memory, max_disk,
        max_uses; /* or POLICY_NO_LIMIT */
    enum policy_uniqueness machine_uniqueness, component_uniqueness;
    enum policy_matching machine_matching, component_matching;
    enum policy_expiration expiration;
    enum policy_expiration_basis expiration_basis;
    enum policy_renewal renewal;
    enum policy_transfer transfer;
    enum policy_authentication authentication;
    enum policy_leasing machine_leasing, process_leasing;
    enum policy_overage overage;
    const char *scheme; /* "ED25519_SIGN" or NULL */
    bool is_protected;
    bool require_product, require_policy, require_machine, require_fingerprint, require_components,
        require_user, require_checksum, require_version; /* scopes */
    bool require_check_in;
    enum policy_interval check_in_interval;
    int64_t check_in_count;
    bool require_heartbeat;
    int64_t heartbeat_seconds; /* 0: not set, means POLICY_HEARTBEAT_DEFAULT */
    enum policy_cull cull;
    enum policy_revive revive;
    enum policy_heartbeat_basis heartbeat_basis;
    const char *metadata; /* JSON object; NULL is {} */
    int64_t created_at, updated_at;
};

enum { POLICY_HEARTBEAT_DEFAULT = 600 };

/* The wire's words, by value: POLICY_OVERAGE_NAMES[policy->overage]. */
extern const char *const POLICY_UNIQUENESS_NAMES[5];
extern const char *const POLICY_MATCHING_NAMES[4];
extern const char *const POLICY_EXPIRATION_NAMES[4];
extern const char *const POLICY_EXPIRATION_BASIS_NAMES[5];
extern const char *const POLICY_RENEWAL_NAMES[3];
extern const char *const POLICY_TRANSFER_NAMES[2];
extern const char *const POLICY_AUTHENTICATION_NAMES[5];
extern const char *const POLICY_LEASING_NAMES[3];
extern const char *const POLICY_OVERAGE_NAMES[5];
extern const char *const POLICY_INTERVAL_NAMES[5]; /* [POLICY_NO_INTERVAL] is NULL */
extern const char *const POLICY_CULL_NAMES[2];
extern const char *const POLICY_REVIVE_NAMES[7];
extern const char *const POLICY_HEARTBEAT_BASIS_NAMES[2];

/* A floating, not strict policy without limits, with each attribute at the protocol's default. */
struct policy policy_default(struct id product_id, const char *name);
/* What every policy has to fulfil, however it is written: a node-locked one without a limit gets
 * max_machines 1; fails with the kinds below, source = the attribute's JSON pointer. */
bool policy_check(struct ctx *cx, struct policy *p) MUST_CHECK;
/* Adds a policy (id: the draft's, or a new one where it is zero). Emits policy.created. This and
 * the changes below need the system or staff with RIGHT_LICENCES, else ERR_DENIED. Fails:
 * ERR_POLICY_PRODUCT_NOT_FOUND, ERR_POLICY_ID_CONFLICT, and as policy_check. */
bool policy_add(struct ctx *cx, const struct policy *draft, struct policy **out) MUST_CHECK;
/* Changes a policy: apply gets it as it is, under lock, and says what it shall be (false with
 * cx->err: nothing is changed). It holds for its licences at once, but for the ends they were
 * given. Emits policy.updated. */
typedef bool policy_apply(struct ctx *cx, struct policy *p, void *with);
bool policy_change(struct ctx *cx, struct id id, policy_apply *apply, void *with,
                   struct policy **out) MUST_CHECK;
/* Removes a policy with its licences, their machines and tokens. Emits policy.deleted. */
bool policy_remove(struct ctx *cx, struct id id) MUST_CHECK;
bool policy_get(struct ctx *cx, struct id id, struct policy **out) MUST_CHECK;
/* By name, of one product or (zero id) of all. */
bool policy_list(struct ctx *cx, struct id product_id, unsigned limit, struct policy **out,
                 size_t *count) MUST_CHECK;
struct policy_filter { /* zero: any */
    struct id product_id, only_id;
    struct id person_id; /* a licence of that person follows it */
};
struct licence_page;
/* A page in the order of creation; *total is how many there are without it. */
bool policy_list_page(struct ctx *cx, const struct policy_filter *filter,
                      const struct licence_page *page, struct policy **out, size_t *count,
                      int64_t *total) MUST_CHECK;
/* The columns that policy_from_row reads from `first` on; p is "" or the table's alias ("p."). */
#define POLICY_COLUMNS(p)                                                                         \
    p "id, " p "product_id, " p "name, " p "duration_seconds, " p "is_strict, " p                 \
      "is_floating, " p "max_machines, " p "max_processes, " p "max_users, " p "max_cores, " p    \
      "max_memory, " p "max_disk, " p "max_uses, " p "machine_uniqueness_strategy, " p            \
      "component_uniqueness_strategy, " p "machine_matching_strategy, " p                         \
      "component_matching_strategy, " p "expiration_strategy, " p "expiration_basis, " p          \
      "renewal_basis, " p "transfer_strategy, " p "authentication_strategy, " p                   \
      "machine_leasing_strategy, " p "process_leasing_strategy, " p "overage_strategy, " p        \
      "scheme, " p "is_protected, " p "require_product_scope, " p "require_policy_scope, " p      \
      "require_machine_scope, " p "require_fingerprint_scope, " p "require_components_scope, " p  \
      "require_user_scope, " p "require_checksum_scope, " p "require_version_scope, " p           \
      "require_check_in, " p "check_in_interval, " p "check_in_interval_count, " p                \
      "require_heartbeat, " p "heartbeat_duration_seconds, " p "heartbeat_cull_strategy, " p      \
      "heartbeat_resurrection_strategy, " p "heartbeat_basis, " p "metadata, " p "created_at, " p \
      "updated_at"
enum { POLICY_COLUMN_COUNT = 46 };
void policy_from_row(const struct db_row *row, unsigned first, struct policy *out);
/* a + b, or the greatest number where that does not fit. */
int64_t policy_sum(int64_t a, int64_t b);
/* True when count stays within max under the policy's overage strategy. */
bool policy_allows(enum policy_overage overage, int64_t count, int64_t max);

extern const struct err_kind ERR_POLICY_PRODUCT_NOT_FOUND;
extern const struct err_kind ERR_POLICY_ID_CONFLICT;
extern const struct err_kind ERR_POLICY_DURATION_INVALID;
extern const struct err_kind ERR_POLICY_MAX_MACHINES_INVALID;
extern const struct err_kind ERR_POLICY_OVERAGE_NOT_ALLOWED;
extern const struct err_kind ERR_POLICY_SCHEME_NOT_ALLOWED;
extern const struct err_kind ERR_POLICY_CHECK_IN_INTERVAL;
extern const struct err_kind ERR_POLICY_CHECK_IN_COUNT;
extern const struct err_kind ERR_POLICY_HEARTBEAT_INVALID;
extern const struct err_kind ERR_POLICY_CULL_NOT_ALLOWED;
