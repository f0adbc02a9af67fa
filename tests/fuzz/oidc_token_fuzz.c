/* A sign-on provider's answers: its key set, and a token held against it. The input is a key set, a
 * line end, and a token. */
#include "portal/oidc/oidc_token.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct oidc_wanted WANTED = {
        .issuer = "https://sso.example.com", .client_id = "gatehouse", .nonce = "n", .now = 1};
    struct arena *mem = arena_make(4096);
    struct span rest = {(const char *)bytes, len};
    struct err err = {.kind = NULL};
    struct oidc_keys keys = {.count = 0};
    struct oidc_claims claims;
    struct span set;

    crypto_init();
    if (len > 0 && span_cut(&rest, '\n', &set)) {
        if (!oidc_token_keys(mem, &err, set, &keys))
            assert(err.kind == &ERR_OIDC_KEYS && keys.count == 0);
        assert(keys.count <= OIDC_TOKEN_KEYS_MAX);
        err_clear(&err);
        if (rest.p != NULL && oidc_token_check(mem, &err, rest, &keys, &WANTED, &claims))
            assert(claims.subject != NULL && *claims.subject != '\0' && keys.count > 0);
        else
            assert(rest.p == NULL || err.kind != NULL);
    }
    arena_free(mem);
    return 0;
}
