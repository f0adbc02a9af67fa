/* What a licence has, as lists: machines, entitlements. */
#pragma once

#include "licensing/licence_search.h"
#include "portal/http/req.h"

bool list_api_licences(struct req *rq) MUST_CHECK;
/* Those of one product, policy, group or user: what is set in `of` holds beside the query's
 * filters. */
bool list_api_licences_of(struct req *rq, const struct licence_search *of) MUST_CHECK;
bool list_api_entitlements(struct req *rq) MUST_CHECK;
