#include "portal/api/api_bearer.h"

#include "base/crypto.h"
#include "portal/account/tenant.h"
#include "portal/account/user.h"
#include "portal/api/api_metadata.h"
#include "portal/api/api_resource.h"

/* --- tokens, products --- */

static void add_counts(struct str *s, const struct token *t)
{
    API_MEMBER(s, "maxActivations");
    api_value_limit(s, t->max_activations == 0 ? POLICY_NO_LIMIT : t->max_activations);
    API_MEMBER(s, "activations");
    str_i64(s, t->activations);
    API_MEMBER(s, "maxDeactivations");
    api_value_limit(s, t->max_deactivations == 0 ? POLICY_NO_LIMIT : t->max_deactivations);
    API_MEMBER(s, "deactivations");
    str_i64(s, t->deactivations);
}

void api_bearer_token(struct str *s, const struct api *api, const struct token *token)
{
    const struct api_resource of = api_resource_of(api, "tokens", token->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"kind\":", TOKEN_KIND_NAMES[token->kind]);
    if (token->text != NULL)
        API_TEXT(s, ",\"token\":", token->text);
    API_MEMBER(s, "expiry");
    api_value_time(s, token->expires_at);
    API_TEXT(s, ",\"name\":", token->name);
    if (token->kind == TOKEN_ACTIVATION)
        add_counts(s, token);
    API_MEMBER(s, "created");
    api_value_time(s, token->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, token->updated_at);
    api_resource_relationships(s, &of);
    if (!id_is_zero(token->licence_id))
        api_resource_to_one(s, &of, "bearer", "licenses", token->licence_id);
    else if (!id_is_zero(token->product_id))
        api_resource_to_one(s, &of, "bearer", "products", token->product_id);
    else
        api_resource_to_one(s, &of, "bearer", "users", token->person_id);
    api_resource_close(s, &of);
}

void api_bearer_product(struct str *s, const struct api *api, const struct product *product)
{
    static const char *const MANY[] = {"policies",  "licenses", "machines", "users",    "tokens",
                                       "platforms", "channels", "releases", "artifacts"};
    const struct api_resource of = api_resource_of(api, "products", product->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"name\":", product->name);
    API_TEXT(s, ",\"code\":", product->code);
    API_TEXT(s, ",\"distributionStrategy\":", product->distribution);
    API_TEXT(s, ",\"url\":", product->url);
    API_MEMBER(s, "platforms");
    str_add(s, product->platforms != NULL ? product->platforms : "null");
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, product->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, product->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, product->updated_at);
    api_resource_relationships(s, &of);
    for (size_t i = 0; i < COUNT(MANY); i++)
        api_resource_to_many(s, &of, MANY[i], NULL);
    api_resource_close(s, &of);
}

/* --- people, accounts --- */

void api_bearer_user(struct str *s, const struct api *api, const struct user *user)
{
    static const char *const MANY[] = {"products", "licenses", "machines", "tokens"};
    const struct api_resource of = api_resource_of(api, "users", user->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"fullName\":", user->full_name);
    API_TEXT(s, ",\"firstName\":", user->first_name);
    API_TEXT(s, ",\"lastName\":", user->last_name);
    API_TEXT(s, ",\"email\":", user->email);
    API_TEXT(s, ",\"status\":", USER_STATUS_NAMES[user->status]);
    API_TEXT(s, ",\"role\":", TOKEN_ROLE_NAMES[user->role]);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, user->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, user->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, user->updated_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "group", "groups", user->group_id);
    for (size_t i = 0; i < COUNT(MANY); i++)
        api_resource_to_many(s, &of, MANY[i], NULL);
    api_resource_close(s, &of);
}

void api_bearer_account(struct str *s, const struct api *api, const struct tenant_account *account,
                        const uint8_t public_key[CRYPTO_PUBLIC_SIZE])
{
    const char *hex = crypto_hex(s->mem, public_key, CRYPTO_PUBLIC_SIZE);

    API_ADD(s, "{\"id\":\"");
    str_add(s, api->account);
    API_TEXT(s, "\",\"type\":\"accounts\",\"attributes\":{\"name\":", account->name);
    API_TEXT(s, ",\"slug\":", account->slug);
    API_TEXT(s, ",\"apiVersion\":", account->api_version);
    API_ADD(s, ",\"status\":\"ACTIVE\"");
    API_MEMBER(s, "protected");
    api_value_bool(s, account->is_protected);
    API_MEMBER(s, "created");
    api_value_time(s, account->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, account->updated_at);
    API_ADD(s, "},\"links\":{\"self\":\"/v1/accounts/");
    str_add(s, api->account);
    API_TEXT(s, "\"},\"meta\":{\"keys\":{\"ed25519\":", crypto_base64(s->mem, hex, strlen(hex)));
    API_ADD(s, "}}}");
}
