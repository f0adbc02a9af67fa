/* Base64 and sealed values from outside, and escapers, whose output must be free of what they
 * escape. */
#include "base/crypto.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void decode(struct arena *mem, const char *text)
{
    uint8_t *bytes;
    size_t len;

    /* The encoding is canonical: one text for some bytes and no other. */
    if (crypto_from_base64(mem, text, &bytes, &len))
        assert(strcmp(crypto_base64(mem, bytes, len), text) == 0);
    if (crypto_from_base64url(mem, text, &bytes, &len))
        assert(strcmp(crypto_base64url(mem, bytes, len), text) == 0);
}

static void escape(struct arena *mem, const char *text)
{
    struct str html = str_new(mem);
    struct str url = str_new(mem);
    struct str json = str_new(mem);

    str_html(&html, text);
    str_url(&url, text);
    str_json(&json, text);
    assert(strpbrk(html.p, "<>\"'") == NULL);
    assert(strspn(url.p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") ==
           url.len);
    for (size_t i = 0; i < json.len; i++)
        assert((unsigned char)json.p[i] >= 0x20);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    const char *text = arena_dup_bytes(mem, bytes, len);

    crypto_init();
    decode(mem, text);
    escape(mem, text);
    arena_free(mem);
    return 0;
}
