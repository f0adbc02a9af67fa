#include "portal/api/api_included.h"

#include "licensing/licence_group.h"
#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
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

static bool load_users(struct api_included *in, const struct snapshot *licence)
{
    const struct user_filter of = {.has_any_role = true,
                                   .scope = {.licence_id = licence->licence.id}};
    const struct licence_page all = {.limit = API_INCLUDED_USERS_MAX, .is_ascending = true};
    struct id *ids;
    int64_t total;

    if (!user_page(in->cx, &of, &all, &in->users, &in->user_count, &total))
        return false;
    ids = arena_array(in->cx->mem, struct id, in->user_count);
    for (size_t i = 0; i < in->user_count; i++)
        ids[i] = in->users[i].id;
    in->user_links = (struct api_links){"users", ids, in->user_count};
    return true;
}

static bool load_group(struct api_included *in, const struct snapshot *licence,
                       const struct machine *machine)
{
    struct id id = machine != NULL ? machine->group_id : licence->licence.group_id;

    return id_is_zero(id) || licence_group_get(in->cx, id, &in->group);
}

bool api_included_load(struct api_included *in, const struct snapshot *licence,
                       const struct machine *machine)
{
    const struct licence *l = &licence->licence;

    if (in->has_entitlements && !load_entitlements(in, licence))
        return false;
    if (in->has_components && machine != NULL && !load_components(in, machine))
        return false;
    if (in->has_policy && !policy_get(in->cx, l->policy_id, &in->policy))
        return false;
    if (in->has_product && !product_get(in->cx, l->product_id, &in->product))
        return false;
    if (in->has_owner && !id_is_zero(l->owner_id) && !user_get(in->cx, l->owner_id, &in->owner))
        return false;
    if ((in->has_users && !load_users(in, licence)) ||
        (in->has_group && !load_group(in, licence, machine)))
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
    api_document_licence_linked(
        s, api, licence, now,
        &(struct api_licence_links){.entitlements =
                                        in->has_entitlements ? &in->entitlement_links : NULL,
                                    .users = in->has_users ? &in->user_links : NULL});
}

void api_included_machine(struct str *s, const struct api *api, const struct api_included *in,
                          const struct machine *machine)
{
    api_document_machine(s, api, machine, false, in->has_components ? &in->component_links : NULL);
}

/* Each person once, whatever names it. */
static bool is_told(const struct api_included *in, size_t i)
{
    const struct id id = in->users[i].id;

    return (in->owner != NULL && id_equal(in->owner->id, id)) ||
           (in->machine_owner != NULL && id_equal(in->machine_owner->id, id));
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
    if (in->policy != NULL) {
        next(s, &is_first);
        api_catalogue_policy(s, api, in->policy);
    }
    if (in->group != NULL) {
        next(s, &is_first);
        api_catalogue_group(s, api, in->group);
    }
    if (in->owner != NULL) {
        next(s, &is_first);
        api_bearer_user(s, api, in->owner);
    }
    for (size_t i = 0; i < in->user_count; i++) {
        if (is_told(in, i))
            continue;
        next(s, &is_first);
        api_bearer_user(s, api, &in->users[i]);
    }
    if (in->machine_owner != NULL &&
        (in->owner == NULL || !id_equal(in->owner->id, in->machine_owner->id))) {
        next(s, &is_first);
        api_bearer_user(s, api, in->machine_owner);
    }
}
