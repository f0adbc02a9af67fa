/* What a licence is linked to: its product, policy, group and owner, users and entitlements. */
#pragma once

#include "portal/http/req.h"

bool licence_link_api_product(struct req *rq) MUST_CHECK;
bool licence_link_api_policy(struct req *rq) MUST_CHECK;
bool licence_link_api_group(struct req *rq) MUST_CHECK;
bool licence_link_api_entitlement(struct req *rq) MUST_CHECK;
bool licence_link_api_user(struct req *rq) MUST_CHECK;
bool licence_link_api_token(struct req *rq) MUST_CHECK;

bool licence_link_api_set_policy(struct req *rq) MUST_CHECK;
bool licence_link_api_set_owner(struct req *rq) MUST_CHECK;
bool licence_link_api_set_group(struct req *rq) MUST_CHECK;

bool licence_link_api_attach_users(struct req *rq) MUST_CHECK;
bool licence_link_api_detach_users(struct req *rq) MUST_CHECK;
bool licence_link_api_attach_entitlements(struct req *rq) MUST_CHECK;
bool licence_link_api_detach_entitlements(struct req *rq) MUST_CHECK;
