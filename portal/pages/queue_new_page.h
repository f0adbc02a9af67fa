/* Staff file a ticket for somebody who called or wrote. */
#pragma once

#include "portal/http/req.h"

bool queue_new_page_show(struct req *rq); /* GET /desk/tickets/new?organisation=CODE&serial= */
bool queue_new_page_send(struct req *rq); /* POST /desk/tickets/new */
