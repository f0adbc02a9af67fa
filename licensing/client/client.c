/* The handle: options, texts, clock. */
#include "client.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_SKEW_S = 300,
    DEFAULT_RECHECK_S = 86400,
    DEFAULT_OFFLINE_GRACE_S = 14 * 86400,
    DURATION_MAX_S = 10 * 366 * 86400,
    URL_MAX = 1024,
};

static const char *const ERROR_TEXTS[] = {
    [GATEHOUSE_OK] = "done",
    [GATEHOUSE_E_ARGUMENT] = "the call is wrong",
    [GATEHOUSE_E_MEMORY] = "out of memory",
    [GATEHOUSE_E_BUFFER] = "the buffer is too small",
    [GATEHOUSE_E_NETWORK] = "the licence service could not be reached",
    [GATEHOUSE_E_SERVER] = "the licence service is not available just now",
    [GATEHOUSE_E_LIMITED] = "too many requests",
    [GATEHOUSE_E_REDIRECT] = "the answer points elsewhere",
    [GATEHOUSE_E_TOO_LARGE] = "the answer is too large",
    [GATEHOUSE_E_PROTOCOL] = "the answer is not what was asked for",
    [GATEHOUSE_E_UNSIGNED] = "the answer is not signed",
    [GATEHOUSE_E_SIGNATURE] = "the signature is wrong",
    [GATEHOUSE_E_DIGEST] = "the answer was changed on its way",
    [GATEHOUSE_E_DATE] = "the answer is old, or the clock of this machine is wrong",
    [GATEHOUSE_E_NONCE] = "the answer is to another question",
    [GATEHOUSE_E_REFUSED] = "the licence service refused",
    [GATEHOUSE_E_DENIED] = "the licence key or token may not do this",
    [GATEHOUSE_E_NOT_FOUND] = "there is none",
    [GATEHOUSE_E_SEATS] = "all seats of the licence are in use",
    [GATEHOUSE_E_DEAD] = "the machine missed its heartbeats",
    [GATEHOUSE_E_FILE] = "the file is damaged or not of this kind",
    [GATEHOUSE_E_FILE_KEY] = "the licence key does not open the file",
    [GATEHOUSE_E_FILE_OTHER] = "the file is for another licence or machine",
    [GATEHOUSE_E_FILE_EXPIRED] = "the file's time is over",
    [GATEHOUSE_E_FILE_FUTURE] = "the file is from the future: the clock of this machine is wrong",
    [GATEHOUSE_E_NO_AES] = "encrypted files cannot be read on this machine",
    [GATEHOUSE_E_CACHE] = "there is no usable cache",
};
_Static_assert(sizeof ERROR_TEXTS / sizeof ERROR_TEXTS[0] == GATEHOUSE_ERROR_COUNT,
               "a text for every error");

static const char *const STATE_TEXTS[] = {
    [GATEHOUSE_UNKNOWN] = "unknown",
    [GATEHOUSE_VALID] = "valid",
    [GATEHOUSE_GRACE] = "valid for now",
    [GATEHOUSE_EXPIRED] = "expired",
    [GATEHOUSE_NOT_ACTIVATED] = "not activated on this machine",
    [GATEHOUSE_SUSPENDED] = "suspended",
    [GATEHOUSE_INVALID] = "not valid",
    [GATEHOUSE_STALE] = "not confirmed for too long",
    [GATEHOUSE_CLOCK_BACK] = "the clock of this machine was turned back",
};
_Static_assert(sizeof STATE_TEXTS / sizeof STATE_TEXTS[0] == GATEHOUSE_STATE_COUNT,
               "a text for every state");

const char *gatehouse_error_text(enum gatehouse_error error)
{
    return (unsigned)error < GATEHOUSE_ERROR_COUNT ? ERROR_TEXTS[error] : "unknown error";
}

const char *gatehouse_state_text(enum gatehouse_state state)
{
    return (unsigned)state < GATEHOUSE_STATE_COUNT ? STATE_TEXTS[state] : "unknown state";
}

