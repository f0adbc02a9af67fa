/* The client's cache file, and the answers that it keeps. */
#include "licensing/client/client.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct gatehouse_options options = {
        .public_keys = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        .key = "key",
        .fingerprint = "print"};
    struct gatehouse_verdict v;
    struct gatehouse *g;
    struct ghc_json j;
    int64_t seen_at;

    if (gatehouse_open(&options, &g) != GATEHOUSE_OK)
        abort();
    if (ghc_cache_read(g, (const char *)bytes, len, &v, &seen_at) == GATEHOUSE_OK ||
        ghc_cache_content(g, (const char *)bytes, len, &v, &seen_at) == GATEHOUSE_OK)
        abort();
    if (ghc_json_parse(&j, (const char *)bytes, len)) {
        if (ghc_verdict_read(g, &j, 0, &v) == GATEHOUSE_OK)
            (void)ghc_verdict_state(&v, v.answered_at);
        ghc_json_free(&j);
    }
    gatehouse_close(g);
    return 0;
}
