/* Settings: mails that went out, wait, or were given up. */
#pragma once

#include "portal/http/req.h"

bool mail_page_list(struct req *rq);  /* GET /desk/settings/mail?status=dead */
bool mail_page_again(struct req *rq); /* POST /desk/settings/mail/{id}/again */
