/* Answers that more than one group of handlers gives. */
#pragma once

#include "portal/api/api_document.h"

/* {"data":{licence}} as it is now: the node's copy is dropped, and the row read anew. */
bool api_answer_licence(struct req *rq, struct id id) MUST_CHECK;
