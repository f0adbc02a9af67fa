/* An answer of the DNS, as it came. */
#include "portal/oidc/oidc_txt.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    (void)oidc_txt_read(bytes, len, "gatehouse-verification=0123456789abcdef");
    return 0;
}
