/* The tenant's accent as a stylesheet, with every shade readable on what it lies on. */
#pragma once

#include "base/colour.h"
#include "portal/http/req.h"

struct theme_shades { /* of one theme; the custom properties of www/static/css/tokens.css */
    struct colour accent, hover, on_accent; /* filled: on_accent reads on both, 4.5:1 */
    struct colour text; /* links and words: 4.5:1 on the page, a card and soft */
    struct colour soft, line;
};

/* GET /theme.css?accent=0e6380&dark=5fb3d0; without dark the dark theme begins with accent too. */
bool theme_page_css(struct req *rq);

/* The shades of an accent: the accent itself where it can be read, else the nearest that can. */
void theme_page_shades(struct colour accent, bool is_dark, struct theme_shades *out);
