/* Serving the portal: from a request that the door let in to the answer. */
#pragma once

#include "portal/account/session.h"
#include "portal/http/req.h"

/* server_spec.serve of the portal: tenant by Host, session, language, what the route needs (login,
 * staff, organisation, rights, CSRF token and origin, API token), handler, error page. */
void serve_request(struct req *rq);

/* The visit of this request, for the session functions that sign in and out. In cx->mem. */
const struct session_visit *serve_visit(struct req *rq);

/* True when the visitor may use rq->route (sign-in, side, organisation, rights). Fails: ERR_LOGIN,
 * ERR_DENIED and its like. */
bool serve_check_viewer(struct req *rq) MUST_CHECK;

/* The language that the visitor chose, kept with the session and the person, and for whoever signs
 * in here next. */
bool serve_keep_language(struct req *rq, const char *language) MUST_CHECK;

/* A cookie for all pages, fenced as the session's; 0 seconds take it away. */
void serve_set_cookie(struct req *rq, const char *name, const char *value, int64_t seconds);
