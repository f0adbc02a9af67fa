/* Signing in by a sign-on provider: there and back. */
#pragma once

#include "portal/http/req.h"

/* What the sign-in page offers of it to everybody, which is the tenant's own alone: {"has_any",
 * "providers": [{"action","name"}]}. */
bool sso_page_offer(struct req *rq, json_t **out) MUST_CHECK;
/* Sends somebody off to the provider that looks after the address; none: *is_sent is false, and
 * nothing is answered. */
bool sso_page_by_email(struct req *rq, const char *email, const char *next,
                       bool *is_sent) MUST_CHECK;
/* Whether one looks after it. */
bool sso_page_knows(struct req *rq, const char *email, bool *out) MUST_CHECK;
/* Where providers send people back to: the whole address, in cx->mem. */
const char *sso_page_callback(struct req *rq);

bool sso_page_ask(struct req *rq);    /* GET /login/sso: for the address */
bool sso_page_choose(struct req *rq); /* POST /login/sso: the provider of an address */
bool sso_page_go(struct req *rq);     /* POST /login/sso/{id} */
bool sso_page_back(struct req *rq);   /* GET /login/sso/back: the provider's answer */
