#include "portal/pages/service_text.h"

#include "base/parse.h"

#include <string.h>

static const char *const WEEKDAYS[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};
static const char *const WEEKDAYS_ZH[] = {"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
static const char CLOSED[] = "closed";
static const char CLOSED_ZH[] = "休息";

/* --- a day --- */

static bool read_clock(struct span text, int *minute)
{
    struct span hours, minutes = span_trim(text);
    int64_t h, m = 0;
    char part[8];

    if (!span_cut(&minutes, ':', &hours) || hours.len == 0 || hours.len > 2 || minutes.len > 2)
        return false;
    memcpy(part, hours.p, hours.len);
    part[hours.len] = '\0';
    if (!parse_i64(part, 0, 24, &h))
        return false;
    if (minutes.len > 0) {
        memcpy(part, minutes.p, minutes.len);
        part[minutes.len] = '\0';
        if (!parse_i64(part, 0, 59, &m))
            return false;
    }
    *minute = (int)(h * 60 + m);
    return *minute <= BUSINESS_DAY_MINUTES;
}

bool service_text_day(const char *text, struct business_day *out)
{
    struct span rest = span_trim(span_of(text)), item;

    *out = (struct business_day){.count = 0};
    while (rest.len > 0 && span_cut(&rest, ',', &item)) {
        struct business_span *s = &out->spans[out->count];
        struct span from;

        if (out->count == BUSINESS_SPANS_MAX || !span_cut(&item, '-', &from) ||
            !read_clock(from, &s->from) || !read_clock(item, &s->to) || s->to <= s->from ||
            (out->count > 0 && s->from < s[-1].to))
            return false;
        out->count++;
        rest = span_trim(rest);
    }
    return true;
}

const char *service_text_of_day(struct arena *mem, const struct business_day *day)
{
    struct str s = str_new(mem);

    for (unsigned i = 0; i < day->count; i++)
        str_fmt(&s, "%s%02d:%02d-%02d:%02d", i > 0 ? ", " : "", day->spans[i].from / 60,
                day->spans[i].from % 60, day->spans[i].to / 60, day->spans[i].to % 60);
    return s.p;
}

/* --- special days --- */

static bool read_kind(struct span word, int *like_weekday)
{
    *like_weekday = -1;
    if (span_equal_nocase(word, CLOSED) || span_equal(word, CLOSED_ZH))
        return true;
    for (int i = 0; i < (int)COUNT(WEEKDAYS); i++)
        if (span_equal_nocase(word, WEEKDAYS[i]) || span_equal(word, WEEKDAYS_ZH[i])) {
            *like_weekday = i;
            return true;
        }
    return false;
}

static bool read_number(struct span text, int64_t max, int *out)
{
    char digits[8];
    int64_t n;

    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.p, text.len);
    digits[text.len] = '\0';
    if (!parse_i64(digits, 1, max, &n))
        return false;
    *out = (int)n;
    return true;
}

static bool read_date(struct span text, struct calendar_day *d)
{
    struct span part;

    return span_cut(&text, '-', &part) && read_number(part, 9999, &d->year) &&
           span_cut(&text, '-', &part) && read_number(part, 12, &d->month) &&
           read_number(text, 31, &d->day) && d->year >= 1970 &&
           d->day <= clock_month_days(d->year, d->month);
}

static bool read_line(struct arena *mem, struct span line, struct calendar_day *d)
{
    struct span date, word;

    if (!span_cut(&line, ' ', &date) || !read_date(date, d))
        return false;
    line = span_trim(line);
    if (!span_cut(&line, ' ', &word) || !read_kind(word, &d->like_weekday))
        return false;
    d->label = span_dup(mem, span_trim(line));
    return true;
}

