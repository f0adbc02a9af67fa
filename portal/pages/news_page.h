/* News: announcements as their readers see them. */
#pragma once

#include "portal/http/req.h"

bool news_page_list(struct req *rq); /* GET /news */
bool news_page_view(struct req *rq); /* GET /news/{id}: the reader's receipt is kept */

/* Adds "news" to a page: what the reader has not read yet [{href,title,is_outage,at}], has_news. */
bool news_page_add_unread(struct req *rq, json_t *context) MUST_CHECK;
/* Adds "outages" in the same shape: those of a topic (NULL: of any), has_outages. */
bool news_page_add_outages(struct req *rq, const char *topic, json_t *context) MUST_CHECK;
