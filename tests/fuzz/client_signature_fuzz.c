/* Headers of answers: a signature's parts, dates, times of documents. */
#include "licensing/client/client.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned char signature[GHC_SIGNATURE_SIZE];
    struct gatehouse_response response = {0};
    struct ghc_buffer text = {0};
    int64_t at;

    ghc_buffer_add(&text, bytes, len);
    (void)ghc_sign_header(text.p, signature);
    if ((ghc_time_http(text.p, &at) || ghc_time_iso(text.p, &at)) && at < 0)
        abort();
    gatehouse_response_header(&response, "Keygen-Signature", text.p);
    gatehouse_response_header(&response, "Retry-After", text.p);
    gatehouse_response_header(&response, text.p, text.p);
    if (response.retry_after < 0 || response.retry_after > 1000000)
        abort();
    ghc_buffer_free(&text);
    return 0;
}
