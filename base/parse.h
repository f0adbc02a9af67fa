/* Text from outside into bounded values. */
#pragma once

#include "base/attr.h"

/* The whole text as a decimal number within [min, max]; a sign only as a leading '-'. */
bool parse_i64(const char *text, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
/* Lower or upper case hexadecimal, exactly size bytes. */
bool parse_hex(const char *text, uint8_t *out, size_t size) MUST_CHECK;
