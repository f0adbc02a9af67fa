/* Texts of installed software, before they are stored: what is known is masked wherever it is, and
 * the rest of the text stays in its order. */
#include "portal/desk/redact.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    const struct span text = {(const char *)bytes, len};
    const char *out;
    size_t count;

    out = redact_text(mem, text, "KNOWN-KEY", &count);
    if (count == 0 && memcmp(out, bytes, len) != 0)
        abort();
    if (strstr(out, "KNOWN-KEY") != NULL)
        abort();
    arena_free(mem);
    return 0;
}
