#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

/* The last instant that a DATETIME column and the ISO form can hold: 9999-12-31T23:59:59.999999. */
static const int64_t CLOCK_LAST = INT64_C(253402300799999999);

static const char DAY_NAMES[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char MONTH_NAMES[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t clock_read(clockid_t which)
{
    struct timespec t;

    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return clock_read(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. Years are counted from March, so that the leap day is a year's last. */
static int64_t days_from_date(int64_t year, int month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t cycle = floor_div(y, 400);
    int64_t year_of_cycle = y - cycle * 400;
    int64_t months_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * months_from_march + 2) / 5 + day - 1;

    return cycle * DAYS_OF_400_YEARS + year_of_cycle * 365 + year_of_cycle / 4 -
           year_of_cycle / 100 + day_of_year - DAYS_TO_1970;
}

static void date_from_days(int64_t days, struct civil *c)
{
    int64_t from_march = days + DAYS_TO_1970;
    int64_t cycle = floor_div(from_march, DAYS_OF_400_YEARS);
    int64_t day = from_march - cycle * DAYS_OF_400_YEARS; /* of the cycle */
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int64_t months_from_march = (5 * day_of_year + 2) / 153;

    c->day = (int)(day_of_year - (153 * months_from_march + 2) / 5 + 1);
    c->month = (int)(months_from_march < 10 ? months_from_march + 3 : months_from_march - 9);
    c->year = (int)(cycle * 400 + year + (c->month <= 2));
    c->weekday = (int)(days - 7 * floor_div(days + 4, 7) + 4);
}

struct civil clock_civil(int64_t us)
{
    struct civil c = {0};
    int64_t days = floor_div(us, CLOCK_DAY);
    int64_t rest = us - days * CLOCK_DAY;

    date_from_days(days, &c);
    c.hour = (int)(rest / CLOCK_HOUR);
    c.minute = (int)(rest / CLOCK_MINUTE % 60);
    c.second = (int)(rest / CLOCK_SECOND % 60);
    c.us = (int)(rest % CLOCK_SECOND);
    return c;
}

int64_t clock_from_civil(const struct civil *c)
{
    int64_t months = (int64_t)c->year * 12 + c->month - 1;
    int64_t year = floor_div(months, 12);

    return days_from_date(year, (int)(months - year * 12) + 1, c->day) * CLOCK_DAY +
           c->hour * CLOCK_HOUR + c->minute * CLOCK_MINUTE + c->second * CLOCK_SECOND + c->us;
}

int clock_month_days(int year, int month)
{
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return DAYS[month - 1] + (month == 2 && leap);
}

static int64_t clock_clamp(int64_t us)
{
    return us > CLOCK_LAST ? CLOCK_LAST : us;
}

int64_t clock_add_duration(int64_t us, int64_t seconds)
{
    enum { YEAR_SECONDS = 31556952, MONTH_SECONDS = 2629746, YEARS_MAX = 10000 };
    int64_t years = seconds / YEAR_SECONDS;
    int64_t months = seconds % YEAR_SECONDS / MONTH_SECONDS;
    int64_t rest = seconds % YEAR_SECONDS % MONTH_SECONDS;
    struct civil c = clock_civil(us);
    int64_t total;
    int last;

    if (years > YEARS_MAX)
        return CLOCK_LAST;
    if (years < -YEARS_MAX)
        years = -YEARS_MAX;
    total = (c.year + years) * 12 + c.month - 1 + months;
    c.year = (int)floor_div(total, 12);
    c.month = (int)(total - (int64_t)c.year * 12) + 1;
    last = clock_month_days(c.year, c.month);
    if (c.day > last)
        c.day = last;
    return clock_clamp(clock_from_civil(&c) + rest * CLOCK_SECOND);
}

static void put_digits(char *at, int count, int value)
{
    while (count-- > 0) {
        at[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The written forms have four digits for the year. */
static struct civil clock_civil_written(int64_t us)
{
    static const int64_t FIRST = INT64_C(-62167219200000000); /* 0000-01-01 */

    return clock_civil(us < FIRST ? FIRST : clock_clamp(us));
}

/* Written by hand, not by snprintf: each answer of the licence service holds several. */
void clock_iso(int64_t us, char out[CLOCK_ISO_SIZE])
{
    struct civil c = clock_civil_written(us);

    memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_ISO_SIZE);
    put_digits(out, 4, c.year);
    put_digits(out + 5, 2, c.month);
    put_digits(out + 8, 2, c.day);
    put_digits(out + 11, 2, c.hour);
    put_digits(out + 14, 2, c.minute);
    put_digits(out + 17, 2, c.second);
    put_digits(out + 20, 3, c.us / 1000);
}

void clock_http(int64_t us, char out[CLOCK_HTTP_SIZE])
{
    struct civil c = clock_civil_written(us);

    memcpy(out, "Sun, 00 Jan 0000 00:00:00 GMT", CLOCK_HTTP_SIZE);
    memcpy(out, DAY_NAMES[c.weekday], 3);
    put_digits(out + 5, 2, c.day);
    memcpy(out + 8, MONTH_NAMES[c.month - 1], 3);
    put_digits(out + 12, 4, c.year);
    put_digits(out + 17, 2, c.hour);
    put_digits(out + 20, 2, c.minute);
    put_digits(out + 23, 2, c.second);
}

/* Reads exactly count digits. */
static bool take_digits(const char **at, int count, int *out)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        char c = (*at)[i];

        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *at += count;
    *out = value;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool parse_date(const char **at, struct civil *c)
{
    bool dashes;

    if (!take_digits(at, 4, &c->year))
        return false;
    dashes = take_char(at, '-');
    if (!take_digits(at, 2, &c->month) || (dashes && !take_char(at, '-')) ||
        !take_digits(at, 2, &c->day))
        return false;
    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= clock_month_days(c->year, c->month);
}

/* Digits of a fraction beyond the sixth are read and dropped. */
static bool parse_fraction(const char **at, int *us)
{
    int scale = 100000;
    int digit;

    if (!take_char(at, '.') && !take_char(at, ','))
        return true;
    if (!take_digits(at, 1, &digit))
        return false;
    do {
        *us += digit * scale;
        scale /= 10;
    } while (take_digits(at, 1, &digit));
    return true;
}

static bool parse_time(const char **at, struct civil *c)
{
    bool colons;

    if (!take_digits(at, 2, &c->hour))
        return false;
    colons = take_char(at, ':');
    if (!take_digits(at, 2, &c->minute))
        return false;
    if (colons ? take_char(at, ':') : (**at >= '0' && **at <= '9')) {
        if (!take_digits(at, 2, &c->second) || !parse_fraction(at, &c->us))
            return false;
    }
    /* 24:00 is the day's end, and :60 a leap second, which counts as the next minute's first. */
    if (c->hour == 24)
        return c->minute == 0 && c->second == 0 && c->us == 0;
    return c->hour < 24 && c->minute < 60 && c->second <= 60;
}

static bool parse_offset(const char **at, int64_t *us)
{
    int sign;
    int hours;
    int minutes = 0;

    *us = 0;
    if (take_char(at, 'Z') || take_char(at, 'z'))
        return true;
    sign = take_char(at, '+') ? 1 : take_char(at, '-') ? -1 : 0;
    if (sign == 0 || !take_digits(at, 2, &hours))
        return false;
    if (take_char(at, ':')) {
        if (!take_digits(at, 2, &minutes))
            return false;
    } else if (**at != '\0' && !take_digits(at, 2, &minutes)) {
        return false;
    }
    *us = sign * (hours * CLOCK_HOUR + minutes * CLOCK_MINUTE);
    return hours < 24 && minutes < 60;
}

bool clock_parse_iso(const char *text, int64_t *out)
{
    struct civil c = {0};
    int64_t offset = 0;

    if (!parse_date(&text, &c))
        return false;
    if (*text != '\0') {
        if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
            return false;
        if (!parse_time(&text, &c) || !parse_offset(&text, &offset))
            return false;
    }
    if (*text != '\0')
        return false;
    *out = clock_from_civil(&c) - offset;
    return true;
}
