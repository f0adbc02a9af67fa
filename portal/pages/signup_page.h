/* Making an account oneself. */
#pragma once

#include "portal/http/req.h"

bool signup_page_ask(struct req *rq);    /* GET /signup */
bool signup_page_send(struct req *rq);   /* POST /signup */
bool signup_page_show(struct req *rq);   /* GET /signup/{token} */
bool signup_page_finish(struct req *rq); /* POST /signup/{token} */
/* The first page of somebody who belongs to no organisation. */
bool signup_page_waiting(struct req *rq);
