/* Actions on licences over the licensing protocol (section 5). */
#pragma once

#include "portal/http/req.h"

bool action_api_suspend(struct req *rq) MUST_CHECK;
bool action_api_reinstate(struct req *rq) MUST_CHECK;
bool action_api_renew(struct req *rq) MUST_CHECK;
bool action_api_check_in(struct req *rq) MUST_CHECK;
bool action_api_revoke(struct req *rq) MUST_CHECK;
bool action_api_delete(struct req *rq) MUST_CHECK;
bool action_api_increment(struct req *rq) MUST_CHECK;
bool action_api_decrement(struct req *rq) MUST_CHECK;
bool action_api_reset_usage(struct req *rq) MUST_CHECK;
