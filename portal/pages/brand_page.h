/* How a tenant shows itself: the page that sets it, the picture, and the page of contacts. */
#pragma once

#include "portal/http/req.h"

enum { BRAND_PAGE_BODY_MAX = 512 * 1024 };

bool brand_page_view(struct req *rq);
bool brand_page_save(struct req *rq);
bool brand_page_logo(struct req *rq); /* GET /brand/HASH.png */
bool brand_page_contact(struct req *rq);
