/* Customers' tickets: the list, a ticket, what they do with it. */
#pragma once

#include "portal/http/req.h"

bool ticket_page_list(struct req *rq);          /* GET /tickets */
bool ticket_page_view(struct req *rq);          /* GET /tickets/{id} */
bool ticket_page_reply(struct req *rq);         /* POST /tickets/{id}/reply */
bool ticket_page_confirm(struct req *rq);       /* POST /tickets/{id}/confirm: it is solved */
bool ticket_page_reopen(struct req *rq);        /* POST /tickets/{id}/reopen: no, it is not */
bool ticket_page_add_person(struct req *rq);    /* POST /tickets/{id}/people */
bool ticket_page_remove_person(struct req *rq); /* POST /tickets/{id}/people/remove */
bool ticket_page_number(struct req *rq);        /* GET /t/{number} */
/* The ticket again, with a form's faults (422). */
bool ticket_page_again(struct req *rq, const struct form *form) MUST_CHECK;
