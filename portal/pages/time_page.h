/* Time on a ticket's page, and prepaid hours of an organisation, for the desk and for customers. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/http/form.h"
#include "portal/http/page.h"

bool time_page_add(struct req *rq);           /* POST /desk/tickets/{id}/time */
bool time_page_reverse(struct req *rq);       /* POST /desk/time/{id}/reverse */
bool time_page_hours(struct req *rq);         /* GET /desk/customers/{id}/hours */
bool time_page_buy(struct req *rq);           /* POST the same */
bool time_page_hours_reverse(struct req *rq); /* POST /desk/hours/{id}/reverse */
bool time_page_own(struct req *rq);           /* GET /hours */
/* "times", "time_total", "has_times", "hours_left" for the ticket's page at the desk. */
bool time_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context) MUST_CHECK;
