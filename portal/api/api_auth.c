#include "portal/api/api_auth.h"

#include "licensing/licence_cache.h"
#include "portal/account/user.h"
#include "portal/http/route.h"

#include <string.h>

static const char AT_HEADER[] = ":Authorization";

static const struct err_kind ERR_TOKEN_MISSING = {ERR_CLASS_LOGIN, "TOKEN_MISSING",
                                                  "This needs a token or a licence key."};
static const struct err_kind ERR_TOKEN_FORMAT = {ERR_CLASS_LOGIN, "TOKEN_FORMAT_INVALID",
                                                 "This is an id, not a token."};
static const struct err_kind ERR_TOKEN_INVALID = {ERR_CLASS_LOGIN, "TOKEN_INVALID",
                                                  "This token is not valid."};
static const struct err_kind ERR_TOKEN_EXPIRED = {ERR_CLASS_LOGIN, "TOKEN_EXPIRED",
                                                  "This token has expired."};
static const struct err_kind ERR_KEY_INVALID = {ERR_CLASS_LOGIN, "LICENSE_INVALID",
                                                "This licence key is not valid."};
const struct err_kind ERR_API_USER_BANNED = {ERR_CLASS_DENIED, "USER_BANNED",
                                             "This person is banned."};
static const struct err_kind ERR_KEY_BANNED = {ERR_CLASS_DENIED, "LICENSE_BANNED",
                                               "The licence's owner is banned."};
static const struct err_kind ERR_KEY_SUSPENDED = {ERR_CLASS_DENIED, "LICENSE_SUSPENDED",
                                                  "This licence is suspended."};
static const struct err_kind ERR_KEY_EXPIRED = {ERR_CLASS_DENIED, "LICENSE_EXPIRED",
                                                "This licence has expired."};
static const struct err_kind ERR_KEY_NOT_ALLOWED = {
    ERR_CLASS_DENIED, "LICENSE_NOT_ALLOWED",
    "The licence's policy does not let its key authenticate."};
static const struct err_kind ERR_TOKEN_NOT_ALLOWED = {
    ERR_CLASS_DENIED, "TOKEN_NOT_ALLOWED",
    "The licence's policy does not let its tokens authenticate."};

enum credential_kind { CREDENTIAL_NONE, CREDENTIAL_TOKEN, CREDENTIAL_KEY, CREDENTIAL_PASSWORD };

struct credential {
    enum credential_kind kind;
    const char *text;
    const char *source;
    const char *password; /* text is the e-mail address then */
};

/* "license:KEY", "token:TOKEN", "TOKEN:" or "TOKEN", or "EMAIL:PASSWORD". */
static struct credential from_pair(struct arena *mem, const char *pair, const char *source)
{
    const char *colon = strchr(pair, ':');
    struct span name = colon != NULL ? (struct span){pair, (size_t)(colon - pair)} : span_of(pair);

    if (colon != NULL && span_equal_nocase(name, "license"))
        return (struct credential){CREDENTIAL_KEY, colon + 1, source, NULL};
    if (colon != NULL && span_equal_nocase(name, "token"))
        return (struct credential){CREDENTIAL_TOKEN, colon + 1, source, NULL};
    if (colon != NULL && (colon[1] != '\0' || name.len == 0 || memchr(name.p, '@', name.len)))
        return (struct credential){CREDENTIAL_PASSWORD, span_dup(mem, name), source, colon + 1};
    return (struct credential){CREDENTIAL_TOKEN, span_dup(mem, name), source, NULL};
}

static struct credential from_header(struct arena *mem, const char *header)
{
    struct span rest = span_trim(span_of(header));
    struct span scheme;
    const char *value;
    uint8_t *pair;
    size_t len;

    span_cut(&rest, ' ', &scheme);
    value = span_dup(mem, span_trim(rest));
    if (span_equal_nocase(scheme, "bearer") || span_equal_nocase(scheme, "token"))
        return (struct credential){CREDENTIAL_TOKEN, value, AT_HEADER, NULL};
    if (span_equal_nocase(scheme, "license"))
        return (struct credential){CREDENTIAL_KEY, value, AT_HEADER, NULL};
    if (span_equal_nocase(scheme, "basic") && crypto_from_base64(mem, value, &pair, &len) &&
        memchr(pair, '\0', len) == NULL)
        return from_pair(mem, arena_dup_bytes(mem, pair, len), AT_HEADER);
    return (struct credential){0};
}

static struct credential find_credential(struct req *rq)
{
    const char *header = req_header(rq, "Authorization");
    struct credential c = {0};
    const char *value;

    if (header != NULL)
        c = from_header(rq->cx.mem, header);
    if (c.kind != CREDENTIAL_NONE || *rq->query == '\0')
        return c;
    value = req_query(rq, "token");
    if (value != NULL)
        return (struct credential){CREDENTIAL_TOKEN, value, "?token", NULL};
    value = req_query(rq, "auth");
    return value != NULL ? from_pair(rq->cx.mem, value, "?auth") : c;
}

const char *api_auth_email(struct req *rq)
{
    const struct credential c = find_credential(rq);

    return c.kind == CREDENTIAL_PASSWORD ? c.text : NULL;
}

bool api_auth_is_there(struct req *rq)
{
    return find_credential(rq).kind != CREDENTIAL_NONE;
}

