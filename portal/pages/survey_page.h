/* How was it: the survey by link and on the ticket's page. */
#pragma once

#include "portal/pages/ticket_context.h"

bool survey_page_view(struct req *rq);   /* GET /survey/{token}: answers nothing */
bool survey_page_send(struct req *rq);   /* POST /survey/{token} */
bool survey_page_answer(struct req *rq); /* POST /tickets/{id}/survey */
/* Adds "survey" to a ticket's context: {"scores","score_text","comment"}; absent when the ticket is
 * not solved. scores is [] once it was answered. */
bool survey_page_add(struct req *rq, const struct ticket *t, json_t *context) MUST_CHECK;
