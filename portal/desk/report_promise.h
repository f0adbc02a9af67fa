/* The report on promises: kept and missed, from the very rows that the clocks wrote. */
#pragma once

#include "portal/desk/report.h"

enum { REPORT_MISSED_MAX = 200 };

struct report_promise { /* answers or solutions of one level that ended in the period */
    const char *target; /* "answer" or "solve" */
    int level;
    int64_t kept, missed, unpromised; /* unpromised: done without a promise */
    int64_t done_median, done_90;     /* us from asked to done, around the clock */
};

struct report_missed { /* a promise that was missed */
    struct id ticket_id;
    const char *number, *subject, *target, *engineer;
    int level;
    int64_t due_at, done_at;
    bool was_reopened, was_unassigned; /* why: opened again before; nobody had it at the end */
};

struct report_promises {
    struct report_promise *rows; /* by target and level; in cx->mem */
    size_t count;
    struct report_missed *missed; /* the latest first, at most REPORT_MISSED_MAX */
    size_t missed_count;
    int64_t late_now; /* open tickets whose promise is over already: not in the rows yet */
};

/* Promises that ended in the period (done_at). Fails: as report_rows. */
bool report_promises(struct ctx *cx, const struct report_period *period,
                     struct report_promises *out) MUST_CHECK;
