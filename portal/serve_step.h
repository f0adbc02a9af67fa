/* Between signing in and doing: a second step that is still owed, and showing again who one is
 * before what is dangerous. */
#pragma once

#include "portal/http/req.h"

enum { SERVE_FRESH_MINUTES = 10 };

/* Whether somebody showed who he is within the last SERVE_FRESH_MINUTES. */
bool serve_step_is_fresh(const struct req *rq);
/* True when nothing is in the way. Else *is_answered: the way to the page that takes the step, with
 * what was typed kept. */
bool serve_step_check(struct req *rq, bool *is_answered) MUST_CHECK;
/* What staff may ask while they look as a customer: pages of customers, files, and the end of it.
 * Fails: ERR_SERVE_VIEWING. */
extern const struct err_kind ERR_SERVE_VIEWING;
bool serve_step_check_viewing(struct req *rq) MUST_CHECK;
/* The same for a form that was kept and is sent again. Fails: ERR_SERVE_STEP. */
extern const struct err_kind ERR_SERVE_STEP;
bool serve_step_require(struct req *rq) MUST_CHECK;
