/* Texts: a buffer that grows up to a limit, encodings, times. */
#ifndef GATEHOUSE_TEXT_H
#define GATEHOUSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero to begin with. What does not fit marks it as failed, and it stays so. */
struct ghc_buffer {
    char *p; /* terminated once something was added */
    size_t len, size;
    size_t max; /* 0: no limit of its own */
    bool is_failed;
};

void ghc_buffer_add(struct ghc_buffer *b, const void *bytes, size_t len);
void ghc_buffer_text(struct ghc_buffer *b, const char *text);
/* Each text up to a NULL. */
void ghc_buffer_texts(struct ghc_buffer *b, const char *text, ...);
void ghc_buffer_integer(struct ghc_buffer *b, int64_t n);
/* With its quotes, escaped. */
void ghc_buffer_json(struct ghc_buffer *b, const char *text);
/* One segment of a path. */
void ghc_buffer_percent(struct ghc_buffer *b, const char *text);
void ghc_buffer_base64(struct ghc_buffer *b, const void *bytes, size_t len);
/* Wipes, as it may have held a key. */
void ghc_buffer_free(struct ghc_buffer *b);
/* Wipes a text and frees it; NULL is fine. */
void ghc_text_free(char *text);
/* A copy; NULL without memory. */
char *ghc_text_copy(const char *text);
/* Whether it is UTF-8 without control characters (but blanks), of at most max bytes. */
bool ghc_text_is_plain(const char *text, size_t max);
/* Copies if it fits. */
bool ghc_text_put(char *out, size_t size, const char *text);
bool ghc_text_equals_any_case(const char *a, const char *b);

/* Standard base64, padded; ignores blanks and line ends if asked. *out is malloc'ed; false for
 * anything else, and without memory. */
bool ghc_base64_read(const char *text, size_t len, bool with_blanks, unsigned char **out,
                     size_t *out_len);
/* Into a buffer of exactly len bytes. */
bool ghc_base64_exactly(const char *text, size_t text_len, unsigned char *out, size_t len);

/* "2026-01-02T03:04:05.678Z" and "Fri, 02 Jan 2026 03:04:05 GMT" as milliseconds since 1970. */
bool ghc_time_iso(const char *text, int64_t *out);
bool ghc_time_http(const char *text, int64_t *out);

#endif
