#include "base/parse.h"

bool parse_i64(const char *text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = *text == '-';
    int64_t value = 0;

    text += negative;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        int digit = *text - '0';

        if (digit < 0 || digit > 9)
            return false;
        if (!MUL_FITS(value, 10, &value))
            return false;
        if (negative ? !SUB_FITS(value, digit, &value) : !ADD_FITS(value, digit, &value))
            return false;
    }
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

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

bool parse_hex(const char *text, uint8_t *out, size_t size)
{
    const char *at = text;

    for (size_t i = 0; i < size * 2; i++, at++) {
        if (hex_digit(*at) < 0)
            return false;
    }
    if (*at != '\0')
        return false;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    return true;
}
