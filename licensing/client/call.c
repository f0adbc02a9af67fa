/* One question to the service and its verified answer. */
#include "client.h"

#include <stdarg.h>
#include <string.h>

/* --- what the transport tells --- */

void gatehouse_response_status(struct gatehouse_response *response, int status)
{
    if (status == 0) {
        response->date[0] = response->digest[0] = response->signature[0] = '\0';
        response->location[0] = '\0';
        response->is_doubled = false;
    }
    response->status = status;
}

static void keep(struct gatehouse_response *response, char *out, size_t size, const char *value)
{
    if (out[0] != '\0' || !ghc_text_put(out, size, value))
        response->is_doubled = true;
}

void gatehouse_response_header(struct gatehouse_response *response, const char *name,
                               const char *value)
{
    if (ghc_text_equals_any_case(name, "Date")) {
        keep(response, response->date, sizeof response->date, value);
    } else if (ghc_text_equals_any_case(name, "Digest")) {
        keep(response, response->digest, sizeof response->digest, value);
    } else if (ghc_text_equals_any_case(name, "Keygen-Signature")) {
        keep(response, response->signature, sizeof response->signature, value);
    } else if (ghc_text_equals_any_case(name, "Location")) {
        keep(response, response->location, sizeof response->location, value);
    } else if (ghc_text_equals_any_case(name, "Retry-After")) {
        response->retry_after = 0;
        for (const char *p = value; *p >= '0' && *p <= '9' && response->retry_after < 86400; p++)
            response->retry_after = response->retry_after * 10 + (*p - '0');
    }
}

bool gatehouse_response_body(struct gatehouse_response *response, const void *bytes, size_t len)
{
    ghc_buffer_add(&response->body, bytes, len);
    return !response->body.is_failed;
}

/* --- the question --- */

void ghc_path(struct ghc_buffer *path, const char *part, ...)
{
    bool is_encoded = false;
    va_list more;

    va_start(more, part);
    for (; part != NULL; part = va_arg(more, const char *)) {
        if (is_encoded)
            ghc_buffer_percent(path, part);
        else
            ghc_buffer_text(path, part);
        is_encoded = !is_encoded;
    }
    va_end(more);
}

static void forget(struct gatehouse *g)
{
    ghc_json_free(&g->json);
    ghc_buffer_free(&g->response.body);
    gatehouse_response_status(&g->response, 0);
    g->response.retry_after = 0;
    g->response.header_bytes = 0;
    g->code[0] = g->detail[0] = '\0';
    g->asked_method[0] = '\0';
    ghc_text_free(g->asked_target);
    g->asked_target = NULL;
}

static void add_credential(const struct gatehouse *g, struct ghc_buffer *out)
{
    if (g->token != NULL)
        ghc_buffer_texts(out, "Authorization: Bearer ", g->token, NULL);
    else
        ghc_buffer_texts(out, "Authorization: License ", g->key, NULL);
}

enum { CALL_HEADERS_MAX = 8 };

static enum gatehouse_error send_call(struct gatehouse *g, const struct ghc_call *call,
                                      const char *target)
{
    struct ghc_buffer url = {0}, host = {0}, agent = {0}, credential = {0};
    const char *headers[CALL_HEADERS_MAX];
    size_t n = 0;
    struct gatehouse_request request = {.method = call->method,
                                        .headers = headers,
                                        .body = call->body,
                                        .timeout_ms = g->timeout_ms};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    ghc_buffer_texts(&url, g->origin, target, NULL);
    ghc_buffer_texts(&host, "Host: ", g->host, NULL);
    ghc_buffer_texts(&agent, "User-Agent: ", g->user_agent, NULL);
    headers[n++] = host.p;
    headers[n++] = agent.p;
    headers[n++] = "Accept: application/vnd.api+json";
    headers[n++] = "Keygen-Version: 1.8";
    if (call->body != NULL)
        headers[n++] = "Content-Type: application/vnd.api+json";
    if (call->header != NULL)
        headers[n++] = call->header;
    if (call->is_signed)
        ghc_sign_request(g, call->method, target, call->body, &credential);
    else if (!call->is_anonymous)
        add_credential(g, &credential);
    if (credential.p != NULL)
        headers[n++] = credential.p;
    headers[n] = NULL;
    if (!url.is_failed && !host.is_failed && !agent.is_failed && !credential.is_failed) {
        request.url = url.p;
        request.body_len = call->body != NULL ? strlen(call->body) : 0;
        error = g->transport(g->transport_context, &request, &g->response);
    }
    ghc_buffer_free(&url);
    ghc_buffer_free(&host);
    ghc_buffer_free(&agent);
    ghc_buffer_free(&credential);
    return error;
}

