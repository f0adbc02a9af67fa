#include "portal/api/api_metadata.h"

#include "portal/api/api_value.h"

#include <string.h>

/* Stored metadata has lowerCamelCase names; up to 1.4 those of nested objects are snake_case. */
static void add_snake_json(struct str *s, const json_t *json, bool is_nested)
{
    const char *key;
    json_t *value;
    bool is_first = true;

    if (!json_is_object(json)) {
        api_value_json(s, json);
        return;
    }
    str_char(s, '{');
    json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
        struct str name = str_new(s->mem);

        for (const char *p = key; *p != '\0'; p++) {
            if (is_nested && *p >= 'A' && *p <= 'Z') {
                str_char(&name, '_');
                str_char(&name, (char)(*p - 'A' + 'a'));
            } else {
                str_char(&name, *p);
            }
        }
        if (!is_first)
            str_char(s, ',');
        is_first = false;
        str_json(s, name.p);
        str_char(s, ':');
        add_snake_json(s, value, true);
    }
    str_char(s, '}');
}

void api_metadata_write(struct str *s, const struct api *api, const char *metadata)
{
    struct err ignored = {0};
    json_t *json;

    if (api->version > 4 || !json_read(api->mem, &ignored, metadata, strlen(metadata), &json))
        str_add(s, metadata);
    else
        add_snake_json(s, json, false);
}
