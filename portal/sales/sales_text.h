/* Checks of what people type into records of this folder. */
#pragma once

#include "db/db.h"

/* True when text is UTF-8 of at most max characters without control characters but line ends and
 * tabs, and not empty where it is required; NULL is
 * empty. Else sets ERR_INVALID at the field. */
bool sales_text_check(struct ctx *cx, const char *field, const char *text, size_t max,
                      bool is_required) MUST_CHECK;
/* "2026-11-29", or NULL. Else sets ERR_INVALID at the field. */
bool sales_text_check_date(struct ctx *cx, const char *field, const char *date) MUST_CHECK;
bool sales_text_check_currency(struct ctx *cx, const char *field, const char *code) MUST_CHECK;
/* The text, "" for NULL. */
const char *sales_text(const char *text);
/* Today's date in UTC as "2026-11-29"; in cx->mem. */
const char *sales_text_today(struct ctx *cx);
/* A LIKE pattern that finds text anywhere (or at the start); in cx->mem. */
const char *sales_text_like(struct ctx *cx, const char *text, bool at_start);
