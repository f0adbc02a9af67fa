/* Customers as staff see them, and the customer's view of his own organisation. */
#pragma once

#include "portal/http/req.h"

bool organisation_page_list(struct req *rq); /* GET /desk/customers */
bool organisation_page_view(struct req *rq); /* GET /desk/customers/{id} */
bool organisation_page_own(struct req *rq);  /* GET /organisation */
