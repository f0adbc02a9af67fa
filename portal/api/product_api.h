/* Products over the licensing protocol (section 3.2). */
#pragma once

#include "portal/http/req.h"

bool product_api_list(struct req *rq) MUST_CHECK;
bool product_api_create(struct req *rq) MUST_CHECK;
bool product_api_view(struct req *rq) MUST_CHECK;
bool product_api_change(struct req *rq) MUST_CHECK;
bool product_api_delete(struct req *rq) MUST_CHECK;
bool product_api_policies(struct req *rq) MUST_CHECK;
bool product_api_licences(struct req *rq) MUST_CHECK;
bool product_api_machines(struct req *rq) MUST_CHECK;
