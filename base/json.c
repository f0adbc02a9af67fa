#include "base/json.h"

#include <assert.h>
#include <stdio.h>
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

/* The fewest digits that read as the same number: 0.1 stays 0.1, where Jansson's own writer makes
 * 0.10000000000000001 of it. */
static void write_real(struct str *s, double value)
{
    char text[32];
    int digits = 15;

    do {
        snprintf(text, sizeof text, "%.*g", digits, value);
    } while (strtod(text, NULL) != value && ++digits <= 17);
    str_add(s, text);
    if (strpbrk(text, ".e") == NULL)
        str_add(s, ".0"); /* so that it is read as a real again */
}

static void write_value(struct str *s, const json_t *json);

static void write_array(struct str *s, const json_t *json)
{
    str_char(s, '[');
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (i > 0)
            str_char(s, ',');
        write_value(s, json_array_get(json, i));
    }
    str_char(s, ']');
}

static void write_object(struct str *s, const json_t *json)
{
    union { /* iterating changes nothing; Jansson 2.14 still asks for a changeable object */
        const json_t *ours;
        json_t *its;
    } object = {.ours = json};
    bool first = true;

    str_char(s, '{');
    for (void *at = json_object_iter(object.its); at != NULL;
         at = json_object_iter_next(object.its, at)) {
        if (!first)
            str_char(s, ',');
        first = false;
        str_json(s, json_object_iter_key(at));
        str_char(s, ':');
        write_value(s, json_object_iter_value(at));
    }
    str_char(s, '}');
}

static void write_value(struct str *s, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_object(s, json);
        break;
    case JSON_ARRAY:
        write_array(s, json);
        break;
    case JSON_STRING:
        str_json(s, json_string_value(json));
        break;
    case JSON_INTEGER:
        str_i64(s, json_integer_value(json));
        break;
    case JSON_REAL:
        write_real(s, json_real_value(json));
        break;
    case JSON_TRUE:
        str_add(s, "true");
        break;
    case JSON_FALSE:
        str_add(s, "false");
        break;
    case JSON_NULL:
        str_add(s, "null");
        break;
    }
}

const char *json_write(struct arena *mem, const json_t *json)
{
    struct str s = str_new(mem);

    write_value(&s, json);
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
