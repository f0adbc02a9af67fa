#include "portal/mail/mail_html.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum { QUOTES_MAX = 8, ENTITY_BYTES = 12 };

static const struct {
    const char *name;
    uint32_t c;
} ENTITIES[] = {{"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},
                {"apos", '\''},     {"nbsp", ' '},     {"ensp", ' '},     {"emsp", ' '},
                {"hellip", 0x2026}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018},
                {"rsquo", 0x2019},  {"ldquo", 0x201c}, {"rdquo", 0x201d}, {"copy", 0xa9},
                {"auml", 0xe4},     {"ouml", 0xf6},    {"uuml", 0xfc},    {"szlig", 0xdf},
                {"eacute", 0xe9},   {"egrave", 0xe8},  {"agrave", 0xe0},  {"middot", 0xb7}};

struct html {
    const char *at;
    struct str out;
    struct str line;
    unsigned quotes;
    bool has_gap; /* a blank is due before the next letter */
};

static void add_letter(struct str *s, uint32_t c)
{
    if (c < 0x80) {
        str_char(s, (char)c);
    } else if (c < 0x800) {
        str_char(s, (char)(0xc0 | c >> 6));
        str_char(s, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        str_char(s, (char)(0xe0 | c >> 12));
        str_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
        str_char(s, (char)(0x80 | (c & 0x3f)));
    } else {
        str_char(s, (char)(0xf0 | c >> 18));
        str_char(s, (char)(0x80 | (c >> 12 & 0x3f)));
        str_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
        str_char(s, (char)(0x80 | (c & 0x3f)));
    }
}

static void html_put(struct html *h, uint32_t c)
{
    if (c == ' ') {
        h->has_gap = h->line.len > 0;
        return;
    }
    if (h->has_gap)
        str_char(&h->line, ' ');
    h->has_gap = false;
    add_letter(&h->line, c);
}

static void html_break(struct html *h)
{
    for (unsigned i = 0; i < h->quotes && i < QUOTES_MAX; i++)
        str_add(&h->out, "> ");
    str_add(&h->out, h->line.p);
    str_char(&h->out, '\n');
    h->line = str_new(h->line.mem);
    h->has_gap = false;
}

/* A block begins or ends: a new line if there is something on this one. */
static void html_block(struct html *h)
{
    if (h->line.len > 0)
        html_break(h);
}

/* Text is copied as it is: it is valid UTF-8 by now. */
static void html_bytes(struct html *h)
{
    if (h->has_gap)
        str_char(&h->line, ' ');
    h->has_gap = false;
    do
        str_char(&h->line, *h->at++);
    while (*h->at != '\0' && strchr("<& \n\t", *h->at) == NULL);
}

static bool is_letter_of_text(uint32_t c)
{
    return (c >= ' ' && c < 0x7f) || (c >= 0xa0 && c < 0xd800) || (c > 0xdfff && c < 0x110000);
}

static uint32_t number_of(struct span digits, size_t from, uint32_t base)
{
    uint32_t c = 0;

    for (size_t i = from; i < digits.len && c < 0x110000; i++) {
        char d = (char)tolower((unsigned char)digits.p[i]);

        c = c * base + (uint32_t)(isdigit((unsigned char)d)            ? d - '0'
                                  : base == 16 && d >= 'a' && d <= 'f' ? d - 'a' + 10
                                                                       : 0);
    }
    return c;
}

static void html_entity(struct html *h)
{
    const char *semicolon = memchr(h->at, ';', strnlen(h->at, ENTITY_BYTES));
    struct span name;

    if (semicolon == NULL || semicolon - h->at < 2) {
        html_put(h, (unsigned char)*h->at++);
        return;
    }
    name = (struct span){h->at + 1, (size_t)(semicolon - h->at - 1)};
    h->at = semicolon + 1;
    if (*name.p == '#') {
        bool is_hex = name.len > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
        uint32_t c = number_of(name, is_hex ? 2 : 1, is_hex ? 16 : 10);

        html_put(h, c == 0xa0 || !is_letter_of_text(c) ? ' ' : c);
        return;
    }
    for (size_t i = 0; i < COUNT(ENTITIES); i++)
        if (span_equal_nocase(name, ENTITIES[i].name)) {
            html_put(h, ENTITIES[i].c);
            return;
        }
    h->at = name.p; /* none that we know: it is text */
    html_put(h, '&');
}

static void html_skip_to(struct html *h, const char *end)
{
    size_t len = strlen(end);

    while (*h->at != '\0' && strncasecmp(h->at, end, len) != 0)
        h->at++;
}

static void html_tag(struct html *h)
{
    static const char *const BLOCKS[] = {"p",  "div", "tr", "li", "h1", "h2",    "h3",
                                         "h4", "ul",  "ol", "hr", "td", "table", "pre"};
    bool is_end = h->at[1] == '/';
    struct span name = {h->at + 1 + is_end, 0};

    if (strncmp(h->at, "<!--", 4) == 0) {
        html_skip_to(h, "-->");
        h->at += *h->at != '\0' ? 3 : 0;
        return;
    }
    while (isalnum((unsigned char)name.p[name.len]))
        name.len++;
    while (*h->at != '\0' && *h->at != '>')
        h->at++;
    h->at += *h->at == '>';
    if (span_equal_nocase(name, "br"))
        html_break(h);
    for (size_t i = 0; i < COUNT(BLOCKS); i++)
        if (span_equal_nocase(name, BLOCKS[i]))
            html_block(h);
    if (span_equal_nocase(name, "blockquote")) {
        html_block(h);
        if (!is_end)
            h->quotes++;
        else if (h->quotes > 0)
            h->quotes--;
    }
    if (is_end)
        return;
    if (span_equal_nocase(name, "style"))
        html_skip_to(h, "</style");
    else if (span_equal_nocase(name, "script"))
        html_skip_to(h, "</script");
    else if (span_equal_nocase(name, "title"))
        html_skip_to(h, "</title");
}

char *mail_html_text(struct arena *mem, const char *html)
{
    struct html h = {.at = html, .out = str_new(mem), .line = str_new(mem)};

    while (*h.at != '\0') {
        if (*h.at == '<' &&
            (isalpha((unsigned char)h.at[1]) || h.at[1] == '/' || h.at[1] == '!' || h.at[1] == '?'))
            html_tag(&h);
        else if (*h.at == '&')
            html_entity(&h);
        else if (*h.at == '\n' || *h.at == '\t' || *h.at == ' ')
            html_put(&h, (h.at++, ' '));
        else
            html_bytes(&h);
    }
    html_block(&h);
    return span_dup(mem, span_trim((struct span){h.out.p, h.out.len}));
}
