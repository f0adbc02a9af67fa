/* Policies over the licensing protocol (sections 3.3 and 3.11). */
#pragma once

#include "portal/http/req.h"

bool policy_api_list(struct req *rq) MUST_CHECK;
bool policy_api_create(struct req *rq) MUST_CHECK;
bool policy_api_view(struct req *rq) MUST_CHECK;
bool policy_api_change(struct req *rq) MUST_CHECK;
bool policy_api_delete(struct req *rq) MUST_CHECK;
bool policy_api_product(struct req *rq) MUST_CHECK;
bool policy_api_licences(struct req *rq) MUST_CHECK;
bool policy_api_entitlements(struct req *rq) MUST_CHECK;
bool policy_api_attach(struct req *rq) MUST_CHECK;
bool policy_api_detach(struct req *rq) MUST_CHECK;
/* The list of one product's policies. */
bool policy_api_list_of(struct req *rq, struct id product_id) MUST_CHECK;
