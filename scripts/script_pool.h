/* The pool of worker processes, and one call to one of them under a deadline. */
#pragma once

#include "scripts/sandbox.h"

struct script_pool; /* Threads: any. */

struct script_pool_spec {
    const char *program; /* its "script-worker" command is the worker; NULL: this very program */
    unsigned workers;    /* for calls that may wait; one more is kept for those that may not */
};

/* Starts no process yet: each is started when it is first needed. Owned, free with
 * script_pool_free, which ends them. */
struct script_pool *script_pool_make(const struct script_pool_spec *spec);
void script_pool_free(struct script_pool *pool);

enum script_call_end {
    SCRIPT_CALL_ANSWERED,
    SCRIPT_CALL_LATE, /* the deadline passed; the worker was killed */
    SCRIPT_CALL_LOST, /* the worker ended in mid-call, or none could be started: try again */
    SCRIPT_CALL_BUSY, /* no worker was free in time */
};

struct script_call {
    bool is_urgent; /* by the reserved worker: a page waits for it */
    bool is_run;    /* else the header is read */
    const char *text;
    struct sandbox_limits limits;
    int64_t deadline_us; /* of the rule's own time; look-ups are not counted */
    const json_t *effects, *lookups;
    const json_t *event, *new, *old; /* NULL: nil */
    int64_t now;
    int64_t seed;
    sandbox_ask *ask; /* answers look-ups; in this process, on the caller's thread */
    void *arg;
};

/* *out is filled when answered; *time_us always. What it points to is in mem. */
enum script_call_end script_pool_call(struct script_pool *pool, struct arena *mem,
                                      const struct script_call *call, struct sandbox_result *out,
                                      int64_t *time_us) MUST_CHECK;

/* Process ids of the workers that live, for tests and the doctor; at most max. */
unsigned script_pool_pids(struct script_pool *pool, int *pids, unsigned max);
