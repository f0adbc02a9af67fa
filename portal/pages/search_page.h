/* One search over everything that a customer may see. */
#pragma once

#include "portal/http/req.h"

/* GET /search?q=: a number or serial leads straight to its page. */
bool search_page_view(struct req *rq);
