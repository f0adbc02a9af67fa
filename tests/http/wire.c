#include "tests/http/wire.h"

#include "base/parse.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE_BYTES_MAX = 4 * 1024 * 1024, WIRE_WAIT_MS = 20000 };

static char rest[WIRE_BYTES_MAX]; /* came behind the answer read last; tests use one at a time */
static size_t rest_len;
static const void *rest_of;

struct wire wire_open(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct wire w = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    const struct sockaddr *generic = (const struct sockaddr *)&to;

    to.sin_port = htons((uint16_t)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert(w.fd >= 0);
    if (connect(w.fd, generic, sizeof(to)) != 0) {
        close(w.fd);
        w.fd = -1;
    }
    assert(w.fd >= 0);
    w.text = calloc(1, WIRE_BYTES_MAX);
    assert(w.text != NULL);
    return w;
}

void wire_send_n(struct wire *w, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(w->fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* the peer has had enough: what it says is read next */
        bytes += n;
        len -= (size_t)n;
    }
}

void wire_send(struct wire *w, const char *text)
{
    wire_send_n(w, text, strlen(text));
}

static bool read_more(struct wire *w)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    ssize_t n;

    if (w->len + 1 >= WIRE_BYTES_MAX || poll(&p, 1, WIRE_WAIT_MS) != 1)
        return false;
    n = recv(w->fd, w->text + w->len, WIRE_BYTES_MAX - 1 - w->len, 0);
    if (n <= 0)
        return false;
    w->len += (size_t)n;
    w->text[w->len] = '\0';
    return true;
}

static size_t answer_size(const struct wire *w, bool is_head)
{
    const char *end = strstr(w->text, "\r\n\r\n");
    int64_t length = 0;

    if (end == NULL)
        return 0;
    if (!is_head && !parse_i64(wire_header(w, "Content-Length"), 0, WIRE_BYTES_MAX, &length))
        length = 0;
    return (size_t)(end - w->text) + 4 + (size_t)length;
}

bool wire_read(struct wire *w, bool is_head)
{
    size_t size;

    w->len = 0;
    if (rest_of == w->text && rest_len > 0) {
        memcpy(w->text, rest, rest_len);
        w->len = rest_len;
    }
    w->text[w->len] = '\0';
    rest_len = 0;
    rest_of = w->text;
    while ((size = answer_size(w, is_head)) == 0 || w->len < size)
        if (!read_more(w))
            return false;
    rest_len = w->len - size;
    memcpy(rest, w->text + size, rest_len);
    w->len = size;
    w->text[size] = '\0';
    return true;
}

bool wire_ends(struct wire *w)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    char byte;

    if (rest_of == w->text && rest_len > 0)
        return false;
    return poll(&p, 1, WIRE_WAIT_MS) == 1 && recv(w->fd, &byte, 1, 0) <= 0;
}

void wire_close(struct wire *w)
{
    close(w->fd);
    free(w->text);
    w->text = NULL;
}

int wire_status(const struct wire *w)
{
    char digits[4] = "";
    int64_t status;

    if (w->len < 12 || strncmp(w->text, "HTTP/1.", 7) != 0)
        return 0;
    memcpy(digits, w->text + 9, 3);
    return parse_i64(digits, 100, 999, &status) ? (int)status : 0;
}

const char *wire_header(const struct wire *w, const char *name)
{
    static char value[4096];
    const char *line = strstr(w->text, "\r\n");
    size_t len = strlen(name);

    for (; line != NULL && strncmp(line, "\r\n\r\n", 4) != 0; line = strstr(line + 2, "\r\n")) {
        const char *end = strstr(line + 2, "\r\n");

        if (end == NULL || strncasecmp(line + 2, name, len) != 0 || line[2 + len] != ':')
            continue;
        line += 2 + len + 1;
        line += strspn(line, " ");
        assert((size_t)(end - line) < sizeof(value));
        memcpy(value, line, (size_t)(end - line));
        value[end - line] = '\0';
        return value;
    }
    return "";
}

const char *wire_body(const struct wire *w)
{
    const char *end = strstr(w->text, "\r\n\r\n");

    return end == NULL ? "" : end + 4;
}
