/* Files, keys and answers' documents as the client reads them: as they are (none of the fuzzer's
 * making is genuine), and signed, so that what lies behind the signature is read too. */
#include "licensing/client/client.h"
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct gatehouse *open_handle(unsigned char secret[64])
{
    static const unsigned char seed[32] = {1};
    unsigned char public_key[32];
    char hex[65];
    struct gatehouse_options options = {.key = "key", .fingerprint = "print", .public_keys = hex};
    struct gatehouse *g;

    crypto_sign_seed_keypair(public_key, secret, seed);
    sodium_bin2hex(hex, sizeof hex, public_key, sizeof public_key);
    if (gatehouse_open(&options, &g) != GATEHOUSE_OK)
        abort();
    return g;
}

/* The input as enc, signed and in its armour. */
static void read_signed(struct gatehouse *g, const unsigned char secret[64], const char *alg,
                        const struct ghc_buffer *enc)
{
    struct ghc_buffer message = {0}, inner = {0}, file = {0};
    struct gatehouse_document *d = NULL;
    unsigned char signature[64];

    ghc_buffer_text(&message, "license/");
    ghc_buffer_add(&message, enc->p, enc->len);
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.p, message.len, secret);
    ghc_buffer_text(&inner, "{\"enc\":");
    ghc_buffer_json(&inner, enc->p);
    ghc_buffer_text(&inner, ",\"sig\":\"");
    ghc_buffer_base64(&inner, signature, sizeof signature);
    ghc_buffer_texts(&inner, "\",\"alg\":\"", alg, "\"}", NULL);
    ghc_buffer_text(&file, "-----BEGIN LICENSE FILE-----\n");
    ghc_buffer_base64(&file, inner.p, inner.len);
    ghc_buffer_text(&file, "\n-----END LICENSE FILE-----\n");
    (void)gatehouse_file_open(g, GATEHOUSE_LICENCE_FILE, file.p, file.len, &d);
    (void)gatehouse_document_entitles(d, "CODE");
    gatehouse_document_free(d);
    ghc_buffer_free(&message);
    ghc_buffer_free(&inner);
    ghc_buffer_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ghc_buffer text = {0}, plain = {0};
    struct gatehouse_document *d;
    unsigned char secret[64];
    struct gatehouse *g;
    char payload[64];

    if (sodium_init() < 0)
        abort();
    g = open_handle(secret);
    ghc_buffer_add(&text, bytes, len);
    if (gatehouse_file_open(g, GATEHOUSE_LICENCE_FILE, text.p, len, &d) == GATEHOUSE_OK ||
        gatehouse_file_open(g, GATEHOUSE_MACHINE_FILE, text.p, len, &d) == GATEHOUSE_OK ||
        (gatehouse_set_key(g, text.p) == GATEHOUSE_OK &&
         gatehouse_key_payload(g, payload, sizeof payload) == GATEHOUSE_OK))
        abort();
    ghc_buffer_base64(&plain, bytes, len);
    read_signed(g, secret, "base64+ed25519", &plain);
    if (strlen(text.p) == len)
        read_signed(g, secret, "aes-256-gcm+ed25519", &text);
    ghc_buffer_free(&plain);
    ghc_buffer_free(&text);
    gatehouse_close(g);
    return 0;
}
