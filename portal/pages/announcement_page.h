/* Announcements at the desk: writing them, and who has read them. */
#pragma once

#include "portal/http/req.h"

enum { ANNOUNCEMENT_PAGE_BODY_MAX = 512 * 1024 };

bool announcement_page_list(struct req *rq);   /* GET /desk/news */
bool announcement_page_new(struct req *rq);    /* GET /desk/news/new */
bool announcement_page_add(struct req *rq);    /* POST /desk/news/new */
bool announcement_page_view(struct req *rq);   /* GET /desk/news/{id} */
bool announcement_page_save(struct req *rq);   /* POST /desk/news/{id} */
bool announcement_page_remove(struct req *rq); /* POST /desk/news/{id}/remove */
