/* UTF-8: checking, counting, folding and word boundaries (through utf8proc). */
#pragma once

#include "base/str.h"

bool utf8_valid(const char *bytes, size_t len); /* shortest forms, no surrogates; NUL is valid */
/* Valid, and nothing in it controls or ends a line: what a name may be. */
bool utf8_is_line(const char *text);
size_t utf8_count(const char *text); /* code points */
/* The longest prefix of at most max bytes that ends at a character. */
size_t utf8_prefix(const char *text, size_t max);
/* NFKC and case folding: full-width letters and digits become plain, capitals small. In mem. */
char *utf8_fold(struct arena *mem, const char *text);
/* The next code point of *text, moving it on; 0 at the end. The text must be valid. */
uint32_t utf8_next(const char **text);
bool utf8_is_cjk(uint32_t c);  /* Han, kana, Hangul */
bool utf8_is_word(uint32_t c); /* letter or digit of any script, CJK excluded */
