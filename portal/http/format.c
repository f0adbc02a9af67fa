/* Local forms: the pieces of a date are data, the order of a language is a format text. */
#include "portal/http/format.h"

#include <string.h>

enum { DAYS_MONTH = 30, DAYS_YEAR = 365 };

static const char *const WEEKDAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const WEEKDAYS_ZH[] = {"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool is_chinese(const struct format *f)
{
    return strncmp(lang_code(f->lang), "zh", 2) == 0;
}

static struct civil local(const struct format *f, int64_t us)
{
    return f->zone == NULL ? clock_civil(us) : zone_civil(f->zone, us);
}

/* Days since 1970 of a calendar day. */
static int64_t day_number(const struct civil *c)
{
    struct civil day = {.year = c->year, .month = c->month, .day = c->day};

    return clock_from_civil(&day) / CLOCK_DAY;
}

int64_t format_days_until(const struct format *f, int64_t us)
{
    const struct civil today = local(f, f->now), day = local(f, us);
    const int64_t days = day_number(&day) - day_number(&today);

    return days > 0 ? days : 0;
}

static const char *figures_text(struct arena *mem, const struct format *f, const struct civil *c)
{
    switch (f->dates) {
    case STYLE_ISO:
        return arena_printf(mem, "%04d-%02d-%02d", c->year, c->month, c->day);
    case STYLE_DMY:
        return arena_printf(mem, "%02d/%02d/%04d", c->day, c->month, c->year);
    case STYLE_MDY:
        return arena_printf(mem, "%02d/%02d/%04d", c->month, c->day, c->year);
    case STYLE_DOT:
        return arena_printf(mem, "%02d.%02d.%04d", c->day, c->month, c->year);
    case STYLE_WORDS:
    case STYLE_DATES_COUNT:
        break;
    }
    return NULL;
}

static const char *day_text(struct arena *mem, const struct format *f, const struct civil *c,
                            bool with_year)
{
    const char *figures = figures_text(mem, f, c);

    if (figures != NULL)
        return figures;
    if (is_chinese(f))
        return with_year
                   ? arena_printf(mem, "%d年%d月%d日 %s", c->year, c->month, c->day,
                                  WEEKDAYS_ZH[c->weekday])
                   : arena_printf(mem, "%d月%d日 %s", c->month, c->day, WEEKDAYS_ZH[c->weekday]);
    return with_year
               ? arena_printf(mem, "%s %d %s %d", WEEKDAYS[c->weekday], c->day,
                              MONTHS[c->month - 1], c->year)
               : arena_printf(mem, "%s %d %s", WEEKDAYS[c->weekday], c->day, MONTHS[c->month - 1]);
}

const char *format_day(struct arena *mem, const struct format *f, int64_t us)
{
    struct civil c = local(f, us);

    return day_text(mem, f, &c, true);
}

const char *format_time(struct arena *mem, const struct format *f, int64_t us)
{
    struct civil c = local(f, us), today = local(f, f->now);
    const char *day = day_text(mem, f, &c, c.year != today.year);

    return arena_printf(mem, is_chinese(f) ? "%s %02d:%02d" : "%s, %02d:%02d", day, c.hour,
                        c.minute);
}

/* count of a unit, in the past or to come. */
struct unit {
    const char *one_ago, *many_ago, *one_ahead, *many_ahead;
};
static const struct unit MINUTES = {T("1 minute ago"), T("{} minutes ago"), T("in 1 minute"),
                                    T("in {} minutes")};
static const struct unit HOURS = {T("1 hour ago"), T("{} hours ago"), T("in 1 hour"),
                                  T("in {} hours")};
static const struct unit DAYS = {T("yesterday"), T("{} days ago"), T("tomorrow"), T("in {} days")};
static const struct unit MONTHS_OFF = {T("1 month ago"), T("{} months ago"), T("in 1 month"),
                                       T("in {} months")};
static const struct unit YEARS = {T("1 year ago"), T("{} years ago"), T("in 1 year"),
                                  T("in {} years")};

static const char *unit_text(struct arena *mem, const struct format *f, const struct unit *unit,
                             int64_t count, bool is_past)
{
    if (count == 1)
        return lang_text(f->lang, is_past ? unit->one_ago : unit->one_ahead);
    return lang_fill1(mem, f->lang, is_past ? unit->many_ago : unit->many_ahead,
                      format_number(mem, f, count));
}

static const char *days_text(struct arena *mem, const struct format *f, int64_t days)
{
    bool is_past = days < 0;
    int64_t count = is_past ? -days : days;

    if (count == 0)
        return lang_text(f->lang, T("today"));
    if (count < 2 * DAYS_MONTH)
        return unit_text(mem, f, &DAYS, count, is_past);
    if (count < 2 * DAYS_YEAR)
        return unit_text(mem, f, &MONTHS_OFF, count / DAYS_MONTH, is_past);
    return unit_text(mem, f, &YEARS, count / DAYS_YEAR, is_past);
}

const char *format_day_ago(struct arena *mem, const struct format *f, int64_t us)
{
    struct civil c = local(f, us), today = local(f, f->now);

    return days_text(mem, f, day_number(&c) - day_number(&today));
}

const char *format_ago(struct arena *mem, const struct format *f, int64_t us)
{
    bool is_past = us <= f->now;
    int64_t off = is_past ? f->now - us : us - f->now;

    if (off < CLOCK_MINUTE)
        return lang_text(f->lang, is_past ? T("just now") : T("in less than a minute"));
    if (off < CLOCK_HOUR)
        return unit_text(mem, f, &MINUTES, off / CLOCK_MINUTE, is_past);
    if (off < CLOCK_DAY)
        return unit_text(mem, f, &HOURS, off / CLOCK_HOUR, is_past);
    return format_day_ago(mem, f, us);
}

static bool read_date(const char *iso, struct civil *out)
{
    int64_t us;

    if (iso == NULL || strlen(iso) != sizeof("2026-01-02") - 1 || !clock_parse_iso(iso, &us))
        return false;
    *out = clock_civil(us);
    return true;
}

const char *format_date_text(struct arena *mem, const struct format *f, const char *iso_date)
{
    struct civil c;

    if (!read_date(iso_date, &c))
        return iso_date == NULL ? "" : iso_date;
    return day_text(mem, f, &c, true);
}

const char *format_date_ago(struct arena *mem, const struct format *f, const char *iso_date)
{
    struct civil c, today = local(f, f->now);

    if (!read_date(iso_date, &c))
        return "";
    return days_text(mem, f, day_number(&c) - day_number(&today));
}

/* From the comma's form, in which all figures are made. */
static const char *restyle(struct arena *mem, const struct format *f, const char *text)
{
    struct str s = str_new(mem);

    if (f->numbers == STYLE_COMMA)
        return text;
    for (; *text != '\0'; text++) {
        if (*text == ',')
            str_add(&s, f->numbers == STYLE_POINT ? "." : "\u00a0");
        else
            str_char(&s, *text == '.' ? ',' : *text);
    }
    return s.p;
}

const char *format_number(struct arena *mem, const struct format *f, int64_t n)
{
    char digits[24];
    struct str s = str_new(mem);
    size_t len;

    str_i64(&s, n);
    len = s.len - (n < 0 ? 1 : 0);
    if (len <= 3 || len >= sizeof(digits))
        return s.p;
    memcpy(digits, s.p + (n < 0 ? 1 : 0), len);
    s = str_new(mem);
    if (n < 0)
        str_char(&s, '-');
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            str_char(&s, ',');
        str_char(&s, digits[i]);
    }
    return restyle(mem, f, s.p);
}

const char *format_money(struct arena *mem, const struct format *f, struct money m)
{
    return restyle(mem, f, money_text(mem, m));
}

const char *format_bytes(struct arena *mem, const struct format *f, int64_t bytes)
{
    static const char *const UNITS[] = {"KB", "MB", "GB", "TB"};
    int64_t tenths;
    size_t unit = 0;

    if (bytes < 1000)
        return arena_printf(mem, "%s B", format_number(mem, f, bytes));
    /* tenths of the unit, rounded; moved on where rounding fills the unit */
    for (tenths = (bytes + 50) / 100; tenths >= 10000 && unit + 1 < COUNT(UNITS); unit++)
        tenths = (tenths + 500) / 1000;
    if (tenths >= 100)
        return arena_printf(mem, "%s %s", format_number(mem, f, (tenths + 5) / 10), UNITS[unit]);
    return restyle(
        mem, f, arena_printf(mem, "%d.%d %s", (int)(tenths / 10), (int)(tenths % 10), UNITS[unit]));
}
