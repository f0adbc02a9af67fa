/* Heartbeats: machines that tell they are alive, and what becomes of those that fell silent
 * (licensing protocol section 6.5). */
#pragma once

#include "licensing/machine.h"

extern const struct err_kind ERR_HEARTBEAT_DEAD; /* too late: the policy does not let it revive */

/* The machine is alive now; the first time, its watch begins. One that was dead and may revive
 * comes back as MACHINE_RESURRECTED this once. Fails: ERR_NOT_FOUND, ERR_HEARTBEAT_DEAD. */
bool heartbeat_ping(struct ctx *cx, struct id machine_id, struct machine **out) MUST_CHECK;
/* Ends the watch, as if the machine had never told anything. */
bool heartbeat_reset(struct ctx *cx, struct id machine_id, struct machine **out) MUST_CHECK;

/* For the jobs role: looks at up to limit dead machines of all tenants, tells each death once
 * (licence.updated), and removes the machines whose policy says so. A machine that was heard again
 * first is left alone. *done is how many were told or removed; call again when it is limit. */
bool heartbeat_sweep(struct ctx *cx, unsigned limit, unsigned *done) MUST_CHECK;