int64_t ghc_now(const struct gatehouse *g)
{
    struct timespec now;

    if (g->now_ms != NULL)
        return g->now_ms(g->clock_context);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- options --- */

static bool copy(char **out, const char *text, size_t max, enum gatehouse_error *error)
{
    if (text == NULL)
        return true;
    if (!ghc_text_is_plain(text, max)) {
        *error = GATEHOUSE_E_ARGUMENT;
        return false;
    }
    *out = ghc_text_copy(text);
    *error = *out != NULL ? GATEHOUSE_OK : GATEHOUSE_E_MEMORY;
    return *out != NULL;
}

static bool read_keys(struct gatehouse *g, const char *text)
{
    for (const char *p = text + strspn(text, " \n"); *p != '\0'; p += strspn(p, " \n")) {
        size_t n;

        if (g->public_key_count == GHC_KEYS_MAX || strcspn(p, " \n") != 2 * GHC_PUBLIC_SIZE ||
            sodium_hex2bin(g->public_keys[g->public_key_count], GHC_PUBLIC_SIZE, p,
                           2 * GHC_PUBLIC_SIZE, NULL, &n, NULL) != 0)
            return false;
        g->public_key_count++;
        p += 2 * GHC_PUBLIC_SIZE;
    }
    return g->public_key_count > 0;
}

static bool is_this_machine(const char *host, size_t len)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], host, len) == 0)
            return true;
    }
    return false;
}

/* Splits "https://host:port" and leaves the scheme's own port away, as clients do in Host. */
static enum gatehouse_error read_url(struct gatehouse *g, const char *url, bool allow_http)
{
    bool is_https = strncmp(url, "https://", 8) == 0;
    const char *host = url + (is_https ? 8 : 7);
    size_t len = strcspn(host, "/"), name_len;
    struct ghc_buffer origin = {0};

    if ((!is_https && strncmp(url, "http://", 7) != 0) || len == 0 || strlen(host + len) > 1 ||
        strcspn(host, "@?# ") < len || !ghc_text_is_plain(url, URL_MAX))
        return GATEHOUSE_E_ARGUMENT;
    name_len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (name_len > len || (!is_https && !allow_http && !is_this_machine(host, name_len)))
        return GATEHOUSE_E_ARGUMENT;
    ghc_buffer_add(&origin, url, (size_t)(host - url) + len);
    if (origin.is_failed)
        return GATEHOUSE_E_MEMORY;
    g->origin = origin.p;
    g->host = ghc_text_copy(g->origin + (host - url));
    if (g->host == NULL)
        return GATEHOUSE_E_MEMORY;
    if (strcmp(g->host + name_len, is_https ? ":443" : ":80") == 0)
        g->host[name_len] = '\0';
    return GATEHOUSE_OK;
}

static enum gatehouse_error make_prefix(struct gatehouse *g, const char *account)
{
    struct ghc_buffer prefix = {0};

    if (account != NULL && !ghc_text_is_plain(account, 255))
        return GATEHOUSE_E_ARGUMENT;
    ghc_buffer_text(&prefix, "/v1");
    if (account != NULL)
        ghc_path(&prefix, "/accounts/", account, NULL);
    g->prefix = prefix.p;
    return prefix.is_failed ? GATEHOUSE_E_MEMORY : GATEHOUSE_OK;
}

static int64_t seconds(int64_t given, int64_t usual)
{
    int64_t s = given == 0 ? usual : given;

    return (s < 0 ? 0 : s > DURATION_MAX_S ? DURATION_MAX_S : s) * 1000;
}

static enum gatehouse_error own_transport(void *context, const struct gatehouse_request *request,
                                          struct gatehouse_response *response)
{
    return ghc_curl_send(context, request, response);
}

static enum gatehouse_error set_up(struct gatehouse *g, const struct gatehouse_options *o)
{
    enum gatehouse_error error = GATEHOUSE_OK;
    const char *agent =
        o->user_agent != NULL ? o->user_agent : "gatehouse-client/" GATEHOUSE_VERSION;

