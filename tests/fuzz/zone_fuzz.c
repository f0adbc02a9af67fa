/* The rule at the end of a zone file: whatever is accepted gives a sane offset at any time. */
#include "base/clock.h"
#include "base/zone_rule.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { OFFSET_MAX = 26 * 3600 };
    char text[ZONE_RULE_MAX];
    struct zone_rule rule;

    if (len >= sizeof text)
        return 0;
    memcpy(text, bytes, len);
    text[len] = '\0';
    if (!zone_rule_parse(text, &rule))
        return 0;
    for (int64_t day = 0; day < 800; day++) {
        int32_t offset = zone_rule_offset(&rule, 2000000000 + day * 86400);

        assert(offset >= -OFFSET_MAX && offset <= OFFSET_MAX);
    }
    return 0;
}
