/* Further users of a licence, beside its owner. */
#pragma once

#include "licensing/licence.h"

struct licence_link { /* something attached to a licence */
    struct id id;
    struct id licence_id;
    struct id other_id; /* the person, the entitlement */
    int64_t created_at;
};

extern const struct err_kind ERR_LICENCE_USER_CONFLICT; /* the owner is no further user */
extern const struct err_kind ERR_LICENCE_USER_TAKEN;
extern const struct err_kind ERR_LICENCE_USER_NOT_FOUND;
extern const struct err_kind ERR_LICENCE_USER_NOT_ATTACHED;
extern const struct err_kind ERR_LICENCE_USERS_FULL;

/* Whether that many people, the owner included, are within the licence's limit; else adds the fault
 * to cx->err. */
bool licence_user_room(struct ctx *cx, const struct licence *licence, const struct policy *policy,
                       int64_t count);
/* All of them or none, in their order. Needs the system or staff with RIGHT_LICENCES. Fails with
 * everything that is wrong at once; source "/data/<i>". Emits licence.users_attached. */
bool licence_user_attach(struct ctx *cx, struct id id, const struct id *person_ids, size_t count,
                         struct licence_link **out) MUST_CHECK;
/* Their machines stay, without an owner. Fails: ERR_DENIED for the owner;
 * ERR_LICENCE_USER_NOT_ATTACHED. Emits licence.users_detached. */
bool licence_user_detach(struct ctx *cx, struct id id, const struct id *person_ids,
                         size_t count) MUST_CHECK;
