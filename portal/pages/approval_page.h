/* Approvals: those that wait for oneself, on a ticket's page, and by a mail's link. */
#pragma once

#include "portal/desk/team.h"
#include "portal/desk/ticket.h"
#include "portal/http/form.h"
#include "portal/http/page.h"

bool approval_page_list(struct req *rq);      /* GET /desk/approvals */
bool approval_page_decide(struct req *rq);    /* POST /desk/approvals/{id} */
bool approval_page_withdraw(struct req *rq);  /* POST /desk/approvals/{id}/withdraw */
bool approval_page_ask(struct req *rq);       /* POST /desk/tickets/{id}/approval */
bool approval_page_link(struct req *rq);      /* GET /approval/{token} */
bool approval_page_link_send(struct req *rq); /* POST the same */
/* "approvals" and "approval_people" for the ticket's page at the desk. */
bool approval_page_of_ticket(struct req *rq, const struct ticket *t,
                             const struct team_person *people, size_t people_count,
                             json_t *context) MUST_CHECK;
