/* Signing in by a sign-on provider: there and back. */
#pragma once

#include "portal/http/req.h"

/* What the sign-in page offers of it: {"has_any", "providers": [{"action","name"}]}. */
bool sso_page_offer(struct req *rq, json_t **out) MUST_CHECK;
/* Where providers send people back to: the whole address, in cx->mem. */
const char *sso_page_callback(struct req *rq);

bool sso_page_ask(struct req *rq);    /* GET /login/sso: for the address */
bool sso_page_choose(struct req *rq); /* POST /login/sso: the provider of an address */
bool sso_page_go(struct req *rq);     /* POST /login/sso/{id} */
bool sso_page_back(struct req *rq);   /* GET /login/sso/back: the provider's answer */
