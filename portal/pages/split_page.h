/* Splitting a ticket, and ending its parts with it. */
#pragma once

#include "portal/http/req.h"

bool split_page_show(struct req *rq); /* GET /desk/tickets/{id}/split */
bool split_page_send(struct req *rq); /* POST of it */
/* After a change of the state that was answered by a redirect: to the question about its parts, if
 * the ticket is over and has open ones. */
bool split_page_ask_parts(struct req *rq);
bool split_page_parts(struct req *rq);     /* GET /desk/tickets/{id}/parts */
bool split_page_end_parts(struct req *rq); /* POST of it */
