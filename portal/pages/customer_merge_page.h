/* Staff merge two people or two customers, looking first, and part them again. */
#pragma once

#include "portal/http/req.h"

bool customer_merge_page_person(struct req *rq);
bool customer_merge_page_person_do(struct req *rq);
bool customer_merge_page_person_undo(struct req *rq);
bool customer_merge_page_customer(struct req *rq);
bool customer_merge_page_customer_do(struct req *rq);
bool customer_merge_page_customer_undo(struct req *rq);
