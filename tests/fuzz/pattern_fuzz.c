/* Patterns of rules: the first line is the pattern, the rest is the text. */
#include "scripts/pattern.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

enum { STEPS = 20000 };

static void check_hit(const struct pattern *p, const struct pattern_hit *hit, size_t len)
{
    assert(hit->start <= hit->end && hit->end <= len);
    for (unsigned i = 0; i < p->captures; i++) {
        assert(hit->captures[i].start <= hit->captures[i].end);
        assert(hit->captures[i].end <= len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t *line = len > 0 ? memchr(bytes, '\n', len) : NULL;
    size_t pattern_len = line != NULL ? (size_t)(line - bytes) : len;
    const char *text = line != NULL ? (const char *)line + 1 : "";
    size_t text_len = line != NULL ? len - pattern_len - 1 : 0;
    struct pattern p;
    struct pattern_hit hit;
    const char *fault;
    int64_t steps = STEPS;
    size_t at;

    if (pattern_compile(&p, (const char *)bytes, pattern_len, true, &fault) &&
        pattern_find(&p, text, text_len, 0, &steps, &hit) == PATTERN_FOUND)
        check_hit(&p, &hit, text_len);
    assert(steps >= 0 && steps <= STEPS);
    steps = STEPS;
    if (pattern_find_plain(text, text_len, (const char *)bytes, pattern_len, 0, &steps, &at) ==
        PATTERN_FOUND)
        assert(at + pattern_len <= text_len &&
               (pattern_len == 0 || memcmp(text + at, bytes, pattern_len) == 0));
    assert(steps >= 0 && steps <= STEPS);
    return 0;
}
