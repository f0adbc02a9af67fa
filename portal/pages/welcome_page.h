/* Choosing a password by a link. */
#pragma once

#include "portal/http/req.h"

bool welcome_page_view(struct req *rq);   /* GET /welcome/{token} */
bool welcome_page_submit(struct req *rq); /* POST /welcome/{token} */
