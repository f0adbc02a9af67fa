/* The tenant's accent as a stylesheet, with every shade readable on what it lies on. */
#pragma once

#include "portal/http/req.h"

struct theme_colour {
    uint8_t r, g, b;
};

struct theme_shades { /* of one theme; the custom properties of www/static/css/tokens.css */
    struct theme_colour accent, hover, on_accent; /* filled: on_accent reads on both, 4.5:1 */
    struct theme_colour text; /* links and words: 4.5:1 on the page, a card and soft */
    struct theme_colour soft, line;
};

bool theme_page_css(struct req *rq); /* GET /theme.css?accent=0e6380 */

/* The shades of an accent: the accent itself where it can be read, else the nearest that can. */
void theme_page_shades(struct theme_colour accent, bool is_dark, struct theme_shades *out);
/* The contrast of two colours as WCAG 2 defines it, 1 to 21. */
double theme_page_contrast(struct theme_colour a, struct theme_colour b);
