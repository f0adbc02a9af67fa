/* What entitlements and users of a licence have in common when several are attached at once; for
 * licence_entitlement.c and licence_user.c. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

/* The JSON pointer of the one at that index in the request. */
const char *licence_link_at(struct ctx *cx, size_t index);
/* Whether it stands earlier in the same list. */
bool licence_link_is_repeated(const struct id *ids, size_t index);
/* {"action": .., name: [ids]} of the event; in cx->mem. */
json_t *licence_link_told(struct ctx *cx, const char *action, const char *name,
                          const struct id *ids, size_t count);
