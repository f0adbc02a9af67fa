/* The way out of mails: a link in each of them, good without signing in. */
#pragma once

#include "portal/http/req.h"

bool mail_stop_page_show(struct req *rq); /* GET /mail/stop/{token}: asks, and changes nothing */
bool mail_stop_page_stop(struct req *rq); /* POST: also by mail programs themselves (RFC 8058) */
