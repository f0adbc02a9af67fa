#include "portal/pages/theme_page.h"

#include "portal/account/brand.h"
#include "portal/http/reply.h"

enum { STEPS = 100, SOFT_LIGHT = 10, SOFT_DARK = 18, LINE_LIGHT = 30, LINE_DARK = 38, HOVER = 14 };

static const double TEXT_CONTRAST = 4.5; /* words */
static const double EDGE_CONTRAST = 3.0; /* bars and marks beside their ground */

static const struct colour WHITE = {255, 255, 255};
static const struct colour BLACK = {0, 0, 0};
static const struct colour INK = {0x16, 0x1b, 0x22};

/* White where it can be read; ink where that can; between the two lies a gap. */
static bool find_on(struct colour ground, struct colour *out)
{
    *out = colour_contrast(WHITE, ground) >= TEXT_CONTRAST ? WHITE : INK;
    return colour_contrast(*out, ground) >= TEXT_CONTRAST;
}

/* The accent, moved towards white or black by as little as lets it be filled and seen. */
static void fill(struct colour accent, struct colour ground, struct colour towards,
                 struct theme_shades *out)
{
    for (int i = 0; i <= STEPS; i++) {
        out->accent = colour_mix(towards, accent, i);
        if (find_on(out->accent, &out->on_accent) &&
            colour_contrast(out->accent, ground) >= EDGE_CONTRAST)
            break;
    }
    /* Away from its own text: the hover is read at least as well. */
    out->hover = colour_mix(out->on_accent.r == WHITE.r ? BLACK : WHITE, out->accent, HOVER);
}

static struct colour readable(struct colour accent, struct colour towards, struct colour page,
                              struct colour soft)
{
    struct colour c = accent;

    for (int i = 0; i <= STEPS; i++) {
        c = colour_mix(towards, accent, i);
        if (colour_contrast(c, page) >= TEXT_CONTRAST && colour_contrast(c, soft) >= TEXT_CONTRAST)
            break;
    }
    return c;
}

void theme_page_shades(struct colour accent, bool is_dark, struct theme_shades *out)
{
    const struct colour card = is_dark ? BRAND_CARD_DARK : WHITE;
    const struct colour page = is_dark ? BRAND_PAGE_DARK : BRAND_PAGE_LIGHT;
    const struct colour towards = is_dark ? WHITE : BLACK;

    fill(accent, card, towards, out);
    out->soft = colour_mix(out->accent, card, is_dark ? SOFT_DARK : SOFT_LIGHT);
    out->line = colour_mix(out->accent, card, is_dark ? LINE_DARK : LINE_LIGHT);
    out->text = readable(accent, towards, page, out->soft);
}

static void add(struct str *css, const char *name, struct colour c)
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
    const char *given = req_query(rq, "dark");
    struct theme_shades light, dark;
    struct colour accent, own;

    if (!colour_parse(req_query(rq, "accent"), &accent))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "accent is not six hex digits");
    own = accent;
    if (given != NULL && !colour_parse(given, &own))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "dark is not six hex digits");
    theme_page_shades(accent, false, &light);
    theme_page_shades(own, true, &dark);
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
