/* Writing articles: new ones, also from a ticket, and further revisions. */
#pragma once

#include "portal/http/req.h"

enum { ARTICLE_PAGE_BODY_MAX = 2 * 1024 * 1024 };

bool article_page_new(struct req *rq);  /* GET /desk/articles/new?ticket=ID */
bool article_page_add(struct req *rq);  /* POST /desk/articles/new */
bool article_page_edit(struct req *rq); /* GET /desk/articles/{number} */
bool article_page_save(struct req *rq); /* POST /desk/articles/{number} */

/* GET /desk/articles/find?q=: for putting a link into an answer (a part of the ticket's page). */
bool article_page_find(struct req *rq);
