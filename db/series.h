/* Number series: the numbers that people see, per tenant. */
#pragma once

#include "db/db.h"

/* The next number of a series ("ticket", "customer", "article", "order", "invoice", "contract") in
 * its tenant's format, such as "T-20418" or "SO-2026-0031"; in cx->mem. A gapless series (order,
 * invoice, contract) must be called inside the transaction that uses the number: its row stays
 * locked until commit. Others (ticket, customer, article) may have gaps: taken before db_begin they
 * hold up nobody, within it they stay locked too. A series that does not exist yet is made with the
 * default format. The names are a table in series.c. */
bool series_next(struct ctx *cx, const char *name, const char **out, int64_t *number) MUST_CHECK;
enum { SERIES_FORMAT_MAX = 64, SERIES_TEXT_MAX = 32 };
/* As it is set, or the default that it begins with. */
bool series_get(struct ctx *cx, const char *name, const char **format, int64_t *next) MUST_CHECK;
/* What a number looks like this year; NULL for a format that is none. In cx->mem. */
const char *series_text(struct ctx *cx, const char *format, int64_t number);
/* What stands before and after the number this year. False for a format that is none. */
bool series_around(struct ctx *cx, const char *format, const char **before,
                   const char **after) MUST_CHECK;
/* Sets format: plain text, {n} or {number} exactly once, with {n:4} for leading zeros, {yyyy} or
 * {year}, {yy}; and the number that comes next. */
bool series_set(struct ctx *cx, const char *name, const char *format, int64_t next) MUST_CHECK;
