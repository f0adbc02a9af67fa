#include "licensing/licence_link.h"

const char *licence_link_at(struct ctx *cx, size_t index)
{
    return arena_printf(cx->mem, "/data/%zu", index);
}

bool licence_link_is_repeated(const struct id *ids, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (id_equal(ids[i], ids[index]))
            return true;
    return false;
}

json_t *licence_link_told(struct ctx *cx, const char *action, const char *name,
                          const struct id *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(id_text(cx->mem, ids[i])));
    return json_own(cx->mem, json_pack("{s:s, s:o}", "action", action, name, list));
}
