/* Drafts: what was typed into a form that could not be taken (its sender had to sign in first, or
 * something failed) waits in the session, uploads included, until it is sent again. */
#pragma once

#include "portal/http/form.h"

/* Keeps the request's form, uploads as far as they fit. *page is where it waits; NULL where there
 * is nothing to keep (a form that asks for a secret). Who is not signed in has less kept, and not
 * often: ERR_LIMITED. False sets cx->err. */
bool draft_keep(struct req *rq, const char **page) MUST_CHECK;

/* GET /resume?form=PATH: shows what waits. POST: sends it to PATH with what was changed, by that
 * route's handler and under its needs. */
bool draft_page(struct req *rq);
bool draft_send(struct req *rq);
