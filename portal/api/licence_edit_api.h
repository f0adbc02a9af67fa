/* Making licences and changing their attributes. */
#pragma once

#include "portal/http/req.h"

bool licence_edit_api_create(struct req *rq) MUST_CHECK;
bool licence_edit_api_update(struct req *rq) MUST_CHECK;
