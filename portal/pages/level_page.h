/* Settings: the level by impact and urgency; and the same of one ticket at the desk. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/http/req.h"

bool level_page_view(struct req *rq);
bool level_page_save(struct req *rq);
bool level_page_weigh(struct req *rq);

/* What a customer says of how much it stops him: level_page_severity(1) is the gravest. English. */
const char *level_page_severity(int severity);
/* For a ticket's page: "weight" {impacts, urgencies, severity}. */
void level_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context);
