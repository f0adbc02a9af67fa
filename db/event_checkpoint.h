/* Signed ends of the event chain: who has the database alone cannot make them. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

#define EVENT_CHECKPOINT_KEY "audit" /* its name as an installation's secret */

enum { EVENT_CHECKPOINT_MINUTES = 60, EVENT_CHECKPOINT_LATE_MINUTES = 180 };

/* Signs the tenant's chain as it stands when it has grown and the last signature is an hour old;
 * *is_made tells. Needs cx->master. */
bool event_checkpoint_sign(struct ctx *cx, bool *is_made) MUST_CHECK;

enum event_checkpoint_fault {
    EVENT_CHECKPOINT_WHOLE,
    EVENT_CHECKPOINT_UNSIGNED, /* not signed by this installation's key */
    EVENT_CHECKPOINT_GONE,     /* one is missing before it */
    EVENT_CHECKPOINT_OTHER,    /* the chain has another event there, or none */
    EVENT_CHECKPOINT_LATE /* old events stand unsigned: nobody signed, or the last ones are gone */
};

struct event_checkpoint_report { /* in cx->mem */
    enum event_checkpoint_fault fault;
    int64_t count;    /* that are good, from the first */
    int64_t chain_no; /* the last good one's event, or where the fault is */
    const char *hash; /* the last good one's, in hex; "" for none */
    const char *key;  /* the public key, in hex */
};
bool event_checkpoint_verify(struct ctx *cx, struct event_checkpoint_report *out) MUST_CHECK;
