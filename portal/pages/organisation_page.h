/* A customer as staff see him, and the customer's view of his own organisation. */
#pragma once

#include "portal/http/req.h"
#include "portal/sales/organisation.h"

bool organisation_page_view(struct req *rq); /* GET /desk/customers/{id} */
bool organisation_page_own(struct req *rq);  /* GET /organisation */

/* For lists: an organisation's row, a new reference; its state in words. */
json_t *organisation_page_json(struct req *rq, const struct organisation *o);
const char *organisation_page_status(struct req *rq, const char *status);
