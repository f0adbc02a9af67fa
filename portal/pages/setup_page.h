/* The first steps of a new tenant's administrator. */
#pragma once

#include "portal/account/setup.h"
#include "portal/http/req.h"

bool setup_page_view(struct req *rq);
bool setup_page_skip(struct req *rq); /* POST /desk/setup/{name}/skip */
bool setup_page_finish(struct req *rq);
bool setup_page_fill(struct req *rq); /* POST /desk/setup/fill */

/* Whether the reader is one who is led through them. */
bool setup_page_is_open(const struct req *rq);
/* After a settings page was saved: its step is done, and the next one waits; here, where there are
 * none. Ends a handler. */
bool setup_page_next(struct req *rq, enum setup_step step, const char *here);
