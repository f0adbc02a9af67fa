#include "portal/hooks/webhook_url.h"

#include <curl/curl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static const char AT_URL[] = "/data/attributes/url";

const struct err_kind ERR_WEBHOOK_URL = {ERR_CLASS_INVALID, "URL_INVALID",
                                         "This is not a whole address of the web."};
const struct err_kind ERR_WEBHOOK_PROTOCOL = {ERR_CLASS_INVALID, "URL_PROTOCOL_INVALID",
                                              "The address has to begin with https://."};
const struct err_kind ERR_WEBHOOK_HOST = {
    ERR_CLASS_INVALID, "URL_HOST_INVALID",
    "The address has to be one of the public internet, not of a private network."};

/* --- which machines --- */

struct range4 {
    uint32_t first;
    int bits;
};

/* RFC 6890 and IANA's registry of special addresses. */
static const struct range4 CLOSED4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared by carriers */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

struct range6 {
    uint8_t first[4];
    int bits;
};

/* Within 2000::/3, all that is given out. The rest (loopback, private fc00::/7, link-local
 * fe80::/10, multicast, IPv4 as ::ffff:0:0/96 or 64:ff9b::/96) is closed by not being in it. */
static const struct range6 CLOSED6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* special purposes, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00}, 16}, /* 6to4: any IPv4 address */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static bool may_reach4(uint32_t address, bool allows_local)
{
    if (address >> 24 == 127)
        return allows_local;
    for (size_t i = 0; i < COUNT(CLOSED4); i++)
        if (((address ^ CLOSED4[i].first) >> (32 - CLOSED4[i].bits)) == 0)
            return false;
    return true;
}

static uint32_t first_word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_loopback6(const struct in6_addr *address)
{
    return memcmp(address, &in6addr_loopback, sizeof *address) == 0;
}

static bool may_reach6(const struct in6_addr *address, bool allows_local)
{
    uint32_t word = first_word(address->s6_addr);

    if (is_loopback6(address))
        return allows_local;
    if (word >> 29 != 1)
        return false;
    for (size_t i = 0; i < COUNT(CLOSED6); i++)
        if (((word ^ first_word(CLOSED6[i].first)) >> (32 - CLOSED6[i].bits)) == 0)
            return false;
    return true;
}

bool webhook_url_may_reach(const struct sockaddr *address, bool allows_local)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        return may_reach4(ntohl(in4.sin_addr.s_addr), allows_local);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        return may_reach6(&in6.sin6_addr, allows_local);
    }
    return false;
}

/* --- how they are written --- */

static const char *const PRIVATE_NAMES[] = {".local", ".internal", ".lan", ".home", ".arpa", "."};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);

    return length >= tail && strcasecmp(text + length - tail, end) == 0;
}

static bool is_local_name(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || ends_with(host, ".localhost");
}

/* A host as the URL has it: an address (curl has made every way to write one plain), or a name. */
static bool host_may_be(struct arena *mem, const char *host, bool allows_local, bool *is_local)
{
    struct in6_addr in6;
    struct in_addr in4;

    *is_local = is_local_name(host);
    if (*host == '[') {
        host = arena_dup_bytes(mem, host + 1, strcspn(host + 1, "]"));
        if (inet_pton(AF_INET6, host, &in6) != 1)
            return false;
        *is_local = is_loopback6(&in6);
        return may_reach6(&in6, allows_local);
    }
    if (inet_pton(AF_INET, host, &in4) == 1) {
        *is_local = ntohl(in4.s_addr) >> 24 == 127;
        return may_reach4(ntohl(in4.s_addr), allows_local);
    }
    if (*is_local)
        return allows_local;
    for (size_t i = 0; i < COUNT(PRIVATE_NAMES); i++)
        if (ends_with(host, PRIVATE_NAMES[i]))
            return false;
    return strchr(host, '.') != NULL;
}

static const char *part(CURLU *url, struct arena *mem, CURLUPart what)
{
    char *text = NULL;
    const char *copy;

    if (curl_url_get(url, what, &text, 0) != CURLUE_OK)
        return NULL;
    copy = arena_dup(mem, text);
    curl_free(text);
    return copy;
}

static bool refuse(struct err *err, const struct err_kind *kind, const char *text)
{
    return err_set_at(err, kind, AT_URL, "%.200s", text);
}

static bool take_apart(CURLU *url, struct arena *mem, struct err *err, const char *text,
                       bool allows_local, struct webhook_url *out)
{
    const char *scheme = part(url, mem, CURLUPART_SCHEME);
    const char *host = part(url, mem, CURLUPART_HOST);
    const char *port = part(url, mem, CURLUPART_PORT);
    const char *path = part(url, mem, CURLUPART_PATH);
    const char *query = part(url, mem, CURLUPART_QUERY);
    bool is_plain;
    bool is_local;

    if (scheme == NULL || host == NULL || path == NULL || part(url, mem, CURLUPART_USER) != NULL ||
        part(url, mem, CURLUPART_PASSWORD) != NULL)
        return refuse(err, &ERR_WEBHOOK_URL, text);
    is_plain = strcasecmp(scheme, "http") == 0;
    if (!is_plain && strcasecmp(scheme, "https") != 0)
        return refuse(err, &ERR_WEBHOOK_PROTOCOL, text);
    if (is_plain && !allows_local)
        return refuse(err, &ERR_WEBHOOK_PROTOCOL, text);
    if (!host_may_be(mem, host, allows_local, &is_local))
        return refuse(err, &ERR_WEBHOOK_HOST, text);
    if (is_plain && !is_local)
        return refuse(err, &ERR_WEBHOOK_PROTOCOL, text);
    if (port != NULL && strcmp(port, is_plain ? "80" : "443") == 0)
        port = NULL;
    out->host = port == NULL ? host : arena_printf(mem, "%s:%s", host, port);
    out->target = query == NULL ? path : arena_printf(mem, "%s?%s", path, query);
    out->text = arena_printf(mem, "%s://%s%s", is_plain ? "http" : "https", out->host, out->target);
    return true;
}

bool webhook_url_parse(struct arena *mem, struct err *err, const char *text, bool allows_local,
                       struct webhook_url *out)
{
    CURLU *url;
    bool ok;

    if (text == NULL || strlen(text) > WEBHOOK_URL_MAX)
        return refuse(err, &ERR_WEBHOOK_URL, "too long");
    url = curl_url();
    if (url == NULL)
        return err_set(err, &ERR_INTERNAL, "curl: no memory for a URL");
    ok = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
             ? take_apart(url, mem, err, text, allows_local, out)
             : refuse(err, &ERR_WEBHOOK_URL, text);
    curl_url_cleanup(url);
    return ok;
}
