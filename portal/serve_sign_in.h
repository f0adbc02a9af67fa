/* From a sign-in to the visitor's session, and the cookie of a device that stays signed in. */
#pragma once

#include "portal/http/req.h"

/* login_try.then and .halfway of pages; arg is the request. The second one remembers the device as
 * well, where the tenant's rule allows it. */
bool serve_sign_in(struct ctx *cx, struct id person_id, void *arg);
bool serve_sign_in_kept(struct ctx *cx, struct id person_id, void *arg);
bool serve_sign_in_half(struct ctx *cx, struct id person_id, void *arg);

/* A visitor without a session comes with a device's cookie: he is signed in, or sent to the second
 * step (*is_answered). Only for pages that a person asks for: programs' calls and files look no
 * further than the session. */
bool serve_sign_in_by_device(struct req *rq, bool *is_answered) MUST_CHECK;

/* Signing out: the device is forgotten too. */
bool serve_sign_in_forget(struct req *rq) MUST_CHECK;
