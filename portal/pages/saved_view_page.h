/* The views that somebody of the desk has: to pin, to change, to save a search as one. */
#pragma once

#include "portal/http/req.h"

bool saved_view_page_list(struct req *rq);   /* GET /desk/views?q= */
bool saved_view_page_add(struct req *rq);    /* POST /desk/views */
bool saved_view_page_show(struct req *rq);   /* GET /desk/views/{id} */
bool saved_view_page_change(struct req *rq); /* POST /desk/views/{id} */
bool saved_view_page_pin(struct req *rq);    /* POST /desk/views/{id}/pin */
bool saved_view_page_remove(struct req *rq); /* POST /desk/views/{id}/remove */
