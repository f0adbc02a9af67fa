/* Licences over the licensing protocol: validation, reading. */
#pragma once

#include "portal/http/req.h"

bool licence_api_validate_key(struct req *rq) MUST_CHECK;
bool licence_api_validate(struct req *rq) MUST_CHECK;       /* POST, with a scope */
bool licence_api_validate_quick(struct req *rq) MUST_CHECK; /* GET, without */
bool licence_api_view(struct req *rq) MUST_CHECK;
