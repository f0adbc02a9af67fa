/* Looking at the portal as a customer. */
#pragma once

#include "portal/http/req.h"

bool view_as_page_start(struct req *rq); /* POST /desk/customers/{id}/people/{person}/view */
bool view_as_page_end(struct req *rq);   /* POST /view/end */
