/* Machines over the licensing protocol: activation, reading, changes, beats, deactivation. */
#pragma once

#include "portal/http/req.h"

bool machine_api_create(struct req *rq) MUST_CHECK;
bool machine_api_view(struct req *rq) MUST_CHECK;
bool machine_api_delete(struct req *rq) MUST_CHECK;
bool machine_api_ping(struct req *rq) MUST_CHECK;
bool machine_api_reset(struct req *rq) MUST_CHECK;
bool machine_api_change(struct req *rq) MUST_CHECK;
bool machine_api_set_owner(struct req *rq) MUST_CHECK;
bool machine_api_set_group(struct req *rq) MUST_CHECK;
