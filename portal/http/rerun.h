/* Serving a request, and once more from the start where it met a deadlock or lost its database. */
#pragma once

#include "portal/http/metrics.h"

/* An answer that nothing was said about yet; closes a file that was to be sent. */
void rerun_clear(struct req *rq);
/* Calls serve(rq), again after a pause while it ends with ERR_BUSY: five times, three seconds. */
void rerun_serve(struct req *rq, void (*serve)(struct req *rq), struct metrics *metrics);
