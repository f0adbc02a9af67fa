#include "portal/api/api_scope.h"

#include <string.h>

static const struct err_kind ERR_ENVIRONMENT = {ERR_CLASS_MALFORMED, "ENVIRONMENT_NOT_SUPPORTED",
                                                "There are no environments here."};

static bool holds(const struct verdict_list *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* Duplicates and nulls are dropped. The bound keeps the look at each pair short. */
static bool parse_list(const struct api_object *scope, const char *name, struct verdict_list *out)
{
    const json_t *array = json_object_get(scope->json, name);
    const char **items;
    const json_t *item;
    size_t i;

    if (array == NULL || json_is_null(array))
        return true;
    if (!json_is_array(array))
        return api_input_refuse(scope, name, &ERR_API_TYPE);
    if (json_array_size(array) > API_SCOPE_ITEMS_MAX)
        return api_input_refuse(scope, name, &ERR_API_LENGTH);
    items = arena_array(scope->cx->mem, const char *, json_array_size(array));
    *out = (struct verdict_list){.is_given = true, .items = items};
    json_array_foreach (array, i, item) {
        if (json_is_null(item))
            continue;
        if (!json_is_string(item))
            return api_input_refuse(scope, arena_printf(scope->cx->mem, "%s/%zu", name, i),
                                    &ERR_API_TYPE);
        if (!holds(out, out->count, json_string_value(item)))
            items[out->count++] = json_string_value(item);
    }
    return true;
}

bool api_scope_parse(const struct api_object *meta, struct verdict_scope *out)
{
    static const char *const KNOWN[] = {"product",     "policy",       "user",       "machine",
                                        "fingerprint", "fingerprints", "components", "entitlements",
                                        "checksum",    "version",      NULL};
    struct verdict_scope s = {0};
    struct api_object scope;

    if (!api_input_object(meta, "scope", 0, &scope))
        return false;
    if (json_object_get(scope.json, "environment") != NULL)
        return api_input_refuse(&scope, "environment", &ERR_ENVIRONMENT);
    if (!api_input_known(&scope, KNOWN) || !api_input_text(&scope, "product", 0, &s.product) ||
        !api_input_text(&scope, "policy", 0, &s.policy) ||
        !api_input_text(&scope, "user", API_NULLABLE, &s.user) ||
        !api_input_text(&scope, "machine", 0, &s.machine) ||
        !api_input_text(&scope, "fingerprint", 0, &s.fingerprint) ||
        !parse_list(&scope, "fingerprints", &s.fingerprints) ||
        !parse_list(&scope, "components", &s.components) ||
        !parse_list(&scope, "entitlements", &s.entitlements) ||
        !api_input_text(&scope, "checksum", 0, &s.checksum) ||
        !api_input_text(&scope, "version", 0, &s.version))
        return false;
    s.has_user = json_object_get(scope.json, "user") != NULL;
    *out = s;
    return true;
}
