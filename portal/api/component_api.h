/* Components over the licensing protocol. Their lists: machine_list_api.h. */
#pragma once

#include "portal/http/req.h"

bool component_api_create(struct req *rq) MUST_CHECK;
bool component_api_view(struct req *rq) MUST_CHECK;
bool component_api_change(struct req *rq) MUST_CHECK;
bool component_api_delete(struct req *rq) MUST_CHECK;
