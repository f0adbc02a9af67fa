/* Links by which an operator lets somebody make a tenant on a page: each works once, for an hour.
 */
#pragma once

#include "portal/account/tenant.h"

enum { TENANT_INVITE_MINUTES = 60 };

extern const struct err_kind ERR_TENANT_INVITE_OVER; /* used, too old, or never made */

/* The token is in cx->mem and nowhere else. The operator's to make: needs the system. */
bool tenant_invite_make(struct ctx *cx, const char **token) MUST_CHECK;
/* Fails: ERR_TENANT_INVITE_OVER. Changes nothing: programs look into links. */
bool tenant_invite_check(struct ctx *cx, const char *token) MUST_CHECK;
/* Makes the tenant and ends the link, in one transaction; spec->then is not called. For whoever has
 * the link. Fails: ERR_TENANT_INVITE_OVER, and as tenant_create. */
bool tenant_invite_use(struct ctx *cx, const char *token, const struct tenant_spec *spec,
                       struct tenant **out) MUST_CHECK;
