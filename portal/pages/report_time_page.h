/* The report of time and cost: a tab, and the same as a file. */
#pragma once

#include "portal/http/req.h"

bool report_time_page_view(struct req *rq);     /* GET /desk/reports/time?by=organisation */
bool report_time_page_download(struct req *rq); /* GET /desk/reports/time.csv */
