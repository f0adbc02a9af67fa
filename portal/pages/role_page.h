/* Settings: the roles of those who work here, and what each may do. */
#pragma once

#include "portal/http/req.h"

bool role_page_list(struct req *rq);   /* GET /desk/settings/roles */
bool role_page_new(struct req *rq);    /* GET /desk/settings/roles/new?from= */
bool role_page_add(struct req *rq);    /* POST /desk/settings/roles/new */
bool role_page_view(struct req *rq);   /* GET /desk/settings/roles/{id} */
bool role_page_save(struct req *rq);   /* POST /desk/settings/roles/{id} */
bool role_page_move(struct req *rq);   /* POST /desk/settings/roles/{id}/move */
bool role_page_remove(struct req *rq); /* POST /desk/settings/roles/{id}/remove */
