/* Customers and their sites: added and changed. */
#pragma once

#include "portal/http/req.h"

bool organisation_edit_page_new(struct req *rq);    /* GET /desk/customers/new */
bool organisation_edit_page_add(struct req *rq);    /* POST /desk/customers/new */
bool organisation_edit_page_edit(struct req *rq);   /* GET /desk/customers/{id}/edit */
bool organisation_edit_page_save(struct req *rq);   /* POST /desk/customers/{id}/edit */
bool organisation_edit_page_remove(struct req *rq); /* POST /desk/customers/{id}/remove */
/* GET and POST /desk/customers/{id}/sites/new and /organisation/sites/new */
bool organisation_edit_page_new_site(struct req *rq);
bool organisation_edit_page_add_site(struct req *rq);
