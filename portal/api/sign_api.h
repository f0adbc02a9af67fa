/* POST /v1/internal/signatures: a process without the licensing role asks it for a signature
 * (portal/api/sign_link.h). For our own processes: whoever has not the master key finds nothing. */
#pragma once

#include "portal/http/req.h"

#define SIGN_API_PATH   "/internal/signatures"
#define SIGN_API_HEADER "Gatehouse-Signing"
enum { SIGN_API_BODY_MAX = 4 * 1024 * 1024, SIGN_API_CLOCK_S = 60 };

bool sign_api_create(struct req *rq);

/* The header's value over a body, "SECONDS.HEX": both sides make it. In mem. */
const char *sign_api_proof(struct arena *mem, const struct crypto_master *master,
                           struct id tenant_id, int64_t seconds, const void *body, size_t len);
