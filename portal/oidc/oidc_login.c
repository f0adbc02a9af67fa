#include "portal/oidc/oidc_login.h"

#include "base/clock.h"
#include "db/event.h"
#include "portal/oidc/oidc_account.h"

#include <string.h>

enum { RANDOM_BYTES = 32, STATE_MAX = 200, CODE_MAX = 4096 };

const struct err_kind ERR_OIDC_STATE = {
    ERR_CLASS_DENIED, "OIDC_STATE",
    "This sign-in is over, was used already or began in another browser. Start again."};
const struct err_kind ERR_OIDC_REFUSED = {
    ERR_CLASS_DENIED, "OIDC_REFUSED",
    "Your sign-on provider did not let you in. Try again, or tell whoever looks after your "
    "sign-on."};

static const char SQL_OIDC_LOGIN_ADD[] =
    "INSERT INTO oidc_login (tenant_id, id, provider_id, state_hash, browser_hash, nonce, "
    "verifier, next_path, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_OIDC_LOGIN_PURGE[] =
    "DELETE FROM oidc_login WHERE tenant_id = ? AND expires_at <= ? LIMIT 100";
static const char SQL_OIDC_LOGIN_GET[] =
    "SELECT id, provider_id, browser_hash, nonce, verifier, next_path, created_at FROM oidc_login "
    "WHERE tenant_id = ? AND state_hash = ? AND expires_at > ?";
static const char SQL_OIDC_LOGIN_TAKE[] = "DELETE FROM oidc_login WHERE tenant_id = ? AND id = ?";

/* --- the audit trail --- */

/* The refusal stays the error; its line is written in a transaction of its own. */
static bool refused(struct ctx *cx, struct id provider_id, const char *address)
{
    const struct err why = cx->err;

    if (why.kind == &ERR_BUSY || why.kind == &ERR_INTERNAL)
        return false;
    err_clear(&cx->err);
    if (!db_begin(cx))
        return false;
    if (!event_emit(cx, EVENT_SSO_REFUSED, id_is_zero(provider_id) ? cx->tenant_id : provider_id,
                    json_own(cx->mem, json_pack("{s:s,s:s?,s:s}", "reason", why.kind->code,
                                                "address", address, "detail", why.oper)))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    cx->err = why;
    return false;
}

/* --- there --- */

static const char *random_text(struct arena *mem)
{
    uint8_t bytes[RANDOM_BYTES];
    char *text;

    crypto_random(bytes, sizeof bytes);
    text = arena_dup(mem, crypto_base64url(mem, bytes, sizeof bytes));
    text[strcspn(text, "=")] = '\0';
    return text;
}

static void add(struct str *s, const char *name, const char *value)
{
    str_fmt(s, "&%s=", name);
    str_url(s, value);
}

static const char *challenge_of(struct arena *mem, const char *verifier)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    char *text;

    crypto_sha256(verifier, strlen(verifier), hash);
    text = arena_dup(mem, crypto_base64url(mem, hash, sizeof hash));
    text[strcspn(text, "=")] = '\0';
    return text;
}

struct trip { /* a sign-in on its way */
    struct id id, provider_id;
    struct span browser_hash;
    const char *state, *nonce, *verifier, *next;
    int64_t created_at;
};

static bool trip_keep(struct ctx *cx, const struct trip *trip, const char *browser)
{
    uint8_t state[CRYPTO_HASH_SIZE], secret[CRYPTO_HASH_SIZE];

    crypto_sha256(trip->state, strlen(trip->state), state);
    crypto_sha256(browser, strlen(browser), secret);
    return db_exec(cx, NULL, SQL_OIDC_LOGIN_PURGE, DB_ID(cx->tenant_id), DB_TIME(cx->now)) &&
           db_exec(cx, NULL, SQL_OIDC_LOGIN_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(trip->provider_id), DB_BYTES(state, sizeof state),
                   DB_BYTES(secret, sizeof secret), DB_TEXT(trip->nonce), DB_TEXT(trip->verifier),
                   DB_TEXT(trip->next), DB_TIME(cx->now),
                   DB_TIME(cx->now + OIDC_LOGIN_MINUTES * CLOCK_MINUTE));
}

bool oidc_login_begin(struct ctx *cx, const struct oidc_net *net,
                      const struct oidc_provider *provider, const struct oidc_browser *browser,
                      const char *next, const char **url)
{
    const struct trip trip = {.provider_id = provider->id,
                              .state = random_text(cx->mem),
                              .nonce = random_text(cx->mem),
                              .verifier = random_text(cx->mem),
                              .next = next};
    struct str s = str_new(cx->mem);
    struct oidc_metadata metadata;

    if (!oidc_metadata_get(cx, net, provider, &metadata))
        return refused(cx, provider->id, NULL);
    if (!trip_keep(cx, &trip, browser->secret))
        return false;
    str_add(&s, metadata.authorize_url);
    str_add(&s, strchr(s.p, '?') != NULL ? "&" : "?");
    str_add(&s, "response_type=code&scope=openid%20email%20profile&code_challenge_method=S256");
    add(&s, "client_id", provider->client_id);
    add(&s, "redirect_uri", browser->callback);
    add(&s, "state", trip.state);
    add(&s, "nonce", trip.nonce);
    add(&s, "code_challenge", challenge_of(cx->mem, trip.verifier));
    *url = s.p;
    return true;
}

/* --- and back --- */

