/* Licences and machines that come from another installation, with the history they have. */
#pragma once

#include "licensing/machine.h"

struct licence_record { /* zero and NULL: not told */
    struct id id;       /* zero: a new one */
    struct id policy_id, organisation_id, owner_id, group_id;
    const char *serial; /* NULL: a new one */
    const char *key; /* as customers have it: it is not signed anew, whatever the policy's scheme */
    const char *name, *note, *metadata, *last_version;
    int64_t starts_at, expires_at, support_until, grace_days;
    bool is_trial, is_suspended, has_protected, is_protected;
    int64_t uses;
    /* Limits in force: what differs from the policy's becomes the licence's own. */
    struct licence_own limits;
    int64_t last_validated_at, last_check_in_at, last_check_out_at;
    int64_t created_at, updated_at; /* 0: now */
};

/* Adds a licence as it was. A group's limit is not asked: it keeps new licences out, not old ones.
 * Needs the system or staff with RIGHT_LICENCES. Emits licence.issued. Fails:
 * ERR_LICENCE_POLICY_NOT_FOUND, ERR_LICENCE_KEY_TAKEN, ERR_LICENCE_ID_CONFLICT, ERR_NOT_FOUND
 * (owner, group or organisation), and as licence_issue checks limits, names and keys. */
bool licence_import(struct ctx *cx, const struct licence_record *record,
                    struct licence **out) MUST_CHECK;
/* The licence with that id or that key, also one that was deleted; zero for none. */
bool licence_import_find(struct ctx *cx, struct id id, const char *key, struct id *out) MUST_CHECK;
/* A machine's own history, over what machine_add has written; 0: as it is. */
bool licence_import_machine(struct ctx *cx, struct id machine_id, int64_t created_at,
                            int64_t last_heartbeat_at, int64_t last_check_out_at) MUST_CHECK;
