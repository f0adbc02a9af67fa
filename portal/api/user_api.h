/* Users over the wire (section 3.10). */
#pragma once

#include "portal/account/user.h"
#include "portal/http/req.h"

bool user_api_list(struct req *rq) MUST_CHECK;
bool user_api_of_licence(struct req *rq) MUST_CHECK;
bool user_api_of_product(struct req *rq) MUST_CHECK;
bool user_api_of_group(struct req *rq) MUST_CHECK;
bool user_api_owner(struct req *rq) MUST_CHECK; /* of a licence */
bool user_api_create(struct req *rq) MUST_CHECK;
bool user_api_view(struct req *rq) MUST_CHECK;
bool user_api_change(struct req *rq) MUST_CHECK;
bool user_api_delete(struct req *rq) MUST_CHECK;
bool user_api_ban(struct req *rq) MUST_CHECK;
bool user_api_unban(struct req *rq) MUST_CHECK;
bool user_api_set_group(struct req *rq) MUST_CHECK;
bool user_api_group(struct req *rq) MUST_CHECK;
bool user_api_products(struct req *rq) MUST_CHECK;
bool user_api_licences(struct req *rq) MUST_CHECK;
bool user_api_machines(struct req *rq) MUST_CHECK;

/* Whom a path names, by id or e-mail address, within the bearer's scope: else ERR_NOT_FOUND. */
bool user_api_find(struct req *rq, const char *text, struct user **out) MUST_CHECK;
/* {"data":{user}} as it is now. */
bool user_api_answer(struct req *rq, struct id id) MUST_CHECK;
