/* A licence's own entitlements, beside those of its policy. */
#pragma once

#include "licensing/licence_user.h"

/* All of them or none, in their order. Needs the system or staff with RIGHT_LICENCES. Fails with
 * everything that is wrong at once; source "/data/<i>". Emits licence.entitlements_attached. */
bool licence_entitlement_attach(struct ctx *cx, struct id id, const struct id *entitlement_ids,
                                size_t count, struct licence_link **out) MUST_CHECK;
/* Fails: ERR_DENIED for what the policy gives; a fault without a code for what is not attached.
 * Emits licence.entitlements_detached. */
bool licence_entitlement_detach(struct ctx *cx, struct id id, const struct id *entitlement_ids,
                                size_t count) MUST_CHECK;
