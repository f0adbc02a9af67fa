/* What staff do with a ticket. */
#pragma once

#include "portal/http/req.h"

bool queue_act_page_reply(struct req *rq);  /* POST /desk/tickets/{id}/reply: answer or note */
bool queue_act_page_status(struct req *rq); /* POST /desk/tickets/{id}/status */
bool queue_act_page_assign(struct req *rq); /* POST /desk/tickets/{id}/assign */
bool queue_act_page_level(struct req *rq);  /* POST /desk/tickets/{id}/level */
bool queue_act_page_team(struct req *rq);   /* POST /desk/tickets/{id}/team */
bool queue_act_page_topic(struct req *rq);  /* POST /desk/tickets/{id}/topic */
bool queue_act_page_tag(struct req *rq);    /* POST /desk/tickets/{id}/tag */
bool queue_act_page_link(struct req *rq);   /* POST /desk/tickets/{id}/link */
bool queue_act_page_unlink(struct req *rq); /* POST /desk/tickets/{id}/unlink */
bool queue_act_page_review(struct req *rq); /* POST /desk/tickets/{id}/review: it is done */
