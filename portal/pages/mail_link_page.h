/* Mailed links that sign in without a password, and those that confirm an address. */
#pragma once

#include "portal/http/req.h"

bool mail_link_page_ask(struct req *rq);        /* GET /login/link */
bool mail_link_page_send(struct req *rq);       /* POST /login/link */
bool mail_link_page_show(struct req *rq);       /* GET /login/link/{token}: signs nobody in */
bool mail_link_page_sign_in(struct req *rq);    /* POST /login/link/{token} */
bool mail_link_page_verify(struct req *rq);     /* GET /verify/{token}: confirms nothing */
bool mail_link_page_verify_now(struct req *rq); /* POST /verify/{token} */
bool mail_link_page_ask_verify(struct req *rq); /* POST /account/verify */
