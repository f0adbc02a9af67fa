/* Jobs: work for later, leased by one node at a time, repeated until done or given up. */
#pragma once

#include "db/db.h"

enum { JOB_ATTEMPTS_MAX = 10 };

struct job { /* in cx->mem */
    struct id tenant_id;
    struct id id;
    const char *kind; /* "script.timer" */
    const char *data; /* JSON text */
    int64_t due_at;
    int attempts;    /* this one included */
    struct id lease; /* names this claim */
};

/* Adds a job of cx's tenant that is due at due_at, in the open transaction if there is one. key (or
 * NULL): at most one job of a kind with that key waits; adding it again moves its due_at and data
 * instead. data: JSON text, NULL for none. */
bool job_add(struct ctx *cx, const char *kind, const char *key, int64_t due_at,
             const char *data) MUST_CHECK;
/* Takes the waiting job of that kind and key away; none is fine. */
bool job_cancel(struct ctx *cx, const char *kind, const char *key) MUST_CHECK;

/* Claims up to limit due jobs of a kind, of any tenant, for lease_us. Not inside a transaction. The
 * caller then sets cx->tenant_id to each job's. */
bool job_claim(struct ctx *cx, const char *kind, unsigned limit, int64_t lease_us, struct job **out,
               unsigned *count) MUST_CHECK;
/* Takes the finished job away; inside the transaction of its effects. Fails: ERR_CONFLICT the lease
 * was lost (the effects are undone with it). */
bool job_done(struct ctx *cx, const struct job *job) MUST_CHECK;
/* Puts it back with a growing pause, or after JOB_ATTEMPTS_MAX attempts parks it for good:
 * *gave_up. reason is kept for staff, cut to 200 characters. */
bool job_failed(struct ctx *cx, const struct job *job, const char *reason,
                bool *gave_up) MUST_CHECK;
/* Lengthens the lease of work that goes on. Fails: ERR_CONFLICT the lease was lost. */
bool job_extend(struct ctx *cx, const struct job *job, int64_t lease_us) MUST_CHECK;
