/* Figures about tickets for menus, home and queues. */
#pragma once

#include "portal/desk/ticket_list.h"

struct ticket_counts { /* of what the viewer may see */
    int64_t open;      /* open: the next step is ours */
    int64_t waiting;   /* waiting for the customer */
    int64_t solved;    /* solved, not yet confirmed */
    int64_t closed;
};

bool ticket_counts(struct ctx *cx, struct ticket_counts *out) MUST_CHECK;
/* What needs the customer: tickets that wait for his answer, then for his "solved"; the latest
 * first, so that what was answered just now is never below the limit. Rows as with
 * ticket_filter.is_short. */
bool ticket_counts_needs_you(struct ctx *cx, unsigned limit, struct ticket ***rows,
                             size_t *count) MUST_CHECK;
/* Staff: how many tickets are in each queue. Counting stops at TICKET_COUNTS_CAP. */
enum { TICKET_COUNTS_CAP = 1000 };
bool ticket_counts_views(struct ctx *cx, int64_t out[TICKET_VIEW_COUNT]) MUST_CHECK;