    g->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT_MS;
    g->skew_ms = seconds(o->skew_s, DEFAULT_SKEW_S);
    g->recheck_ms = seconds(o->recheck_s, DEFAULT_RECHECK_S);
    g->offline_grace_ms = seconds(o->offline_grace_s, DEFAULT_OFFLINE_GRACE_S);
    g->aes = o->aes;
    g->response.body.max = o->body_max > 0 ? o->body_max : GHC_BODY_MAX;
    g->now_ms = o->now_ms;
    g->clock_context = o->clock_context;
    g->transport = o->transport;
    g->transport_context = o->transport_context;
    if (o->public_keys == NULL || !read_keys(g, o->public_keys))
        return GATEHOUSE_E_ARGUMENT;
    if (!copy(&g->key, o->key, GHC_LICENCE_KEY_MAX, &error) ||
        !copy(&g->token, o->token, GHC_HEADER_MAX, &error) ||
        !copy(&g->product, o->product, 255, &error) ||
        !copy(&g->fingerprint, o->fingerprint, GHC_FINGERPRINT_MAX, &error) ||
        !copy(&g->cache_path, o->cache_path, GHC_FINGERPRINT_MAX, &error) ||
        !copy(&g->user_agent, agent, 255, &error))
        return error;
    error = make_prefix(g, o->account);
    if (error != GATEHOUSE_OK || o->url == NULL)
        return error;
    error = read_url(g, o->url, o->allow_http);
    if (error != GATEHOUSE_OK || g->transport != NULL)
        return error;
    g->curl = ghc_curl_make();
    g->transport = own_transport;
    g->transport_context = g->curl;
    return g->curl != NULL ? GATEHOUSE_OK : GATEHOUSE_E_MEMORY;
}

enum gatehouse_error gatehouse_open(const struct gatehouse_options *options, struct gatehouse **out)
{
    struct gatehouse *g;
    enum gatehouse_error error;

    if (options == NULL || out == NULL)
        return GATEHOUSE_E_ARGUMENT;
    *out = NULL;
    if (sodium_init() < 0)
        return GATEHOUSE_E_MEMORY;
    g = calloc(1, sizeof *g);
    if (g == NULL)
        return GATEHOUSE_E_MEMORY;
    error = set_up(g, options);
    if (error != GATEHOUSE_OK) {
        gatehouse_close(g);
        return error;
    }
    *out = g;
    return GATEHOUSE_OK;
}

void gatehouse_close(struct gatehouse *g)
{
    if (g == NULL)
        return;
    ghc_curl_free(g->curl);
    ghc_json_free(&g->json);
    ghc_buffer_free(&g->response.body);
    ghc_text_free(g->asked_target);
    ghc_text_free(g->origin);
    ghc_text_free(g->host);
    ghc_text_free(g->prefix);
    ghc_text_free(g->key);
    ghc_text_free(g->token);
    ghc_text_free(g->product);
    ghc_text_free(g->fingerprint);
    ghc_text_free(g->cache_path);
    ghc_text_free(g->user_agent);
    sodium_memzero(g, sizeof *g);
    free(g);
}

enum gatehouse_error gatehouse_set_key(struct gatehouse *g, const char *key)
{
    enum gatehouse_error error = GATEHOUSE_E_ARGUMENT;
    char *own = NULL;

    if (g == NULL || key == NULL || !copy(&own, key, GHC_LICENCE_KEY_MAX, &error))
        return error;
    ghc_text_free(g->key);
    g->key = own;
    g->licence_id[0] = '\0';
    return GATEHOUSE_OK;
}

const char *gatehouse_code(const struct gatehouse *g)
{
    return g != NULL ? g->code : "";
}

const char *gatehouse_detail(const struct gatehouse *g)
{
    return g != NULL ? g->detail : "";
}

int gatehouse_status(const struct gatehouse *g)
{
    return g != NULL ? g->response.status : 0;
}

int64_t gatehouse_retry_after(const struct gatehouse *g)
{
    return g != NULL ? g->response.retry_after : 0;
}

void gatehouse_free(char *text)
{
    ghc_text_free(text);
}
