/* Local forms: dates, times, numbers and money as a person reads them, by language and zone. */
#pragma once

#include "base/money.h"
#include "base/style.h"
#include "base/zone.h"
#include "portal/http/lang.h"

struct format { /* how the reader wants it */
    const struct lang *lang;
    const struct zone *zone;
    int64_t now;
    enum style_dates dates;
    enum style_numbers numbers;
};

const char *format_day(struct arena *mem, const struct format *f,
                       int64_t us); /* Wed 18 Nov 2026 · 2026年11月18日 周三 */
const char *format_time(struct arena *mem, const struct format *f,
                        int64_t us); /* Wed 18 Nov, 15:12; with the year if it is not this one */
const char *format_ago(struct arena *mem, const struct format *f,
                       int64_t us); /* 5 minutes ago · in 10 days · today · yesterday */
const char *format_day_ago(struct arena *mem, const struct format *f,
                           int64_t us); /* by calendar day: today · yesterday · in 10 days */
const char *format_date_text(struct arena *mem, const struct format *f,
                             const char *iso_date); /* a DATE column */
const char *format_date_ago(struct arena *mem, const struct format *f, const char *iso_date);
int64_t format_days_until(const struct format *f,
                          int64_t us); /* calendar days; 0: today, or over */
const char *format_number(struct arena *mem, const struct format *f, int64_t n); /* 1,234 */
const char *format_money(struct arena *mem, const struct format *f,
                         struct money m); /* GBP 1,234.50 */
const char *format_bytes(struct arena *mem, const struct format *f, int64_t bytes); /* 214 KB */
