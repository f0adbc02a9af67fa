/* Settings: sign-ins and tries, and who is here now. */
#pragma once

#include "portal/http/req.h"

bool login_log_page_list(struct req *rq);     /* GET /desk/settings/logins */
bool login_log_page_download(struct req *rq); /* GET /desk/settings/logins.csv */
bool login_log_page_online(struct req *rq);   /* GET /desk/settings/online */
