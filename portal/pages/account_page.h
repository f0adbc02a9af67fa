/* A person's own account: password, where he is signed in. */
#pragma once

#include "portal/http/form.h"

bool account_page_security(struct req *rq);                         /* GET /account/security */
bool account_page_password(struct req *rq);                         /* POST /account/security */
bool account_page_security_form(struct req *rq, struct form *form); /* the same with faults */
bool account_page_sessions(struct req *rq);                         /* GET /account/sessions */
bool account_page_end_session(struct req *rq); /* POST /account/sessions/{id}/end */
bool account_page_forget_device(struct req *rq);
bool account_page_end_others(struct req *rq); /* POST /account/sessions/end */
