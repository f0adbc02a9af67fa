/* Feedback from installed software (POST /v1/feedback, D-11). */
#pragma once

#include "portal/http/req.h"

bool feedback_api_create(struct req *rq);
