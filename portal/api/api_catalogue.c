#include "portal/api/api_catalogue.h"

#include "licensing/policy_attribute.h"
#include "portal/api/api_metadata.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_input.h"

static void add_attribute(struct str *s, const struct policy *p, const struct policy_attribute *a)
{
    switch (a->type) {
    case POLICY_ATTRIBUTE_TEXT:
        api_value_text(s, policy_attribute_text(p, a));
        return;
    case POLICY_ATTRIBUTE_LIMIT:
    case POLICY_ATTRIBUTE_SECONDS:
        if (policy_attribute_has_number(p, a))
            str_i64(s, policy_attribute_number(p, a));
        else
            API_ADD(s, "null");
        return;
    case POLICY_ATTRIBUTE_FLAG:
        api_value_bool(s, policy_attribute_flag(p, a));
        return;
    case POLICY_ATTRIBUTE_WORD:
        api_value_text(s, policy_attribute_word(p, a));
        return;
    }
}

void api_catalogue_policy(struct str *s, const struct api *api, const struct policy *p)
{
    const struct api_resource of = api_resource_of(api, "policies", p->id);

    api_resource_open(s, &of);
    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++) {
        const struct policy_attribute *a = &POLICY_ATTRIBUTES[i];

        str_add(s, i == 0 ? "\"" : ",\"");
        str_add(s, catalogue_input_policy_name(a, api->version));
        API_ADD(s, "\":");
        add_attribute(s, p, a);
    }
    API_ADD(s, ",\"usePool\":false,\"encrypted\":false");
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, p->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, p->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, p->updated_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "product", "products", p->product_id);
    api_resource_to_many(s, &of, "pool", NULL);
    api_resource_to_many(s, &of, "licenses", NULL);
    api_resource_to_many(s, &of, "entitlements", NULL);
    api_resource_close(s, &of);
}

void api_catalogue_group(struct str *s, const struct api *api, const struct licence_group *g)
{
    static const char *const MANY[] = {"owners", "users", "licenses", "machines"};
    const struct api_resource of = api_resource_of(api, "groups", g->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"name\":", g->name);
    API_MEMBER(s, "maxUsers");
    api_value_limit(s, g->max_users);
    API_MEMBER(s, "maxLicenses");
    api_value_limit(s, g->max_licences);
    API_MEMBER(s, "maxMachines");
    api_value_limit(s, g->max_machines);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, g->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, g->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, g->updated_at);
    api_resource_relationships(s, &of);
    for (size_t i = 0; i < COUNT(MANY); i++)
        api_resource_to_many(s, &of, MANY[i], NULL);
    api_resource_close(s, &of);
}

void api_catalogue_join(struct str *s, const struct api *api, const struct entitlement_join *j)
{
    const struct api_resource of = api_resource_of(api, "policy-entitlements", j->id);

    api_resource_open(s, &of);
    API_ADD(s, "\"created\":");
    api_value_time(s, j->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, j->created_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "policy", "policies", j->policy_id);
    api_resource_to_one(s, &of, "entitlement", "entitlements", j->entitlement_id);
    api_resource_close(s, &of);
}
