/* Calls that make something, once for each Idempotency-Key. */
#pragma once

#include "portal/http/req.h"

/* Runs the route's handler; with the header on a POST in the transaction that also keeps its
 * answer, so that both are there or neither. A repeat is answered with what was kept, and does
 * nothing. Fails: HEADER_INVALID; ERR_REQUEST_ANSWER_OTHER; as the handler. */
bool rest_once_run(struct req *rq) MUST_CHECK;
