/* Taking events in batches: what every consumer of events does around its own work. */
#pragma once

#include "db/event.h"

struct event_batch {
    const char *consumer; /* as in event_delivery */
    unsigned limit;
    /* One event's work, with event_done in the same transaction; arg is its struct event_delivery.
     * Run again when the database was busy. */
    bool (*work)(struct ctx *cx, void *arg);
};

/* Claims what is due, of any tenant, and works through it, each event in a run of its own: one that
 * fails is logged, and comes again or is parked. *worked is how many were claimed. */
bool event_batch_work(struct ctx *cx, const struct event_batch *batch, unsigned *worked) MUST_CHECK;
