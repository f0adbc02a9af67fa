#include "portal/api/api_value.h"

#include "base/clock.h"

void api_value_text(struct str *s, const char *text)
{
    if (text != NULL)
        str_json(s, text);
    else
        API_ADD(s, "null");
}

void api_value_time(struct str *s, int64_t at)
{
    char text[CLOCK_ISO_SIZE];

    if (at == 0) {
        API_ADD(s, "null");
        return;
    }
    clock_iso(at, text);
    str_char(s, '"');
    str_add_n(s, text, CLOCK_ISO_SIZE - 1);
    str_char(s, '"');
}

void api_value_limit(struct str *s, int64_t limit)
{
    if (limit == POLICY_NO_LIMIT)
        API_ADD(s, "null");
    else
        str_i64(s, limit);
}

void api_value_bool(struct str *s, bool value)
{
    if (value)
        API_ADD(s, "true");
    else
        API_ADD(s, "false");
}

void api_value_json(struct str *s, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;
    bool is_first = true;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        str_char(s, '{');
        json_object_foreach ((json_t *)(uintptr_t)json, key,
                             value) /* Jansson's loop takes no const */
        {
            if (!is_first)
                str_char(s, ',');
            is_first = false;
            str_json(s, key);
            str_char(s, ':');
            api_value_json(s, value);
        }
        str_char(s, '}');
        break;
    case JSON_ARRAY:
        str_char(s, '[');
        json_array_foreach (json, i, value) {
            if (i > 0)
                str_char(s, ',');
            api_value_json(s, value);
        }
        str_char(s, ']');
        break;
    case JSON_STRING:
        str_json(s, json_string_value(json));
        break;
    case JSON_INTEGER:
        str_i64(s, json_integer_value(json));
        break;
    case JSON_REAL:
        str_fmt(s, "%.17g", json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        api_value_bool(s, json_is_true(json));
        break;
    case JSON_NULL:
        API_ADD(s, "null");
        break;
    }
}
