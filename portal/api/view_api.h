/* The desk's saved views, for programs. */
#pragma once

#include "portal/http/req.h"

bool view_api_list(struct req *rq);    /* GET /api/v1/views */
bool view_api_add(struct req *rq);     /* POST */
bool view_api_view(struct req *rq);    /* GET /{id}: with how many tickets are in it */
bool view_api_change(struct req *rq);  /* PATCH /{id} */
bool view_api_remove(struct req *rq);  /* DELETE /{id} */
bool view_api_tickets(struct req *rq); /* GET /{id}/tickets */
