/* Money: whole minor units and a currency code of ISO 4217; never floating point. */
#pragma once

#include "base/arena.h"

struct money {
    int64_t minor;
    char currency[4];
};

/* False when the currencies differ or the result does not fit. */
bool money_add(struct money a, struct money b, struct money *out) MUST_CHECK;
bool money_multiply(struct money a, int64_t quantity, struct money *out) MUST_CHECK;
/* Part of an amount in basis points (1/100 of a percent), rounded half away from zero. */
bool money_share(struct money a, int64_t basis_points, struct money *out) MUST_CHECK;
int money_decimals(const char currency[4]); /* 2, but 0 for JPY, KRW and their like, 3 for KWD.. */
/* "1234.50" or "1,234.50"; no currency code. */
bool money_parse(const char *text, const char currency[4], struct money *out) MUST_CHECK;
/* "GBP 1,234.50"; in mem. */
const char *money_text(struct arena *mem, struct money a);
