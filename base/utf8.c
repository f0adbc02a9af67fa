#include "base/utf8.h"

#include <utf8proc.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The length of the character at p, of which len bytes are there; 0 when it is not one. */
static size_t utf8_decode(const unsigned char *p, size_t len, uint32_t *out)
{
    static const uint32_t SHORTEST[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c;

    if (size == 0 || size > len || p[0] > 0xf4)
        return 0;
    c = size == 1 ? p[0] : p[0] & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
    }
    if (c < SHORTEST[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return size;
}

bool utf8_valid(const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;

    while (len > 0) {
        uint32_t c;
        size_t size = utf8_decode(p, len, &c);

        if (size == 0)
            return false;
        p += size;
        len -= size;
    }
    return true;
}

bool utf8_is_line(const char *text)
{
    enum { DELETE = 0x7f, NEXT_BLANK = 0xa0, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR };
    uint32_t c;

    if (!utf8_valid(text, strlen(text)))
        return false;
    while ((c = utf8_next(&text)) != 0)
        if (c < ' ' || (c >= DELETE && c < NEXT_BLANK) || c == LINE_SEPARATOR ||
            c == PARAGRAPH_SEPARATOR)
            return false;
    return true;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += !is_continuation(*text);
    return count;
}

size_t utf8_prefix(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    size_t start = len;
    unsigned char lead;
    size_t size;

    if (len == 0)
        return 0;
    /* Looks at the last character begun within the bytes: whole, it stays; cut, it goes. */
    do {
        start--;
    } while (start > 0 && len - start < 4 && is_continuation(text[start]));
    lead = (unsigned char)text[start];
    size = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return len - start < size ? start : len;
}

char *utf8_fold(struct arena *mem, const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded,
                                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                            UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    char *copy;

    if (len < 0) /* only for text that is not UTF-8 */
        return arena_dup(mem, text);
    copy = arena_dup_bytes(mem, folded, (size_t)len);
    free(folded);
    return copy;
}

uint32_t utf8_next(const char **text)
{
    uint32_t c;
    size_t size;

    if (**text == '\0')
        return 0;
    size = utf8_decode((const unsigned char *)*text, strnlen(*text, 4), &c);
    assert(size > 0);
    *text += size;
    return c;
}

struct range {
    uint32_t from, to;
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    }
    return false;
}

bool utf8_is_cjk(uint32_t c)
{
    static const struct range CJK[] = {
        {0x1100, 0x11ff},   /* Hangul Jamo */
        {0x2e80, 0x2fdf},   /* radicals */
        {0x3005, 0x3007},   /* iteration mark, closing mark, zero */
        {0x3021, 0x3029},   /* Hangzhou numerals */
        {0x3031, 0x3035},   /* kana repeat marks */
        {0x3041, 0x3096},   /* Hiragana */
        {0x309d, 0x309f},   /* its iteration marks */
        {0x30a1, 0x30fa},   /* Katakana */
        {0x30fc, 0x30ff},   /* its long and iteration marks */
        {0x3105, 0x312f},   /* Bopomofo */
        {0x3131, 0x318e},   /* Hangul compatibility Jamo */
        {0x31a0, 0x31bf},   /* Bopomofo extended */
        {0x31f0, 0x31ff},   /* Katakana extensions */
        {0x3400, 0x4dbf},   /* Han extension A */
        {0x4e00, 0x9fff},   /* Han */
        {0xa960, 0xa97c},   /* Jamo extended A */
        {0xac00, 0xd7fb},   /* Hangul, Jamo extended B */
        {0xf900, 0xfaff},   /* Han compatibility */
        {0xff66, 0xffdc},   /* half-width Katakana and Hangul */
        {0x1b000, 0x1b16f}, /* kana supplements */
        {0x20000, 0x3134f}, /* Han extensions B and later */
    };

    return c >= CJK[0].from && in_ranges(c, CJK, COUNT(CJK));
}

/* Marks count as well: in Arabic or Hindi they stand within words. */
bool utf8_is_word(uint32_t c)
{
    utf8proc_category_t cat;

    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c > 0x10ffff || utf8_is_cjk(c))
        return false;
    cat = utf8proc_category((utf8proc_int32_t)c);
    return (cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_NO);
}
