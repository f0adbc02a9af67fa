#include "portal/http/rate.h"

#include "base/clock.h"
#include "portal/http/reply.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_BURST = 10 /* seconds' worth of requests at once */, RATE_SECOND_US = 1000000 };

struct rate {
    bool is_licensing;
    struct limit *addresses;   /* NULL: none */
    struct limit *credentials; /* NULL: none */
    struct limit *others;      /* tenants and subjects, each with a rule of its own */
    int64_t per_tenant;        /* requests a second, where a tenant has no number of its own */
};

static struct limit *make_limit(int64_t per_second)
{
    return per_second <= 0 ? NULL
                           : limit_make(RATE_SECOND_US / per_second, per_second * RATE_BURST);
}

struct rate *rate_make(const struct config *config, bool is_licensing)
{
    struct rate *rate = calloc(1, sizeof *rate);

    assert(rate != NULL);
    rate->is_licensing = is_licensing;
    rate->addresses = make_limit(is_licensing ? config->licensing_address_rate : config->http_rate);
    rate->credentials = is_licensing ? make_limit(config->licensing_rate) : NULL;
    rate->others = limit_make(RATE_SECOND_US, 1);
    rate->per_tenant = is_licensing ? config->licensing_tenant_rate : config->http_tenant_rate;
    return rate;
}

void rate_free(struct rate *rate)
{
    if (rate == NULL)
        return;
    limit_free(rate->addresses);
    limit_free(rate->credentials);
    limit_free(rate->others);
    free(rate);
}

static bool take(struct req *rq, struct limit *limit, const struct limit_rule *rule, uint64_t key,
                 const char *what)
{
    struct limit_count *count = arena_new(rq->cx.mem, struct limit_count);

    rq->counted = count;
    return limit_take_key(limit, rule, key, clock_mono_us(), count) ||
           err_set(&rq->cx.err, &ERR_LIMITED, "too many requests of one %s", what);
}

/* An IPv6 network of 64 bits is one customer's, who may have as many addresses in it as he likes.
 */
static uint64_t address_key(const struct req *rq, const struct limit *limit)
{
    struct in6_addr v6;

    if (strchr(rq->address, ':') != NULL && inet_pton(AF_INET6, rq->address, &v6) == 1 &&
        !IN6_IS_ADDR_V4MAPPED(&v6))
        return limit_key(limit, 0, &v6, sizeof v6 / 2);
    return limit_key(limit, 0, rq->address, strlen(rq->address));
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* The header's text, else the query's whole: what a client that has a credential sends each time.
 */
static uint64_t credential_key(const struct req *rq, const struct limit *limit)
{
    const char *sent = req_header(rq, "Authorization");
    uint64_t key = address_key(rq, limit);

    if (sent == NULL)
        sent = strstr(rq->query, "token=") != NULL || strstr(rq->query, "auth=") != NULL ? rq->query
                                                                                         : "";
    return limit_key(limit, key, sent, strlen(sent));
}

bool rate_of_address(struct req *rq)
{
    struct rate *rate = rq->rate;

    if (rate == NULL || is_loopback(rq->address))
        return true;
    if (rate->addresses != NULL &&
        !take(rq, rate->addresses, NULL, address_key(rq, rate->addresses), "address"))
        return false;
    return rate->credentials == NULL ||
           take(rq, rate->credentials, NULL, credential_key(rq, rate->credentials), "credential");
}

bool rate_of_tenant(struct req *rq)
{
    struct rate *rate = rq->rate;
    struct limit_rule rule;
    int64_t per_second;

    if (rate == NULL || rq->tenant == NULL)
        return true;
    per_second = rate->is_licensing ? rq->tenant->licensing_rate : rq->tenant->portal_rate;
    if (per_second < 0)
        per_second = rate->per_tenant;
    if (per_second <= 0)
        return true;
    rule = (struct limit_rule){RATE_SECOND_US / per_second, per_second * RATE_BURST};
    return take(rq, rate->others, &rule,
                limit_key(rate->others, 0, rq->tenant->id.b, sizeof rq->tenant->id.b), "tenant");
}

bool rate_of_subject(struct req *rq, const struct limit_rule *rule, const char *kind,
                     const char *subject)
{
    struct rate *rate = rq->rate;
    uint64_t key;

    if (rate == NULL || rule->burst <= 0)
        return true;
    key = limit_key(rate->others, 0, rq->cx.tenant_id.b, sizeof rq->cx.tenant_id.b);
    key = limit_key(rate->others, key, kind, strlen(kind));
    key ^= address_key(rq, rate->others);
    return take(rq, rate->others, rule, limit_key(rate->others, key, subject, strlen(subject)),
                kind);
}

/* --- headers --- */

static const char *number(struct arena *mem, int64_t n)
{
    struct str s = str_new(mem);

    str_i64(&s, n);
    return s.p;
}

static const char *window(struct arena *mem, int64_t seconds)
{
    struct str s = str_new(mem);

    str_i64(&s, seconds % 3600 == 0 ? seconds / 3600 : seconds % 60 == 0 ? seconds / 60 : seconds);
    str_char(&s, seconds % 3600 == 0 ? 'h' : seconds % 60 == 0 ? 'm' : 's');
    return s.p;
}

void rate_headers(struct req *rq)
{
    const struct limit_count *c = rq->counted;
    struct arena *mem = rq->cx.mem;

    if (c == NULL)
        return;
    if (c->retry_s > 0)
        reply_header(rq, "Retry-After", number(mem, c->retry_s));
    if (!rq->rate->is_licensing)
        return;
    reply_header(rq, "X-RateLimit-Window", window(mem, c->window_s));
    reply_header(rq, "X-RateLimit-Limit", number(mem, c->limit));
    reply_header(rq, "X-RateLimit-Count", number(mem, c->count));
    reply_header(rq, "X-RateLimit-Remaining", number(mem, c->remaining));
    reply_header(rq, "X-RateLimit-Reset",
                 number(mem, (rq->cx.now + c->rest_us + CLOCK_SECOND - 1) / CLOCK_SECOND));
}
