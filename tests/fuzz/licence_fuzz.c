/* Licence keys and licence files from outside: none of the fuzzer's making is genuine. */
#include "base/crypto.h"
#include "licensing/licence_file.h"
#include "licensing/licence_key.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* The first public key of RFC 8032, section 7.1: the corpus holds files of another key, as a start.
 */
static const uint8_t PUBLIC[CRYPTO_PUBLIC_SIZE] = {
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    const char *text = arena_dup_bytes(mem, bytes, len);
    const struct licence_key_names names = {.id = "1", .email = "a@example.com"};
    struct span out;

    crypto_init();
    if (licence_key_verify(mem, text, PUBLIC, &out) ||
        licence_file_open(mem, text, LICENCE_FILE_LICENCE, PUBLIC, "key", NULL, &out) ||
        licence_file_open(mem, text, LICENCE_FILE_MACHINE, PUBLIC, "key", "print", &out))
        abort();
    licence_key_fill(mem, text, &names);
    arena_free(mem);
    return 0;
}
