/* The client's JSON reader: whatever is read can be walked, and every text decodes or is refused.
 */
#include "licensing/client/json.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ghc_json j;
    int64_t n;

    if (!ghc_json_parse(&j, (const char *)bytes, len))
        return 0;
    for (uint32_t i = 0; i < j.count; i++) {
        char small[8], *whole;

        if (j.nodes[i].after <= i || j.nodes[i].after > j.count ||
            (size_t)j.nodes[i].start + j.nodes[i].len > len)
            abort();
        (void)ghc_json_text(&j, i, small, sizeof small);
        (void)ghc_json_integer(&j, i, &n);
        (void)ghc_json_get(&j, i, "data");
        if (ghc_json_copy(&j, i, &whole)) {
            if (!ghc_json_equals(&j, i, whole))
                abort();
            free(whole);
        }
    }
    (void)ghc_json_at(&j, "data/0/attributes/key");
    ghc_json_free(&j);
    return 0;
}
