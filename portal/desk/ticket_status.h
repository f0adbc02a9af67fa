/* States of a ticket: a code in one of four categories, with a word for staff and one for
 * customers; which may follow which. */
#pragma once

#include "portal/desk/ticket.h"

struct ticket_status { /* in cx->mem or static */
    const char *code;
    enum ticket_category category;
    const char *staff_label;
    const char *customer_label;
};

/* The tenant's own states, or the defaults: open, waiting, solved, closed. */
bool ticket_status_list(struct ctx *cx, const struct ticket_status **out, size_t *count) MUST_CHECK;
bool ticket_status_find(struct ctx *cx, const char *code,
                        const struct ticket_status **out) MUST_CHECK;
/* The first state of a category: what an act without a named state sets. */
bool ticket_status_first(struct ctx *cx, enum ticket_category category,
                         const struct ticket_status **out) MUST_CHECK;

/* Pure. Staff and rules move a ticket anywhere, but from closed only back to open. A customer
 * closes an open, waiting or solved one (his problem is solved, or he confirms it), and opens a
 * waiting or solved one again. */
bool ticket_status_decide(enum viewer_kind side, enum ticket_category from,
                          enum ticket_category to);
