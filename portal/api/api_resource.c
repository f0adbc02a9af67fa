#include "portal/api/api_resource.h"

#include <assert.h>

void api_resource_id(struct str *s, struct id id)
{
    char text[ID_TEXT_SIZE];

    id_format(id, text);
    str_add_n(s, text, ID_TEXT_SIZE - 1);
}

struct api_resource api_resource_of(const struct api *api, const char *type, struct id id)
{
    struct api_resource of = {.api = api, .type = type, .id = id};
    struct str s = {of.path, 0, sizeof of.path, api->mem};

    api_resource_path(&s, api, type, id);
    assert(s.p == of.path);
    of.path_len = s.len;
    return of;
}

void api_resource_path(struct str *s, const struct api *api, const char *type, struct id id)
{
    API_ADD(s, "/v1/accounts/");
    str_add(s, api->account);
    str_char(s, '/');
    str_add(s, type);
    str_char(s, '/');
    api_resource_id(s, id);
}

const char *api_resource_self(const struct api *api, const char *type, struct id id)
{
    struct str s = str_new(api->mem);

    api_resource_path(&s, api, type, id);
    return s.p;
}

void api_resource_account(struct str *s, const struct api *api)
{
    API_ADD(s, "\"account\":{\"links\":{\"related\":\"/v1/accounts/");
    str_add(s, api->account);
    API_ADD(s, "\"},\"data\":{\"type\":\"accounts\",\"id\":\"");
    str_add(s, api->account);
    API_ADD(s, "\"}}");
}

void api_resource_related(struct str *s, const struct api_resource *of, const char *name)
{
    API_ADD(s, ",\"");
    str_add(s, name);
    API_ADD(s, "\":{\"links\":{\"related\":\"");
    str_add_n(s, of->path, of->path_len);
    str_char(s, '/');
    str_add(s, name);
    API_ADD(s, "\"}");
}

void api_resource_to_one(struct str *s, const struct api_resource *of, const char *name,
                         const char *type, struct id id)
{
    api_resource_related(s, of, name);
    API_ADD(s, ",\"data\":");
    if (id_is_zero(id)) {
        API_ADD(s, "null}");
        return;
    }
    API_ADD(s, "{\"type\":\"");
    str_add(s, type);
    API_ADD(s, "\",\"id\":\"");
    api_resource_id(s, id);
    API_ADD(s, "\"}}");
}

void api_resource_to_many(struct str *s, const struct api_resource *of, const char *name,
                          const struct api_links *links)
{
    api_resource_related(s, of, name);
    for (size_t i = 0; links != NULL && i < links->count; i++) {
        str_add(s, i == 0 ? ",\"data\":[{\"type\":\"" : ",{\"type\":\"");
        str_add(s, links->type);
        API_ADD(s, "\",\"id\":\"");
        api_resource_id(s, links->ids[i]);
        API_ADD(s, "\"}");
    }
    if (links != NULL)
        str_add(s, links->count > 0 ? "]" : ",\"data\":[]");
    str_char(s, '}');
}

void api_resource_open(struct str *s, const struct api_resource *of)
{
    API_ADD(s, "{\"id\":\"");
    api_resource_id(s, of->id);
    API_ADD(s, "\",\"type\":\"");
    str_add(s, of->type);
    API_ADD(s, "\",\"attributes\":{");
}

void api_resource_relationships(struct str *s, const struct api_resource *of)
{
    API_ADD(s, "},\"relationships\":{");
    api_resource_account(s, of->api);
}

void api_resource_close(struct str *s, const struct api_resource *of)
{
    API_ADD(s, "},\"links\":{\"self\":\"");
    str_add_n(s, of->path, of->path_len);
    API_ADD(s, "\"}}");
}
