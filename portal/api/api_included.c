#include "portal/api/api_included.h"

#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_metadata.h"
#include "portal/api/api_part.h"

/* --- loading --- */

static bool load_entitlements(struct api_included *in, const struct snapshot *licence)
{
    struct id *ids;

    if (!entitlement_list(in->cx, licence->licence.id, &in->entitlements, &in->entitlement_count))
        return false;
    ids = arena_array(in->cx->mem, struct id, in->entitlement_count);
    for (size_t i = 0; i < in->entitlement_count; i++)
        ids[i] = in->entitlements[i].id;
    in->entitlement_links = (struct api_links){"entitlements", ids, in->entitlement_count};
    return true;
}

static bool load_components(struct api_included *in, const struct machine *machine)
{
    struct id *ids;

    if (!component_list(in->cx, machine->id, &in->components, &in->component_count))
        return false;
    ids = arena_array(in->cx->mem, struct id, in->component_count);
    for (size_t i = 0; i < in->component_count; i++)
        ids[i] = in->components[i].id;
    in->component_links = (struct api_links){"components", ids, in->component_count};
    return true;
}

bool api_included_load(struct api_included *in, const struct snapshot *licence,
                       const struct machine *machine)
{
    const struct licence *l = &licence->licence;

    if (in->has_entitlements && !load_entitlements(in, licence))
        return false;
    if (in->has_components && machine != NULL && !load_components(in, machine))
        return false;
    if (in->has_product && !product_get(in->cx, l->product_id, &in->product))
        return false;
    if (in->has_owner && !id_is_zero(l->owner_id) && !user_get(in->cx, l->owner_id, &in->owner))
        return false;
    return !in->has_machine_owner || machine == NULL || id_is_zero(machine->owner_id) ||
           user_get(in->cx, machine->owner_id, &in->machine_owner);
}

/* --- writing --- */

void api_included_entitlement(struct str *s, const struct api *api, const struct entitlement *e)
{
    const struct api_resource of = api_resource_of(api, "entitlements", e->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"name\":", e->name);
    API_TEXT(s, ",\"code\":", e->code);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, e->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, e->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, e->updated_at);
    api_resource_relationships(s, &of);
    api_resource_close(s, &of);
}

void api_included_licence(struct str *s, const struct api *api, const struct api_included *in,
                          const struct snapshot *licence, int64_t now)
{
    api_document_licence(s, api, licence, now,
                         in->has_entitlements ? &in->entitlement_links : NULL);
}

void api_included_machine(struct str *s, const struct api *api, const struct api_included *in,
                          const struct machine *machine)
{
    api_document_machine(s, api, machine, false, in->has_components ? &in->component_links : NULL);
}

static void next(struct str *s, bool *is_first)
{
    if (!*is_first)
        str_char(s, ',');
    *is_first = false;
}

void api_included_write(struct str *s, const struct api *api, const struct api_included *in,
                        const struct snapshot *licence, int64_t now)
{
    bool is_first = true;

    if (in->has_licence) {
        next(s, &is_first);
        api_included_licence(s, api, in, licence, now);
    }
    for (size_t i = 0; i < in->entitlement_count; i++) {
        next(s, &is_first);
        api_included_entitlement(s, api, &in->entitlements[i]);
    }
    for (size_t i = 0; i < in->component_count; i++) {
        next(s, &is_first);
        api_part_component(s, api, &in->components[i]);
    }
    if (in->product != NULL) {
        next(s, &is_first);
        api_bearer_product(s, api, in->product);
    }
    if (in->owner != NULL) {
        next(s, &is_first);
        api_bearer_user(s, api, in->owner);
    }
    if (in->machine_owner != NULL) {
        next(s, &is_first);
        api_bearer_user(s, api, in->machine_owner);
    }
}
