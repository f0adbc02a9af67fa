/* POST /v1/trials, a route of our own (D-11): a program begins its machine's trial, or finds it. */
#pragma once

#include "portal/http/req.h"

bool trial_api_start(struct req *rq);
