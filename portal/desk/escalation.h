/* What happens before and after a promise's end: each step once for each promise. */
#pragma once

#include "db/ctx.h"

enum { ESCALATION_STEPS_MAX = 20, ESCALATION_BATCH = 100, ESCALATION_OFFSET_MAX = 30 * 24 * 60 };

struct escalation {
    struct id id;
    const char *target;     /* "answer" or "solve" */
    int64_t offset_minutes; /* of plain time; negative: before it is due */
    struct id team_id;      /* to which the ticket goes; zero: it stays */
    const char *team_name;  /* when read; NULL for none */
    bool raises_level;      /* by one, up to 1 */
};

/* A tenant's steps by target and time; the defaults where it has none: an hour before the end, and
 * at the end of either promise. */
bool escalation_list(struct ctx *cx, const struct escalation **out, size_t *count) MUST_CHECK;
/* Puts these in place of the tenant's steps; none brings the defaults back. Staff with
 * RIGHT_SETTINGS, or the system. Fails: ERR_DENIED; ERR_INVALID at "target", "offset", "steps" (too
 * many, or two at one time), "team". */
bool escalation_set(struct ctx *cx, const struct escalation *steps, size_t count) MUST_CHECK;

/* Fires what is due in the tenant of cx: a line in the thread, what the step does, and the event
 * ticket.sla_warning (before the end) or ticket.sla_breached. Each ticket is a transaction of its
 * own. *fired counts steps; there may be more when it is ESCALATION_BATCH. */
bool escalation_work(struct ctx *cx, unsigned *fired) MUST_CHECK;
