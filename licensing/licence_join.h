/* What is attached to what, as rows: entitlements of policies and licences, users of licences. */
#pragma once

#include "licensing/licence.h"

enum licence_join_kind {
    LICENCE_JOIN_POLICY_ENTITLEMENT,
    LICENCE_JOIN_ENTITLEMENT, /* a licence's own */
    LICENCE_JOIN_USER         /* licensees, without owners */
};

struct licence_join {
    struct id id;
    struct id of_id;   /* the policy or the licence */
    struct id what_id; /* the entitlement or the person */
    int64_t created_at;
};

/* All of the tenant (of what was not deleted) after that one (zero: from the start), in the order
 * of of_id and what_id; for the system alone. */
bool licence_join_list(struct ctx *cx, enum licence_join_kind kind,
                       const struct licence_join *after, unsigned limit, struct licence_join **out,
                       size_t *count) MUST_CHECK;
/* Whether that one is there. */
bool licence_join_find(struct ctx *cx, enum licence_join_kind kind, struct id of_id,
                       struct id what_id, bool *out) MUST_CHECK;
