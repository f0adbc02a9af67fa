/* Settings: the words of mails, the tenant's own or the shipped ones. */
#pragma once

#include "portal/http/req.h"

bool mail_words_page_list(struct req *rq); /* GET /desk/settings/mail/words */
bool mail_words_page_view(struct req *rq); /* GET /desk/settings/mail/words/{name}?in=zh */
bool mail_words_page_save(struct req *rq); /* POST: act "save", "preview" or "reset" */
