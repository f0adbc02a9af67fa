/* A tenant's picture: whatever is accepted has sides within bounds, and nothing is read past its
 * end. */
#include "portal/account/logo.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct err err = {0};
    struct logo logo;

    if (logo_look(&err, (struct span){(const char *)bytes, len}, &logo))
        assert(logo.width >= LOGO_SIDE_MIN && logo.width <= LOGO_SIDE_MAX &&
               logo.height >= LOGO_SIDE_MIN && logo.height <= LOGO_SIDE_MAX);
    else
        assert(err.kind != NULL);
    return 0;
}