/* --- the answer --- */

static enum gatehouse_error check_fresh(const struct gatehouse *g)
{
    int64_t date, now = ghc_now(g);

    if (!ghc_time_http(g->response.date, &date))
        return GATEHOUSE_E_PROTOCOL;
    return date - now > g->skew_ms || now - date > g->skew_ms ? GATEHOUSE_E_DATE : GATEHOUSE_OK;
}

static enum gatehouse_error verify(struct gatehouse *g, const struct ghc_call *call,
                                   const char *target)
{
    const struct gatehouse_response *r = &g->response;
    enum gatehouse_error error;

    if (r->body.is_failed)
        return GATEHOUSE_E_TOO_LARGE;
    if (r->status == 429)
        return GATEHOUSE_E_LIMITED;
    if (r->status >= 500)
        return GATEHOUSE_E_SERVER;
    if (r->status < 200)
        return GATEHOUSE_E_PROTOCOL;
    if (r->signature[0] == '\0' || r->date[0] == '\0' || r->digest[0] == '\0')
        return r->status >= 300 && r->status < 400 ? GATEHOUSE_E_REDIRECT : GATEHOUSE_E_UNSIGNED;
    if (r->is_doubled)
        return GATEHOUSE_E_PROTOCOL;
    error = ghc_sign_check(
        g, &(struct ghc_asked){.method = call->method, .target = target, .host = g->host}, r->date,
        r->digest, r->signature, r->body.p, r->body.len);
    return error == GATEHOUSE_OK ? check_fresh(g) : error;
}

static enum gatehouse_error refusal(struct gatehouse *g)
{
    if (!ghc_json_text(&g->json, ghc_json_at(&g->json, "errors/0/code"), g->code, sizeof g->code))
        g->code[0] = '\0';
    if (!ghc_json_text(&g->json, ghc_json_at(&g->json, "errors/0/detail"), g->detail,
                       sizeof g->detail))
        g->detail[0] = '\0';
    if (g->response.status < 400)
        return GATEHOUSE_E_REDIRECT;
    if (g->response.status == 401 || g->response.status == 403)
        return GATEHOUSE_E_DENIED;
    if (g->response.status == 404)
        return GATEHOUSE_E_NOT_FOUND;
    if (strcmp(g->code, "MACHINE_LIMIT_EXCEEDED") == 0)
        return GATEHOUSE_E_SEATS;
    if (strcmp(g->code, "MACHINE_HEARTBEAT_DEAD") == 0)
        return GATEHOUSE_E_DEAD;
    return GATEHOUSE_E_REFUSED;
}

enum gatehouse_error ghc_call(struct gatehouse *g, const struct ghc_call *call)
{
    struct ghc_buffer target = {0};
    const size_t usual = g->response.body.max;
    enum gatehouse_error error;

    forget(g);
    if (g->origin == NULL || (!call->is_anonymous && g->key == NULL && g->token == NULL))
        return GATEHOUSE_E_ARGUMENT;
    if (call->body_max > usual)
        g->response.body.max = call->body_max;
    ghc_buffer_texts(&target, g->prefix, call->path, NULL);
    error = target.is_failed ? GATEHOUSE_E_MEMORY : send_call(g, call, target.p);
    g->response.body.max = usual;
    /* A transport that was told to stop says network; the reason is ours. */
    if (g->response.body.is_failed)
        error = GATEHOUSE_E_TOO_LARGE;
    if (error == GATEHOUSE_OK)
        error = verify(g, call, target.p);
    if (error != GATEHOUSE_OK) {
        ghc_buffer_free(&target);
        return error;
    }
    (void)ghc_text_put(g->asked_method, sizeof g->asked_method, call->method);
    g->asked_target = target.p;
    if (call->is_bytes && g->response.status < 300)
        return GATEHOUSE_OK;
    if (g->response.body.len > 0 &&
        !ghc_json_parse(&g->json, g->response.body.p, g->response.body.len))
        return GATEHOUSE_E_PROTOCOL;
    return g->response.status < 300 ? GATEHOUSE_OK : refusal(g);
}
