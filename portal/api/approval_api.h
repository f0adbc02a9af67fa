/* Approvals, for programs: asking, what waits for the token's person, deciding. */
#pragma once

#include "portal/http/req.h"

bool approval_api_of_ticket(struct req *rq); /* GET /api/v1/tickets/{id}/approvals */
bool approval_api_ask(struct req *rq);       /* POST */
bool approval_api_waiting(struct req *rq);   /* GET /api/v1/approvals */
bool approval_api_view(struct req *rq);      /* GET /{id} */
bool approval_api_decide(struct req *rq);    /* POST /{id}/decide */
