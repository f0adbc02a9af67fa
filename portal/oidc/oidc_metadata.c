#include "portal/oidc/oidc_metadata.h"

#include "base/clock.h"
#include "portal/hooks/webhook_post.h"
#include "portal/hooks/webhook_url.h"

#include <string.h>

enum { ANSWER_MAX = 64 * 1024, WAIT_MS = 200 };

const struct err_kind ERR_OIDC_DOWN = {
    ERR_CLASS_BUSY, "OIDC_DOWN",
    "Your sign-on provider does not answer. Sign in with your password, or try again later."};

/* --- asking --- */

static bool down(struct ctx *cx, const char *url, const char *why)
{
    return err_set(&cx->err, &ERR_OIDC_DOWN, "%.150s: %.200s", url, why);
}

bool oidc_metadata_ask(struct ctx *cx, const struct oidc_net *net, const char *url,
                       const char *authorization, const char *form, int *code, json_t **out)
{
    const struct webhook_post_limits limits = {
        .timeout_ms = net->timeout_ms, .answer_max = ANSWER_MAX, .allows_local = net->allows_local};
    struct webhook_post post = {.mem = cx->mem};
    struct err why = {.kind = NULL};
    struct webhook_post_set *set;
    struct webhook_url parts;
    size_t n = 0;

    if (!webhook_url_parse(cx->mem, &why, url, net->allows_local, &parts))
        return down(cx, url, why.oper);
    post.url = parts.text;
    post.target = parts.target;
    post.headers[n++] = arena_printf(cx->mem, "Host: %s", parts.host);
    post.headers[n++] = "Accept: application/json";
    if (form != NULL) {
        post.headers[n++] = "Content-Type: application/x-www-form-urlencoded";
        post.body = span_of(form);
    }
    if (authorization != NULL)
        post.headers[n++] = arena_printf(cx->mem, "Authorization: %s", authorization);
    db_release(cx); /* no connection is kept while somebody else thinks */
    set = webhook_post_set_make(&limits);
    webhook_post_set_add(set, &post);
    while (webhook_post_set_next(set) == NULL)
        webhook_post_set_work(set, WAIT_MS);
    webhook_post_set_free(set);
    if (post.code == 0 || post.answer == NULL)
        return down(cx, url, post.fault != NULL ? post.fault : "the answer is no text");
    if (!json_read(cx->mem, &why, post.answer, strlen(post.answer), out) || !json_is_object(*out))
        return down(cx, url, arena_printf(cx->mem, "HTTP %d, no JSON: %s", post.code, why.oper));
    *code = post.code;
    return true;
}

/* --- what it says of itself --- */

static const char SQL_OIDC_METADATA_GET[] =
    "SELECT metadata, metadata_at, key_set, key_set_at FROM oidc_provider WHERE tenant_id = ? "
    "AND id = ?";
static const char SQL_OIDC_METADATA_SET[] =
    "UPDATE oidc_provider SET metadata = ?, metadata_at = ? WHERE tenant_id = ? AND id = ? "
    "AND issuer = ?";
static const char SQL_OIDC_KEY_SET_SET[] =
    "UPDATE oidc_provider SET key_set = ?, key_set_at = ? WHERE tenant_id = ? AND id = ? "
    "AND issuer = ?";
static const char SQL_OIDC_KEY_SET_CLAIM[] =
    "UPDATE oidc_provider SET key_set_at = ? WHERE tenant_id = ? AND id = ? "
    "AND (key_set_at IS NULL OR key_set_at < ?)";

struct kept {
    const char *metadata, *key_set; /* NULL: none, or too old */
    const char *old_key_set;        /* of whatever age */
};

static bool kept_read(struct ctx *cx, struct id id, struct kept *out)
{
    const int64_t since = cx->now - OIDC_METADATA_HOURS * CLOCK_HOUR;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OIDC_METADATA_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    *out = (struct kept){.metadata = NULL};
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "sign-on provider");
    if (db_time(&rows.row, 1) > since)
        out->metadata = db_text(&rows.row, 0);
    out->old_key_set = db_text(&rows.row, 2);
    if (db_time(&rows.row, 3) > since)
        out->key_set = out->old_key_set;
    return true;
}

static bool has_method(const json_t *json, const char *method)
{
    const json_t *list = json_object_get(json, "token_endpoint_auth_methods_supported");
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one)
        if (json_is_string(one) && strcmp(json_string_value(one), method) == 0)
            return true;
    return false;
}

