/* Processes over the licensing protocol. Their lists: machine_list_api.h. */
#pragma once

#include "portal/http/req.h"

bool process_api_create(struct req *rq) MUST_CHECK;
bool process_api_view(struct req *rq) MUST_CHECK;
bool process_api_change(struct req *rq) MUST_CHECK;
bool process_api_delete(struct req *rq) MUST_CHECK;
bool process_api_ping(struct req *rq) MUST_CHECK;
