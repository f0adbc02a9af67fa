/* Where a tenant's events are told to: addresses, what they subscribe to, whether they are reached.
 */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum { WEBHOOK_ENDPOINTS_MAX = 50 }; /* of a tenant */

extern const struct err_kind ERR_WEBHOOK_SUBSCRIPTIONS_SHORT, ERR_WEBHOOK_SUBSCRIPTION,
    ERR_WEBHOOK_ALGORITHM, ERR_WEBHOOK_VERSION, ERR_WEBHOOK_PRODUCT, ERR_WEBHOOK_MANY;

struct webhook_endpoint {
    struct id id;
    struct id product_id; /* only what belongs to it; zero: everything */
    const char *url;
    const json_t *subscriptions; /* the wire's names, or ["*"] */
    const char *api_version;     /* "1.8" */
    bool is_enabled;
    int64_t disabled_at;
    const char *disabled_why; /* "staff" "gone" "failing"; NULL while enabled */
    int64_t failing_since;    /* the first failure since the last success; 0: none */
    int64_t created_at, updated_at;
};

struct webhook_endpoint_draft { /* NULL, zero: the default, or in a change what it was */
    const char *url;
    const json_t *subscriptions;
    const char *api_version; /* default: the tenant's */
    const char *algorithm;   /* "ed25519" */
    struct id product_id;
    bool allows_local; /* config webhook.allow_local */
};

/* The wire's names of all events that are told, by their kinds; NULL where none is. */
const char *webhook_endpoint_event(unsigned kind);
/* Whether it is to hear of an event. */
bool webhook_endpoint_wants(const struct webhook_endpoint *endpoint, const char *wire_name);

/* The system, or staff who may do this in the settings; else ERR_DENIED. */
bool webhook_endpoint_manage(struct ctx *cx, enum right_action action) MUST_CHECK;
/* product_id (not zero): another product's are not found.
 * Fails: ERR_NOT_FOUND, ERR_DENIED, ERR_WEBHOOK_*, errors of webhook_url_parse. */
bool webhook_endpoint_get(struct ctx *cx, struct id id, struct id product_id,
                          struct webhook_endpoint **out) MUST_CHECK;
/* All of them, the newest first. */
bool webhook_endpoint_list(struct ctx *cx, struct id product_id, struct webhook_endpoint **out,
                           size_t *count) MUST_CHECK;
bool webhook_endpoint_add(struct ctx *cx, const struct webhook_endpoint_draft *draft,
                          struct webhook_endpoint **out) MUST_CHECK;
/* A changed endpoint is enabled again. */
bool webhook_endpoint_change(struct ctx *cx, struct id id,
                             const struct webhook_endpoint_draft *draft,
                             struct webhook_endpoint **out) MUST_CHECK;
bool webhook_endpoint_enable(struct ctx *cx, struct id id, bool is_enabled) MUST_CHECK;
/* What was told to it stays to be read; what waits is given up. */
bool webhook_endpoint_remove(struct ctx *cx, struct id id, struct id product_id) MUST_CHECK;

/* For the jobs role, in its transaction: switches an endpoint off ("gone", "failing") and gives up
 * what waits for it. */
bool webhook_endpoint_disable(struct ctx *cx, struct id id, const char *why) MUST_CHECK;
