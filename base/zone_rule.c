#include "base/zone_rule.h"

#include "base/clock.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400, TIME_DEFAULT = 2 * HOUR_S, NAME_MIN = 3 };

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_number(const char **at, int max, int *out)
{
    int value = 0;
    const char *from = *at;

    while (**at >= '0' && **at <= '9') {
        value = value * 10 + (**at - '0');
        if (value > max)
            return false;
        (*at)++;
    }
    *out = value;
    return *at > from;
}

/* "EST" or "<+0330>". */
static bool take_name(const char **at)
{
    size_t len;

    if (take(at, '<')) {
        len = strcspn(*at, ">");
        *at += len;
        return len >= NAME_MIN && take(at, '>');
    }
    len = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    *at += len;
    return len >= NAME_MIN;
}

/* [+-]hh[:mm[:ss]]; version 3 of the format allows a week's hours, either sign. */
static bool take_time(const char **at, int hours_max, int32_t *out)
{
    int sign = take(at, '-') ? -1 : 1;
    int hours;
    int minutes = 0;
    int seconds = 0;

    if (sign == 1)
        take(at, '+');
    if (!take_number(at, hours_max, &hours))
        return false;
    if (take(at, ':') && !take_number(at, 59, &minutes))
        return false;
    if (take(at, ':') && !take_number(at, 59, &seconds))
        return false;
    *out = sign * (hours * HOUR_S + minutes * 60 + seconds);
    return true;
}

static bool take_day(const char **at, struct zone_day *out)
{
    struct zone_day d = {.time = TIME_DEFAULT};

    if (!take(at, ','))
        return false;
    if (take(at, 'M')) {
        d.kind = ZONE_DAY_MONTH;
        if (!take_number(at, 12, &d.month) || !take(at, '.') || !take_number(at, 5, &d.week) ||
            !take(at, '.') || !take_number(at, 6, &d.weekday) || d.month == 0 || d.week == 0)
            return false;
    } else {
        d.kind = take(at, 'J') ? ZONE_DAY_NO_LEAP : ZONE_DAY_ZERO_BASE;
        if (!take_number(at, 365, &d.day) || (d.kind == ZONE_DAY_NO_LEAP && d.day == 0))
            return false;
    }
    if (take(at, '/') && !take_time(at, 167, &d.time))
        return false;
    *out = d;
    return true;
}

bool zone_rule_parse(const char *text, struct zone_rule *out)
{
    struct zone_rule r = {0};
    int32_t west;

    /* POSIX counts offsets west of Greenwich. */
    if (!take_name(&text) || !take_time(&text, 24, &west))
        return false;
    r.standard = -west;
    if (*text != '\0') {
        r.has_summer = true;
        r.summer = r.standard + HOUR_S;
        if (!take_name(&text))
            return false;
        if (*text != ',') {
            if (!take_time(&text, 24, &west))
                return false;
            r.summer = -west;
        }
        if (!take_day(&text, &r.begins) || !take_day(&text, &r.ends) || *text != '\0')
            return false;
    }
    *out = r;
    return true;
}

/* Seconds from 1970 to the day's change in that year, in local time before the change. */
static int64_t day_in_year(const struct zone_day *d, int year)
{
    struct civil c = {.year = year, .month = 1, .day = 1};
    int day;

    switch (d->kind) {
    case ZONE_DAY_MONTH:
        c.month = d->month;
        c = clock_civil(clock_from_civil(&c)); /* for its weekday */
        day = 1 + (d->weekday - c.weekday + 7) % 7 + (d->week - 1) * 7;
        while (day > clock_month_days(year, d->month))
            day -= 7;
        c.day = day;
        break;
    case ZONE_DAY_NO_LEAP:
        c.day = d->day + (d->day >= 60 && clock_month_days(year, 2) == 29);
        break;
    case ZONE_DAY_ZERO_BASE:
        c.day = d->day + 1;
        break;
    }
    return clock_from_civil(&c) / CLOCK_SECOND + d->time;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds)
{
    int64_t begins;
    int64_t ends;
    int year;

    if (!rule->has_summer)
        return rule->standard;
    year = clock_civil((seconds + rule->standard) * CLOCK_SECOND).year;
    begins = day_in_year(&rule->begins, year) - rule->standard;
    ends = day_in_year(&rule->ends, year) - rule->summer;
    if (begins < ends)
        return seconds >= begins && seconds < ends ? rule->summer : rule->standard;
    return seconds >= ends && seconds < begins ? rule->standard : rule->summer;
}
