/* What a fuzz target has: it is given bytes and must neither crash nor break its own promises
 * (asserts). Called by libFuzzer, or by fuzz_main.c over the corpus. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
