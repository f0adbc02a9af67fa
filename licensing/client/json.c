#include "json.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct ghc_json *j;
    const unsigned char *p;
    uint32_t at, len;
};

static bool read_value(struct reader *r, unsigned depth);

static void skip_blanks(struct reader *r)
{
    while (r->at < r->len && (r->p[r->at] == ' ' || r->p[r->at] == '\t' || r->p[r->at] == '\n' ||
                              r->p[r->at] == '\r'))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    if (r->at >= r->len || r->p[r->at] != (unsigned char)c)
        return false;
    r->at++;
    return true;
}

static bool add_node(struct reader *r, enum ghc_json_type type, uint32_t *out)
{
    struct ghc_json *j = r->j;

    if (j->count >= GHC_JSON_NODES_MAX)
        return false;
    if (j->count == j->room) {
        uint32_t room = j->room == 0 ? 64 : j->room * 2;
        struct ghc_json_node *more = realloc(j->nodes, room * sizeof *more);

        if (more == NULL)
            return false;
        j->nodes = more;
        j->room = room;
    }
    *out = j->count++;
    j->nodes[*out] = (struct ghc_json_node){.type = type, .start = r->at, .after = j->count};
    return true;
}

/* The bytes of a character of UTF-8 by RFC 3629 (no surrogates, no long forms), or 0. */
static uint32_t utf8_len(const unsigned char *p, uint32_t left)
{
    uint32_t n = p[0] < 0x80   ? 1
                 : p[0] < 0xc2 ? 0
                 : p[0] < 0xe0 ? 2
                 : p[0] < 0xf0 ? 3
                 : p[0] < 0xf5 ? 4
                               : 0;

    if (n == 0 || n > left)
        return 0;
    for (uint32_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool hex4(const unsigned char *p, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);

        if (digit < 0)
            return false;
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

/* One escape, read whole (both halves of a pair). */
static bool read_escape(struct reader *r)
{
    uint32_t high, low;

    if (r->at >= r->len)
        return false;
    if (r->p[r->at] != 'u') {
        if (r->p[r->at] == 0 || strchr("\"\\/bfnrt", r->p[r->at]) == NULL)
            return false;
        r->at++;
        return true;
    }
    if (r->len - r->at < 5 || !hex4(r->p + r->at + 1, &high))
        return false;
    r->at += 5;
    if (high < 0xd800 || high > 0xdfff)
        return true;
    if (high > 0xdbff || r->len - r->at < 6 || r->p[r->at] != '\\' || r->p[r->at + 1] != 'u' ||
        !hex4(r->p + r->at + 2, &low) || low < 0xdc00 || low > 0xdfff)
        return false;
    r->at += 6;
    return true;
}

static bool read_text(struct reader *r)
{
    uint32_t node;

    if (!take(r, '"') || !add_node(r, GHC_JSON_TEXT, &node))
        return false;
    while (r->at < r->len && r->p[r->at] != '"') {
        uint32_t n;

        if (r->p[r->at] < 0x20)
            return false;
        if (take(r, '\\')) {
            if (!read_escape(r))
                return false;
            continue;
        }
        n = utf8_len(r->p + r->at, r->len - r->at);
        if (n == 0)
            return false;
        r->at += n;
    }
    r->j->nodes[node].len = r->at - r->j->nodes[node].start;
    return take(r, '"');
}

static bool read_digits(struct reader *r)
{
    uint32_t first = r->at;

    while (r->at < r->len && r->p[r->at] >= '0' && r->p[r->at] <= '9')
        r->at++;
    return r->at > first;
}

static bool read_number(struct reader *r)
{
    uint32_t node;

    if (!add_node(r, GHC_JSON_NUMBER, &node))
        return false;
    take(r, '-');
    if (!take(r, '0') && !read_digits(r))
        return false;
    if (take(r, '.') && !read_digits(r))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            take(r, '-');
        if (!read_digits(r))
            return false;
    }
    r->j->nodes[node].len = r->at - r->j->nodes[node].start;
    return true;
}

static bool read_word(struct reader *r, const char *word, enum ghc_json_type type)
{
    size_t n = strlen(word);
    uint32_t node;

    if (r->len - r->at < n || memcmp(r->p + r->at, word, n) != 0 || !add_node(r, type, &node))
        return false;
    r->j->nodes[node].len = (uint32_t)n;
    r->at += (uint32_t)n;
    return true;
}

static bool read_list(struct reader *r, unsigned depth, bool is_object)
{
    const char end = is_object ? '}' : ']';
    uint32_t node;

    if (!add_node(r, is_object ? GHC_JSON_OBJECT : GHC_JSON_ARRAY, &node))
        return false;
    r->at++;
    skip_blanks(r);
    if (!take(r, end)) {
        do {
            skip_blanks(r);
            if (is_object) {
                if (!read_text(r))
                    return false;
                skip_blanks(r);
                if (!take(r, ':'))
                    return false;
            }
            if (!read_value(r, depth + 1))
                return false;
            skip_blanks(r);
        } while (take(r, ','));
        if (!take(r, end))
            return false;
    }
    r->j->nodes[node].after = r->j->count;
    r->j->nodes[node].len = r->at - r->j->nodes[node].start;
    return true;
}

static bool read_value(struct reader *r, unsigned depth)
{
    skip_blanks(r);
    if (r->at >= r->len || depth > GHC_JSON_DEPTH_MAX)
        return false;
    switch (r->p[r->at]) {
    case '{':
        return read_list(r, depth, true);
    case '[':
        return read_list(r, depth, false);
    case '"':
        return read_text(r);
    case 't':
        return read_word(r, "true", GHC_JSON_TRUE);
    case 'f':
        return read_word(r, "false", GHC_JSON_FALSE);
    case 'n':
        return read_word(r, "null", GHC_JSON_NULL);
    default:
        return read_number(r);
    }
}

bool ghc_json_parse(struct ghc_json *j, const char *text, size_t len)
{
    struct reader r = {.j = j, .p = (const unsigned char *)text, .len = (uint32_t)len};

    *j = (struct ghc_json){.text = text};
    if (len < UINT32_MAX && read_value(&r, 1)) {
        skip_blanks(&r);
        if (r.at == r.len)
            return true;
    }
    ghc_json_free(j);
    return false;
}

void ghc_json_free(struct ghc_json *j)
{
    free(j->nodes);
    *j = (struct ghc_json){0};
}

bool ghc_json_is(const struct ghc_json *j, uint32_t node, enum ghc_json_type type)
{
    return node < j->count && j->nodes[node].type == type;
}

/* --- texts --- */

static size_t put_utf8(uint32_t c, unsigned char out[4])
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (unsigned char)(0xc0 | c >> 6);
        out[1] = (unsigned char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (unsigned char)(0xe0 | c >> 12);
        out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | c >> 18);
    out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (unsigned char)(0x80 | (c & 0x3f));
    return 4;
}

