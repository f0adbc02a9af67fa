/* Serving the portal: from a request that the door let in to the answer. */
#pragma once

#include "portal/account/session.h"
#include "portal/http/req.h"

/* server_spec.serve of the portal: tenant by Host, session, language, what the route needs (login,
 * staff, organisation, rights, CSRF token and origin, API token), handler, error page. */
void serve_request(struct req *rq);

/* The visit of this request, for the session functions that sign in and out. In cx->mem. */
const struct session_visit *serve_visit(struct req *rq);

/* GET /resume?form=PATH: what was typed into a form whose sender had to sign in first, ready to be
 * sent. */
bool serve_resume(struct req *rq);
