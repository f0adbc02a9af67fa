/* Requests that a program signs with its licence key, so that the key itself does not travel. */
#pragma once

#include "portal/api/api.h"

enum { FEEDBACK_SIGN_AGE_S = 300 };

/* Reads Gatehouse-Signature (docs/licensing.md): the licence whose key has signed this request.
 * *out is NULL where there is no such header. Fails: ERR_CLASS_LOGIN kinds. */
bool feedback_sign_check(struct req *rq, const struct snapshot **out) MUST_CHECK;
/* The text that is signed; in mem. For the tests. */
const char *feedback_sign_text(struct arena *mem, const char *method, const char *target,
                               const char *host, const char *created, struct span body);
