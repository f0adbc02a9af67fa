/* People, what they may do for organisations, and sites, for programs: /api/v1. */
#pragma once

#include "portal/http/req.h"

bool people_api_list(struct req *rq);   /* GET /people?q=&organisation_id=&after=&limit= */
bool people_api_add(struct req *rq);    /* POST /people */
bool people_api_view(struct req *rq);   /* GET /people/{id} */
bool people_api_change(struct req *rq); /* PATCH /people/{id} */

bool people_api_members(struct req *rq);       /* GET /organisations/{id}/memberships */
bool people_api_member_add(struct req *rq);    /* POST /organisations/{id}/memberships */
bool people_api_member_change(struct req *rq); /* PATCH /organisations/{id}/memberships/{person} */
bool people_api_member_remove(struct req *rq); /* DELETE /organisations/{id}/memberships/{person} */

bool people_api_sites(struct req *rq);       /* GET /organisations/{id}/sites */
bool people_api_site_add(struct req *rq);    /* POST /organisations/{id}/sites */
bool people_api_site_view(struct req *rq);   /* GET /organisations/{id}/sites/{site} */
bool people_api_site_change(struct req *rq); /* PATCH /organisations/{id}/sites/{site} */
bool people_api_site_remove(struct req *rq); /* DELETE /organisations/{id}/sites/{site} */
