/* Tickets for programs: /api/v1/tickets. Who sees and may do what is the domain's rule, as on the
 * pages. */
#pragma once

#include "portal/http/req.h"

/* Answers with a ticket as it is by now. */
bool ticket_api_show(struct req *rq, int status, struct id id);

bool ticket_api_list(struct req *rq);   /* GET ?state=open|waiting|solved|all&q=&organisation_id= */
bool ticket_api_create(struct req *rq); /* POST; an Idempotency-Key files once */
bool ticket_api_view(struct req *rq);   /* GET /{id} */
bool ticket_api_change(struct req *rq); /* PATCH /{id}: all of it or nothing */
bool ticket_api_messages(struct req *rq); /* GET /{id}/messages */
bool ticket_api_answer(struct req *rq);   /* POST /{id}/messages: an answer or a note */
