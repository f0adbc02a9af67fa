#include "portal/api/me_api.h"

#include "base/crypto.h"
#include "portal/account/tenant.h"
#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_document.h"
#include "portal/api/api_permission.h"

bool me_api_health(struct req *rq)
{
    rq->status = 204;
    return true;
}

bool me_api_ping(struct req *rq)
{
    str_add(&rq->out, "{\"meta\":{\"ts\":");
    api_value_time(&rq->out, rq->cx.now);
    str_add(&rq->out, "}}");
    return true;
}

static bool write_bearer(struct req *rq, struct str *out)
{
    const struct api *api = api_of(rq);
    struct product *product;
    struct user *user;

    switch (api->role) {
    case API_LICENCE:
        api_document_licence(out, api, api->licence, rq->cx.now, NULL);
        return true;
    case API_PRODUCT:
        if (!product_get(&rq->cx, api->bearer_id, &product))
            return false;
        api_bearer_product(out, api, product);
        return true;
    case API_STAFF:
    case API_USER:
        if (id_is_zero(api->bearer_id))
            break;
        if (!user_get(&rq->cx, api->bearer_id, &user))
            return false;
        api_bearer_user(out, api, user);
        return true;
    case API_NOBODY:
        break;
    }
    str_add(out, "null"); /* a token of the tenant itself speaks for nobody in particular */
    return true;
}

bool me_api_view(struct req *rq)
{
    const struct api *api = api_of(rq);

    str_add(&rq->out, "{\"data\":");
    if (!write_bearer(rq, &rq->out))
        return false;
    if (api->token != NULL) {
        str_add(&rq->out, ",\"included\":[");
        api_bearer_token(&rq->out, api, api->token);
        str_char(&rq->out, ']');
    }
    str_char(&rq->out, '}');
    return true;
}

/* As /me, and which token asks. */
bool me_api_profile(struct req *rq)
{
    const struct api *api = api_of(rq);

    str_add(&rq->out, "{\"data\":");
    if (!write_bearer(rq, &rq->out))
        return false;
    str_add(&rq->out, ",\"meta\":{\"tokenId\":");
    api_value_text(&rq->out, api->token != NULL ? id_text(rq->cx.mem, api->token->id) : NULL);
    str_add(&rq->out, "}}");
    return true;
}

/* Keys that signed before, for files and keys of those days; beside the protocol's documents. */
static bool add_older_keys(struct req *rq)
{
    struct str *out = &rq->out;
    struct signing_key *keys;
    bool is_first = true;
    size_t count;

    if (!signing_key_list(&rq->cx, &keys, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].is_current || keys[i].withdrawn_at != 0)
            continue;
        str_add(out, is_first ? ",\"meta\":{\"gatehouse\":{\"olderKeys\":[" : ",");
        str_add(out, "{\"id\":");
        api_value_text(out, id_text(rq->cx.mem, keys[i].id));
        str_add(out, ",\"ed25519\":");
        api_value_text(out, crypto_hex(rq->cx.mem, keys[i].public_key, CRYPTO_PUBLIC_SIZE));
        str_add(out, ",\"until\":");
        api_value_time(out, keys[i].retired_at);
        str_char(out, '}');
        is_first = false;
    }
    if (!is_first)
        str_add(out, "]}}");
    return true;
}

bool me_api_account(struct req *rq)
{
    struct api *api = api_of(rq);
    struct tenant_account account;

    if (!api_permission_check(rq, PERMIT_ACCOUNT_READ) || !tenant_account_get(&rq->cx, &account))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_account(&rq->out, api, &account, crypto_signer_public(api->keys->signer));
    if (!add_older_keys(rq))
        return false;
    str_char(&rq->out, '}');
    return true;
}
