/* Sign-up for staff: who waits, and the tenant's rule. */
#pragma once

#include "portal/http/req.h"

bool signup_desk_page_list(struct req *rq);          /* GET /desk/customers/sign-ups */
bool signup_desk_page_accept(struct req *rq);        /* POST /desk/customers/sign-ups/{id}/accept */
bool signup_desk_page_decline(struct req *rq);       /* POST /desk/customers/sign-ups/{id}/decline */
bool signup_desk_page_rule(struct req *rq);          /* GET /desk/settings/sign-up */
bool signup_desk_page_save(struct req *rq);          /* POST /desk/settings/sign-up */
bool signup_desk_page_domain_add(struct req *rq);    /* POST /desk/settings/sign-up/domains */
bool signup_desk_page_domain_remove(struct req *rq); /* POST …/domains/{id}/remove */
