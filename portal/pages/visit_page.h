/* Return visits: those that are due, on a page of their own and on the ticket's. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/http/page.h"

bool visit_page_list(struct req *rq); /* GET /desk/visits */
bool visit_page_done(struct req *rq); /* POST /desk/visits/{id} */
bool visit_page_give(struct req *rq); /* POST /desk/visits/{id}/visitor */
bool visit_page_add(struct req *rq);  /* POST /desk/tickets/{id}/visit */
/* Adds "visits" and "visit_is_open" to the context of a ticket at the desk. */
bool visit_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context) MUST_CHECK;
