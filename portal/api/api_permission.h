/* Who may do what with the licensing protocol (section 2.6): one table, asked by every handler. */
#pragma once

#include "portal/api/api.h"

enum permit {
    PERMIT_ACCOUNT_READ,
    PERMIT_ACCOUNT_UPDATE,

    PERMIT_LICENCE_READ,
    PERMIT_LICENCE_CREATE, /* subject: the owner, and whether the policy is protected */
    PERMIT_LICENCE_UPDATE,
    PERMIT_LICENCE_DELETE,
    PERMIT_LICENCE_REVOKE,
    PERMIT_LICENCE_RENEW,
    PERMIT_LICENCE_VALIDATE,
    PERMIT_LICENCE_CHECK_IN,
    PERMIT_LICENCE_CHECK_OUT,
    PERMIT_LICENCE_SUSPEND,
    PERMIT_LICENCE_REINSTATE,
    PERMIT_LICENCE_USAGE_INCREMENT,
    PERMIT_LICENCE_USAGE_DECREMENT,
    PERMIT_LICENCE_USAGE_RESET,
    PERMIT_LICENCE_TOKENS_READ,
    PERMIT_LICENCE_TOKENS_CREATE,
    PERMIT_LICENCE_ENTITLEMENTS_READ,
    PERMIT_LICENCE_ENTITLEMENTS_ATTACH,
    PERMIT_LICENCE_ENTITLEMENTS_DETACH,
    PERMIT_LICENCE_USERS_READ,
    PERMIT_LICENCE_USERS_ATTACH,
    PERMIT_LICENCE_USERS_DETACH,
    PERMIT_LICENCE_OWNER_CHANGE,
    PERMIT_LICENCE_GROUP_CHANGE,
    PERMIT_LICENCE_POLICY_CHANGE, /* for U the new policy has to be unprotected, for P its own */

    PERMIT_MACHINE_READ,
    PERMIT_MACHINE_CREATE, /* subject: with the new machine's owner */
    PERMIT_MACHINE_UPDATE,
    PERMIT_MACHINE_DELETE,
    PERMIT_MACHINE_CHECK_OUT,
    PERMIT_MACHINE_PING,
    PERMIT_MACHINE_RESET,
    PERMIT_MACHINE_OWNER_CHANGE,
    PERMIT_MACHINE_GROUP_CHANGE,

    PERMIT_PROCESS_READ,
    PERMIT_PROCESS_CREATE,
    PERMIT_PROCESS_UPDATE,
    PERMIT_PROCESS_DELETE,
    PERMIT_PROCESS_PING,
    PERMIT_COMPONENT_READ,
    PERMIT_COMPONENT_CREATE,
    PERMIT_COMPONENT_UPDATE,
    PERMIT_COMPONENT_DELETE,

    PERMIT_POLICY_READ,
    PERMIT_POLICY_CREATE,
    PERMIT_POLICY_UPDATE,
    PERMIT_POLICY_DELETE,
    PERMIT_POLICY_ENTITLEMENTS_READ,
    PERMIT_POLICY_ENTITLEMENTS_ATTACH,
    PERMIT_POLICY_ENTITLEMENTS_DETACH,
    PERMIT_PRODUCT_READ,
    PERMIT_PRODUCT_CREATE,
    PERMIT_PRODUCT_UPDATE,
    PERMIT_PRODUCT_DELETE,
    PERMIT_PRODUCT_TOKENS_READ,
    PERMIT_PRODUCT_TOKENS_CREATE,
    PERMIT_ENTITLEMENT_READ,
    PERMIT_ENTITLEMENT_CREATE,
    PERMIT_ENTITLEMENT_UPDATE,
    PERMIT_ENTITLEMENT_DELETE,
    PERMIT_GROUP_READ,
    PERMIT_GROUP_CREATE,
    PERMIT_GROUP_UPDATE,
    PERMIT_GROUP_DELETE,

    PERMIT_USER_READ,
    PERMIT_USER_CREATE, /* S and P: customers only; nobody above itself */
    PERMIT_USER_UPDATE,
    PERMIT_USER_DELETE,
    PERMIT_USER_BAN,
    PERMIT_USER_UNBAN,
    PERMIT_USER_ROLE_CHANGE,
    PERMIT_USER_GROUP_CHANGE,
    PERMIT_USER_PASSWORD_UPDATE,
    PERMIT_USER_TOKENS_READ,
    PERMIT_USER_TOKENS_CREATE,
    PERMIT_TOKEN_READ, /* of others: the handler knows which */
    PERMIT_TOKEN_CREATE,
    PERMIT_TOKEN_REGENERATE,
    PERMIT_TOKEN_REVOKE,

    PERMIT_RELEASE_READ, /* section 3.13 says more */
    PERMIT_RELEASE_CREATE,
    PERMIT_RELEASE_UPDATE,
    PERMIT_RELEASE_DELETE,
    PERMIT_RELEASE_PUBLISH,
    PERMIT_RELEASE_YANK,
    PERMIT_RELEASE_UPGRADE,
    PERMIT_ARTIFACT_READ,
    PERMIT_ARTIFACT_CREATE,
    PERMIT_ARTIFACT_UPDATE,
    PERMIT_ARTIFACT_DELETE,
    PERMIT_ARTIFACT_DOWNLOAD,

    PERMIT_WEBHOOK_READ,
    PERMIT_WEBHOOK_CREATE,
    PERMIT_WEBHOOK_UPDATE,
    PERMIT_WEBHOOK_DELETE,
    PERMIT_EVENT_READ,
    PERMIT_EVENT_RETRY,
    PERMIT_EVENT_DELETE,
    PERMIT_COUNT
};

struct api_subject {            /* what a person's right depends on; zero where it does not apply */
    struct id owner_id;         /* the licence's */
    struct id machine_owner_id; /* of a machine that is being made */
    struct id person_id;        /* the user that is asked about */
    bool is_protected;          /* customers do not manage it themselves */
};

/* "license.check-in": as upstream calls it. */
const char *api_permission_name(enum permit what);
/* The kinds of tokens (API_ROLE) that may at all, leaving conditions and switches aside. */
unsigned api_permission_kinds(enum permit what);

/* Each fails with ERR_DENIED. Whether the subject is in the bearer's scope was asked before: what
 * is not is ERR_NOT_FOUND. The first is for lists, and for what has no owner. */
bool api_permission_check(struct req *rq, enum permit what) MUST_CHECK;
/* On a licence, or on what hangs on it: machines, processes, components. */
bool api_permission_licence(struct req *rq, enum permit what,
                            const struct snapshot *licence) MUST_CHECK;
bool api_permission_on(struct req *rq, enum permit what,
                       const struct api_subject *subject) MUST_CHECK;

/* What customers' credentials may do only where the tenant has said so: names, in a list that ends
 * with NULL. The tenant's choice is a text of names with commas. */
extern const char *const API_PERMISSION_SWITCHES[];
