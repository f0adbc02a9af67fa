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
extern const struct err_kind ERR_ENTITLEMENT_ID_CONFLICT;
extern const struct err_kind ERR_ENTITLEMENT_NOT_FOUND;    /* to attach it */
extern const struct err_kind ERR_ENTITLEMENT_NOT_ATTACHED; /* to detach it */
extern const struct err_kind ERR_ENTITLEMENT_TAKEN;        /* attached already */
extern const struct err_kind ERR_ENTITLEMENT_CONFLICT;     /* held through the policy already */

/* All that change need the system or staff with RIGHT_LICENCES, and tell the caches. */
bool entitlement_add(struct ctx *cx, const struct entitlement *draft,
                     struct entitlement **out) MUST_CHECK;
/* What every entitlement has to fulfil, however it is written; source = the JSON pointer. */
bool entitlement_check(struct ctx *cx, const struct entitlement *e) MUST_CHECK;
/* Changes an entitlement: apply gets it as it is, under lock, and says what it shall be (false with
 * cx->err: nothing is changed). */
typedef bool entitlement_apply(struct ctx *cx, struct entitlement *e, void *with);
bool entitlement_change(struct ctx *cx, struct id id, entitlement_apply *apply, void *with,
                        struct entitlement **out) MUST_CHECK;
/* Takes it from all policies, licences and releases too. */
bool entitlement_remove(struct ctx *cx, struct id id) MUST_CHECK;
bool entitlement_get(struct ctx *cx, struct id id, struct entitlement **out) MUST_CHECK;
/* By its code, in any case. *out is NULL when there is none. */
bool entitlement_find_code(struct ctx *cx, const char *code, struct entitlement **out) MUST_CHECK;
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

struct entitlement_filter { /* zero: any */
    struct id policy_id;    /* attached to that policy */
    struct id licence_id;   /* held by that licence, through its policy or its own */
    struct id person_id;    /* held by a licence of that person */
    struct id only_id;
};
struct licence_page;
/* A page in the order of creation; *total is how many there are without it. */
bool entitlement_list_page(struct ctx *cx, const struct entitlement_filter *filter,
                           const struct licence_page *page, struct entitlement **out, size_t *count,
                           int64_t *total) MUST_CHECK;
