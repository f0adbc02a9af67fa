/* Passwords over the wire (sections 2.4 and 3.10): shown for a token, changed, reset. */
#pragma once

#include "portal/http/req.h"

/* Judges the e-mail and password of a row that NEED_PASSWORD, and calls then for whom they belong
 * to, in the same transaction. */
bool password_api_check(struct req *rq,
                        bool (*then)(struct ctx *cx, struct id person_id, void *arg),
                        void *arg) MUST_CHECK;

bool password_api_request(struct req *rq) MUST_CHECK; /* POST /passwords */
bool password_api_update(struct req *rq) MUST_CHECK;
bool password_api_reset(struct req *rq) MUST_CHECK;