/* The next character's bytes, decoded; *at moves on. The text was checked when it was parsed. */
static size_t next_bytes(const unsigned char *p, uint32_t *at, unsigned char out[4])
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint32_t c, low;

    if (p[*at] != '\\') {
        out[0] = p[(*at)++];
        return 1;
    }
    if (p[*at + 1] != 'u') {
        out[0] = (unsigned char)to[strchr(from, p[*at + 1]) - from];
        *at += 2;
        return 1;
    }
    (void)hex4(p + *at + 2, &c);
    *at += 6;
    if (c >= 0xd800 && c <= 0xdbff) {
        (void)hex4(p + *at + 2, &low);
        *at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_utf8(c, out);
}

bool ghc_json_text(const struct ghc_json *j, uint32_t node, char *out, size_t size)
{
    const unsigned char *p;
    size_t used = 0;

    if (!ghc_json_is(j, node, GHC_JSON_TEXT) || size == 0)
        return false;
    p = (const unsigned char *)j->text + j->nodes[node].start;
    for (uint32_t at = 0; at < j->nodes[node].len;) {
        unsigned char bytes[4];
        size_t n = next_bytes(p, &at, bytes);

        if (bytes[0] == 0 || size - used <= n)
            return false;
        memcpy(out + used, bytes, n);
        used += n;
    }
    out[used] = '\0';
    return true;
}

