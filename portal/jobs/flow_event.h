/* What follows from a filed or routed ticket: it is given to somebody. A consumer of events. */
#pragma once

#include "db/ctx.h"

enum { FLOW_EVENT_BATCH = 20 };

/* Works through what is due, each in a transaction with the mark that it is done: a failure leaves
 * the ticket in its team's queue and comes again. Rules go first, so that a team they set counts,
 * but nothing waits for them longer than a minute. */
bool flow_event_work(struct ctx *cx, unsigned *worked) MUST_CHECK;
