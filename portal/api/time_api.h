/* Time spent on tickets and hours bought, for programs. */
#pragma once

#include "portal/http/req.h"

bool time_api_of_ticket(struct req *rq); /* GET /api/v1/tickets/{id}/time-entries */
bool time_api_add(struct req *rq);       /* POST */
bool time_api_reverse(struct req *rq);   /* POST /api/v1/time-entries/{id}/reverse */
bool time_api_hours(struct req *rq);     /* GET /api/v1/organisations/{id}/hours */
