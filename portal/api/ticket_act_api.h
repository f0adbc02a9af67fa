/* What the desk does with whole tickets, for programs: merging and its undo, splitting. */
#pragma once

#include "portal/http/req.h"

bool ticket_act_api_merge(struct req *rq);   /* POST /{id}/merge: into the one with that number */
bool ticket_act_api_merges(struct req *rq);  /* GET /{id}/merges: what was merged into it */
bool ticket_act_api_unmerge(struct req *rq); /* POST /{id}/unmerge: the one that was merged */
bool ticket_act_api_split(struct req *rq);   /* POST /{id}/split: messages to a new one */
