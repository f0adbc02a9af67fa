/* Settings: which roles and organisations ask for a second step. */
#pragma once

#include "portal/http/req.h"

bool security_page_show(struct req *rq);     /* GET /desk/settings/security */
bool security_page_save(struct req *rq);     /* POST /desk/settings/security */
bool security_page_own(struct req *rq);      /* POST /organisation/second */
bool security_page_customer(struct req *rq); /* POST /desk/customers/{id}/second */
