/* JSON from outside: what is read can be written, and reads as the same again. */
#include "base/json.h"
#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    json_t *first;
    json_t *again;

    if (json_read(mem, &err, (const char *)bytes, len, &first)) {
        const char *text = json_write(mem, first);

        assert(utf8_valid(text, strlen(text)));
        if (!json_read(mem, &err, text, strlen(text), &again))
            abort();
        assert(json_equal(first, again));
        assert(strcmp(text, json_write(mem, again)) == 0);
    } else {
        assert(err.kind == &ERR_MALFORMED);
    }
    arena_free(mem);
    return 0;
}
