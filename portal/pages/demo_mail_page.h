/* The mails of the demo, where no mail server is set: what others find in their inbox. */
#pragma once

#include "portal/http/req.h"

/* Whether this tenant is the demo, in an installation that sends no real mail. */
bool demo_mail_page_is_open(const struct req *rq);
bool demo_mail_page_list(struct req *rq); /* GET /demo/mail; else ERR_NOT_FOUND */
