/* What a download and an upgrade read from outside: versions, constraints, ranges. */
#include "licensing/semver.h"
#include "portal/http/range.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

/* What was read is what was written. */
static void check_version(struct arena *mem, const char *text)
{
    struct semver v;
    const char *again;

    if (!semver_parse(mem, text, &v))
        return;
    again = arena_printf(mem, "%lld.%lld.%lld%s%s%s%s", (long long)v.major, (long long)v.minor,
                         (long long)v.patch, v.prerelease != NULL ? "-" : "",
                         v.prerelease != NULL ? v.prerelease : "", v.build != NULL ? "+" : "",
                         v.build != NULL ? v.build : "");
    assert(strcmp(again, text) == 0);
    assert(semver_compare(&v, &v) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const int64_t SIZES[] = {0, 1, 100, INT64_MAX};
    struct arena *mem = arena_make(4096);
    const char *text = arena_dup_bytes(mem, bytes, len);
    struct semver_constraint c;

    check_version(mem, text);
    if (semver_constraint_parse(text, &c))
        assert(c.parts >= 1 && c.parts <= 3 && c.major >= 0 && c.minor >= 0 && c.patch >= 0);
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        int64_t from = -1;
        int64_t to = -1;

        if (range_parse(text, SIZES[i], &from, &to) == RANGE_PART)
            assert(from >= 0 && from <= to && to < SIZES[i]);
    }
    arena_free(mem);
    return 0;
}
