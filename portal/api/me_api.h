/* Who asks, and the account that is asked: me, ping, health, accounts. */
#pragma once

#include "portal/http/req.h"

bool me_api_view(struct req *rq) MUST_CHECK;
bool me_api_ping(struct req *rq) MUST_CHECK;
bool me_api_health(struct req *rq) MUST_CHECK;
bool me_api_profile(struct req *rq) MUST_CHECK;
bool me_api_account(struct req *rq) MUST_CHECK;
