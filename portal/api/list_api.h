/* What a licence has, as lists: machines, entitlements. */
#pragma once

#include "portal/http/req.h"

bool list_api_licences(struct req *rq);
bool list_api_entitlements(struct req *rq) MUST_CHECK;
