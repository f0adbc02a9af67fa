/* The recycle bin. */
#pragma once

#include "portal/http/req.h"

bool trash_page_list(struct req *rq);    /* GET /desk/trash */
bool trash_page_add(struct req *rq);     /* POST /desk/tickets/{id}/remove */
bool trash_page_restore(struct req *rq); /* POST /desk/trash/{id}/restore */
