/* Showing once more who one is, before something dangerous. */
#pragma once

#include "portal/http/req.h"

bool confirm_page_show(struct req *rq);   /* GET /account/confirm?next=PATH */
bool confirm_page_submit(struct req *rq); /* POST /account/confirm */
