#include "portal/http/answer.h"

#include "base/clock.h"

#include <string.h>
#include <strings.h>

/* No inline script or style anywhere: a sentence that slips through unescaped stays harmless. */
static const char BROWSER_HEADERS[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'\r\n"
    "X-Frame-Options: DENY\r\n" /* for browsers that do not know frame-ancestors */
    "Referrer-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";
/* Somebody else's file: never a page of ours, whatever the browser makes of it. */
static const char FILE_HEADERS[] =
    "Content-Security-Policy: default-src 'none'; sandbox; frame-ancestors 'none'\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";
static const char TLS_HEADER[] = "Strict-Transport-Security: max-age=31536000\r\n";

static const struct {
    int status;
    const char *phrase;
} PHRASES[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

const char *answer_phrase(int status)
{
    for (size_t i = 0; i < COUNT(PHRASES); i++)
        if (PHRASES[i].status == status)
            return PHRASES[i].phrase;
    return "Answer";
}

static bool has_header(const struct req *rq, const char *name)
{
    for (unsigned i = 0; i < rq->header_count; i++)
        if (strcasecmp(rq->header_names[i], name) == 0)
            return true;
    return false;
}

static void add_header(struct str *out, const char *name, const char *value)
{
    str_add(out, name);
    str_add(out, ": ");
    str_add(out, value);
    str_add(out, "\r\n");
}

static void add_safety(const struct req *rq, const struct answer_style *style, struct str *out)
{
    str_add(out, "X-Content-Type-Options: nosniff\r\n");
    if (rq->header_block != NULL)
        str_add(out, rq->header_block);
    else if (!has_header(rq, "Cache-Control"))
        str_add(out, "Cache-Control: no-store\r\n");
    if (style->behind_tls)
        str_add(out, TLS_HEADER);
    if (!style->is_licensing)
        str_add(out, rq->file_fd >= 0 ? FILE_HEADERS : BROWSER_HEADERS);
}

/* 204 and 304 have no body and say no length (RFC 9110). */
static bool has_body(const struct req *rq)
{
    return rq->status != 204 && rq->status != 304;
}

void answer_write(const struct req *rq, const struct answer_style *style, struct str *out)
{
    int64_t length = rq->file_fd >= 0 ? rq->file_bytes : (int64_t)rq->out.len;
    char date[CLOCK_HTTP_SIZE];

    clock_http(rq->cx.now, date);
    str_add(out, "HTTP/1.1 ");
    str_i64(out, rq->status);
    str_char(out, ' ');
    str_add(out, answer_phrase(rq->status));
    str_add(out, "\r\n");
    if (!has_header(rq, "Date")) /* a signed answer has its own */
        add_header(out, "Date", date);
    if (has_body(rq)) {
        if (length > 0)
            add_header(out, "Content-Type", rq->type);
        str_add(out, "Content-Length: ");
        str_i64(out, length);
        str_add(out, "\r\n");
    }
    if (!has_header(rq, "X-Request-Id")) /* the licensing protocol has an id of its own form */
        add_header(out, "X-Request-Id", rq->cx.trace);
    if (rq->redirect != NULL)
        add_header(out, "Location", rq->redirect);
    for (unsigned i = 0; i < rq->header_count; i++)
        add_header(out, rq->header_names[i], rq->header_values[i]);
    if (rq->status == 503 && !has_header(rq, "Retry-After"))
        str_add(out, "Retry-After: 1\r\n");
    add_safety(rq, style, out);
    str_add(out, rq->is_closing ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n");
    if (rq->file_fd < 0 && has_body(rq) && rq->method != METHOD_HEAD)
        str_add_n(out, rq->out.p, rq->out.len);
}

void answer_refusal(struct req *rq, int status, const char *text)
{
    rq->status = status;
    rq->type = "text/plain; charset=utf-8";
    rq->out = str_new(rq->cx.mem);
    rq->is_closing = true;
    str_add(&rq->out, answer_phrase(status));
    str_add(&rq->out, ": ");
    str_add(&rq->out, text);
    str_add(&rq->out, ".\n");
}
