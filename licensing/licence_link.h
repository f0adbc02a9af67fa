/* What is attached to what, as rows: entitlements of policies and licences, users of licences. */
#pragma once

#include "licensing/licence.h"

enum licence_link_kind {
    LICENCE_LINK_POLICY_ENTITLEMENT,
    LICENCE_LINK_ENTITLEMENT, /* a licence's own */
    LICENCE_LINK_USER         /* licensees, without owners */
};

struct licence_link {
    struct id id;
    struct id of_id;   /* the policy or the licence */
    struct id what_id; /* the entitlement or the person */
    int64_t created_at;
};

/* All of the tenant (of what was not deleted) after that one (zero: from the start), in the order
 * of of_id and what_id; for the system alone. */
bool licence_link_list(struct ctx *cx, enum licence_link_kind kind,
                       const struct licence_link *after, unsigned limit, struct licence_link **out,
                       size_t *count) MUST_CHECK;
/* Whether that one is there. */
bool licence_link_find(struct ctx *cx, enum licence_link_kind kind, struct id of_id,
                       struct id what_id, bool *out) MUST_CHECK;
