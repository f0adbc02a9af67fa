/* Settings: mails that went out, wait, or were given up. */
#pragma once

#include "portal/http/req.h"

bool mail_page_list(struct req *rq);  /* GET /desk/settings/mail?status=dead */
bool mail_page_again(struct req *rq); /* POST /desk/settings/mail/{id}/again */
bool mail_page_save(struct req *rq);  /* POST /desk/settings/mail: how the tenant sends */
bool mail_page_test(struct req *rq);  /* POST /desk/settings/mail/test: one to oneself */

/* For a ticket's page at the desk: its mails, as "mails" and "has_mails" of the context. */
bool mail_page_log(struct req *rq, struct id ticket_id, json_t *context) MUST_CHECK;
/* GET /desk/unreached: closed tickets whose reporter seems not to know. */
bool mail_page_unreached(struct req *rq);
