/* Tokens over the wire (section 2.5): made, listed, renewed, revoked. */
#pragma once

#include "portal/http/req.h"

bool token_api_create(struct req *rq) MUST_CHECK;
bool token_api_list(struct req *rq) MUST_CHECK;
bool token_api_view(struct req *rq) MUST_CHECK;
bool token_api_regenerate(struct req *rq) MUST_CHECK;
bool token_api_regenerate_own(struct req *rq) MUST_CHECK; /* the one that asks */
bool token_api_revoke(struct req *rq) MUST_CHECK;

bool token_api_licence_list(struct req *rq) MUST_CHECK;
bool token_api_licence_create(struct req *rq) MUST_CHECK;
bool token_api_product_list(struct req *rq) MUST_CHECK;
bool token_api_product_create(struct req *rq) MUST_CHECK;
bool token_api_user_list(struct req *rq) MUST_CHECK;
bool token_api_user_create(struct req *rq) MUST_CHECK;
