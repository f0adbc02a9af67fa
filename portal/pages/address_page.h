/* A person's own e-mail addresses. */
#pragma once

#include "portal/http/req.h"

bool address_page_list(struct req *rq);
bool address_page_ask(struct req *rq);
bool address_page_main(struct req *rq);
bool address_page_remove(struct req *rq);
bool address_page_confirm(struct req *rq);
bool address_page_confirm_now(struct req *rq);
