/* Answers as texts that can be kept and verified again. */
#include "client.h"

#include <sodium.h>

#include <string.h>

void ghc_answer_put(struct ghc_buffer *out, const struct ghc_asked *asked,
                    const struct gatehouse_response *response)
{
    ghc_buffer_texts(out, "method ", asked->method, "\ntarget ", asked->target, "\nhost ",
                     asked->host, "\ndate ", response->date, "\nsignature ", response->signature,
                     "\n\n", NULL);
    ghc_buffer_add(out, response->body.p, response->body.len);
}

bool ghc_line_read(const char *bytes, size_t len, size_t *at, const char *name, char *out,
                   size_t size)
{
    size_t name_len = strlen(name);
    const char *line = bytes + *at, *end = len > *at ? memchr(line, '\n', len - *at) : NULL;
    size_t line_len = end != NULL ? (size_t)(end - line) : 0;

    if (end == NULL || line_len <= name_len || memcmp(line, name, name_len) != 0 ||
        line[name_len] != ' ' || line_len - name_len - 1 >= size ||
        memchr(line, '\0', line_len) != NULL)
        return false;
    memcpy(out, line + name_len + 1, line_len - name_len - 1);
    out[line_len - name_len - 1] = '\0';
    *at += line_len + 1;
    return true;
}

enum gatehouse_error ghc_answer_read(const struct gatehouse *g, const char *bytes, size_t len,
                                     char target[GHC_LINE_MAX], int64_t *answered_at,
                                     const char **body, size_t *body_len)
{
    char method[8], host[GHC_HEADER_MAX], date[64], signature[GHC_HEADER_MAX];
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct ghc_buffer digest = {0};
    enum gatehouse_error error;
    size_t at = 0;

    if (!ghc_line_read(bytes, len, &at, "method", method, sizeof method) ||
        !ghc_line_read(bytes, len, &at, "target", target, GHC_LINE_MAX) ||
        !ghc_line_read(bytes, len, &at, "host", host, sizeof host) ||
        !ghc_line_read(bytes, len, &at, "date", date, sizeof date) ||
        !ghc_line_read(bytes, len, &at, "signature", signature, sizeof signature) || at >= len ||
        bytes[at] != '\n' || !ghc_time_http(date, answered_at))
        return GATEHOUSE_E_FILE;
    at++;
    *body = bytes + at;
    *body_len = len - at;
    crypto_hash_sha256(hash, (const unsigned char *)*body, *body_len);
    ghc_buffer_text(&digest, "sha-256=");
    ghc_buffer_base64(&digest, hash, sizeof hash);
    error = GATEHOUSE_E_MEMORY;
    if (!digest.is_failed)
        error =
            ghc_sign_check(g, &(struct ghc_asked){.method = method, .target = target, .host = host},
                           date, digest.p, signature, *body, *body_len);
    ghc_buffer_free(&digest);
    return error;
}

enum gatehouse_error gatehouse_answer_keep(struct gatehouse *g, char **text)
{
    struct ghc_buffer out = {0};

    if (g == NULL || text == NULL || g->asked_method[0] == '\0')
        return GATEHOUSE_E_ARGUMENT;
    ghc_answer_put(
        &out,
        &(struct ghc_asked){.method = g->asked_method, .target = g->asked_target, .host = g->host},
        &g->response);
    if (out.is_failed) {
        ghc_buffer_free(&out);
        return GATEHOUSE_E_MEMORY;
    }
    *text = out.p;
    return GATEHOUSE_OK;
}

enum gatehouse_error gatehouse_answer_open(const struct gatehouse *g, const char *text, size_t len,
                                           int64_t *answered_at, struct gatehouse_document **out)
{
    char target[GHC_LINE_MAX];
    struct ghc_buffer copy = {0};
    enum gatehouse_error error;
    const char *body;
    size_t body_len;
    int64_t at;

    if (g == NULL || text == NULL || out == NULL)
        return GATEHOUSE_E_ARGUMENT;
    *out = NULL;
    error = ghc_answer_read(g, text, len, target, &at, &body, &body_len);
    if (error != GATEHOUSE_OK)
        return error;
    ghc_buffer_add(&copy, body, body_len);
    if (copy.is_failed)
        return GATEHOUSE_E_MEMORY;
    error = ghc_document_make(copy.p, copy.len, out);
    if (error == GATEHOUSE_OK && answered_at != NULL)
        *answered_at = at;
    return error;
}
