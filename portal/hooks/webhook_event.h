/* Each telling of an event to an endpoint: queued, tried, tried again, kept for 30 days. */
#pragma once

#include "base/clock.h"
#include "db/db.h"

enum {
    WEBHOOK_TRIES_MAX = 16, /* the first and 15 further ones */
    WEBHOOK_KEPT_DAYS = 30,
    WEBHOOK_ANSWER_MAX = 2048, /* bytes of the receiver's answer that are kept */
    WEBHOOK_LIST_MAX = 100
};
#define WEBHOOK_FAILING_MAX (2 * CLOCK_DAY) /* without a success: the endpoint is switched off */

extern const struct err_kind ERR_WEBHOOK_ENDPOINT_GONE, ERR_WEBHOOK_ENDPOINT_OFF;

struct webhook_event {
    struct id tenant_id;
    struct id id;
    struct id endpoint_id; /* zero: it is deleted */
    struct id product_id;
    const char *name; /* the wire's: "license.created" */
    const char *url;
    const char *api_version;
    const char *idempotency_token; /* the same for every telling of one event */
    const char *payload;           /* JSON text */
    const char *status;            /* "DELIVERING" "DELIVERED" "FAILING" "FAILED" */
    int attempts;
    int64_t last_code;      /* HTTP status of the answer; 0: none came */
    const char *last_body;  /* the beginning of the answer, or NULL */
    const char *last_fault; /* why no answer came; "" */
    int64_t last_attempt_at, due_at, created_at, updated_at;
    struct id lease; /* of the claim */
};

/* Queues one for an endpoint, in the caller's transaction. event_id zero: a test. Another one of
 * the same event and endpoint is ERR_CONFLICT. */
struct webhook_endpoint;
bool webhook_event_add(struct ctx *cx, const struct webhook_endpoint *endpoint, struct id event_id,
                       const char *name, const char *payload, struct id *id) MUST_CHECK;

/* Queues a test, "webhook.test", whose payload has no resource. Fails: ERR_NOT_FOUND,
 * ERR_WEBHOOK_ENDPOINT_OFF. */
bool webhook_event_test(struct ctx *cx, struct id endpoint_id) MUST_CHECK;

struct webhook_event_filter {
    struct id endpoint_id; /* zero: any */
    struct id product_id;  /* zero: any */
    const char *const *names;
    size_t name_count; /* 0: any; at most 16 count */
    struct id after;   /* the last of the page before */
    int64_t offset;
    unsigned limit;
    bool is_ascending;
};
/* Newest first. total (or NULL): of all pages. */
bool webhook_event_list(struct ctx *cx, const struct webhook_event_filter *filter,
                        struct webhook_event **out, size_t *count, int64_t *total) MUST_CHECK;
bool webhook_event_get(struct ctx *cx, struct id id, struct id product_id,
                       struct webhook_event **out) MUST_CHECK;
bool webhook_event_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Tells it once more, now, with all its tries. Fails: ERR_WEBHOOK_ENDPOINT_GONE, _OFF. */
bool webhook_event_retry(struct ctx *cx, struct id id, struct webhook_event **out) MUST_CHECK;

/* --- for the jobs role --- */

/* Claims up to limit that are due, of any tenant. Not inside a transaction. */
bool webhook_event_claim(struct ctx *cx, unsigned limit, int64_t lease_us,
                         struct webhook_event **out, size_t *count) MUST_CHECK;
struct webhook_outcome {
    int code;          /* 0: no answer */
    const char *body;  /* the beginning of the answer, or NULL */
    const char *fault; /* why no answer came, or NULL */
};
/* Writes what became of a try: done, once more after a growing pause, or given up; and what it
 * tells of the endpoint. pause_us: of the next try, by webhook_event_pause. Fails: ERR_CONFLICT the
 * lease was lost. */
bool webhook_event_settle(struct ctx *cx, const struct webhook_event *event,
                          const struct webhook_outcome *outcome) MUST_CHECK;
/* n to the fourth seconds and 10 to 100 minutes: dice says where between. */
int64_t webhook_event_pause(int attempts, uint32_t dice);
/* Deletes up to limit that are older than WEBHOOK_KEPT_DAYS, of any tenant. */
bool webhook_event_purge(struct ctx *cx, unsigned limit, int64_t *removed) MUST_CHECK;
