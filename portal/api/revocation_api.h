/* GET /v1/revocations, a route of our own (D-11): the signed list of revoked licences. */
#pragma once

#include "portal/http/req.h"

bool revocation_api_list(struct req *rq);
