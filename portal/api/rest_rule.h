/* What a member of a body has to be, for the domain's refusals that say only which one it was. */
#pragma once

#include "portal/http/req.h"

/* After a handler failed: an ERR_INVALID about a member that the body does not have becomes
 * MEMBER_MISSING, another one MEMBER_INVALID with what is allowed; one about a GET's parameter
 * names the parameter. Every other failure stays as it is. Returns false. */
bool rest_rule_explain(struct req *rq);
