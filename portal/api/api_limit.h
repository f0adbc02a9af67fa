/* The limits of the licensing protocol that hold for everybody (section 1.10). */
#pragma once

#include "portal/api/api.h"

/* Before the credential of a request is looked at: tries of a password, resets, changes of a
 * password or a second factor, new trials. False sets ERR_LIMITED. */
bool api_limit_check(struct req *rq, const struct api *api) MUST_CHECK;
