/* The clock of a ticket's solution: runs while the ticket is open, stands while it waits for the
 * customer or is solved, and counts working time only. */
#pragma once

#include "portal/desk/business_time.h"
#include "portal/desk/ticket.h"

struct ticket_clock {
    int64_t spent; /* us of working time before `since` */
    int64_t since; /* runs since; 0: it stands */
    int64_t due;   /* when it reaches the target if it goes on; 0: it stands, or there is none */
};

/* What a clock is after a change at `now`: whether it runs from then on, towards which target (us
 * of working time, 0: none), by which hours. One that is over its target keeps the time when it got
 * there, or now when that is not known. Pure. */
struct ticket_clock ticket_clock_move(const struct business_hours *hours, struct ticket_clock is,
                                      bool runs, int64_t target, int64_t now);

/* The changes below are part of a change of the ticket (ticket_change.h): in its transaction. */
bool ticket_clock_start(struct ctx *cx, struct id id, int64_t level) MUST_CHECK;
bool ticket_clock_category(struct ctx *cx, const struct ticket *t,
                           enum ticket_category to) MUST_CHECK;
bool ticket_clock_level(struct ctx *cx, const struct ticket *t, int64_t level) MUST_CHECK;

/* Keeps what became of a promise, for the reports: asked, due (0: nothing was promised), done now.
 */
bool ticket_clock_answered(struct ctx *cx, const struct ticket *t) MUST_CHECK;
bool ticket_clock_solved(struct ctx *cx, const struct ticket *t) MUST_CHECK;
