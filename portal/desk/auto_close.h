/* Solved tickets that nobody speaks of any longer: told before, then closed. */
#pragma once

#include "db/ctx.h"

enum { AUTO_CLOSE_BATCH = 100 };

/* Emits ticket.close_due for solved tickets whose close is near, once for each solution, and closes
 * those whose time has come, as desk_flow says. One that waits for a review stays. Each ticket is a
 * transaction of its own. There may be more when *done is AUTO_CLOSE_BATCH. For the jobs role. */
bool auto_close_work(struct ctx *cx, unsigned *done) MUST_CHECK;
