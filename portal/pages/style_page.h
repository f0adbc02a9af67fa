/* Every part of the look once, in both themes: for who writes pages, and for who judges them. */
#pragma once

#include "portal/http/req.h"

bool style_page_view(struct req *rq); /* GET /style */
