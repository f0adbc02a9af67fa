/* One's own data to take along, asking to be erased; and staff who decide on that. */
#pragma once

#include "portal/http/req.h"

bool own_data_page_view(struct req *rq);
bool own_data_page_download(struct req *rq);
bool own_data_page_ask(struct req *rq);
bool own_data_page_withdraw(struct req *rq);
bool own_data_page_requests(struct req *rq);
bool own_data_page_erase(struct req *rq);
bool own_data_page_decline(struct req *rq);
