#include "portal/api/sign_link.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/json.h"
#include "base/parse.h"
#include "portal/api/sign_api.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINK_NAME_SIZE = 256, LINK_WAIT_S = 5, LINK_READ = 4096, LINK_ANSWER_MAX = 64 * 1024 };

struct link {
    struct ctx_signer signer; /* first: what is handed out */
    char host[LINK_NAME_SIZE];
    char port[8];
};

/* --- the wire --- */

static int dial_one(const struct addrinfo *to)
{
    const struct timeval wait = {.tv_sec = LINK_WAIT_S};
    int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, to->ai_protocol);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
        return fd;
    close(fd);
    return -1;
}

static int dial(const struct link *link)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int fd = -1;

    if (getaddrinfo(link->host, link->port, &hints, &list) != 0)
        return -1;
    for (const struct addrinfo *to = list; to != NULL && fd < 0; to = to->ai_next)
        fd = dial_one(to);
    freeaddrinfo(list);
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* The whole answer; the connection ends after it. */
static const char *exchange(struct arena *mem, const struct link *link, const struct str *request)
{
    struct str answer = str_new(mem);
    int fd = dial(link);
    bool ok = fd >= 0 && send_all(fd, request->p, request->len);
    ssize_t n = 1;

    while (ok && n > 0 && answer.len < LINK_ANSWER_MAX) {
        n = recv(fd, str_room(&answer, LINK_READ), LINK_READ, 0);
        if (n > 0)
            answer.len += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    str_room(&answer, 1)[0] = '\0';
    return ok && n == 0 ? answer.p : NULL;
}

/* --- the question --- */

static struct str request_of(const struct link *link, struct ctx *cx, const void *bytes, size_t len)
{
    int64_t seconds = clock_now() / CLOCK_SECOND;
    struct str body = str_new(cx->mem);
    struct str request = str_new(cx->mem);

    str_add(&body, "{\"meta\":{\"bytes\":\"");
    str_add(&body, crypto_base64(cx->mem, bytes, len));
    str_add(&body, "\"}}");
    str_fmt(&request,
            "POST /v1/accounts/%s" SIGN_API_PATH
            " HTTP/1.1\r\nHost: %s:%s\r\n"
            "Connection: close\r\nContent-Type: application/json\r\n" SIGN_API_HEADER
            ": %s\r\n"
            "Content-Length: %zu\r\n\r\n",
            id_text(cx->mem, cx->tenant_id), link->host, link->port,
            sign_api_proof(cx->mem, cx->master, cx->tenant_id, seconds, body.p, body.len),
            body.len);
    str_add_n(&request, body.p, body.len);
    return request;
}

static bool read_answer(struct ctx *cx, const char *answer, uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    const char *body = answer == NULL ? NULL : strstr(answer, "\r\n\r\n");
    struct err ignored = {.kind = NULL};
    json_t *json;
    uint8_t *bytes;
    size_t len;

    if (body == NULL || strncmp(answer, "HTTP/1.1 200 ", 13) != 0 ||
        !json_read(cx->mem, &ignored, body + 4, strlen(body + 4), &json) ||
        !crypto_from_base64(cx->mem, json_get_text(json_object_get(json, "meta"), "signature", ""),
                            &bytes, &len) ||
        len != CRYPTO_SIGNATURE_SIZE)
        return err_set(&cx->err, &ERR_BUSY, "the licensing role gave no signature: %.40s",
                       answer == NULL ? "no answer" : answer);
    memcpy(out, bytes, len);
    return true;
}

static bool ask(const struct ctx_signer *self, struct ctx *cx, const void *bytes, size_t len,
                uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    const struct link *link = (const struct link *)self;
    struct str request;

    if (cx->master == NULL)
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED, "no master key in this role");
    request = request_of(link, cx, bytes, len);
    return read_answer(cx, exchange(cx->mem, link, &request), out);
}

/* --- making it --- */

/* "host:port", "[::1]:port"; an address that only listens (0.0.0.0) is this machine. */
static bool take_address(struct link *link, const char *address)
{
    const char *colon = strrchr(address, ':');
    struct span host;
    int64_t port;

    if (colon == NULL || !parse_i64(colon + 1, 1, 65535, &port))
        return false;
    host = (struct span){address, (size_t)(colon - address)};
    if (host.len > 2 && host.p[0] == '[')
        host = (struct span){host.p + 1, host.len - 2};
    if (host.len == 0 || span_equal(host, "0.0.0.0") || span_equal(host, "::"))
        host = span_of("127.0.0.1");
    if (host.len >= sizeof link->host || strlen(colon + 1) >= sizeof link->port)
        return false;
    memcpy(link->host, host.p, host.len);
    memcpy(link->port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

bool sign_link_make(struct err *err, const struct config *config, struct ctx_signer **out)
{
    struct link *link = calloc(1, sizeof *link);
    const char *address = config->signing_address;

    if (link == NULL)
        abort();
    if (*address == '\0')
        address = config->licensing_listen;
    if (!take_address(link, address)) {
        free(link);
        return err_set(err, &ERR_INVALID, "licensing.signing_address: %s is no address", address);
    }
    link->signer.sign = ask;
    *out = &link->signer;
    return true;
}

void sign_link_free(struct ctx_signer *signer)
{
    free(signer);
}
