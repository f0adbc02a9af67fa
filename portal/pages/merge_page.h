/* Merging tickets, and undoing it. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/http/req.h"

/* The ticket of the address, or the one that it was merged into: then rq->id is that one's and
 * *is_elsewhere true. */
bool merge_page_find(struct req *rq, struct ticket **out, bool *is_elsewhere) MUST_CHECK;
/* "merges" and "has_merges": what was merged into a ticket. */
bool merge_page_add(struct req *rq, const struct ticket *t, json_t *context) MUST_CHECK;
/* Asks first, with both tickets side by side. */
bool merge_page_merge(struct req *rq);
bool merge_page_undo(struct req *rq);
