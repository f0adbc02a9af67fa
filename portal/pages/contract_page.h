/* Contracts of a customer, for staff. */
#pragma once

#include "portal/http/req.h"

bool contract_page_new(struct req *rq); /* GET /desk/customers/{id}/contracts/new */
bool contract_page_add(struct req *rq); /* POST /desk/customers/{id}/contracts/new */
