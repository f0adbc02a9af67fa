/* Signing in and out, and which organisation a customer works for. */
#pragma once

#include "portal/http/req.h"

bool login_page_view(struct req *rq);
bool login_page_submit(struct req *rq);
bool login_page_code(struct req *rq);        /* GET /login/code: the second step */
bool login_page_code_submit(struct req *rq); /* POST /login/code */
bool login_page_logout(struct req *rq);
bool login_page_switch(struct req *rq);
bool login_page_language(struct req *rq);

/* A place of this site to go to after signing in: a path that begins with one slash, without
 * control characters and backslashes; else "/". */
const char *login_page_next(const char *next);
