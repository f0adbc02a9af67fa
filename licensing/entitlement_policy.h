/* Entitlements of policies: every licence of the policy holds them. */
#pragma once

#include "licensing/entitlement.h"

struct entitlement_join { /* one entitlement at one policy */
    struct id id;
    struct id policy_id, entitlement_id;
    int64_t created_at;
};

/* All of them or none. source of a failure: "/data/<i>". Fails: ERR_NOT_FOUND no such policy;
 * ERR_ENTITLEMENT_NOT_FOUND; ERR_ENTITLEMENT_TAKEN. Emits policy.entitlements_attached. */
bool entitlement_policy_attach(struct ctx *cx, struct id policy_id, const struct id *ids,
                               size_t count, struct entitlement_join **out) MUST_CHECK;
/* Fails: ERR_NOT_FOUND; ERR_ENTITLEMENT_NOT_ATTACHED. Emits policy.entitlements_detached. */
bool entitlement_policy_detach(struct ctx *cx, struct id policy_id, const struct id *ids,
                               size_t count) MUST_CHECK;
