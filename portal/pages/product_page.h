/* Products and their policies, for staff: what licences are issued from. */
#pragma once

#include "portal/http/req.h"

bool product_page_list(struct req *rq);       /* GET /desk/products */
bool product_page_new(struct req *rq);        /* GET /desk/products/new */
bool product_page_add(struct req *rq);        /* POST /desk/products/new */
bool product_page_new_policy(struct req *rq); /* GET /desk/products/{id}/policies/new */
bool product_page_add_policy(struct req *rq); /* POST /desk/products/{id}/policies/new */
