/* Groups over the licensing protocol (section 3.9). */
#pragma once

#include "portal/http/req.h"

bool group_api_list(struct req *rq) MUST_CHECK;
bool group_api_create(struct req *rq) MUST_CHECK;
bool group_api_view(struct req *rq) MUST_CHECK;
bool group_api_change(struct req *rq) MUST_CHECK;
bool group_api_delete(struct req *rq) MUST_CHECK;
bool group_api_licences(struct req *rq) MUST_CHECK;
bool group_api_machines(struct req *rq) MUST_CHECK;
