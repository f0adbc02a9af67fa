/* Leave: who is away, one's own entries, and the switch for being given tickets. */
#pragma once

#include "portal/http/req.h"

bool leave_page_list(struct req *rq);   /* GET /desk/leave */
bool leave_page_add(struct req *rq);    /* POST the same */
bool leave_page_remove(struct req *rq); /* POST /desk/leave/{id}/remove */
bool leave_page_switch(struct req *rq); /* POST /desk/leave/switch */
