/* Processes: running copies of the software on a machine, leased by their beats (licensing protocol
 * sections 3.8 and 6.6). */
#pragma once

#include "licensing/machine_list.h"

enum { PROCESS_PID_MAX = 4096 };

struct process { /* a record: open, lives in cx->mem */
    struct id id;
    struct id licence_id, machine_id, product_id, policy_id;
    const char *pid;           /* as the client sent it */
    int64_t last_heartbeat_at; /* its creation at first */
    int64_t heartbeat_seconds; /* the machine's */
    const char *metadata;      /* JSON object */
    int64_t created_at, updated_at;
    enum machine_heartbeat heartbeat; /* at cx->now: alive, dead, or (by the beat) resurrected */
};

struct process_draft {
    struct id machine_id;
    const char *pid;
    const char *metadata; /* JSON object; NULL is {} */
};

extern const struct err_kind ERR_PROCESS_MACHINE_NOT_FOUND;
extern const struct err_kind ERR_PROCESS_PID_TAKEN;
extern const struct err_kind ERR_PROCESSES_FULL; /* MACHINE_PROCESS_LIMIT_EXCEEDED */
extern const struct err_kind ERR_PROCESS_DEAD;   /* PROCESS_HEARTBEAT_DEAD */

/* Starts a process on a visible machine, within its policy's limit. Emits process.created in the
 * same transaction. Fails: the kinds above; ERR_BUSY. */
bool process_add(struct ctx *cx, const struct process_draft *draft,
                 struct process **out) MUST_CHECK;
/* Visible are the processes of machines of visible licences; the rest is ERR_NOT_FOUND. */
bool process_get(struct ctx *cx, struct id id, struct process **out) MUST_CHECK;
bool process_change(struct ctx *cx, struct id id, const char *metadata,
                    struct process **out) MUST_CHECK;
bool process_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Alive now; one that was dead and may revive comes back as MACHINE_RESURRECTED this once. Fails:
 * ERR_NOT_FOUND; ERR_PROCESS_DEAD too late for its policy. */
bool process_ping(struct ctx *cx, struct id id, struct process **out) MUST_CHECK;

/* One page of those of the machines that the filter finds; its status is the processes'.
 * *total: how many there are, where the page wants it. */
bool process_page(struct ctx *cx, const struct machine_filter *filter,
                  const struct licence_page *page, struct process **out, size_t *count,
                  int64_t *total) MUST_CHECK;

/* For the jobs role, as heartbeat_sweep: tells each death once and removes the processes whose
 * policy says so. */
bool process_sweep(struct ctx *cx, unsigned limit, unsigned *done) MUST_CHECK;
