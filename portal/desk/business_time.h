/* Working time: how much of it passes between two instants, and when an amount of it has passed.
 * Pure; the calendar is a value (portal/desk/calendar.h reads one). */
#pragma once

#include "base/zone.h"

enum { BUSINESS_SPANS_MAX = 4, BUSINESS_DAY_MINUTES = 24 * 60 };

struct business_span { /* minutes of the local day, 0 <= from < to <= 1440 */
    int from, to;
};
struct business_day { /* its spans in order, apart from each other; none: closed */
    struct business_span spans[BUSINESS_SPANS_MAX];
    unsigned count;
};
struct business_exception { /* a holiday, or a day that is worked instead of one */
    int year, month, day;
    struct business_day hours;
};
struct business_hours {
    const struct zone *zone;                /* NULL: UTC */
    struct business_day week[7];            /* Sunday first, as in struct civil */
    const struct business_exception *other; /* by date, each once */
    size_t other_count;
};

/* Microseconds of working time in [from, to); 0 when to is not after from. hours NULL: around the
 * clock. An hour that a clock change repeats counts twice, one that it leaves out not at all. */
int64_t business_between(const struct business_hours *hours, int64_t from, int64_t to);
/* The first instant at which that much working time has passed since from. 0 when the calendar does
 * not open often enough to get there within BUSINESS_YEARS. */
enum { BUSINESS_YEARS = 3 };
int64_t business_add(const struct business_hours *hours, int64_t from, int64_t working_us);
/* The hours of one local date. */
const struct business_day *business_day_of(const struct business_hours *hours,
                                           const struct civil *date);
