#include "scripts/pattern.h"

#include <string.h>

/* Sixteen bytes compared at once cost one step. */
enum { BYTES_PER_STEP = 16 };

struct reader {
    const uint8_t *p, *end;
    const char *fault;
    bool is_closed[PATTERN_CAPTURES_MAX];
    uint8_t open[PATTERN_CAPTURES_MAX];
    unsigned open_count;
};

static void set_add(uint8_t *set, unsigned byte)
{
    set[byte / 8] = (uint8_t)(set[byte / 8] | (1u << (byte % 8)));
}

static bool set_has(const uint8_t *set, uint8_t byte)
{
    return (set[byte / 8] >> (byte % 8)) & 1;
}

static bool is_lower(unsigned c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(unsigned c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(unsigned c)
{
    return c >= '0' && c <= '9';
}

static bool is_graph(unsigned c)
{
    return c > ' ' && c < 0x7f;
}

/* The classes of the "C" locale, written out so that no locale can change what a rule does. */
static bool class_has(char class, unsigned c)
{
    bool alnum = is_lower(c) || is_upper(c) || is_digit(c);

    switch (class) {
    case 'a':
        return is_lower(c) || is_upper(c);
    case 'c':
        return c < ' ' || c == 0x7f;
    case 'd':
        return is_digit(c);
    case 'g':
        return is_graph(c);
    case 'l':
        return is_lower(c);
    case 'p':
        return is_graph(c) && !alnum;
    case 's':
        return c == ' ' || (c >= '\t' && c <= '\r');
    case 'u':
        return is_upper(c);
    case 'w':
        return alnum;
    case 'x':
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    default:
        return false;
    }
}

/* Adds what "%c" stands for: a class, its complement (upper case), or the byte itself. */
static void set_add_escape(uint8_t *set, uint8_t c)
{
    char class = (char)(is_upper(c) ? c + ('a' - 'A') : c);
    bool is_class = memchr("acdglpsuwx", class, 10) != NULL;

    if (!is_class) {
        set_add(set, c);
        return;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        if (class_has(class, byte) != is_upper(c))
            set_add(set, byte);
    }
}

static void set_flip(uint8_t *set)
{
    for (size_t i = 0; i < PATTERN_SET_SIZE; i++)
        set[i] = (uint8_t)~set[i];
}

static bool fail(struct reader *r, const char *fault)
{
    r->fault = fault;
    return false;
}

/* Behind '['. */
static bool read_set(struct reader *r, uint8_t *set)
{
    bool is_flipped = r->p < r->end && *r->p == '^';
    bool is_first = true;

    if (is_flipped)
        r->p++;
    for (;; is_first = false) {
        if (r->p == r->end)
            return fail(r, "malformed pattern (missing ']')");
        uint8_t c = *r->p++;
        if (c == ']' && !is_first)
            break;
        if (c == '%') {
            if (r->p == r->end)
                return fail(r, "malformed pattern (ends with '%')");
            set_add_escape(set, *r->p++);
        } else if (r->end - r->p >= 2 && r->p[0] == '-' && r->p[1] != ']') {
            for (unsigned byte = c; byte <= r->p[1]; byte++)
                set_add(set, byte);
            r->p += 2;
        } else {
            set_add(set, c);
        }
    }
    if (is_flipped)
        set_flip(set);
    return true;
}

static bool read_open(struct reader *r, struct pattern *out, struct pattern_item *item)
{
    if (out->captures == PATTERN_CAPTURES_MAX)
        return fail(r, "too many captures");
    item->capture = (uint8_t)out->captures++;
    if (r->p < r->end && *r->p == ')') {
        r->p++;
        item->kind = PATTERN_POSITION;
        r->is_closed[item->capture] = true;
        return true;
    }
    item->kind = PATTERN_OPEN;
    r->open[r->open_count++] = item->capture;
    return true;
}

static bool read_close(struct reader *r, struct pattern_item *item)
{
    if (r->open_count == 0)
        return fail(r, "invalid pattern capture");
    item->kind = PATTERN_CLOSE;
    item->capture = r->open[--r->open_count];
    r->is_closed[item->capture] = true;
    return true;
}

/* Behind '%'; what is a class or a plain byte is left to the caller. */
static bool read_escape(struct reader *r, struct pattern_item *item, bool *is_single)
{
    uint8_t c = *r->p;

    *is_single = false;
    if (c == 'b') {
        if (r->end - r->p < 3)
            return fail(r, "malformed pattern (missing arguments to '%b')");
        item->kind = PATTERN_BALANCED;
        item->first = r->p[1];
        item->second = r->p[2];
        r->p += 3;
        return true;
    }
    if (c == 'f') {
        if (r->end - r->p < 2 || r->p[1] != '[')
            return fail(r, "missing '[' after '%f' in pattern");
        item->kind = PATTERN_FRONTIER;
        r->p += 2;
        return read_set(r, item->set);
    }
    if (is_digit(c)) {
        unsigned index = c - (unsigned)'1';
        if (c == '0' || index >= PATTERN_CAPTURES_MAX || !r->is_closed[index])
            return fail(r, "invalid capture index in pattern");
        item->kind = PATTERN_REPEAT;
        item->capture = (uint8_t)index;
        r->p++;
        return true;
    }
    *is_single = true;
    return true;
}

static bool read_single(struct reader *r, struct pattern_item *item)
{
    uint8_t c = *r->p++;

    item->kind = PATTERN_ONE;
    if (c == '.') {
        set_flip(item->set);
    } else if (c == '[') {
        if (!read_set(r, item->set))
            return false;
    } else if (c == '%') {
        set_add_escape(item->set, *r->p++);
    } else {
        set_add(item->set, c);
    }
    if (r->p < r->end && memchr("*+-?", *r->p, 4) != NULL)
        item->quantifier = (char)*r->p++;
    return true;
}

static bool read_item(struct reader *r, struct pattern *out, struct pattern_item *item)
{
    bool is_single = true;

    if (*r->p == '(') {
        r->p++;
        return read_open(r, out, item);
    }
    if (*r->p == ')') {
        r->p++;
        return read_close(r, item);
    }
    if (*r->p == '$' && r->p + 1 == r->end) {
        r->p++;
        item->kind = PATTERN_LAST;
        return true;
    }
    if (*r->p == '%') {
        if (r->p + 1 == r->end)
            return fail(r, "malformed pattern (ends with '%')");
        r->p++;
        if (!read_escape(r, item, &is_single))
            return false;
        if (is_single)
            r->p--;
    }
    return !is_single || read_single(r, item);
}

bool pattern_compile(struct pattern *out, const char *text, size_t len, bool anchor,
                     const char **fault)
{
    struct reader r = {.p = (const uint8_t *)text, .end = (const uint8_t *)text + len};

    *fault = "pattern too long";
    if (len > PATTERN_MAX)
        return false;
    out->is_anchored = anchor && len > 0 && text[0] == '^';
    out->captures = 0;
    out->count = 0;
    r.p += out->is_anchored ? 1 : 0;
    while (r.p < r.end) {
        struct pattern_item *item = &out->items[out->count++];

        memset(item, 0, sizeof *item);
        if (!read_item(&r, out, item)) {
            *fault = r.fault;
            return false;
        }
    }
    *fault = "unfinished capture";
    if (r.open_count > 0)
        return false;
    memset(&out->items[out->count], 0, sizeof out->items[0]);
    out->items[out->count].kind = PATTERN_DONE;
    return true;
}

struct matcher {
    const struct pattern *p;
    const uint8_t *text;
    size_t len;
    int64_t *steps;
    bool is_spent;
    struct pattern_hit *hit;
};

static bool match_from(struct matcher *m, size_t at, size_t item);

static bool spend(struct matcher *m, int64_t cost)
{
    if (*m->steps < cost) {
        *m->steps = 0;
        m->is_spent = true;
        return false;
    }
    *m->steps -= cost;
    return true;
}

static bool one_fits(const struct matcher *m, const struct pattern_item *item, size_t at)
{
    return at < m->len && set_has(item->set, m->text[at]);
}

/* '*' and '+': as many as there are, then back. */
static bool match_greedy(struct matcher *m, size_t at, size_t item, size_t least)
{
    size_t count = 0;

    while (one_fits(m, &m->p->items[item], at + count)) {
        if (!spend(m, 1))
            return false;
        count++;
    }
    for (;; count--) {
        if (count < least)
            return false;
        if (match_from(m, at + count, item + 1))
            return true;
        if (m->is_spent || count == 0)
            return false;
    }
}

/* '-': as few as will do. */
static bool match_lazy(struct matcher *m, size_t at, size_t item)
{
    for (;; at++) {
        if (match_from(m, at, item + 1))
            return true;
        if (m->is_spent || !one_fits(m, &m->p->items[item], at) || !spend(m, 1))
            return false;
    }
}

static bool match_optional(struct matcher *m, size_t at, size_t item)
{
    if (one_fits(m, &m->p->items[item], at) && match_from(m, at + 1, item + 1))
        return true;
    return !m->is_spent && match_from(m, at, item + 1);
}

/* An inner failure must leave the capture as it was, for the next try further out. */
static bool match_capture(struct matcher *m, size_t at, size_t item)
{
    const struct pattern_item *it = &m->p->items[item];
    size_t start = m->hit->captures[it->capture].start;
    size_t end = m->hit->captures[it->capture].end;

    if (it->kind != PATTERN_CLOSE)
        m->hit->captures[it->capture].start = at;
    if (it->kind != PATTERN_OPEN)
        m->hit->captures[it->capture].end = at;
    m->hit->captures[it->capture].is_position = it->kind == PATTERN_POSITION;
    if (match_from(m, at, item + 1))
        return true;
    m->hit->captures[it->capture].start = start;
    m->hit->captures[it->capture].end = end;
    return false;
}

static bool match_balanced(struct matcher *m, size_t *at, const struct pattern_item *it)
{
    size_t depth = 0;

    for (size_t i = *at; i < m->len; i++) {
        if (!spend(m, 1))
            return false;
        if (i == *at && m->text[i] != it->first)
            return false;
        if (i > *at && m->text[i] == it->second) {
            if (--depth == 0) {
                *at = i + 1;
                return true;
            }
        } else if (m->text[i] == it->first) {
            depth++;
        }
    }
    return false;
}

static bool match_repeat(struct matcher *m, size_t *at, const struct pattern_item *it)
{
    size_t start = m->hit->captures[it->capture].start;
    size_t len = m->hit->captures[it->capture].end - start;

    if (!spend(m, (int64_t)(len / BYTES_PER_STEP) + 1) || len > m->len - *at)
        return false;
    if (memcmp(m->text + start, m->text + *at, len) != 0)
        return false;
    *at += len;
    return true;
}

/* Outside the text stands a NUL, as the manual says. */
static bool match_frontier(const struct matcher *m, size_t at, const struct pattern_item *it)
{
    uint8_t before = at > 0 ? m->text[at - 1] : 0;
    uint8_t here = at < m->len ? m->text[at] : 0;

    return !set_has(it->set, before) && set_has(it->set, here);
}

static bool match_one(struct matcher *m, size_t at, size_t item)
{
    switch (m->p->items[item].quantifier) {
    case '*':
        return match_greedy(m, at, item, 0);
    case '+':
        return match_greedy(m, at, item, 1);
    case '-':
        return match_lazy(m, at, item);
    default:
        return match_optional(m, at, item);
    }
}

/* Recursion goes at least one item on each time, so its depth is at most PATTERN_MAX. */
static bool match_from(struct matcher *m, size_t at, size_t item)
{
    for (;; item++) {
        const struct pattern_item *it = &m->p->items[item];

        if (!spend(m, 1))
            return false;
        switch (it->kind) {
        case PATTERN_ONE:
            if (it->quantifier != 0)
                return match_one(m, at, item);
            if (!one_fits(m, it, at))
                return false;
            at++;
            break;
        case PATTERN_OPEN:
        case PATTERN_CLOSE:
        case PATTERN_POSITION:
            return match_capture(m, at, item);
        case PATTERN_REPEAT:
            if (!match_repeat(m, &at, it))
                return false;
            break;
        case PATTERN_BALANCED:
            if (!match_balanced(m, &at, it))
                return false;
            break;
        case PATTERN_FRONTIER:
            if (!match_frontier(m, at, it))
                return false;
            break;
        case PATTERN_LAST:
            if (at != m->len)
                return false;
            break;
        case PATTERN_DONE:
            m->hit->end = at;
            return true;
        }
    }
}

enum pattern_answer pattern_find(const struct pattern *p, const char *text, size_t len, size_t from,
                                 int64_t *steps, struct pattern_hit *hit)
{
    struct matcher m = {
        .p = p, .text = (const uint8_t *)text, .len = len, .steps = steps, .hit = hit};

    memset(hit, 0, sizeof *hit);
    for (size_t at = from; at <= len; at++) {
        hit->start = at;
        if (match_from(&m, at, 0))
            return PATTERN_FOUND;
        if (m.is_spent)
            return PATTERN_SPENT;
        if (p->is_anchored)
            break;
    }
    return PATTERN_ABSENT;
}

enum pattern_answer pattern_find_plain(const char *text, size_t len, const char *needle,
                                       size_t needle_len, size_t from, int64_t *steps, size_t *at)
{
    struct matcher m = {.steps = steps};

    for (size_t i = from; i <= len && needle_len <= len - i; i++) {
        size_t same = 0;

        while (same < needle_len && text[i + same] == needle[same])
            same++;
        if (!spend(&m, (int64_t)(same / BYTES_PER_STEP) + 1))
            return PATTERN_SPENT;
        if (same == needle_len) {
            *at = i;
            return PATTERN_FOUND;
        }
    }
    return PATTERN_ABSENT;
}
