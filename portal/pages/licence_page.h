/* Licences, as the customer reads them. */
#pragma once

#include "licensing/licence.h"
#include "portal/http/req.h"

bool licence_page_list(struct req *rq); /* GET /licences */
bool licence_page_view(struct req *rq); /* GET /licences/{id} */
/* GET and POST /licences/{id}/machines/{machine}/release, and the same below /desk: asks, then
 * frees the seat. */
bool licence_page_release(struct req *rq);
bool licence_page_released(struct req *rq);

/* What both sides' pages of one licence show: facts, summary, machines, history. */
bool licence_page_context(struct req *rq, const struct licence *licence, json_t **out) MUST_CHECK;
