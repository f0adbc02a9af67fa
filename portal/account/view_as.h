/* Staff see the portal as a customer does: to read only, for a while, with a reason on record. */
#pragma once

#include "portal/account/session.h"

enum { VIEW_AS_MINUTES = 30, VIEW_AS_REASON_MAX = 500 };

extern const struct err_kind ERR_VIEW_AS_REASON; /* none was given */

/* From the next request on, for VIEW_AS_MINUTES. Needs staff with RIGHT_CUSTOMERS; the person must
 * be a member there and no staff. Emits person.viewed_as with the reason. Fails: ERR_DENIED,
 * ERR_NOT_FOUND, ERR_VIEW_AS_REASON. */
bool view_as_start(struct ctx *cx, const struct session *session, struct id person_id,
                   struct id organisation_id, const char *reason) MUST_CHECK;
bool view_as_end(struct ctx *cx, const struct session *session) MUST_CHECK;
/* Makes the loaded session and cx->viewer those of whom it looks as, when it does: is_viewing then,
 * and cx writes nothing. cx->actor_id stays. */
bool view_as_apply(struct ctx *cx, struct session *session) MUST_CHECK;
