/* Multipart bodies; the first line of the input is the Content-Type. Files lie within the body, and
 * their names are plain. */
#include "base/utf8.h"
#include "portal/http/form.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    struct span body = {(const char *)bytes, len}, type = {"", 0};
    struct form_file *files = NULL;
    size_t count = 0;
    json_t *values = NULL;

    if (len > 0 && memchr(body.p, '\n', len) != NULL)
        span_cut(&body, '\n', &type);
    if (form_parse_multipart(mem, &err, body, span_dup(mem, type), &values, &files, &count)) {
        assert(count <= FORM_FILES_MAX && json_object_size(values) <= FORM_FIELDS_MAX);
        for (size_t i = 0; i < count; i++) {
            assert(files[i].bytes.p >= body.p);
            assert(files[i].bytes.p + files[i].bytes.len <= body.p + body.len);
            assert(files[i].name[0] != '\0' && strchr(files[i].name, '/') == NULL);
            assert(utf8_valid(files[i].name, strlen(files[i].name)));
        }
    } else {
        assert(err.kind == &ERR_MALFORMED);
    }
    arena_free(mem);
    return 0;
}
