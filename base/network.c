#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { NETWORK_BYTES = 8, V4_AT = 12 };

const char *network_of(struct arena *mem, const char *address)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr v6;

    if (strchr(address, ':') == NULL || inet_pton(AF_INET6, address, &v6) != 1)
        return address;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return inet_ntop(AF_INET, v6.s6_addr + V4_AT, text, sizeof text) != NULL
                   ? arena_dup(mem, text)
                   : address;
    memset(v6.s6_addr + NETWORK_BYTES, 0, sizeof v6.s6_addr - NETWORK_BYTES);
    return inet_ntop(AF_INET6, &v6, text, sizeof text) != NULL ? arena_printf(mem, "%s/64", text)
                                                               : address;
}
