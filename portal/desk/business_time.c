#include "portal/desk/business_time.h"

static int date_order(const struct business_exception *e, const struct civil *date)
{
    if (e->year != date->year)
        return e->year < date->year ? -1 : 1;
    if (e->month != date->month)
        return e->month < date->month ? -1 : 1;
    return e->day == date->day ? 0 : e->day < date->day ? -1 : 1;
}

const struct business_day *business_day_of(const struct business_hours *hours,
                                           const struct civil *date)
{
    size_t low = 0, high = hours->other_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = date_order(&hours->other[middle], date);

        if (order == 0)
            return &hours->other[middle].hours;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return &hours->week[date->weekday];
}

static struct civil local_of(const struct business_hours *hours, int64_t us)
{
    return hours->zone != NULL ? zone_civil(hours->zone, us) : clock_civil(us);
}

/* 24:00 is the next day's midnight: a day beyond the month's end counts on. */
static int64_t instant_of(const struct business_hours *hours, const struct civil *date, int minute)
{
    struct civil at = {.year = date->year,
                       .month = date->month,
                       .day = date->day + minute / BUSINESS_DAY_MINUTES,
                       .hour = minute % BUSINESS_DAY_MINUTES / 60,
                       .minute = minute % 60};

    at = clock_civil(clock_from_civil(&at));
    return hours->zone != NULL ? zone_from_civil(hours->zone, &at) : clock_from_civil(&at);
}

/* Goes through the spans of working time from `from` on, until the visitor has enough or a day of
 * work begins after `until`. */
struct walk {
    int64_t from, until;
    int64_t wanted; /* 0: all up to until */
    int64_t passed;
    int64_t reached; /* when wanted had passed; 0: not yet */
};

static void take_span(struct walk *w, int64_t begin, int64_t end)
{
    int64_t from = begin > w->from ? begin : w->from;
    int64_t to = end < w->until ? end : w->until;

    if (to <= from)
        return;
    if (w->wanted != 0 && w->passed + (to - from) >= w->wanted) {
        w->reached = from + (w->wanted - w->passed);
        w->passed = w->wanted;
        return;
    }
    w->passed += to - from;
}

static void walk_days(const struct business_hours *hours, struct walk *w)
{
    struct civil date = local_of(hours, w->from);

    date.hour = date.minute = date.second = date.us = 0;
    while (w->reached == 0 && instant_of(hours, &date, 0) < w->until) {
        const struct business_day *day = business_day_of(hours, &date);

        for (unsigned i = 0; i < day->count && w->reached == 0; i++)
            take_span(w, instant_of(hours, &date, day->spans[i].from),
                      instant_of(hours, &date, day->spans[i].to));
        date.day++;
        date = clock_civil(clock_from_civil(&date));
    }
}

int64_t business_between(const struct business_hours *hours, int64_t from, int64_t to)
{
    struct walk w = {.from = from, .until = to};

    if (to <= from)
        return 0;
    if (hours == NULL)
        return to - from;
    walk_days(hours, &w);
    return w.passed;
}

int64_t business_add(const struct business_hours *hours, int64_t from, int64_t working_us)
{
    struct walk w = {.from = from, .wanted = working_us};

    if (hours == NULL || working_us <= 0)
        return from + working_us;
    w.until = from + BUSINESS_YEARS * 366 * CLOCK_DAY;
    walk_days(hours, &w);
    return w.reached;
}
