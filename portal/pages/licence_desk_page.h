/* Licences, as staff issue and keep them. */
#pragma once

#include "portal/http/req.h"

bool licence_desk_page_new(struct req *rq);       /* GET /desk/licences/new */
bool licence_desk_page_issue(struct req *rq);     /* POST /desk/licences/new */
bool licence_desk_page_view(struct req *rq);      /* GET /desk/licences/{id} */
bool licence_desk_page_suspend(struct req *rq);   /* POST /desk/licences/{id}/suspend */
bool licence_desk_page_reinstate(struct req *rq); /* POST /desk/licences/{id}/reinstate */
bool licence_desk_page_renew(struct req *rq);     /* POST /desk/licences/{id}/renew */
bool licence_desk_page_seats(struct req *rq);     /* POST /desk/licences/{id}/seats */
