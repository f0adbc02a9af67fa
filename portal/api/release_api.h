/* Releases over the licensing protocol (section 3.13). */
#pragma once

#include "portal/http/req.h"

bool release_api_list(struct req *rq) MUST_CHECK;
bool release_api_list_product(struct req *rq) MUST_CHECK; /* of the path's product */
bool release_api_view(struct req *rq) MUST_CHECK;
bool release_api_create(struct req *rq) MUST_CHECK;
bool release_api_change(struct req *rq) MUST_CHECK;
bool release_api_delete(struct req *rq) MUST_CHECK;
bool release_api_publish(struct req *rq) MUST_CHECK;
bool release_api_yank(struct req *rq) MUST_CHECK;
bool release_api_upgrade(struct req *rq) MUST_CHECK;
bool release_api_product(struct req *rq) MUST_CHECK;
