/* API tokens on the portal: who a program speaks for at /api/v1. */
#pragma once

#include "portal/http/req.h"

/* Reads "Authorization: Bearer TOKEN" and sets the run's actor and viewer: a person's token acts as
 * that person (a customer's: within the organisation of ?organisation=ID, else the first one), the
 * tenant's own tokens as staff with the rights of their kind, a read-only one for GET alone. Fails:
 * ERR_SERVE_TOKEN none, unknown or expired; ERR_SERVE_TOKEN_STEP, ERR_SERVE_TOKEN_LOCKED its owner
 * could not act now either; ERR_DENIED. */
bool serve_token(struct req *rq) MUST_CHECK;

extern const struct err_kind ERR_SERVE_TOKEN, ERR_SERVE_TOKEN_STEP, ERR_SERVE_TOKEN_LOCKED;
