/* Making a tenant by an operator's link (`gatehouse tenant invite`). */
#pragma once

#include "portal/http/req.h"

bool tenant_new_page_view(struct req *rq); /* GET /tenants/new/{token} */
bool tenant_new_page_make(struct req *rq);
