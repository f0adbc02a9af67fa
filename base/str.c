#include "base/str.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STR_FIRST = 64 };

struct str str_new(struct arena *mem)
{
    struct str s = {arena_alloc_raw(mem, STR_FIRST), 0, STR_FIRST, mem};

    s.p[0] = '\0';
    return s;
}

char *str_room(struct str *s, size_t len)
{
    size_t need;
    char *grown;

    if (!ADD_FITS(s->len, len, &need) || !ADD_FITS(need, (size_t)1, &need))
        abort();
    if (need > s->cap) {
        size_t cap = s->cap;

        while (cap < need)
            cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        grown = arena_alloc_raw(s->mem, cap);
        memcpy(grown, s->p, s->len + 1);
        s->p = grown;
        s->cap = cap;
    }
    s->p[s->len + len] = '\0';
    return s->p + s->len;
}

void str_add_n(struct str *s, const char *bytes, size_t len)
{
    char *to = str_room(s, len);

    if (len > 0)
        memcpy(to, bytes, len);
    s->len += len;
}

void str_char(struct str *s, char c)
{
    *str_room(s, 1) = c;
    s->len++;
}

void str_fmt(struct str *s, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(s->p + s->len, s->cap - s->len, fmt, args);
    assert(len >= 0);
    if ((size_t)len >= s->cap - s->len)
        vsnprintf(str_room(s, (size_t)len), (size_t)len + 1, fmt, again);
    s->len += (size_t)len;
    va_end(again);
    va_end(args);
}

void str_i64(struct str *s, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    str_add_n(s, digits + at, sizeof digits - at);
}

void str_html(struct str *s, const char *text)
{
    for (;;) {
        size_t plain = strcspn(text, "&<>\"'");

        str_add_n(s, text, plain);
        text += plain;
        switch (*text++) {
        case '\0':
            return;
        case '&':
            str_add(s, "&amp;");
            break;
        case '<':
            str_add(s, "&lt;");
            break;
        case '>':
            str_add(s, "&gt;");
            break;
        case '"':
            str_add(s, "&quot;");
            break;
        default:
            str_add(s, "&#39;");
            break;
        }
    }
}

static void str_json_escape(struct str *s, unsigned char c)
{
    static const char NAMED[] = "\"\\\b\f\n\r\t";
    static const char LETTERS[] = "\"\\bfnrt";
    const char *at = strchr(NAMED, c);

    if (c != '\0' && at != NULL) {
        str_char(s, '\\');
        str_char(s, LETTERS[at - NAMED]);
    } else {
        str_fmt(s, "\\u%04x", (unsigned)c);
    }
}

void str_json(struct str *s, const char *text)
{
    const char *from = text;

    str_char(s, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        str_add_n(s, from, (size_t)(text - from));
        str_json_escape(s, c);
        from = text + 1;
    }
    str_add_n(s, from, (size_t)(text - from));
    str_char(s, '"');
}

static bool str_is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void str_url(struct str *s, const char *text)
{
    static const char HEX[] = "0123456789ABCDEF";

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (str_is_unreserved(c)) {
            str_char(s, (char)c);
        } else {
            char coded[3] = {'%', HEX[c >> 4], HEX[c & 15]};

            str_add_n(s, coded, sizeof coded);
        }
    }
}

struct span span_of(const char *text)
{
    struct span a = {text, strlen(text)};

    return a;
}

bool span_equal(struct span a, const char *text)
{
    return strlen(text) == a.len && (a.len == 0 || memcmp(a.p, text, a.len) == 0);
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool span_equal_nocase(struct span a, const char *text)
{
    if (strlen(text) != a.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.p[i]) != ascii_lower(text[i]))
            return false;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span a)
{
    while (a.len > 0 && is_blank(a.p[0])) {
        a.p++;
        a.len--;
    }
    while (a.len > 0 && is_blank(a.p[a.len - 1]))
        a.len--;
    return a;
}

bool span_cut(struct span *rest, char sep, struct span *head)
{
    const char *at;

    if (rest->p == NULL)
        return false;
    at = rest->len == 0 ? NULL : memchr(rest->p, sep, rest->len);
    if (at == NULL) {
        *head = *rest;
        rest->p = NULL; /* the end; an empty run after the last separator was still a piece */
        rest->len = 0;
        return true;
    }
    head->p = rest->p;
    head->len = (size_t)(at - rest->p);
    rest->len -= head->len + 1;
    rest->p = at + 1;
    return true;
}

char *span_dup(struct arena *mem, struct span a)
{
    return arena_dup_bytes(mem, a.p, a.len);
}
