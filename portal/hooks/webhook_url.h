/* Addresses of webhooks: how they are written, and which machines they may reach. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct sockaddr;

enum { WEBHOOK_URL_MAX = 1000 };

extern const struct err_kind ERR_WEBHOOK_URL, ERR_WEBHOOK_PROTOCOL, ERR_WEBHOOK_HOST;

struct webhook_url {    /* in mem */
    const char *text;   /* as it is asked, without a fragment */
    const char *host;   /* the Host header's value: with the port where it is not the usual one */
    const char *target; /* path and query */
};

/* Takes a URL to https apart. allows_local: http is good too, but for this machine's own addresses
 * alone. A host that is written as an address, or that names a private network, is refused here;
 * what a name stands for is looked at when it is connected to (webhook_url_may_reach).
 * Fails: ERR_WEBHOOK_URL, ERR_WEBHOOK_PROTOCOL, ERR_WEBHOOK_HOST, at /data/attributes/url. */
bool webhook_url_parse(struct arena *mem, struct err *err, const char *text, bool allows_local,
                       struct webhook_url *out) MUST_CHECK;

/* Whether an address is one of the public internet: not private, loopback, link-local (where clouds
 * have their metadata), shared, reserved, documentation, multicast, nor IPv4 in IPv6 clothes. */
bool webhook_url_may_reach(const struct sockaddr *address, bool allows_local);
