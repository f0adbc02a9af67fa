/* Text: a growing string in an arena, and borrowed runs of bytes. */
#pragma once

#include "base/arena.h"

#include <string.h>

struct str {
    char *p;    /* never NULL, always terminated */
    size_t len; /* without the terminator */
    size_t cap;
    struct arena *mem;
};

struct str str_new(struct arena *mem);
void str_add_n(struct str *s, const char *bytes, size_t len);
/* Inline, so that the length of a literal is known when the program is built. */
static inline void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}
void str_char(struct str *s, char c);
void str_fmt(struct str *s, const char *fmt, ...) PRINTF(2, 3);
void str_i64(struct str *s, int64_t value);
/* Escapes & < > " ' : one escaper for element text and attribute values. */
void str_html(struct str *s, const char *text);
/* A JSON string literal with its quotes; escapes only what JSON requires, UTF-8 stays as it is. */
void str_json(struct str *s, const char *text);
/* Percent-encodes all but the unreserved characters of RFC 3986. */
void str_url(struct str *s, const char *text);
/* Makes room for len further bytes and returns where they go; the caller adds to s->len, and puts
 * the terminator where he adds fewer. */
char *str_room(struct str *s, size_t len);

struct span { /* borrowed bytes, not terminated */
    const char *p;
    size_t len;
};

struct span span_of(const char *text);
bool span_equal(struct span a, const char *text);
bool span_equal_nocase(struct span a, const char *text); /* ASCII letters only */
struct span span_trim(struct span a);                    /* ASCII blanks, tabs and line ends */
/* Cuts up to the first `sep` off *rest into *head; false at the end of *rest. */
bool span_cut(struct span *rest, char sep, struct span *head);
char *span_dup(struct arena *mem, struct span a);
