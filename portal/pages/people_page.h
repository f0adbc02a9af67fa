/* People of an organisation: invited, given rights, removed; by its own administrator and by staff.
 */
#pragma once

#include "portal/http/req.h"

/* /organisation/people/...: the administrator's own organisation; {id} is the person. */
bool people_page_new(struct req *rq);
bool people_page_add(struct req *rq);
bool people_page_view(struct req *rq);
bool people_page_save(struct req *rq);
bool people_page_remove(struct req *rq);
bool people_page_link(struct req *rq);
/* /desk/customers/{id}/people/...: any organisation, for staff. */
bool people_page_desk_new(struct req *rq);
bool people_page_desk_add(struct req *rq);
bool people_page_desk_view(struct req *rq);
bool people_page_desk_save(struct req *rq);
bool people_page_desk_remove(struct req *rq);
bool people_page_desk_link(struct req *rq);
/* The person of such a path, a member there. Fails: ERR_NOT_FOUND. */
bool people_page_desk_person(struct req *rq, struct id *out) MUST_CHECK;