/* Taken by whoever comes first with the state: it is gone whatever comes of it. */
static bool trip_take(struct ctx *cx, const char *state, const char *browser, struct trip *out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    int64_t taken = 0;
    struct db_rows rows;

    *out = (struct trip){.state = state};
    if (state == NULL || *state == '\0' || strlen(state) > STATE_MAX)
        return err_set(&cx->err, &ERR_OIDC_STATE, "no state");
    crypto_sha256(state, strlen(state), hash);
    if (!db_query(cx, &rows, SQL_OIDC_LOGIN_GET, DB_ID(cx->tenant_id), DB_BYTES(hash, sizeof hash),
                  DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_OIDC_STATE, "the state is unknown, used or over");
    out->id = db_id(&rows.row, 0);
    out->provider_id = db_id(&rows.row, 1);
    out->browser_hash = db_bytes(&rows.row, 2);
    out->nonce = db_text(&rows.row, 3);
    out->verifier = db_text(&rows.row, 4);
    out->next = db_text(&rows.row, 5);
    out->created_at = db_time(&rows.row, 6);
    crypto_sha256(browser, strlen(browser), hash);
    if (!crypto_equal(hash, out->browser_hash.p, sizeof hash))
        return err_set(&cx->err, &ERR_OIDC_STATE, "begun in another browser");
    if (!db_exec(cx, &taken, SQL_OIDC_LOGIN_TAKE, DB_ID(cx->tenant_id), DB_ID(out->id)))
        return false;
    return taken == 1 || err_set(&cx->err, &ERR_OIDC_STATE, "used at this moment");
}

static const char *basic(struct ctx *cx, const char *client_id, const char *secret)
{
    struct str s = str_new(cx->mem);

    str_url(&s, client_id);
    str_char(&s, ':');
    str_url(&s, secret);
    return arena_printf(cx->mem, "Basic %s", crypto_base64(cx->mem, s.p, s.len));
}

static bool redeem(struct ctx *cx, const struct oidc_net *net, const struct oidc_provider *provider,
                   const struct oidc_metadata *metadata, const struct trip *trip, const char *code,
                   const char *callback, const char **token)
{
    struct str form = str_new(cx->mem);
    const char *authorization = NULL;
    json_t *answer;
    char *secret;
    int status;

    if (!oidc_provider_secret(cx, provider->id, &secret))
        return false;
    str_add(&form, "grant_type=authorization_code");
    add(&form, "code", code);
    add(&form, "redirect_uri", callback);
    add(&form, "code_verifier", trip->verifier);
    if (*secret != '\0' && !metadata->wants_secret_in_form)
        authorization = basic(cx, provider->client_id, secret);
    else
        add(&form, "client_id", provider->client_id);
    if (*secret != '\0' && metadata->wants_secret_in_form)
        add(&form, "client_secret", secret);
    crypto_wipe(secret, strlen(secret));
    if (!oidc_metadata_ask(cx, net, metadata->token_url, authorization, form.p, &status, &answer))
        return false;
    if (status != 200)
        return err_set(&cx->err, status >= 500 ? &ERR_OIDC_DOWN : &ERR_OIDC_REFUSED,
                       "HTTP %d %.100s", status, json_get_text(answer, "error", ""));
    *token = json_string_value(json_object_get(answer, "id_token"));
    return *token != NULL || err_set(&cx->err, &ERR_OIDC_TOKEN, "no id_token came");
}

/* A key that is not known may be a new one: the keys are asked for once more. */
static bool judge(struct ctx *cx, const struct oidc_net *net, const struct oidc_provider *provider,
                  const struct oidc_metadata *metadata, const struct trip *trip, const char *token,
                  struct oidc_claims *out)
{
    const struct oidc_wanted wanted = {.issuer = provider->issuer,
                                       .client_id = provider->client_id,
                                       .nonce = trip->nonce,
                                       .since = trip->created_at,
                                       .now = cx->now};
    struct oidc_keys keys;

    if (!oidc_metadata_keys(cx, net, provider, metadata, false, &keys))
        return false;
    if (oidc_token_check(cx->mem, &cx->err, span_of(token), &keys, &wanted, out))
        return true;
    if (cx->err.kind != &ERR_OIDC_KEY)
        return false;
    err_clear(&cx->err);
    return oidc_metadata_keys(cx, net, provider, metadata, true, &keys) &&
           oidc_token_check(cx->mem, &cx->err, span_of(token), &keys, &wanted, out);
}

static bool who(struct ctx *cx, const struct oidc_net *net, const struct oidc_return *came,
                const struct oidc_browser *browser, struct trip *trip, struct id *person_id)
{
    struct oidc_provider *provider;
    struct oidc_metadata metadata;
    struct oidc_claims claims;
    const char *token;

    if (!trip_take(cx, came->state, browser->secret, trip) ||
        !oidc_provider_enabled(cx, trip->provider_id, &provider))
        return false;
    if (came->issuer != NULL && strcmp(came->issuer, provider->issuer) != 0)
        return err_set(&cx->err, &ERR_OIDC_ISSUER, "the answer is of %.200s", came->issuer);
    if (came->error != NULL || came->code == NULL || strlen(came->code) > CODE_MAX)
        return err_set(&cx->err, &ERR_OIDC_REFUSED, "%.100s",
                       came->error != NULL ? came->error : "no code");
    return oidc_metadata_get(cx, net, provider, &metadata) &&
           redeem(cx, net, provider, &metadata, trip, came->code, browser->callback, &token) &&
           judge(cx, net, provider, &metadata, trip, token, &claims) &&
           oidc_account_find(cx, provider, &claims, person_id);
}

bool oidc_login_finish(struct ctx *cx, const struct oidc_net *net, const struct oidc_return *came,
                       const struct oidc_browser *browser, const struct login_try *attempt,
                       const char **next)
{
    struct id person_id = {{0}};
    struct trip trip;

    if (!who(cx, net, came, browser, &trip, &person_id))
        return refused(cx, trip.provider_id, attempt->address);
    *next = trip.next;
    return login_known(cx, person_id, attempt) || refused(cx, trip.provider_id, attempt->address);
}
