/* Settings: what was done, by whom, from where; as a page and as a file. */
#pragma once

#include "portal/http/req.h"

bool audit_page_list(struct req *rq);     /* GET /desk/settings/audit */
bool audit_page_download(struct req *rq); /* GET /desk/settings/audit.csv */
