/* Help for those who cannot sign in: a new password by mail, and the end of a lock. */
#pragma once

#include "portal/http/req.h"

bool forgot_page_view(struct req *rq);       /* GET /login/forgot */
bool forgot_page_submit(struct req *rq);     /* POST /login/forgot */
bool forgot_page_unlock(struct req *rq);     /* GET /unlock/{token}: asks, unlocks nothing */
bool forgot_page_unlock_now(struct req *rq); /* POST /unlock/{token} */
