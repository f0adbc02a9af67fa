/* Colours as pages name them, and how well two of them can be told apart. Pure. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct colour {
    uint8_t r, g, b;
};

enum { COLOUR_HEX_SIZE = 7 };

/* Six hex digits, with or without a # before them. */
bool colour_parse(const char *text, struct colour *out) MUST_CHECK;
/* Six small hex digits. */
void colour_hex(struct colour c, char out[COLOUR_HEX_SIZE]);
/* The contrast of two colours as WCAG 2 defines it, 1 to 21. */
double colour_contrast(struct colour a, struct colour b);
/* percent of a colour, the rest of another. */
struct colour colour_mix(struct colour of, struct colour with, int percent);
