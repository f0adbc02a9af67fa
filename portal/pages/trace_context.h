/* What rules did about a ticket, in words: for the desk's ticket page. */
#pragma once

#include "portal/http/page.h"

/* Adds rules [{title,text,is_bad,is_quiet,detail,effects [text],has_effects,cost,at}] and has_rules
 * (parts/trace) to the page's context. Needs RIGHT_DESK. */
bool trace_context_add(struct req *rq, struct id ticket_id, json_t *context) MUST_CHECK;
