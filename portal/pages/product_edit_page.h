/* One product on the desk: its attributes, and its end. */
#pragma once

#include "portal/http/req.h"

bool product_edit_page_view(struct req *rq);
bool product_edit_page_change(struct req *rq);
bool product_edit_page_remove(struct req *rq);
