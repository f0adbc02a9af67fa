/* Check-out over the licensing protocol: signed files for machines without a network (7.3). */
#pragma once

#include "portal/http/req.h"

/* POST answers a resource with the file in it, GET the file itself. */
bool checkout_api_licence(struct req *rq) MUST_CHECK;
bool checkout_api_machine(struct req *rq) MUST_CHECK;
/* The portal's download of a licence file: {id} is a licence that the viewer may see. */
bool checkout_api_download(struct req *rq) MUST_CHECK;
