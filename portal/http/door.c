#include "portal/http/door.h"

#include "base/parse.h"
#include "base/utf8.h"
#include "portal/http/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { DOOR_LENGTH_DIGITS = 15 };

static const struct err_kind ERR_DOOR_URI = {ERR_CLASS_MALFORMED, "URI_INVALID",
                                             "The path has a bad escape."};
static const struct err_kind ERR_DOOR_ENCODING = {
    ERR_CLASS_MALFORMED, "ENCODING_INVALID",
    "The path or the query has a control character or is not UTF-8."};

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_port(struct span text)
{
    int64_t port;
    char digits[6] = "";

    if (text.len == 0 || text.len >= sizeof(digits))
        return false;
    memcpy(digits, text.p, text.len);
    return parse_i64(digits, 1, 65535, &port);
}

/* A name or an IPv4 or bracketed IPv6 address, with or without a port. */
static bool is_host(const char *host)
{
    struct span rest = span_of(host);
    size_t len = 0;

    if (rest.len == 0 || rest.len > DOOR_HOST_MAX)
        return false;
    if (rest.p[0] == '[') {
        len = strspn(host + 1, "0123456789abcdefABCDEF:.") + 1;
        if (host[len] != ']' || len < 3)
            return false;
        len++;
    } else {
        while (is_letter_or_digit(host[len]) || host[len] == '-' || host[len] == '.' ||
               host[len] == '_')
            len++;
    }
    if (len == 0 || host[len] == '\0')
        return len > 0;
    return host[len] == ':' && is_port((struct span){host + len + 1, rest.len - len - 1});
}

static bool parse_length(const char *text, size_t *out)
{
    int64_t value;
    size_t len = strlen(text);

    if (len == 0 || len > DOOR_LENGTH_DIGITS || strspn(text, "0123456789") != len ||
        !parse_i64(text, 0, INT64_MAX, &value))
        return false;
    *out = (size_t)value;
    return true;
}

static void refuse(struct door *out, int status, const char *text)
{
    if (out->status == 0) {
        out->status = status;
        out->text = text;
        out->kind = &ERR_MALFORMED;
    }
}

static void check_fields(const struct req *rq, struct door *out)
{
    unsigned hosts = 0, lengths = 0, encodings = 0;

    if (rq->field_count >= DOOR_HEADERS_MAX) /* one more would have been dropped in silence */
        refuse(out, 400, "too many header lines");
    for (size_t i = 0; i < rq->field_count; i++) {
        struct span name = span_of(rq->fields[i].name);
        const char *value = rq->fields[i].value;

        if (span_equal_nocase(name, "Host")) {
            hosts++;
            if (!is_host(value))
                refuse(out, 400, "the Host header is not a host name");
        } else if (span_equal_nocase(name, "Content-Length")) {
            lengths++;
            if (!parse_length(value, &out->body_bytes))
                refuse(out, 400, "the Content-Length header is not a number");
        } else if (span_equal_nocase(name, "Transfer-Encoding")) {
            encodings++;
        } else if (span_equal_nocase(name, "Expect")) {
            out->expects_continue = span_equal_nocase(span_of(value), "100-continue");
            if (!out->expects_continue)
                refuse(out, 417, "only 100-continue can be expected");
        }
    }
    if (hosts != 1)
        refuse(out, 400, "one Host header is needed");
    if (lengths > 1 || encodings > 1)
        refuse(out, 400, "a body can have one length only");
    if (lengths > 0 && encodings > 0)
        refuse(out, 400, "both Content-Length and Transfer-Encoding were sent");
    if (encodings > 0) /* its chunk sizes would be read by a parser that trusts them */
        refuse(out, 411, "a body needs a Content-Length");
}

/* A % that no two hexadecimal digits follow. */
static bool has_bad_escape(const char *path)
{
    for (const char *at = strchr(path, '%'); at != NULL; at = strchr(at + 1, '%'))
        if (strspn(at + 1, "0123456789abcdefABCDEF") < 2)
            return true;
    return false;
}

static void refuse_target(struct door *out, const struct err_kind *kind, const char *text)
{
    if (out->status != 0)
        return;
    refuse(out, 400, text);
    out->kind = kind;
}

/* A bad escape in a query is taken as typed (req_query), a NUL is not. */
static void check_target(struct req *rq, struct door *out)
{
    if (rq->path[0] != '/')
        refuse_target(out, &ERR_DOOR_URI, "the request target has to be a path");
    else if (url_segment(rq->cx.mem, span_of(rq->path), url_allows_controls(rq->path)) == NULL)
        refuse_target(out, has_bad_escape(rq->path) ? &ERR_DOOR_URI : &ERR_DOOR_ENCODING,
                      "the path has a bad escape or a control character");
    if (url_value(rq->cx.mem, span_of(rq->query), true) == NULL)
        refuse_target(out, &ERR_DOOR_ENCODING, "the query has a NUL or is not UTF-8");
}

void door_check(struct req *rq, struct door *out)
{
    *out = (struct door){.status = 0};
    check_fields(rq, out);
    check_target(rq, out);
}

/* CivetWeb 1.15 ends the header block in silence at the first line that is no field, a folded one
 * for example, and so hides what follows, a Content-Length for example: the body would be read as
 * the next request. It parses in place: behind the last value are the NULs that it wrote over the
 * line's end, and then, if the block ended there, the empty line. */
bool door_header_whole(const struct req *rq)
{
    const char *end;

    if (rq->field_count == 0)
        return true; /* refused for its missing Host */
    end = rq->fields[rq->field_count - 1].value;
    end += strlen(end);
    for (int nuls = 0; nuls < 2 && *end == '\0'; nuls++)
        end++;
    return *end == '\r' || *end == '\n';
}

/* --- addresses --- */

static bool is_address(const char *text)
{
    struct in6_addr any; /* has room for both */

    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

static bool is_trusted(const char *trusted, const char *address)
{
    struct span rest = span_of(trusted), item;

    while (span_cut(&rest, ',', &item))
        if (span_equal(span_trim(item), address))
            return true;
    return false;
}

/* A proxy that listens on both families writes IPv4 addresses as ::ffff:192.0.2.1. */
static const char *unmapped(const char *address)
{
    static const char MAPPED[] = "::ffff:";
    struct in_addr any;

    return strncasecmp(address, MAPPED, sizeof(MAPPED) - 1) == 0 &&
                   inet_pton(AF_INET, address + sizeof(MAPPED) - 1, &any) == 1
               ? address + sizeof(MAPPED) - 1
               : address;
}

/* The last of "a, b, c"; what is before it stays in *rest. */
static struct span cut_last(struct span *rest)
{
    struct span last = *rest;
    size_t at = rest->len;

    while (at > 0 && rest->p[at - 1] != ',')
        at--;
    last.p += at;
    last.len -= at;
    rest->len = at > 0 ? at - 1 : 0;
    return span_trim(last);
}

const char *door_address(struct arena *mem, const char *peer, const struct req_field *fields,
                         size_t count, const char *trusted)
{
    const char *address = peer;

    if (trusted[0] == '\0')
        return peer;
    for (size_t i = count; i > 0; i--) { /* the line added last is the nearest proxy's */
        struct span rest;

        if (!span_equal_nocase(span_of(fields[i - 1].name), "X-Forwarded-For"))
            continue;
        rest = span_of(fields[i - 1].value);
        while (rest.len > 0 && is_trusted(trusted, address)) {
            const char *before = unmapped(span_dup(mem, cut_last(&rest)));

            if (!is_address(before))
                return address;
            address = before;
        }
    }
    return address;
}
