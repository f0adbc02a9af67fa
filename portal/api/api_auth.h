/* Credentials of the licensing protocol: who asks (sections 2.2 to 2.4). */
#pragma once

#include "portal/api/api.h"

extern const struct err_kind ERR_API_USER_BANNED;

/* Finds the bearer of the request's credential and fills api->role, token, licence, bearer_id; the
 * run acts and sees as the system then, within api_sees and api_permission. is_required: none is
 * TOKEN_MISSING. */
bool api_auth_check(struct req *rq, struct api *api, bool is_required) MUST_CHECK;
/* The e-mail address that comes with a password, in whatever place; NULL where none does. */
const char *api_auth_email(struct req *rq);
/* Whether any credential came, good or not. */
bool api_auth_is_there(struct req *rq);
