/* Time and cost of a period, by organisation, person or month. */
#pragma once

#include "base/money.h"
#include "portal/desk/report.h"

enum { REPORT_TIME_MAX = 1000, REPORT_TIME_CURRENCIES = 4 };

enum report_time_by {
    REPORT_TIME_ORGANISATION,
    REPORT_TIME_PERSON,
    REPORT_TIME_MONTH,
    REPORT_TIME_COUNT
};

struct report_time {         /* in cx->mem */
    const char *name;        /* "" for no organisation, or nobody; a month is "2026-03" */
    int64_t minutes, billed; /* billed: off the hours that were bought */
    struct money costs[REPORT_TIME_CURRENCIES];
    size_t cost_count;
    /* Of an organisation that bought hours: what it has by now, whatever the period. */
    bool has_hours;
    int64_t bought, left;
};

const char *report_time_code(enum report_time_by by); /* "organisation" */
bool report_time_parse(const char *code, enum report_time_by *out) MUST_CHECK;

/* What was entered for the days from from_on to until_on ("2026-03-01", both included) on tickets
 * that the viewer's reports reach (report_visible), and, for who reaches all, on those that are
 * gone for good. The most time first, months in their order. Fails: ERR_DENIED. */
bool report_time(struct ctx *cx, const char *from_on, const char *until_on, enum report_time_by by,
                 struct report_time **out, size_t *count) MUST_CHECK;
