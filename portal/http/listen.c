#include "portal/http/listen.h"

#include "base/log.h"
#include "base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct err_kind ERR_LISTEN_TLS = {
    ERR_CLASS_INVALID, "LISTEN_TLS",
    "The listening address {} asks for TLS. Gatehouse speaks plain HTTP behind HAProxy or nginx, "
    "which do TLS (deploy/haproxy.cfg): name a plain port."};
static const struct err_kind ERR_LISTEN_ADDRESS = {
    ERR_CLASS_INVALID, "LISTEN_ADDRESS",
    "The listening address {} is not an IPv4 address and a port, like 127.0.0.1:8080."};
static const struct err_kind ERR_LISTEN_PUBLIC = {
    ERR_CLASS_INVALID, "LISTEN_PUBLIC",
    "The listening address {} is public. Listen on loopback or a private address and let HAProxy "
    "or nginx face the network."};
static const struct err_kind ERR_LISTEN_IN_USE = {
    ERR_CLASS_INVALID, "LISTEN_IN_USE",
    "The address {} is in use by another program. Stop that program or choose another "
    "port (portal.listen and licensing.listen; for make run: PORT and LICENSING_PORT)."};
static const struct err_kind ERR_LISTEN_DENIED = {
    ERR_CLASS_INVALID, "LISTEN_DENIED",
    "This user may not listen on {}. Choose a port from 1024 on."};
static const struct err_kind ERR_LISTEN_ELSEWHERE = {
    ERR_CLASS_INVALID, "LISTEN_ELSEWHERE", "The address {} does not belong to this machine."};

static bool refuse(struct err *err, const struct err_kind *kind, const char *text)
{
    err_record(err, kind, NULL, ERR_WHERE, "listen %s", text);
    err_arg(err, text);
    return false;
}

static bool is_private(uint32_t a)
{
    return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
           a >> 22 == (0x64400000 >> 22) || a == INADDR_ANY;
}

/* Tries the address, since the server itself only says that it could not start. */
static bool try_bind(struct err *err, const char *text, const struct sockaddr_in *address)
{
    const struct sockaddr *generic = (const struct sockaddr *)address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, why = 0;

    if (fd < 0)
        return err_set(err, &ERR_INTERNAL, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, generic, sizeof(*address)) != 0 || listen(fd, 1) != 0)
        why = errno;
    close(fd);
    if (why == EADDRINUSE)
        return refuse(err, &ERR_LISTEN_IN_USE, text);
    if (why == EACCES)
        return refuse(err, &ERR_LISTEN_DENIED, text);
    if (why == EADDRNOTAVAIL)
        return refuse(err, &ERR_LISTEN_ELSEWHERE, text);
    return why == 0 ? true : err_set(err, &ERR_INTERNAL, "bind %s: %s", text, strerror(why));
}

bool listen_check(struct err *err, const char *text, char out[LISTEN_TEXT_SIZE])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *colon = strrchr(text, ':');
    const char *port_text = colon == NULL ? text : colon + 1;
    char host[INET_ADDRSTRLEN] = "127.0.0.1";
    size_t len = strlen(text), host_len = colon == NULL ? 0 : (size_t)(colon - text);
    int64_t port;

    if (len > 0 && (text[len - 1] == 's' || text[len - 1] == 'r') && len > 1 &&
        text[len - 2] >= '0' && text[len - 2] <= '9')
        return refuse(err, &ERR_LISTEN_TLS, text);
    if (host_len >= sizeof(host) || !parse_i64(port_text, 0, 65535, &port))
        return refuse(err, &ERR_LISTEN_ADDRESS, text);
    if (host_len > 0) {
        memcpy(host, text, host_len);
        host[host_len] = '\0';
    }
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return refuse(err, &ERR_LISTEN_ADDRESS, text);
    if (!is_private(ntohl(address.sin_addr.s_addr)))
        return refuse(err, &ERR_LISTEN_PUBLIC, text);
    if (ntohl(address.sin_addr.s_addr) == INADDR_ANY)
        log_warn("-", "listening on every address of this machine: let a firewall fence it");
    address.sin_port = htons((uint16_t)port);
    if (port != 0 && !try_bind(err, text, &address))
        return false;
    snprintf(out, LISTEN_TEXT_SIZE, "%s:%d", host, (int)port);
    return true;
}

void listen_knock(const char *address, unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char host[LISTEN_TEXT_SIZE];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(host, sizeof(host), "%.*s", (int)strcspn(address, ":"), address);
    if (fd >= 0 && inet_pton(AF_INET, host, &to.sin_addr) == 1)
        (void)connect(fd, (const struct sockaddr *)&to, sizeof(to));
    if (fd >= 0)
        close(fd);
}
