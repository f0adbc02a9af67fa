/* Changing many tickets at once: choosing, saying what, looking, watching, undoing. */
#pragma once

#include "portal/http/req.h"

bool bulk_page_list(struct req *rq);   /* GET /desk/bulk */
bool bulk_page_choose(struct req *rq); /* POST /desk/bulk: from a list of tickets */
bool bulk_page_show(struct req *rq);   /* GET /desk/bulk/{id} */
bool bulk_page_say(struct req *rq);    /* POST /desk/bulk/{id} */
bool bulk_page_start(struct req *rq);  /* POST /desk/bulk/{id}/start */
bool bulk_page_cancel(struct req *rq); /* POST /desk/bulk/{id}/cancel */
bool bulk_page_undo(struct req *rq);   /* POST /desk/bulk/{id}/undo */
