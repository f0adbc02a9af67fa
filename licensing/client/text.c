#include "text.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_FIRST = 256 };

static bool grow(struct ghc_buffer *b, size_t need)
{
    size_t size = b->size == 0 ? BUFFER_FIRST : b->size;
    char *more;

    if (need > SIZE_MAX / 4)
        return false;
    while (size < need)
        size *= 2;
    if (size == b->size)
        return true;
    /* Not realloc: what it leaves behind may be a key. */
    more = malloc(size);
    if (more == NULL)
        return false;
    if (b->len > 0)
        memcpy(more, b->p, b->len);
    if (b->p != NULL)
        sodium_memzero(b->p, b->size);
    free(b->p);
    b->p = more;
    b->size = size;
    return true;
}

void ghc_buffer_add(struct ghc_buffer *b, const void *bytes, size_t len)
{
    if (b->is_failed || (b->max != 0 && len > b->max - b->len) || !grow(b, b->len + len + 1)) {
        b->is_failed = true;
        return;
    }
    if (len > 0)
        memcpy(b->p + b->len, bytes, len);
    b->len += len;
    b->p[b->len] = '\0';
}

void ghc_buffer_text(struct ghc_buffer *b, const char *text)
{
    ghc_buffer_add(b, text, strlen(text));
}

void ghc_buffer_texts(struct ghc_buffer *b, const char *text, ...)
{
    va_list more;

    va_start(more, text);
    for (; text != NULL; text = va_arg(more, const char *))
        ghc_buffer_text(b, text);
    va_end(more);
}

void ghc_buffer_integer(struct ghc_buffer *b, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, n);
    ghc_buffer_text(b, text);
}

void ghc_buffer_json(struct ghc_buffer *b, const char *text)
{
    ghc_buffer_text(b, "\"");
    for (; *text != '\0'; text++) {
        char escape[8];

        if (*text == '"' || *text == '\\') {
            ghc_buffer_add(b, "\\", 1);
            ghc_buffer_add(b, text, 1);
        } else if ((unsigned char)*text < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)*text);
            ghc_buffer_text(b, escape);
        } else {
            ghc_buffer_add(b, text, 1);
        }
    }
    ghc_buffer_text(b, "\"");
}

void ghc_buffer_percent(struct ghc_buffer *b, const char *text)
{
    for (; *text != '\0'; text++) {
        char escape[4];
        unsigned char c = (unsigned char)*text;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-_~", c) != NULL) {
            ghc_buffer_add(b, text, 1);
            continue;
        }
        /* A dot as well: a segment of dots alone would be a folder's. */
        snprintf(escape, sizeof escape, "%%%02X", (unsigned)c);
        ghc_buffer_text(b, escape);
    }
}

void ghc_buffer_base64(struct ghc_buffer *b, const void *bytes, size_t len)
{
    size_t size = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);

    if (b->is_failed || !grow(b, b->len + size)) {
        b->is_failed = true;
        return;
    }
    sodium_bin2base64(b->p + b->len, size, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    b->len += size - 1;
}

void ghc_buffer_free(struct ghc_buffer *b)
{
    if (b->p != NULL)
        sodium_memzero(b->p, b->size);
    free(b->p);
    *b = (struct ghc_buffer){.max = b->max};
}

void ghc_text_free(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

char *ghc_text_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

bool ghc_text_is_plain(const char *text, size_t max)
{
    size_t len = strlen(text);

    if (len == 0 || len > max)
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return true;
}

bool ghc_text_put(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

bool ghc_text_equals_any_case(const char *a, const char *b)
{
    for (;; a++, b++) {
        int x = *a >= 'A' && *a <= 'Z' ? *a + 32 : *a;
        int y = *b >= 'A' && *b <= 'Z' ? *b + 32 : *b;

        if (x != y)
            return false;
        if (x == '\0')
            return true;
    }
}

bool ghc_base64_read(const char *text, size_t len, bool with_blanks, unsigned char **out,
                     size_t *out_len)
{
    size_t room = len / 4 * 3 + 4;
    const char *end;

    *out = malloc(room);
    if (*out == NULL)
        return false;
    if (sodium_base642bin(*out, room, text, len, with_blanks ? " \t\r\n" : NULL, out_len, &end,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        end == text + len)
        return true;
    free(*out);
    *out = NULL;
    return false;
}

bool ghc_base64_exactly(const char *text, size_t text_len, unsigned char *out, size_t len)
{
    const char *end;
    size_t n;

    return sodium_base642bin(out, len, text, text_len, NULL, &n, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           n == len && end == text + text_len;
}

/* --- times --- */

static bool digits(const char *p, int count, int64_t *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return true;
}

/* Days since 1970 of a date of the Gregorian calendar, years beginning in March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool instant(int64_t year, int64_t month, int64_t day, const char *clock, int64_t *out)
{
    int64_t h, m, s;

    if (!digits(clock, 2, &h) || clock[2] != ':' || !digits(clock + 3, 2, &m) || clock[5] != ':' ||
        !digits(clock + 6, 2, &s))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || h > 23 || m > 59 || s > 60)
        return false;
    *out = (((days_of(year, month, day) * 24 + h) * 60 + m) * 60 + s) * 1000;
    return true;
}

bool ghc_time_iso(const char *text, int64_t *out)
{
    int64_t year, month, day, at, ms;

    if (strlen(text) != strlen("2026-01-02T03:04:05.678Z") || !digits(text, 4, &year) ||
        text[4] != '-' || !digits(text + 5, 2, &month) || text[7] != '-' ||
        !digits(text + 8, 2, &day) || text[10] != 'T' ||
        !instant(year, month, day, text + 11, &at) || text[19] != '.' ||
        !digits(text + 20, 3, &ms) || text[23] != 'Z')
        return false;
    *out = at + ms;
    return true;
}

bool ghc_time_http(const char *text, int64_t *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t year, day;

    if (strlen(text) != strlen("Fri, 02 Jan 2026 03:04:05 GMT") || text[3] != ',' ||
        text[4] != ' ' || !digits(text + 5, 2, &day) || text[7] != ' ' || text[11] != ' ' ||
        !digits(text + 12, 4, &year) || text[16] != ' ' || strcmp(text + 25, " GMT") != 0)
        return false;
    for (int64_t month = 1; month <= 12; month++) {
        if (memcmp(text + 8, months + (month - 1) * 3, 3) == 0)
            return instant(year, month, day, text + 17, out);
    }
    return false;
}
