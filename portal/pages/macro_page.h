/* Texts and macros of the desk: kept on their page, used from a ticket. */
#pragma once

#include "portal/http/req.h"

bool macro_page_list(struct req *rq);   /* GET /desk/macros */
bool macro_page_add(struct req *rq);    /* POST /desk/macros */
bool macro_page_show(struct req *rq);   /* GET /desk/macros/{id} */
bool macro_page_change(struct req *rq); /* POST /desk/macros/{id} */
bool macro_page_remove(struct req *rq); /* POST /desk/macros/{id}/remove */
/* POST /desk/tickets/{id}/macro: puts its text into the answer, or does what it sets */
bool macro_page_use(struct req *rq);
