#include "portal/api/webhook_document.h"

#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"

void webhook_document_endpoint(struct str *s, const struct api *api,
                               const struct webhook_endpoint *e)
{
    const struct api_resource of = api_resource_of(api, "webhook-endpoints", e->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"url\":", e->url);
    API_MEMBER(s, "subscriptions");
    api_value_json(s, e->subscriptions);
    API_ADD(s, ",\"signatureAlgorithm\":\"ed25519\"");
    API_TEXT(s, ",\"apiVersion\":", e->api_version);
    /* Beyond the protocol: whether it is told anything at present, and why not. */
    API_MEMBER(s, "enabled");
    api_value_bool(s, e->is_enabled);
    API_TEXT(s, ",\"disabledReason\":", e->disabled_why);
    API_MEMBER(s, "created");
    api_value_time(s, e->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, e->updated_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "product", "products", e->product_id);
    api_resource_close(s, &of);
}

/* As api_resource_close, with the meta member after the links. */
static void close_with_meta(struct str *s, const struct api_resource *of,
                            const struct webhook_event *e)
{
    API_ADD(s, "},\"links\":{\"self\":\"");
    api_resource_path(s, of->api, of->type, of->id);
    API_TEXT(s, "\"},\"meta\":{\"idempotencyToken\":", e->idempotency_token);
    API_ADD(s, "}}");
}

void webhook_document_event(struct str *s, const struct api *api, const struct webhook_event *e,
                            bool is_sent)
{
    const struct api_resource of = api_resource_of(api, "webhook-events", e->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"endpoint\":", e->url);
    API_TEXT(s, ",\"apiVersion\":", e->api_version);
    API_TEXT(s, ",\"payload\":", e->payload);
    API_TEXT(s, ",\"event\":", e->name);
    API_TEXT(s, ",\"status\":", is_sent ? "DELIVERING" : e->status);
    API_MEMBER(s, "lastResponseCode");
    if (is_sent || e->last_code == 0)
        API_ADD(s, "null");
    else
        str_i64(s, e->last_code);
    API_TEXT(s, ",\"lastResponseBody\":", is_sent ? NULL : e->last_body);
    API_MEMBER(s, "created");
    api_value_time(s, e->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, e->updated_at);
    api_resource_relationships(s, &of);
    close_with_meta(s, &of, e);
}
