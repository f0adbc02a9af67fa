/* What the vendor has released: each with its notes as the file to fetch. */
#include "licensing/artefact.h"
#include "portal/demo/demo.h"

#include <string.h>

static bool add_file(struct demo *d, const struct release *r, const char *code, const char *notes)
{
    const struct artefact draft = {
        .release_id = r->id,
        .filename = arena_printf(d->cx->mem, "%s-%s-notes.md", code, r->version),
    };
    struct artefact *a;

    return artefact_add(d->cx, &draft, &a) &&
           artefact_upload(d->cx, d->storage, a->id, span_of(notes), &a);
}

static bool add_release(struct demo *d, const json_t *json)
{
    const char *code = json_get_text(json, "product", "");
    const char *notes = json_get_text(json, "notes", "");
    const char *name = json_get_text(json, "name", "");
    struct release_draft draft = {
        .product_id = demo_id(json_object_get(d->products, code), "id"),
        .version = json_get_text(json, "version", ""),
        .name = *name != '\0' ? name : NULL,
        .description = notes,
        .is_published = true,
    };
    struct release *r;

    demo_set_day(d, json_get_i64(json, "days_ago", 0));
    if (!release_channel_parse(json_get_text(json, "channel", ""), &draft.channel))
        return err_set(&d->cx->err, &ERR_INTERNAL, "demo: channel of %s", draft.version);
    return release_add(d->cx, &draft, &r) && add_file(d, r, code, notes);
}

bool demo_add_releases(struct demo *d)
{
    json_t *list;

    if (!demo_read_json(d, "releases.json", &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!add_release(d, json_array_get(list, i)))
            return false;
    return true;
}
