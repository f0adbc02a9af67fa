/* A page that asks for a mail address and answers every address alike. */
#pragma once

#include "portal/http/form.h"
#include "portal/http/page.h"

/* The one field. A false *email is NULL: the form has its fault, and is to be shown again. */
bool address_ask_read(struct req *rq, struct form **form, const char **email) MUST_CHECK;
/* Its page, again after a fault (form), with "email" and "is_demo" besides what context has. */
bool address_ask_show(struct req *rq, const char *page, json_t *context,
                      const struct form *form) MUST_CHECK;
/* A network may ask for some, being many people's, but not for all of them: burst at once, then one
 * in three minutes. what names the counter. Fails: ERR_LIMITED. */
bool address_ask_let_in(struct req *rq, const char *what, unsigned burst) MUST_CHECK;
/* Says so, and goes on: to the demo's mails where there are some, else to the sign-in. */
bool address_ask_said(struct req *rq, const char *english) MUST_CHECK;
