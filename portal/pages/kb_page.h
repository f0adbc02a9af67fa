/* Knowledge pages. */
#pragma once

#include "kb/article.h"
#include "portal/http/req.h"

bool kb_page_home(struct req *rq);     /* GET /kb */
bool kb_page_category(struct req *rq); /* GET /kb/category/{slug} */
bool kb_page_article(struct req *rq);  /* GET /kb/article/{number} */
bool kb_page_search(struct req *rq);   /* GET /kb/search?q= */

/* An article as lists show it: number, href, title, summary, product, category, changed. New
 * reference. */
json_t *kb_page_article_json(struct req *rq, const struct article *a);
