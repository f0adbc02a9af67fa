/* Dispatches on a ticket's page at the desk: sent, accepted, declined, withdrawn. */
#pragma once

#include "portal/desk/team.h"
#include "portal/desk/ticket.h"
#include "portal/http/form.h"
#include "portal/http/page.h"

bool dispatch_page_send(struct req *rq);     /* POST /desk/tickets/{id}/dispatch */
bool dispatch_page_accept(struct req *rq);   /* POST /desk/dispatches/{id}/accept */
bool dispatch_page_decline(struct req *rq);  /* POST .../decline */
bool dispatch_page_withdraw(struct req *rq); /* POST .../withdraw */
/* "dispatches", "dispatch_people", "dispatch_teams" (out of "teams"), "is_dispatched" for the
 * ticket's page. */
bool dispatch_page_of_ticket(struct req *rq, const struct ticket *t,
                             const struct team_person *people, size_t people_count,
                             json_t *context) MUST_CHECK;
