/* Entitlements: named rights that a licence carries ("HQ-EXCHANGE"). */
#pragma once

#include "db/db.h"

enum { ENTITLEMENT_NAME_MAX = 255, ENTITLEMENT_CODE_MAX = 255 };

struct entitlement { /* a record: open, lives in cx->mem */
    struct id id;
    const char *name;
    const char *code;
    const char *metadata; /* JSON object; NULL is {} */
    int64_t created_at, updated_at;
};

extern const struct err_kind ERR_ENTITLEMENT_CODE_TAKEN;
extern const struct err_kind ERR_ENTITLEMENT_TAKEN;    /* attached already */
extern const struct err_kind ERR_ENTITLEMENT_CONFLICT; /* held through the policy already */

/* All that change need the system or staff with RIGHT_LICENCES, and tell the caches. */
bool entitlement_add(struct ctx *cx, const struct entitlement *draft,
                     struct entitlement **out) MUST_CHECK;
bool entitlement_get(struct ctx *cx, struct id id, struct entitlement **out) MUST_CHECK;
bool entitlement_attach_policy(struct ctx *cx, struct id policy_id,
                               struct id entitlement_id) MUST_CHECK;
bool entitlement_attach_licence(struct ctx *cx, struct id licence_id,
                                struct id entitlement_id) MUST_CHECK;
/* What the licence holds: its policy's and its own, each once, by code. */
bool entitlement_list(struct ctx *cx, struct id licence_id, struct entitlement **out,
                      size_t *count) MUST_CHECK;
/* The same by creation: newest first, or (ascending) oldest. */
bool entitlement_page(struct ctx *cx, struct id licence_id, bool is_ascending,
                      struct entitlement **out, size_t *count) MUST_CHECK;
