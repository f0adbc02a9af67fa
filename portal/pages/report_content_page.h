/* The report on satisfaction and return visits. */
#pragma once

#include "portal/http/req.h"

bool report_content_page_view(struct req *rq); /* GET /desk/reports/satisfaction */