bool ghc_json_copy(const struct ghc_json *j, uint32_t node, char **out)
{
    size_t size;

    if (!ghc_json_is(j, node, GHC_JSON_TEXT))
        return false;
    /* Decoding never makes a text longer. */
    size = (size_t)j->nodes[node].len + 1;
    *out = malloc(size);
    if (*out != NULL && ghc_json_text(j, node, *out, size))
        return true;
    free(*out);
    *out = NULL;
    return false;
}

bool ghc_json_equals(const struct ghc_json *j, uint32_t node, const char *text)
{
    size_t len = strlen(text), used = 0;
    const unsigned char *p;

    if (!ghc_json_is(j, node, GHC_JSON_TEXT))
        return false;
    p = (const unsigned char *)j->text + j->nodes[node].start;
    for (uint32_t at = 0; at < j->nodes[node].len;) {
        unsigned char bytes[4];
        size_t n = next_bytes(p, &at, bytes);

        if (len - used < n || memcmp(text + used, bytes, n) != 0)
            return false;
        used += n;
    }
    return used == len;
}

bool ghc_json_integer(const struct ghc_json *j, uint32_t node, int64_t *out)
{
    const char *p;
    uint32_t len;
    bool is_negative;
    int64_t n = 0;

    if (!ghc_json_is(j, node, GHC_JSON_NUMBER))
        return false;
    p = j->text + j->nodes[node].start;
    len = j->nodes[node].len;
    is_negative = p[0] == '-';
    for (uint32_t i = is_negative; i < len; i++) {
        if (p[i] < '0' || p[i] > '9' || n > (INT64_MAX - 9) / 10)
            return false;
        n = n * 10 + (p[i] - '0');
    }
    *out = is_negative ? -n : n;
    return true;
}

/* --- finding --- */

uint32_t ghc_json_get(const struct ghc_json *j, uint32_t object, const char *name)
{
    uint32_t found = GHC_JSON_NONE;

    if (!ghc_json_is(j, object, GHC_JSON_OBJECT))
        return GHC_JSON_NONE;
    for (uint32_t i = object + 1; i < j->nodes[object].after; i = j->nodes[i + 1].after) {
        if (!ghc_json_equals(j, i, name))
            continue;
        /* Two readers may take different ones of a pair: so neither counts. */
        if (found != GHC_JSON_NONE)
            return GHC_JSON_NONE;
        found = i + 1;
    }
    return found;
}

static uint32_t item(const struct ghc_json *j, uint32_t array, uint32_t index)
{
    uint32_t i = array + 1;

    while (i < j->nodes[array].after && index > 0) {
        i = j->nodes[i].after;
        index--;
    }
    return i < j->nodes[array].after ? i : GHC_JSON_NONE;
}

uint32_t ghc_json_below(const struct ghc_json *j, uint32_t from, const char *path)
{
    char name[64];

    while (*path != '\0' && from != GHC_JSON_NONE) {
        size_t n = strcspn(path, "/");

        if (n >= sizeof name)
            return GHC_JSON_NONE;
        memcpy(name, path, n);
        name[n] = '\0';
        if (ghc_json_is(j, from, GHC_JSON_ARRAY)) {
            uint32_t index = 0;

            if (n == 0 || n > 6)
                return GHC_JSON_NONE;
            for (size_t i = 0; i < n; i++) {
                if (name[i] < '0' || name[i] > '9')
                    return GHC_JSON_NONE;
                index = index * 10 + (uint32_t)(name[i] - '0');
            }
            from = item(j, from, index);
        } else {
            from = ghc_json_get(j, from, name);
        }
        path += n + (path[n] == '/');
    }
    return from;
}

uint32_t ghc_json_at(const struct ghc_json *j, const char *path)
{
    return ghc_json_below(j, j->count > 0 ? 0 : GHC_JSON_NONE, path);
}
