/* Settings: the accounts of those who work here. */
#pragma once

#include "portal/http/req.h"

bool staff_page_list(struct req *rq);   /* GET /desk/settings */
bool staff_page_new(struct req *rq);    /* GET /desk/settings/staff/new */
bool staff_page_add(struct req *rq);    /* POST /desk/settings/staff/new */
bool staff_page_view(struct req *rq);   /* GET /desk/settings/staff/{id} */
bool staff_page_save(struct req *rq);   /* POST /desk/settings/staff/{id} */
bool staff_page_unlock(struct req *rq); /* POST /desk/settings/staff/{id}/unlock */
bool staff_page_remove(struct req *rq); /* POST /desk/settings/staff/{id}/remove */
