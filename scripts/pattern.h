/* Lua's patterns, matched by our own code: compiled first, then matched under a budget of steps.
 *
 * Why not Lua's matcher: it backtracks inside one library call, where no instruction hook runs
 * ('.-.-.-.-b' on 400 bytes did not end in five minutes). Here every test of a byte and every
 * backtracking point costs a step. No Lua in this file, so that it can be fuzzed alone. */
#pragma once

#include "base/attr.h"

enum { PATTERN_MAX = 256, PATTERN_CAPTURES_MAX = 16, PATTERN_SET_SIZE = 32 };

enum pattern_kind {
    PATTERN_ONE,      /* one byte out of a set, with a quantifier */
    PATTERN_OPEN,     /* a capture begins */
    PATTERN_CLOSE,    /* a capture ends */
    PATTERN_POSITION, /* an empty capture: where we are */
    PATTERN_REPEAT,   /* what an earlier capture matched, again */
    PATTERN_BALANCED, /* %bxy */
    PATTERN_FRONTIER, /* %f[set] */
    PATTERN_LAST,     /* '$' at the end */
    PATTERN_DONE
};

struct pattern_item {
    enum pattern_kind kind;
    char quantifier;               /* of PATTERN_ONE: '*', '+', '-', '?' or 0 */
    uint8_t capture;               /* of OPEN, CLOSE, POSITION, REPEAT */
    uint8_t first, second;         /* of BALANCED */
    uint8_t set[PATTERN_SET_SIZE]; /* of ONE and FRONTIER: a bit per byte */
};

struct pattern { /* about 12 kB */
    bool is_anchored;
    unsigned captures;
    size_t count;
    struct pattern_item items[PATTERN_MAX + 1];
};

struct pattern_hit {
    size_t start, end;
    struct {
        size_t start, end;
        bool is_position;
    } captures[PATTERN_CAPTURES_MAX];
};

enum pattern_answer { PATTERN_FOUND, PATTERN_ABSENT, PATTERN_SPENT };

/* Reads a pattern; with anchor, a leading '^' binds it to the place where matching starts. False
 * sets *fault to a static sentence. */
bool pattern_compile(struct pattern *out, const char *text, size_t len, bool anchor,
                     const char **fault) MUST_CHECK;
/* The first match at or after `from` (only there when anchored). Takes what it costs off *steps;
 * PATTERN_SPENT when they do not suffice. */
enum pattern_answer pattern_find(const struct pattern *p, const char *text, size_t len, size_t from,
                                 int64_t *steps, struct pattern_hit *hit) MUST_CHECK;
/* Plain search under the same budget. */
enum pattern_answer pattern_find_plain(const char *text, size_t len, const char *needle,
                                       size_t needle_len, size_t from, int64_t *steps,
                                       size_t *at) MUST_CHECK;