static bool place(struct arena *mem, struct err *err, const struct oidc_net *net,
                  const json_t *json, const char *name, const char **out)
{
    const char *text = json_string_value(json_object_get(json, name));
    struct err why = {.kind = NULL};
    struct webhook_url url;

    if (text == NULL || !webhook_url_parse(mem, &why, text, net->allows_local, &url))
        return err_set(err, &ERR_OIDC_DOWN, "%s: %.200s", name,
                       text == NULL ? "is absent" : why.oper);
    *out = url.text;
    return true;
}

bool oidc_metadata_read(struct arena *mem, struct err *err, const struct oidc_net *net,
                        const char *wanted, const json_t *json, struct oidc_metadata *out)
{
    const char *issuer = json_get_text(json, "issuer", "");

    if (strcmp(issuer, wanted) != 0)
        return err_set(err, &ERR_OIDC_ISSUER, "%.100s calls itself %.100s", wanted, issuer);
    if (!place(mem, err, net, json, "authorization_endpoint", &out->authorize_url) ||
        !place(mem, err, net, json, "token_endpoint", &out->token_url) ||
        !place(mem, err, net, json, "jwks_uri", &out->keys_url))
        return false;
    out->wants_secret_in_form =
        has_method(json, "client_secret_post") && !has_method(json, "client_secret_basic");
    return true;
}

bool oidc_metadata_get(struct ctx *cx, const struct oidc_net *net,
                       const struct oidc_provider *provider, struct oidc_metadata *out)
{
    size_t length = strlen(provider->issuer);
    struct kept kept;
    json_t *json;
    int code;

    if (!kept_read(cx, provider->id, &kept))
        return false;
    if (kept.metadata != NULL)
        return json_read(cx->mem, &cx->err, kept.metadata, strlen(kept.metadata), &json) &&
               oidc_metadata_read(cx->mem, &cx->err, net, provider->issuer, json, out);
    if (provider->issuer[length - 1] == '/')
        length--;
    if (!oidc_metadata_ask(cx, net,
                           arena_printf(cx->mem, "%.*s/.well-known/openid-configuration",
                                        (int)length, provider->issuer),
                           NULL, NULL, &code, &json))
        return false;
    if (code != 200)
        return down(cx, provider->issuer, arena_printf(cx->mem, "HTTP %d", code));
    return oidc_metadata_read(cx->mem, &cx->err, net, provider->issuer, json, out) &&
           db_exec(cx, NULL, SQL_OIDC_METADATA_SET, DB_TEXT(json_write(cx->mem, json)),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(provider->id),
                   DB_TEXT(provider->issuer));
}

/* --- its keys --- */

static bool keys_read(struct ctx *cx, const char *text, struct oidc_keys *out)
{
    return oidc_token_keys(cx->mem, &cx->err, span_of(text), out);
}

bool oidc_metadata_keys(struct ctx *cx, const struct oidc_net *net,
                        const struct oidc_provider *provider, const struct oidc_metadata *metadata,
                        bool again, struct oidc_keys *out)
{
    const int64_t pause = OIDC_METADATA_PAUSE_SECONDS * CLOCK_SECOND;
    int64_t claimed = 1;
    struct kept kept;
    const char *text;
    json_t *json;
    int code;

    if (!kept_read(cx, provider->id, &kept))
        return false;
    if (kept.key_set != NULL && !again)
        return keys_read(cx, kept.key_set, out);
    if (again && !db_exec(cx, &claimed, SQL_OIDC_KEY_SET_CLAIM, DB_TIME(cx->now),
                          DB_ID(cx->tenant_id), DB_ID(provider->id), DB_TIME(cx->now - pause)))
        return false;
    if (claimed == 0 && kept.old_key_set != NULL)
        return keys_read(cx, kept.old_key_set, out);
    if (!oidc_metadata_ask(cx, net, metadata->keys_url, NULL, NULL, &code, &json))
        return false;
    if (code != 200)
        return down(cx, metadata->keys_url, arena_printf(cx->mem, "HTTP %d", code));
    text = json_write(cx->mem, json);
    return keys_read(cx, text, out) &&
           db_exec(cx, NULL, SQL_OIDC_KEY_SET_SET, DB_TEXT(text), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(provider->id), DB_TEXT(provider->issuer));
}
