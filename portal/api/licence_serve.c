#include "portal/api/licence_serve.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "licensing/licence_cache.h"
#include "licensing/revocation.h"
#include "portal/account/tenant.h"
#include "portal/api/api_auth.h"
#include "portal/api/api_error.h"
#include "portal/api/api_input.h"
#include "portal/api/api_limit.h"
#include "portal/http/rate.h"
#include "portal/http/reply.h"
#include "portal/http/route.h"

#include <string.h>

static const char JSON_API[] = "application/vnd.api+json; charset=utf-8";
static const char JSON_PLAIN[] = "application/json; charset=utf-8";

static const char *const VERSIONS[] = {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"};
_Static_assert(COUNT(VERSIONS) == API_VERSION_NEWEST - API_VERSION_OLDEST + 1, "every version");

static const struct err_kind ERR_API_VERSION = {
    ERR_CLASS_MALFORMED, "INVALID_API_VERSION",
    "This version is not supported. Versions 1.2 to 1.8 are."};
static const struct err_kind ERR_ENVIRONMENT = {ERR_CLASS_MALFORMED, "ENVIRONMENT_NOT_SUPPORTED",
                                                "There are no environments here."};
static const struct err_kind ERR_ACCEPT_SIGNATURE = {
    ERR_CLASS_MALFORMED, "",
    "Only signatures by algorithm=\"ed25519\" with this account's keyid are offered."};

/* A role that could not sign for somebody says so now, and not to that tenant's customers. */
static bool check_keys(struct app *app, struct err *err)
{
    struct arena *mem = arena_make(64 * 1024);
    struct ctx cx;
    bool ok;

    ctx_start(&cx, mem, app->licensing_pool);
    cx.master = app->master;
    ok = signing_key_check_all(&cx, app->config.key_file);
    if (!ok)
        *err = cx.err;
    db_release(&cx);
    arena_free(mem);
    return ok;
}

bool licence_serve_start(struct app *app, struct err *err)
{
    if (!check_keys(app, err))
        return false;
    app->signing_keys = signing_keys_make();
    app->revocations = revocation_cache_make();
    app->licence_cache = licence_cache_make((unsigned)app->config.licence_cache_entries);
    return licence_cache_start(app->licence_cache, app->licensing_pool, err);
}

void licence_serve_stop(struct app *app)
{
    licence_cache_free(app->licence_cache);
    signing_keys_free(app->signing_keys);
    revocation_cache_free(app->revocations);
    app->licence_cache = NULL;
    app->signing_keys = NULL;
    app->revocations = NULL;
}

/* --- the steps before the handler --- */

static bool find_account(struct req *rq, struct api *api)
{
    const size_t prefix = sizeof API_ACCOUNTS - 1;
    struct ctx *cx = &rq->cx;
    bool ok;

    if (strncmp(rq->path, API_ACCOUNTS, prefix) == 0)
        ok = tenant_by_account(
            cx, rq->app->tenants,
            arena_dup_bytes(cx->mem, rq->path + prefix, strcspn(rq->path + prefix, "/")),
            &rq->tenant);
    else
        ok = tenant_by_host(cx, rq->app->tenants, rq->host, rq->app->config.tenant_default,
                            &rq->tenant);
    if (!ok)
        return false;
    api->account = id_text(cx->mem, rq->tenant->id);
    return signing_keys_get(rq->app->signing_keys, cx, &api->keys);
}

static bool parse_version(const char *text, int *out)
{
    int64_t minor;

    if (*text == 'v')
        text++;
    if (strncmp(text, "1.", 2) != 0 ||
        !parse_i64(text + 2, API_VERSION_OLDEST, API_VERSION_NEWEST, &minor))
        return false;
    *out = (int)minor;
    return true;
}

static bool find_version(struct req *rq, struct api *api)
{
    const char *asked = req_header(rq, "Keygen-Version");

    if (asked != NULL)
        return parse_version(asked, &api->version) ||
               err_set_at(&rq->cx.err, &ERR_API_VERSION, ":Keygen-Version", "%s", asked);
    if (rq->tenant == NULL || !parse_version(rq->tenant->api_version, &api->version))
        api->version = API_VERSION_NEWEST;
    return true;
}

static bool check_environment(struct req *rq)
{
    if (req_header(rq, "Keygen-Environment") != NULL)
        return err_set_at(&rq->cx.err, &ERR_ENVIRONMENT, ":Keygen-Environment", "header");
    if (*rq->query != '\0' && req_query(rq, "environment") != NULL)
        return err_set_at(&rq->cx.err, &ERR_ENVIRONMENT, "?environment", "parameter");
    return true;
}

/* One item of [keyid="..", ]algorithm="..". */
static bool is_item(struct span item, const char *name, const char *value)
{
    struct span key;

    item = span_trim(item);
    if (!span_cut(&item, '=', &key) || !span_equal(span_trim(key), name))
        return false;
    item = span_trim(item);
    if (item.len < 2 || item.p[0] != '"' || item.p[item.len - 1] != '"')
        return false;
    return span_equal((struct span){item.p + 1, item.len - 2}, value);
}

static bool check_accept_signature(struct req *rq, const struct api *api)
{
    const char *header = req_header(rq, "Keygen-Accept-Signature");
    struct span rest = span_of(header != NULL ? header : "");
    struct span item;
    bool has_algorithm = false;

    if (header == NULL)
        return true;
    while (span_cut(&rest, ',', &item)) {
        if (is_item(item, "algorithm", "ed25519"))
            has_algorithm = true;
        else if (!is_item(item, "keyid", api->account))
            return err_set_at(&rq->cx.err, &ERR_ACCEPT_SIGNATURE, ":Keygen-Accept-Signature", "%s",
                              header);
    }
    return has_algorithm ||
           err_set_at(&rq->cx.err, &ERR_ACCEPT_SIGNATURE, ":Keygen-Accept-Signature", "%s", header);
}

static bool check_credential(struct req *rq, struct api *api)
{
    unsigned needs = rq->route->needs;

    if ((needs & (NEED_BEARER | NEED_MAYBE_BEARER | NEED_PASSWORD)) == 0)
        return true;
    return api_auth_check(rq, api, (needs & NEED_MAYBE_BEARER) == 0);
}

static bool is_file(const struct req *rq)
{
    return rq->route != NULL && (rq->route->needs & NEED_FILE) != 0;
}

/* Everything is looked at in the protocol's order, but the account first of all: it is whose key
 * signs, also what goes wrong before it is asked for. */
static bool run(struct req *rq, struct api *api, const struct err *refused)
{
    struct ctx *cx = &rq->cx;
    struct err account;

    if (refused->kind == &ERR_LIMITED) { /* unsigned and cheap */
        cx->err = *refused;
        return false;
    }
    if (!find_account(rq, api) && cx->err.kind != &ERR_NOT_FOUND)
        return false;
    account = cx->err;
    err_clear(&cx->err);
    if (rq->method == METHOD_OPTIONS && refused->kind == NULL) {
        rq->status = 204;
        return true;
    }
    if (refused->kind != NULL) {
        cx->err = *refused;
        return false;
    }
    if (!rate_of_tenant(rq) ||
        (!is_file(rq) && (!api_input_accept(rq, api) || !api_input_body(rq, api))) ||
        !find_version(rq, api))
        return false;
    if (rq->route != NULL && (rq->route->needs & NEED_PUBLIC) != 0)
        return rq->route->handler(rq); /* health: outside any account */
    if (account.kind != NULL) {
        cx->err = account;
        return false;
    }
    if (!check_environment(rq) || !check_accept_signature(rq, api))
        return false;
    if (rq->route == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "no such route");
    return api_limit_check(rq, api) && check_credential(rq, api) && rq->route->handler(rq);
}

/* --- the answer --- */

const char *licence_serve_sign(struct arena *mem, const struct crypto_signer *signer,
                               const char *method, const char *target, const char *host,
                               const char *date, const char *digest)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct str s = str_new(mem);

    str_room(&s, strlen(target) + strlen(host) + 160);
    str_add(&s, "(request-target): ");
    for (const char *c = method; *c != '\0'; c++)
        str_char(&s, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
    str_char(&s, ' ');
    str_add(&s, target);
    str_add(&s, "\nhost: ");
    str_add(&s, host);
    str_add(&s, "\ndate: ");
    str_add(&s, date);
    str_add(&s, "\ndigest: ");
    str_add(&s, digest);
    crypto_signer_sign(signer, s.p, s.len, signature);
    return crypto_base64(mem, signature, sizeof signature);
}

/* On the path of every answer, so by copying instead of a format. */
static const char *join(struct arena *mem, const char *a, const char *b, const char *c)
{
    struct str s = str_new(mem);

    str_room(&s, strlen(a) + strlen(b) + strlen(c) + 1);
    str_add(&s, a);
    str_add(&s, b);
    str_add(&s, c);
    return s.p;
}

static void add_signature(struct req *rq, const struct api *api)
{
    struct arena *mem = rq->cx.mem;
    uint8_t hash[CRYPTO_HASH_SIZE];
    char *date = arena_alloc(mem, CLOCK_HTTP_SIZE);
    const char *digest;
    const char *signature;

    clock_http(rq->cx.now, date);
    reply_header(rq, "Date", date);
    if (api->keys == NULL || rq->status == 429 || rq->status >= 500)
        return; /* or nobody's key: no account was found, or its key does not open */
    if (rq->file_fd >= 0 && rq->file_sha256 != NULL)
        memcpy(hash, rq->file_sha256, sizeof hash); /* of the whole, also for a part (RFC 3230) */
    else
        crypto_sha256(rq->out.p, rq->out.len, hash);
    digest = join(mem, "sha-256=", crypto_base64(mem, hash, sizeof hash), "");
    signature = licence_serve_sign(mem, api->keys->signer, rq->method_text, rq->target,
                                   rq->host != NULL ? rq->host : "", date, digest);
    reply_header(rq, "Digest", digest);
    reply_header(rq, "Keygen-Date", date);
    reply_header(rq, "Keygen-Digest", digest);
    reply_header(rq, "Keygen-Signature",
                 join(mem, join(mem, "keyid=\"", api->account, "\", algorithm=\"ed25519\", "),
                      join(mem, "signature=\"", signature, "\", "),
                      "headers=\"(request-target) host date digest\""));
}

/* Up to 1.3 these three names end in -Id. */
static void add_identity(struct req *rq, const struct api *api)
{
    bool is_old = api->version <= 3;

    if (api->account != NULL)
        reply_header(rq, is_old ? "Keygen-Account-Id" : "Keygen-Account", api->account);
    if (!id_is_zero(api->bearer_id))
        reply_header(rq, is_old ? "Keygen-Bearer-Id" : "Keygen-Bearer",
                     id_text(rq->cx.mem, api->bearer_id));
    if (api->token != NULL)
        reply_header(rq, is_old ? "Keygen-Token-Id" : "Keygen-Token",
                     id_text(rq->cx.mem, api->token->id));
    reply_header(rq, "Keygen-Version", VERSIONS[api->version - API_VERSION_OLDEST]);
}

/* What every answer says, in one piece. */
static const char FIXED_HEADERS[] =
    "Cache-Control: no-transform, no-store, max-age=0\r\n"
    "Keygen-Edition: CE\r\n"
    "Keygen-Mode: multiplayer\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"
    "Access-Control-Expose-Headers: Keygen-Account, Keygen-Account-Id, Keygen-Bearer, "
    "Keygen-Bearer-Id, Keygen-Date, Keygen-Digest, Keygen-Edition, Keygen-Mode, Keygen-Signature, "
    "Keygen-Token, Keygen-Token-Id, Keygen-Version, X-RateLimit-Window, X-RateLimit-Limit, "
    "X-RateLimit-Count, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Date, Digest, "
    "Location\r\n";

static void add_preflight(struct req *rq)
{
    const char *asked = req_header(rq, "Access-Control-Request-Headers");

    /* A wildcard does not cover Authorization (Fetch standard), so what is asked is echoed. */
    reply_header(rq, "Access-Control-Allow-Headers", asked != NULL ? asked : "*");
    reply_header(rq, "Access-Control-Max-Age", "86400");
}

/* What the server refused has its status already. */
static void answer_failure(struct req *rq, const struct api *api, bool is_refused)
{
    struct err *err = &rq->cx.err;

    if (!is_refused)
        rq->status = reply_status_of(err->kind->class);
    rq->out = str_new(rq->cx.mem);
    rq->header_count = 0;
    api_of(rq)->type = NULL;
    api_error_write(&rq->out, api, err, rq->status);
    if (rq->status == 401)
        reply_header(rq, "WWW-Authenticate", "Bearer realm=\"keygen\"");
    if (rq->status >= 500)
        log_error(rq->cx.trace, "%s %s %s: %s (%s)", route_method_name(rq->method),
                  rq->route != NULL ? rq->route->pattern : "-", err->kind->code, err->oper,
                  err->where);
    else
        log_debug(rq->cx.trace, "%d %s: %s (%s)", rq->status, err->kind->code, err->oper,
                  err->where);
}

/* A UUIDv7 of the run's time and its trace, so that a log line is found by either, and no further
 * random bytes are asked of the system for each answer. */
static void name_request(const struct req *rq, struct api *api)
{
    uint64_t ms = (uint64_t)(rq->cx.now / (CLOCK_SECOND / 1000));
    struct id id = {0};

    for (size_t i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.b[6] = 0x70;
    if (!parse_hex(rq->cx.trace, id.b + 8, 8)) /* cannot be: a trace is 16 digits */
        crypto_random(id.b + 8, 8);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    id_format(id, api->request_id);
}

void licence_serve(struct req *rq)
{
    struct api *api = arena_new(rq->cx.mem, struct api);
    struct err refused = rq->cx.err;

    err_clear(&rq->cx.err);
    api->mem = rq->cx.mem;
    api->version = API_VERSION_NEWEST;
    name_request(rq, api);
    rq->portal = api;
    if (!run(rq, api, &refused))
        answer_failure(rq, api, refused.kind != NULL && rq->cx.err.kind == refused.kind);
    rq->type = api->type != NULL ? api->type : api->wants_json ? JSON_PLAIN : JSON_API;
    reply_header(rq, "X-Request-Id", api->request_id);
    rq->header_block = FIXED_HEADERS;
    add_identity(rq, api);
    rate_headers(rq);
    if (rq->method == METHOD_OPTIONS)
        add_preflight(rq);
    add_signature(rq, api);
}
