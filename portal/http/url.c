#include "portal/http/url.h"

#include "base/utf8.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte of an escape at raw[at] ("%2f"), -1 if it is none. */
static int escape(struct span raw, size_t at)
{
    int high, low;

    if (at + 2 >= raw.len)
        return -1;
    high = hex_digit(raw.p[at + 1]);
    low = hex_digit(raw.p[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

bool url_allows_controls(const char *path)
{
    return strncmp(path, "/v1/", 4) == 0;
}

const char *url_segment(struct arena *mem, struct span raw, bool allows_controls)
{
    char *out = arena_alloc(mem, raw.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        int byte = (unsigned char)raw.p[i];
        bool is_escaped = raw.p[i] == '%';

        if (is_escaped) {
            byte = escape(raw, i);
            i += 2;
        }
        if (byte < 0 || byte == '\0' ||
            (is_control((char)byte) && !(is_escaped && allows_controls)))
            return NULL;
        out[len++] = (char)byte;
    }
    out[len] = '\0';
    return utf8_valid(out, len) ? out : NULL;
}

const char *url_value(struct arena *mem, struct span raw, bool is_lenient)
{
    char *out = arena_alloc(mem, raw.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.p[i];

        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int byte = escape(raw, i);

            if (byte < 0 && !is_lenient)
                return NULL;
            if (byte >= 0) {
                c = (char)byte;
                i += 2;
            }
        }
        if (c == '\0')
            return NULL;
        out[len++] = c;
    }
    return utf8_valid(out, len) ? out : NULL;
}
