#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH_MAX = 64 };

static void json_release(void *what)
{
    json_decref(what);
}

json_t *json_own(struct arena *mem, json_t *json)
{
    assert(json != NULL);
    arena_defer(mem, json_release, json);
    return json;
}

/* Jansson's own limit of 2048 is fixed when it is built; a deep text is refused before it is read.
 * Brackets are counted outside strings; whether they match is Jansson's to say. */
static bool json_is_shallow(const char *text, size_t len)
{
    size_t depth = 0;
    bool in_text = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX)
                return false;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return true;
}

bool json_read(struct arena *mem, struct err *err, const char *text, size_t len, json_t **out)
{
    json_error_t fault;
    json_t *json;

    if (!json_is_shallow(text, len))
        return err_set(err, &ERR_MALFORMED, "JSON is nested more than %d deep", JSON_DEPTH_MAX);
    json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (json == NULL)
        return err_set(err, &ERR_MALFORMED, "JSON, line %d column %d: %s", fault.line, fault.column,
                       fault.text);
    *out = json_own(mem, json);
    return true;
}

static int json_collect(const char *bytes, size_t len, void *to)
{
    str_add_n(to, bytes, len);
    return 0;
}

const char *json_write(struct arena *mem, const json_t *json)
{
    struct str s = str_new(mem);

    if (json_dump_callback(json, json_collect, &s, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        abort(); /* only for values that are no JSON: a mistake of ours */
    return s.p;
}

const char *json_get_text(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : otherwise;
}

int64_t json_get_i64(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_get_bool(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

json_t *json_text(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}
