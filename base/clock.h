/* Time: instants are microseconds since 1970 UTC; 0 stands for "no instant". */
#pragma once

#include "base/arena.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR   (60 * CLOCK_MINUTE)
#define CLOCK_DAY    (24 * CLOCK_HOUR)

int64_t clock_now(void);     /* us UTC. Only where a run starts: domain code reads cx->now */
int64_t clock_mono_us(void); /* for elapsed time */

struct civil { /* a date and time on the proleptic Gregorian calendar */
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour;
    int minute;
    int second;
    int us;
    int weekday; /* 0 is Sunday; filled by clock_civil, ignored by clock_from_civil */
};

struct civil clock_civil(int64_t us);
/* A day beyond the month's end counts on into the next month. */
int64_t clock_from_civil(const struct civil *c);
int clock_month_days(int year, int month);

/* Adds a duration in seconds by the licensing protocol's calendar rule (section 3.4): decomposed
 * greedily into years of 31556952 s, months of 2629746 s and the rest; years and months move on the
 * calendar with the day clamped to the month's end, the rest is exact. */
int64_t clock_add_duration(int64_t us, int64_t seconds);

enum { CLOCK_ISO_SIZE = 25, CLOCK_HTTP_SIZE = 30 };
void clock_iso(int64_t us, char out[CLOCK_ISO_SIZE]);   /* 2026-01-02T03:04:05.678Z */
void clock_http(int64_t us, char out[CLOCK_HTTP_SIZE]); /* Fri, 02 Jan 2026 03:04:05 GMT */
/* Any ISO 8601 date-time with Z or an offset; a bare date is its midnight UTC. */
bool clock_parse_iso(const char *text, int64_t *out) MUST_CHECK;
