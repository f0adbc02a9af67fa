/* Heartbeats: machines that tell they are alive, and what becomes of those that fell silent
 * (licensing protocol section 6.5). */
#pragma once

#include "licensing/machine.h"

extern const struct err_kind ERR_HEARTBEAT_DEAD; /* too late: the policy does not let it revive */

/* The machine is alive now; the first time, its watch begins. One that was dead and may revive
 * comes back as MACHINE_RESURRECTED this once. Emits its event. Fails: ERR_NOT_FOUND,
 * ERR_HEARTBEAT_DEAD. */
bool heartbeat_ping(struct ctx *cx, struct id machine_id, struct machine **out) MUST_CHECK;
/* Ends the watch, as if the machine had never told anything. */
bool heartbeat_reset(struct ctx *cx, struct id machine_id, struct machine **out) MUST_CHECK;

/* The last instant at which what is dead can still come back; 0 where there is none: one that was
 * never heard (0) has no such window. */
int64_t heartbeat_revivable_until(const struct policy *policy, int64_t last_heartbeat_at,
                                  int64_t seconds);
/* The same in SQL, p being the policy and ? now: whether it is time to remove what was last heard
 * then. */
#define HEARTBEAT_CULLS(last)                                                                      \
    "(p.heartbeat_cull_strategy = 'DEACTIVATE_DEAD' "                                              \
    "AND p.heartbeat_resurrection_strategy <> 'ALWAYS_REVIVE' AND " last                           \
    " + INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND "                              \
    "+ INTERVAL CASE p.heartbeat_resurrection_strategy WHEN '1_MINUTE_REVIVE' THEN 1 "             \
    "WHEN '2_MINUTE_REVIVE' THEN 2 WHEN '5_MINUTE_REVIVE' THEN 5 WHEN '10_MINUTE_REVIVE' THEN 10 " \
    "WHEN '15_MINUTE_REVIVE' THEN 15 ELSE 0 END MINUTE < ?)"

/* What was heard after this instant is alive whatever its policy: the shortest duration of all
 * policies of all tenants before cx->now. With it a sweep reads the dead alone. */
bool heartbeat_dead_since(struct ctx *cx, int64_t *out) MUST_CHECK;

/* For the jobs role: looks at up to limit dead machines of all tenants, tells each death once
 * (machine.heartbeat.dead), and removes the machines whose policy says so. A machine that was heard
 * again first is left alone. *done is how many were told or removed; call again when it is limit.
 */
bool heartbeat_sweep(struct ctx *cx, unsigned limit, unsigned *done) MUST_CHECK;
