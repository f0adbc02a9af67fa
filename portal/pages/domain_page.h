/* An organisation's mail domains, for its administrators. */
#pragma once

#include "portal/http/req.h"

bool domain_page_list(struct req *rq);   /* GET /organisation/domains */
bool domain_page_add(struct req *rq);    /* POST /organisation/domains */
bool domain_page_prove(struct req *rq);  /* POST /organisation/domains/{id}/prove */
bool domain_page_remove(struct req *rq); /* POST /organisation/domains/{id}/remove */