/* --- licence keys --- */

static bool key_may(enum policy_authentication strategy)
{
    return strategy == POLICY_AUTH_LICENCE || strategy == POLICY_AUTH_MIXED;
}

static bool token_may(enum policy_authentication strategy)
{
    return strategy == POLICY_AUTH_TOKEN || strategy == POLICY_AUTH_MIXED;
}

static const struct err_kind *key_refusal(const struct snapshot *s, int64_t now)
{
    const struct licence *l = &s->licence;

    if (l->is_owner_banned)
        return &ERR_KEY_BANNED;
    if (l->is_suspended)
        return &ERR_KEY_SUSPENDED;
    if (l->expires_at != 0 && l->expires_at < now && s->policy.expiration == POLICY_REVOKE_ACCESS)
        return &ERR_KEY_EXPIRED;
    return key_may(s->policy.authentication) ? NULL : &ERR_KEY_NOT_ALLOWED;
}

static void set_licence(struct api *api, const struct snapshot *s)
{
    api->role = API_LICENCE;
    api->kind = TOKEN_ACTIVATION;
    api->licence = s;
    api->bearer_id = s->licence.id;
}

static bool check_key(struct req *rq, struct api *api, const struct credential *c)
{
    struct ctx *cx = &rq->cx;
    const struct err_kind *refusal;
    const struct snapshot *s;

    if (!licence_cache_find(rq->app->licence_cache, cx, c->text, &s))
        return false;
    if (s == NULL)
        return err_set_at(&cx->err, &ERR_KEY_INVALID, c->source, "licence key");
    set_licence(api, s);
    refusal = key_refusal(s, cx->now);
    return refusal == NULL ||
           err_set_at(&cx->err, refusal, c->source, "licence %s", id_text(cx->mem, s->licence.id));
}

/* --- tokens --- */

/* A person's token is worth no more than the person's role is by now. */
static bool limit_to_role(struct req *rq, struct api *api)
{
    enum token_kind role;

    if (id_is_zero(api->bearer_id))
        return true;
    if (!user_role(&rq->cx, api->bearer_id, &role))
        return false;
    if (role > api->kind)
        api->kind = role;
    if (api->kind == TOKEN_USER)
        api->role = API_USER;
    return true;
}

static bool set_bearer(struct req *rq, struct api *api, const struct token *t, const char *source)
{
    struct ctx *cx = &rq->cx;
    const struct snapshot *s;

    api->token = t;
    api->kind = t->kind;
    switch (t->kind) {
    case TOKEN_ADMIN:
    case TOKEN_DEVELOPER:
    case TOKEN_SALES:
    case TOKEN_SUPPORT:
    case TOKEN_READ_ONLY:
        api->role = API_STAFF;
        api->bearer_id = t->person_id;
        return limit_to_role(rq, api);
    case TOKEN_USER:
        api->role = API_USER;
        api->bearer_id = t->person_id;
        return true;
    case TOKEN_PRODUCT:
        api->role = API_PRODUCT;
        api->bearer_id = t->product_id;
        return true;
    case TOKEN_ACTIVATION:
    case TOKEN_KIND_COUNT:
        break;
    }
    if (!licence_cache_find_id(rq->app->licence_cache, cx, t->licence_id, &s))
        return false;
    if (s == NULL)
        return err_set_at(&cx->err, &ERR_TOKEN_INVALID, source, "its licence is gone");
    set_licence(api, s);
    return token_may(s->policy.authentication) ||
           err_set_at(&cx->err, &ERR_TOKEN_NOT_ALLOWED, source, "token %s",
                      id_text(cx->mem, t->id));
}

static bool check_token(struct req *rq, struct api *api, const struct credential *c)
{
    struct ctx *cx = &rq->cx;
    struct token *t;
    struct id id;

    if (id_parse(c->text, &id))
        return err_set_at(&cx->err, &ERR_TOKEN_FORMAT, c->source, "token");
    if (!token_find(cx, api->keys->token_secret, c->text, &t))
        return false;
    if (t == NULL)
        return err_set_at(&cx->err, &ERR_TOKEN_INVALID, c->source, "token");
    if (t->expires_at != 0 && t->expires_at < cx->now)
        return err_set_at(&cx->err, &ERR_TOKEN_EXPIRED, c->source, "token %s",
                          id_text(cx->mem, t->id));
    if (t->is_bearer_banned)
        return err_set_at(&cx->err, &ERR_API_USER_BANNED, c->source, "token %s",
                          id_text(cx->mem, t->id));
    return set_bearer(rq, api, t, c->source);
}

bool api_auth_check(struct req *rq, struct api *api, bool is_required)
{
    struct credential c = find_credential(rq);

    if (c.kind == CREDENTIAL_NONE)
        return !is_required ||
               err_set_at(&rq->cx.err, &ERR_TOKEN_MISSING, AT_HEADER, "no credential");
    if (c.kind == CREDENTIAL_PASSWORD && (rq->route->needs & NEED_PASSWORD) != 0) {
        api->email = c.text;
        api->password = c.password;
        return true;
    }
    if (!(c.kind == CREDENTIAL_KEY ? check_key(rq, api, &c) : check_token(rq, api, &c)))
        return false;
    rq->cx.actor_id = api->token != NULL ? api->token->id : api->bearer_id;
    return true;
}
