/* One policy on the desk: all its attributes, its entitlements. */
#pragma once

#include "portal/http/req.h"

bool policy_page_edit(struct req *rq);
bool policy_page_change(struct req *rq);
bool policy_page_remove(struct req *rq);
bool policy_page_attach(struct req *rq);
bool policy_page_detach(struct req *rq);
