#include "portal/pages/theme_page.h"

#include "base/parse.h"
#include "portal/http/reply.h"

#include <math.h>

enum { STEPS = 100, SOFT_LIGHT = 10, SOFT_DARK = 18, LINE_LIGHT = 30, LINE_DARK = 38, HOVER = 14 };

static const double TEXT_CONTRAST = 4.5; /* words */
static const double EDGE_CONTRAST = 3.0; /* bars and marks beside their ground */

static const struct theme_colour WHITE = {255, 255, 255};
static const struct theme_colour BLACK = {0, 0, 0};
static const struct theme_colour INK = {0x16, 0x1b, 0x22};

/* The grounds of tokens.css: page and card. */
static const struct theme_colour PAGE_LIGHT = {0xf7, 0xf8, 0xf9};
static const struct theme_colour PAGE_DARK = {0x0f, 0x13, 0x17};
static const struct theme_colour CARD_DARK = {0x16, 0x1b, 0x21};

static double linear(uint8_t part)
{
    double v = part / 255.0;

    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct theme_colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double theme_page_contrast(struct theme_colour a, struct theme_colour b)
{
    double x = luminance(a), y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static uint8_t mix_part(uint8_t of, uint8_t with, int percent)
{
    return (uint8_t)((of * percent + with * (100 - percent) + 50) / 100);
}

/* percent of a colour, the rest of another. */
static struct theme_colour mix(struct theme_colour of, struct theme_colour with, int percent)
{
    return (struct theme_colour){mix_part(of.r, with.r, percent), mix_part(of.g, with.g, percent),
                                 mix_part(of.b, with.b, percent)};
}

/* White where it can be read; ink where that can; between the two lies a gap. */
static bool find_on(struct theme_colour ground, struct theme_colour *out)
{
    *out = theme_page_contrast(WHITE, ground) >= TEXT_CONTRAST ? WHITE : INK;
    return theme_page_contrast(*out, ground) >= TEXT_CONTRAST;
}

/* The accent, moved towards white or black by as little as lets it be filled and seen. */
static void fill(struct theme_colour accent, struct theme_colour ground,
                 struct theme_colour towards, struct theme_shades *out)
{
    for (int i = 0; i <= STEPS; i++) {
        out->accent = mix(towards, accent, i);
        if (find_on(out->accent, &out->on_accent) &&
            theme_page_contrast(out->accent, ground) >= EDGE_CONTRAST)
            break;
    }
    /* Away from its own text: the hover is read at least as well. */
    out->hover = mix(out->on_accent.r == WHITE.r ? BLACK : WHITE, out->accent, HOVER);
}

static struct theme_colour readable(struct theme_colour accent, struct theme_colour towards,
                                    struct theme_colour page, struct theme_colour soft)
{
    struct theme_colour c = accent;

    for (int i = 0; i <= STEPS; i++) {
        c = mix(towards, accent, i);
        if (theme_page_contrast(c, page) >= TEXT_CONTRAST &&
            theme_page_contrast(c, soft) >= TEXT_CONTRAST)
            break;
    }
    return c;
}

void theme_page_shades(struct theme_colour accent, bool is_dark, struct theme_shades *out)
{
    const struct theme_colour card = is_dark ? CARD_DARK : WHITE;
    const struct theme_colour page = is_dark ? PAGE_DARK : PAGE_LIGHT;
    const struct theme_colour towards = is_dark ? WHITE : BLACK;

    fill(accent, card, towards, out);
    out->soft = mix(out->accent, card, is_dark ? SOFT_DARK : SOFT_LIGHT);
    out->line = mix(out->accent, card, is_dark ? LINE_DARK : LINE_LIGHT);
    out->text = readable(accent, towards, page, out->soft);
}

static void add(struct str *css, const char *name, struct theme_colour c)
{
    str_fmt(css, "--%s:#%02x%02x%02x;", name, c.r, c.g, c.b);
}

static void add_shades(struct str *css, const struct theme_shades *s, bool is_dark)
{
    add(css, "accent", s->accent);
    add(css, "accent-hover", s->hover);
    add(css, "on-accent", s->on_accent);
    add(css, "accent-text", s->text);
    add(css, "accent-soft", s->soft);
    add(css, "accent-line", s->line);
    add(css, "focus", is_dark ? s->text : s->accent);
    add(css, "chart1", is_dark ? s->text : s->accent);
    add(css, "chart2", s->line);
}

bool theme_page_css(struct req *rq)
{
    const char *given = req_query(rq, "accent");
    struct theme_shades light, dark;
    uint8_t rgb[3];

    if (given == NULL || !parse_hex(given, rgb, sizeof(rgb)))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "accent is not six hex digits");
    theme_page_shades((struct theme_colour){rgb[0], rgb[1], rgb[2]}, false, &light);
    theme_page_shades((struct theme_colour){rgb[0], rgb[1], rgb[2]}, true, &dark);
    str_add(&rq->out, ":root,[data-theme=light]{");
    add_shades(&rq->out, &light, false);
    str_add(&rq->out, "}\n@media screen{[data-theme=dark]{");
    add_shades(&rq->out, &dark, true);
    str_add(&rq->out, "}}\n@media screen and (prefers-color-scheme:dark){:root:not([data-theme]){");
    add_shades(&rq->out, &dark, true);
    str_add(&rq->out, "}}\n");
    rq->type = "text/css; charset=utf-8";
    reply_header(rq, "Cache-Control", "public, max-age=86400");
    return true;
}
