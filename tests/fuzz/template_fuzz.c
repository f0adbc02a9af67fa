/* Templates: text up to a NUL, then a partial that it may include as p. */
#include "portal/http/template.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static const char CONTEXT[] =
    "{\"a\": [{\"b\": 1}, {\"b\": \"<x>\"}, [1, 2]], \"b\": {\"c\": {\"d\": true}}, \"e\": null,"
    "\"f\": 1.5, \"g_html\": \"<i>\", \"h\": [], \"p\": \"text\"}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    char *text = arena_dup_bytes(mem, bytes, len);
    const char *partial = text + strlen(text) < text + len ? text + strlen(text) + 1 : "";
    json_t *context = json_own(mem, json_loads(CONTEXT, 0, NULL));
    json_t *partials = json_own(mem, json_pack("{s:s%}", "p", "", (size_t)0));
    struct str out = str_new(mem);

    json_object_set_new(partials, "p", json_stringn_nocheck(partial, strlen(partial)));
    if (!template_render_text(mem, &err, text, partials, context, true, &out)) {
        assert(err.kind == &ERR_INVALID);
        assert(strchr(err.oper, ':') != NULL);
    }
    arena_free(mem);
    return 0;
}
