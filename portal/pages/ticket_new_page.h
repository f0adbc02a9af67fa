/* Filing a ticket, with articles that may answer it. */
#pragma once

#include "portal/http/req.h"

bool ticket_new_page_show(struct req *rq);    /* GET /tickets/new */
bool ticket_new_page_send(struct req *rq);    /* POST /tickets/new */
bool ticket_new_page_suggest(struct req *rq); /* GET /tickets/suggest: the part of the page */
