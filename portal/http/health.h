/* Health: what a load balancer asks, on both contexts and without a tenant. */
#pragma once

#include "portal/http/req.h"

/* Answers /healthz (200 while the process serves) and /readyz (503 when draining or when the
 * database does not answer; each check by name). False: another path. */
bool health_answer(struct req *rq, bool is_draining);
