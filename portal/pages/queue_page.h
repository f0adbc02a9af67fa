/* The desk: queues, and a ticket as staff see it. */
#pragma once

#include "portal/http/form.h"

bool queue_page_show(struct req *rq);   /* GET /desk */
bool queue_page_search(struct req *rq); /* GET /desk/search?q= */
bool queue_page_ticket(struct req *rq); /* GET /desk/tickets/{id} */
/* The ticket again, with a form's faults (422). */
bool queue_page_again(struct req *rq, const struct form *form) MUST_CHECK;
/* The end of one of the small forms beside the ticket: back to it with what was done; or, with
 * faults, the ticket again, where form.values.<mark> opens that form with what was typed. */
bool queue_page_answer(struct req *rq, const struct form *form, const char *mark,
                       const char *said) MUST_CHECK;
/* The address of a ticket within the queue it was opened from ("view" of the form or address). */
const char *queue_page_address(struct req *rq, const char *view);
