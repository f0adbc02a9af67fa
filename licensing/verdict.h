/* The verdict: is this licence good for what is asked (licensing protocol section 4.3). Pure: no
 * database, no clock. */
#pragma once

#include "licensing/snapshot.h"

enum verdict_code {
    VERDICT_VALID,
    VERDICT_NOT_FOUND,
    VERDICT_SUSPENDED,
    VERDICT_EXPIRED,
    VERDICT_OVERDUE,
    VERDICT_BANNED,
    VERDICT_NO_MACHINE,
    VERDICT_NO_MACHINES,
    VERDICT_TOO_MANY_MACHINES,
    VERDICT_TOO_MANY_CORES,
    VERDICT_TOO_MUCH_MEMORY,
    VERDICT_TOO_MUCH_DISK,
    VERDICT_TOO_MANY_PROCESSES,
    VERDICT_TOO_MANY_USERS,
    VERDICT_FINGERPRINT_SCOPE_REQUIRED,
    VERDICT_FINGERPRINT_SCOPE_MISMATCH,
    VERDICT_FINGERPRINT_SCOPE_EMPTY,
    VERDICT_COMPONENTS_SCOPE_REQUIRED,
    VERDICT_COMPONENTS_SCOPE_MISMATCH,
    VERDICT_COMPONENTS_SCOPE_EMPTY,
    VERDICT_HEARTBEAT_NOT_STARTED,
    VERDICT_HEARTBEAT_DEAD,
    VERDICT_PRODUCT_SCOPE_REQUIRED,
    VERDICT_PRODUCT_SCOPE_MISMATCH,
    VERDICT_POLICY_SCOPE_REQUIRED,
    VERDICT_POLICY_SCOPE_MISMATCH,
    VERDICT_MACHINE_SCOPE_REQUIRED,
    VERDICT_MACHINE_SCOPE_MISMATCH,
    VERDICT_USER_SCOPE_REQUIRED,
    VERDICT_USER_SCOPE_MISMATCH,
    VERDICT_ENTITLEMENTS_MISSING,
    VERDICT_ENTITLEMENTS_SCOPE_EMPTY,
    VERDICT_CHECKSUM_SCOPE_REQUIRED,
    VERDICT_CHECKSUM_SCOPE_MISMATCH,
    VERDICT_VERSION_SCOPE_REQUIRED,
    VERDICT_VERSION_SCOPE_MISMATCH,
    VERDICT_CODE_COUNT
};
extern const char *const VERDICT_CODE_NAMES[VERDICT_CODE_COUNT];   /* the wire's words */
extern const char *const VERDICT_CODE_DETAILS[VERDICT_CODE_COUNT]; /* "is valid" */

struct verdict_list { /* an array of the scope: duplicates and nulls are gone */
    bool is_given;
    size_t count;
    const char *const *items;
};

struct verdict_scope { /* what the client ties the question to; NULL: not given */
    const char *product;
    const char *policy;
    bool has_user; /* given, maybe as null */
    const char *user;
    const char *machine;
    const char *fingerprint;
    struct verdict_list fingerprints;
    struct verdict_list components;
    struct verdict_list entitlements;
    const char *checksum;
    const char *version;
    /* Asked of the database beforehand, where checksum or version is given: there is a published
     * artefact or release that this licence may use. */
    bool checksum_known, version_known;
};

struct verdict {
    enum verdict_code code;
    bool is_valid;
    const struct snapshot_machine *machine; /* the one that the scope names, or NULL; borrowed */
};

/* licence NULL: there is none. scope NULL: the quick form, which skips all that a scope can say. */
struct verdict verdict_decide(const struct snapshot *licence, const struct verdict_scope *scope,
                              int64_t now);
