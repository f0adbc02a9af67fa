/* One's own data, and for administrators their organisation's; what is proposed of it. */
#pragma once

#include "portal/http/req.h"

bool profile_page_own(struct req *rq);
bool profile_page_save(struct req *rq);
bool profile_page_reveal(struct req *rq);
bool profile_page_withdraw(struct req *rq);
bool profile_page_organisation(struct req *rq);
bool profile_page_organisation_save(struct req *rq);
