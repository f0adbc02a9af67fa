#include "base/colour.h"

#include "base/parse.h"

#include <math.h>
#include <stdio.h>

bool colour_parse(const char *text, struct colour *out)
{
    uint8_t rgb[3];

    if (text == NULL || !parse_hex(text[0] == '#' ? text + 1 : text, rgb, sizeof rgb))
        return false;
    *out = (struct colour){rgb[0], rgb[1], rgb[2]};
    return true;
}

void colour_hex(struct colour c, char out[COLOUR_HEX_SIZE])
{
    snprintf(out, COLOUR_HEX_SIZE, "%02x%02x%02x", c.r, c.g, c.b);
}

static double linear(uint8_t part)
{
    double v = part / 255.0;

    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double colour_contrast(struct colour a, struct colour b)
{
    double x = luminance(a), y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static uint8_t mix_part(uint8_t of, uint8_t with, int percent)
{
    return (uint8_t)((of * percent + with * (100 - percent) + 50) / 100);
}

struct colour colour_mix(struct colour of, struct colour with, int percent)
{
    return (struct colour){mix_part(of.r, with.r, percent), mix_part(of.g, with.g, percent),
                           mix_part(of.b, with.b, percent)};
}
