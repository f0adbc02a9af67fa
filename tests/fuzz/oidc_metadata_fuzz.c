/* What a sign-on provider says of itself. */
#include "portal/oidc/oidc_metadata.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct oidc_net NET = {.allows_local = false};
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    struct oidc_metadata out;
    json_t *json;

    if (json_read(mem, &err, (const char *)bytes, len, &json) && json_is_object(json)) {
        if (oidc_metadata_read(mem, &err, &NET, "https://sso.example.com", json, &out))
            assert(strncmp(out.token_url, "https://", 8) == 0 &&
                   strncmp(out.keys_url, "https://", 8) == 0 &&
                   strncmp(out.authorize_url, "https://", 8) == 0);
        else
            assert(err.kind == &ERR_OIDC_DOWN || err.kind == &ERR_OIDC_ISSUER);
    }
    arena_free(mem);
    return 0;
}
