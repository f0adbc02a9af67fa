/* The start page of customers: search, what needs them, figures, articles. */
#pragma once

#include "portal/http/req.h"

/* GET /: customers get their start page, staff go to what their role opens, others to the sign-in
 * page. */
bool home_page_view(struct req *rq);
