/* Percent-encoding: decoding of path segments and query parameters. */
#pragma once

#include "base/str.h"

/* The bytes behind a raw path segment; NULL for a bad escape, a NUL, bytes that are no UTF-8, or a
 * control character: written as it is anywhere, escaped unless allows_controls (a fingerprint of
 * the licensing protocol is any text, with line ends too). In mem. */
const char *url_segment(struct arena *mem, struct span raw, bool allows_controls);
/* Whether a path's segments may have control characters: those of the licensing protocol. */
bool url_allows_controls(const char *path);
/* The text behind one name or value of a query or form: '+' is a blank. A bad escape stays as it
 * was typed where is_lenient is set. NULL for a NUL, bytes that are no UTF-8, and (strict) a bad
 * escape. In mem. */
const char *url_value(struct arena *mem, struct span raw, bool is_lenient);
