/* Entitlements over the licensing protocol (section 3.11). */
#pragma once

#include "licensing/entitlement.h"
#include "portal/http/req.h"

bool entitlement_api_list(struct req *rq) MUST_CHECK;
bool entitlement_api_create(struct req *rq) MUST_CHECK;
bool entitlement_api_view(struct req *rq) MUST_CHECK;
bool entitlement_api_change(struct req *rq) MUST_CHECK;
bool entitlement_api_delete(struct req *rq) MUST_CHECK;
/* The list of what is attached to something; whether the bearer may see it was asked before. */
bool entitlement_api_list_of(struct req *rq, const struct entitlement_filter *of) MUST_CHECK;
