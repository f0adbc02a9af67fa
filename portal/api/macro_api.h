/* Macros, for programs. */
#pragma once

#include "portal/http/req.h"

bool macro_api_list(struct req *rq);   /* GET /api/v1/macros */
bool macro_api_add(struct req *rq);    /* POST */
bool macro_api_view(struct req *rq);   /* GET /{id} */
bool macro_api_change(struct req *rq); /* PATCH /{id} */
bool macro_api_remove(struct req *rq); /* DELETE /{id} */
bool macro_api_look(struct req *rq);   /* GET /api/v1/tickets/{id}/macros/{macro} */
bool macro_api_apply(struct req *rq);  /* POST: the text is sent, the rest is set */
