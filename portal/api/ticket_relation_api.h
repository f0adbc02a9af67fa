/* What a ticket stands in connection with, for programs: other tickets, tags, people. */
#pragma once

#include "portal/http/req.h"

bool ticket_relation_api_links(struct req *rq);       /* GET /{id}/links */
bool ticket_relation_api_link(struct req *rq);        /* POST /{id}/links */
bool ticket_relation_api_unlink(struct req *rq);      /* DELETE /{id}/links/{name}/{ticket} */
bool ticket_relation_api_tags(struct req *rq);        /* GET /{id}/tags */
bool ticket_relation_api_tag(struct req *rq);         /* POST /{id}/tags */
bool ticket_relation_api_untag(struct req *rq);       /* DELETE /{id}/tags/{name} */
bool ticket_relation_api_people(struct req *rq);      /* GET /{id}/participants */
bool ticket_relation_api_person_add(struct req *rq);  /* POST /{id}/participants */
bool ticket_relation_api_person_drop(struct req *rq); /* DELETE /{id}/participants/{person} */
