/* Notices: what happened to one's tickets and licences, and which of it comes by mail. */
#pragma once

#include "portal/http/req.h"

bool notice_page_list(struct req *rq);    /* GET /notices */
bool notice_page_read(struct req *rq);    /* POST /notices/read */
bool notice_page_choices(struct req *rq); /* GET /account/notices */
bool notice_page_choose(struct req *rq);  /* POST /account/notices */

/* For the pages of a ticket: its reader knows its news now; a link of a mail (?m=) brought him. */
bool notice_page_seen(struct req *rq, struct id ticket_id) MUST_CHECK;
bool notice_page_opened(struct req *rq, struct id ticket_id) MUST_CHECK;
