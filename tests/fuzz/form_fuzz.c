/* Urlencoded bodies. Whatever is accepted has names and values of clean UTF-8 without NUL. */
#include "base/utf8.h"
#include "portal/http/form.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    struct span body = {(const char *)bytes, len};
    json_t *values = NULL, *value;
    const char *name;

    if (form_parse_urlencoded(mem, &err, body, &values)) {
        assert(json_object_size(values) <= FORM_FIELDS_MAX);
        json_object_foreach (values, name, value) {
            assert(name[0] != '\0' && utf8_valid(name, strlen(name)));
            assert(strlen(json_string_value(value)) == json_string_length(value));
        }
    } else {
        assert(err.kind == &ERR_MALFORMED);
    }
    arena_free(mem);
    return 0;
}
