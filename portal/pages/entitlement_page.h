/* Entitlements on the desk: the list, one more, another name, away. */
#pragma once

#include "portal/http/req.h"

bool entitlement_page_list(struct req *rq);
bool entitlement_page_add(struct req *rq);
bool entitlement_page_edit(struct req *rq);
bool entitlement_page_change(struct req *rq);
bool entitlement_page_remove(struct req *rq);
