/* The settings of languages, times, figures and the numbers of records. */
#pragma once

#include "portal/http/req.h"

bool region_page_view(struct req *rq);
bool region_page_save(struct req *rq);
bool region_page_number(struct req *rq); /* POST /desk/settings/region/numbers/{name} */
