/* Changing many tickets at once, for programs: chosen, looked at, started, undone. */
#pragma once

#include "portal/http/req.h"

bool bulk_api_list(struct req *rq);   /* GET /api/v1/bulk */
bool bulk_api_choose(struct req *rq); /* POST: which tickets, and what is to be done; not started */
bool bulk_api_view(struct req *rq);   /* GET /{id}: with the preview, the progress, what failed */
bool bulk_api_say(struct req *rq);    /* PATCH /{id}: something else is to be done */
bool bulk_api_start(struct req *rq);  /* POST /{id}/start */
bool bulk_api_cancel(struct req *rq); /* POST /{id}/cancel */
bool bulk_api_undo(struct req *rq);   /* POST /{id}/undo: another one, which sets back */
