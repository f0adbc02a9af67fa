/* Which network an address is in: what counts as one place where tries are counted. */
#pragma once

#include "base/arena.h"

/* The 64 bits of an IPv6 network are one customer's, who may have as many addresses in it as he
 * likes: "2001:db8:1:2::/64". An IPv4 address, also one written as IPv6, is a network by itself;
 * what is no address stays as it is. In mem. */
const char *network_of(struct arena *mem, const char *address);
