/* Settings: tokens for the tenant's own programs, and what customers' programs may read. */
#pragma once

#include "portal/http/req.h"

bool token_page_list(struct req *rq) MUST_CHECK;   /* GET /desk/settings/tokens */
bool token_page_new(struct req *rq) MUST_CHECK;    /* GET /desk/settings/tokens/new */
bool token_page_add(struct req *rq) MUST_CHECK;    /* POST /desk/settings/tokens/new */
bool token_page_revoke(struct req *rq) MUST_CHECK; /* POST /desk/settings/tokens/{id}/revoke */
bool token_page_rights(struct req *rq) MUST_CHECK; /* POST /desk/settings/tokens/rights */
