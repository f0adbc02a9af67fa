/* The list of customers, and its files. */
#pragma once

#include "portal/http/req.h"

bool organisation_list_page_show(struct req *rq);     /* GET /desk/customers */
bool organisation_list_page_download(struct req *rq); /* GET /desk/customers.csv */
bool organisation_list_page_people(struct req *rq);   /* GET /desk/customers/people.csv */
