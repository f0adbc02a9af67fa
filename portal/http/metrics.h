/* Figures of a server since its start, in the text form that Prometheus reads. */
#pragma once

#include "portal/http/req.h"

#include <stdatomic.h>

enum { METRICS_CLASSES = 5 }; /* 1xx .. 5xx */

struct metrics { /* Threads: any. */
    atomic_uint_least64_t answers[METRICS_CLASSES];
    atomic_uint_least64_t micros; /* spent on them in all */
    atomic_uint_least64_t reruns; /* tries after ERR_BUSY */
    atomic_uint_least64_t limited;
    atomic_uint in_flight;
};

void metrics_count(struct metrics *m, int status, int64_t us);
/* Answers /metrics for who asks on this machine itself, not through a proxy. False: not for us. */
bool metrics_answer(struct req *rq, struct metrics *m, const char *name);
