/* Service calendars: when the desk works, by weekday and by date, in a time zone. */
#pragma once

#include "db/ctx.h"
#include "portal/desk/business_time.h"

enum { CALENDAR_NAME_MAX = 100, CALENDAR_DAYS_MAX = 1000, CALENDAR_LABEL_MAX = 100 };

struct calendar_day {
    int year, month, day;
    int like_weekday; /* 0..6 worked as that weekday; -1: closed */
    const char *label;
};

struct calendar { /* a record: open, lives in cx->mem */
    struct id id;
    const char *name;
    const char *zone; /* "": the tenant's */
    struct business_day week[7];
    const struct calendar_day *days; /* by date */
    size_t day_count;
};

bool calendar_list(struct ctx *cx, struct calendar **out, size_t *count) MUST_CHECK; /* by name */
/* Fails: ERR_NOT_FOUND. */
bool calendar_get(struct ctx *cx, struct id id, struct calendar **out) MUST_CHECK;
/* Writes it whole; a zero id makes a new one, which c->id then names. Staff with RIGHT_SETTINGS, or
 * the system. Fails: ERR_DENIED; ERR_INVALID at "name", "zone", "week" (a span out of order or over
 * another), "days" (too many, no date, one twice); ERR_CONFLICT a name that is taken. */
bool calendar_save(struct ctx *cx, struct calendar *c) MUST_CHECK;
/* Fails: ERR_CONFLICT while a promise counts by it. */
bool calendar_remove(struct ctx *cx, struct id id) MUST_CHECK;

/* The calendar as hours to count with; its zone is freed with cx->mem. A zero id is around the
 * clock: *out is NULL. */
bool calendar_hours(struct ctx *cx, struct id id, const struct business_hours **out) MUST_CHECK;
