/* Service hours as people type them: spans of a day, special days, lengths of time. */
#pragma once

#include "portal/desk/calendar.h"
#include "portal/http/lang.h"

/* "09:00-12:00, 13:00-18:00"; empty is closed. False when it cannot be read. */
bool service_text_day(const char *text, struct business_day *out) MUST_CHECK;
const char *service_text_of_day(struct arena *mem, const struct business_day *day);

/* A line for each date: "2026-10-01 closed National Day", "2026-10-10 monday". The second word is
 * closed or a weekday, in English or Chinese. *bad_line (from 1) tells which cannot be read. */
bool service_text_days(struct arena *mem, const char *text, const struct calendar_day **out,
                       size_t *count, size_t *bad_line) MUST_CHECK;
const char *service_text_of_days(struct arena *mem, const struct lang *lang,
                                 const struct calendar *c);

/* "90m", "8h", "1h 30m", "1小时30分"; empty is 0. No days: one of a calendar is not 24 hours.
 * Minutes. */
bool service_text_length(const char *text, int64_t *minutes) MUST_CHECK;
const char *service_text_of_length(struct arena *mem, int64_t minutes); /* as it is typed */
/* As it is read, in the reader's language: "1h 30m", "1 小时 30 分", "−20m", "0m". */
const char *service_text_read_length(struct arena *mem, const struct lang *lang, int64_t minutes);
