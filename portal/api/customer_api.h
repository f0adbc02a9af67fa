/* Organisations, their orders, and who asks, for programs: /api/v1. */
#pragma once

#include "portal/http/req.h"

bool customer_api_me(struct req *rq);            /* GET /me */
bool customer_api_organisations(struct req *rq); /* GET /organisations?q=&after=&limit= */
bool customer_api_organisation(struct req *rq);  /* GET /organisations/{id} */
bool customer_api_add(struct req *rq);           /* POST /organisations */
bool customer_api_change(struct req *rq);        /* PATCH /organisations/{id} */
bool customer_api_orders(struct req *rq);        /* GET /orders?organisation_id=&open=1&after= */
bool customer_api_order(struct req *rq);         /* GET /orders/{id} with its lines */
bool customer_api_order_change(struct req *rq);  /* PATCH /orders/{id}: its own fields */
