/* The limits that a request meets: of its address, of its credential, of its tenant. Nodes count
 * for themselves. */
#pragma once

#include "portal/http/limit.h"
#include "portal/http/req.h"

struct rate; /* Threads: any. */
struct rate *rate_make(const struct config *config, bool is_licensing);
void rate_free(struct rate *rate);

/* Before anything else is read: the address, and with the licence service the address with its
 * credential. False sets ERR_LIMITED. Programs on this machine (health checks, tests, an
 * unconfigured proxy) are not counted. */
bool rate_of_address(struct req *rq) MUST_CHECK;
/* When the tenant is known: all that it is asked. False sets ERR_LIMITED. */
bool rate_of_tenant(struct req *rq) MUST_CHECK;
/* A rule for one kind of request and what it is about ("an address and an e-mail address"): such
 * rules hold for everybody. False sets ERR_LIMITED. */
bool rate_of_subject(struct req *rq, const struct limit_rule *rule, const char *kind,
                     const char *subject) MUST_CHECK;
/* Adds Retry-After to a refused request, and X-RateLimit-* to one of the licence service. */
void rate_headers(struct req *rq);
