/* A call of /api/v1 from its parameters to its answer. */
#pragma once

#include "portal/http/req.h"

/* Runs the route's handler. Fails: PARAMETER_UNKNOWN before it, for a parameter that the call does
 * not have: a misspelt one would else widen what is asked for; as the handler, where a general
 * refusal of the domain is told with what the member has to be. */
bool rest_run(struct req *rq) MUST_CHECK;
/* METHOD_NOT_ALLOWED (405) for a path that has other methods, else ERR_NOT_FOUND. */
bool rest_no_route(struct req *rq);