bool service_text_days(struct arena *mem, const char *text, const struct calendar_day **out,
                       size_t *count, size_t *bad_line)
{
    struct calendar_day *days = arena_array(mem, struct calendar_day, CALENDAR_DAYS_MAX);
    struct span rest = span_of(text), line;
    size_t number = 0;

    *out = days;
    *count = 0;
    while (rest.len > 0 && span_cut(&rest, '\n', &line)) {
        number++;
        line = span_trim(line);
        if (line.len == 0)
            continue;
        *bad_line = number;
        if (*count == CALENDAR_DAYS_MAX || !read_line(mem, line, &days[*count]))
            return false;
        ++*count;
    }
    return true;
}

const char *service_text_of_days(struct arena *mem, const struct lang *lang,
                                 const struct calendar *c)
{
    const bool is_zh = strcmp(lang_code(lang), "zh") == 0;
    const char *const *names = is_zh ? WEEKDAYS_ZH : WEEKDAYS;
    struct str s = str_new(mem);

    for (size_t i = 0; i < c->day_count; i++) {
        const struct calendar_day *d = &c->days[i];

        str_fmt(&s, "%04d-%02d-%02d %s", d->year, d->month, d->day,
                d->like_weekday >= 0 ? names[d->like_weekday]
                : is_zh              ? CLOSED_ZH
                                     : CLOSED);
        if (*d->label != '\0')
            str_fmt(&s, " %s", d->label);
        str_char(&s, '\n');
    }
    return s.p;
}

/* --- lengths --- */

/* 分 also begins 分钟: the longer of two comes first. */
static const struct {
    const char *letter;
    const char *zh[2];
    int64_t minutes;
} UNITS[] = {{"h", {"小时", "时"}, 60}, {"m", {"分钟", "分"}, 1}};

/* The unit at *text, which moves behind it; 0: there is none. */
static int64_t unit_at(const char **text)
{
    for (size_t i = 0; i < COUNT(UNITS); i++) {
        const char *const words[] = {UNITS[i].letter, UNITS[i].zh[0], UNITS[i].zh[1]};

        for (size_t w = 0; w < COUNT(words); w++)
            if (strncmp(*text, words[w], strlen(words[w])) == 0) {
                *text += strlen(words[w]);
                return UNITS[i].minutes;
            }
    }
    return 0;
}

bool service_text_length(const char *text, int64_t *minutes)
{
    *minutes = 0;
    while (*text != '\0') {
        int64_t n = 0, unit;

        if (*text == ' ') {
            text++;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        for (; *text >= '0' && *text <= '9' && n < INT32_MAX; text++)
            n = n * 10 + (*text - '0');
        while (*text == ' ')
            text++;
        unit = unit_at(&text);
        if (unit == 0 || n >= INT32_MAX)
            return false;
        *minutes += n * unit;
    }
    return *minutes <= INT32_MAX;
}

const char *service_text_of_length(struct arena *mem, int64_t minutes)
{
    struct str s = str_new(mem);

    for (size_t i = 0; i < COUNT(UNITS); i++) {
        int64_t n = minutes / UNITS[i].minutes;

        if (n == 0)
            continue;
        str_fmt(&s, "%s%lld%s", s.len > 0 ? " " : "", (long long)n, UNITS[i].letter);
        minutes -= n * UNITS[i].minutes;
    }
    return s.p;
}

const char *service_text_read_length(struct arena *mem, const struct lang *lang, int64_t minutes)
{
    const bool is_zh = strcmp(lang_code(lang), "zh") == 0;
    const int64_t all = minutes < 0 ? -minutes : minutes;
    struct str s = str_new(mem);

    if (all == 0)
        return is_zh ? "0 分" : "0m";
    if (minutes < 0)
        str_add(&s, "−");
    if (!is_zh)
        str_add(&s, service_text_of_length(mem, all));
    else if (all >= 60)
        str_fmt(&s, "%lld 小时", (long long)(all / 60));
    if (is_zh && all % 60 != 0)
        str_fmt(&s, "%s%lld 分", all >= 60 ? " " : "", (long long)(all % 60));
    return s.p;
}
