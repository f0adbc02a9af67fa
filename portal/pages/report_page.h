/* Reports: a tab for each, figures with a chart and its table. */
#pragma once

#include "portal/http/req.h"

bool report_page_service(struct req *rq);  /* GET /desk/reports */
bool report_page_download(struct req *rq); /* GET /desk/reports/service.csv */
bool report_page_people(struct req *rq);   /* GET /desk/reports/people */
bool report_page_promises(struct req *rq); /* GET /desk/reports/promises */
bool report_page_causes(struct req *rq);   /* GET /desk/reports/causes?by=product */
