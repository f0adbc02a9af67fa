/* Settings: a list of options, a line each. */
#pragma once

#include "portal/http/req.h"

bool option_list_page_new(struct req *rq);
bool option_list_page_add(struct req *rq);
bool option_list_page_view(struct req *rq);
bool option_list_page_save(struct req *rq);
bool option_list_page_remove(struct req *rq);
